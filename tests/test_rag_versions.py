"""Documents that disagree, answers as of a day, lists, yes and no, dates of documents."""

from __future__ import annotations

import pytest

from casefolio.answer import Answer
from casefolio.answering import answer_from_hits
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Document, Page, Span
from casefolio.ingest.identity.dating import document_day
from casefolio.messages import spoken

FIRST = """Services Agreement, dated 1 July 2022, between Norwell Ltd. and Tarn Hospital Trust.
4.2 Either party may terminate this Agreement without cause by giving ninety days' written notice.
"""
AMENDED = """First Amendment, dated 15 September 2023, to the agreement between Norwell Ltd. and Tarn Hospital Trust.
Clause 4.2 is replaced: Either party may terminate this Agreement without cause by giving 180 days' written notice.
"""
LETTER = """Riverside Hospital
Date: 3 April 2021
Dear Dr. Stone,
Re: Mrs. Ada Lorne, born 1 May 1950
The chest X-ray shows no pneumonia. There is a small pleural effusion on the left.
A pulmonary embolism is possible.
Discharge medication:
Apixaban 5 mg 1-0-1
Ramipril 5 mg 1-0-0
Bisoprolol 2.5 mg 1-0-0
Stopped: amlodipine 10 mg 1-0-0
Yours sincerely
Dr. Ruth Vale
"""


def document(path: str, text: str, language: str = "en") -> Document:
    return Document(path, path, "0" * 64, "text/plain", language, "", text, (Page(1, Span(0, len(text))),))


def ask(question: str, texts: dict[str, str], as_of: str | None = None, language: str = "en") -> Answer:
    documents = {path: document(path, text, language) for path, text in texts.items()}
    hits = []
    for rank, (path, text) in enumerate(texts.items(), start=1):
        chunk = Chunk(path, path, Span(0, len(text)), (1,), (), language)
        hits.append(Hit(chunk, path, "0" * 64, text, 1.0 / rank, rank))
    return answer_from_hits(question, hits, language=language, whole=documents.get, as_of=as_of)


NOTICE = "What notice is needed to terminate the agreement between Norwell Ltd. and Tarn Hospital Trust?"
BOTH = {"agreement.pdf": FIRST, "amendment.pdf": AMENDED}


def test_documents_that_agree_are_no_conflict() -> None:
    answer = ask(NOTICE, {"a.pdf": FIRST, "b.pdf": FIRST})
    assert len({c.document for c in answer.citations}) == 1
    assert not any("Later" in note for note in answer.notes)


def test_what_was_stopped_is_found_where_it_is_asked_for() -> None:
    answer = ask("Which medication of Ada Lorne was stopped?", {"letter.txt": LETTER})
    assert "amlodipine" in answer.citations[0].quote


def test_a_dose_is_that_of_the_drug() -> None:
    answer = ask("What is the dose of bisoprolol for Ada Lorne?", {"letter.txt": LETTER})
    assert [c.quote for c in answer.citations] == ["Bisoprolol 2.5 mg 1-0-0"]


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("Does the chest X-ray show pneumonia?", "No."),
    ],
)
def test_yes_and_no_where_it_is_sure(question: str, lead: str) -> None:
    assert ask(question, {"letter.txt": LETTER}).text.startswith(lead)


def test_a_possibility_is_neither_yes_nor_no() -> None:
    text = ask("Is there a pulmonary embolism?", {"letter.txt": LETTER}).text
    assert not text.startswith(("Yes.", "No."))


def test_the_lead_names_the_letter_and_its_day() -> None:
    answer = ask("When was Ada Lorne born?", {"letter.txt": LETTER})
    assert answer.text.startswith("letter.txt of 3 April 2021 states:\n“")
    assert answer.claims[0].span.of(answer.text) == answer.claims[0].text


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("Klinik\nBerlin, den 22.06.2032\nSehr geehrter Herr", "de", "2032-06-22"),
        ("Arztbrief vom 20.11.2064\n* 1.2.2000", "de", "2064-11-20"),
        ("Patient: Ada Lorne, born 1 May 1950", "en", ""),
        ("This Agreement is made as of March 1, 2020 between", "en", "2020-03-01"),
        ("작성일: 2024년 3월 2일\n생년월일: 1970년 5월 2일", "ko", "2024-03-02"),
        ("생년월일: 1970년 5월 2일", "ko", ""),
        ("Some text without any date.", "en", ""),
        ("This Agreement is dated as of April 15 and binds", "en", ""),
    ],
)
def test_the_date_of_a_document_is_the_one_it_gives_as_its_own(text: str, language: str, day: str) -> None:
    assert document_day(document("d", text, language)) == day


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "3 April 2021"),
        ("de", "3.4.2021"),
        ("ko", "2021년 4월 3일"),
        ("fr", "3 avril 2021"),
        ("es", "3 April 2021"),
    ],
)
def test_dates_are_written_as_in_the_language(language: str, said: str) -> None:
    assert spoken("2021-04-03", language) == said
