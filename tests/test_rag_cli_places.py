"""What stands below an answer on the terminal, in the language of the question."""

from __future__ import annotations

import pytest

from casefolio.answer import Answer, Citation, UnreadPages
from casefolio.answering import answer_from_hits
from casefolio.cli.generating import print_places
from casefolio.ingest.document import Span

CITATION = Citation("a.txt", "0" * 64, 2, Span(0, 5), "Apixa")
UNREAD = (UnreadPages("b.pdf", (3,), "no text layer"), UnreadPages("c.pdf", (1, 4), "no text layer"))


@pytest.mark.parametrize(
    ("question", "language", "place", "unread", "pages", "note"),
    [
        ("What did she take in May?", "en", "a.txt, page 2", "could not be read: b.pdf, page 3",
         "c.pdf, pages 1, 4", "note: "),
        ("Was hat sie bekommen?", "de", "a.txt, Seite 2", "nicht lesbar: b.pdf, Seite 3",
         "c.pdf, Seiten 1, 4", "Hinweis: "),
        ("3월에 무엇을 투여했습니까?", "ko", "a.txt, 2쪽", "읽지 못함: b.pdf, 3쪽", "c.pdf, 1, 4쪽", "참고: "),
    ],
    ids=["en", "de", "ko"],
)  # fmt: skip
def test_places_and_remarks_speak_the_language_of_the_question(
    question: str, language: str, place: str, unread: str, pages: str, note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = Answer(question, "supported", "", (), (CITATION,), (), unread=UNREAD, notes=("N.",), language=language)
    print_places(answer)
    shown = capsys.readouterr()
    assert shown.out == f"  [1] {place}  (a.txt:0-5)\n"
    assert f"  {unread}: no text layer\n" in shown.err
    assert f"{pages}: no text layer\n" in shown.err
    assert shown.err.endswith(f"  {note}N.\n")


def test_where_there_is_nothing_to_look_at_the_answer_says_so() -> None:
    answer = answer_from_hits("Who signed the lease?", [])
    assert answer.status == "abstained"
    assert answer.notes == (
        "No passage was looked at: nothing in the folder, or in what scope and filters leave of it, fits the question.",
    )
