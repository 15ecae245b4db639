"""From marks to verbatim spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.citing import Sheet, altered, drafts, evidence
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span

ONE = "Ramipril was stopped because of cough. He was discharged on 19 March 2022 in good condition. The wound is dry."
TWO = "Apixaban 5 mg twice daily is continued. A control of the kidney values in four weeks is recommended."
OFFSET = 40


def hits() -> list[Hit]:
    out = []
    for n, text in enumerate([ONE, TWO], start=1):
        chunk = Chunk(f"{n}", f"{n}.txt", Span(OFFSET, OFFSET + len(text)), (1,), (), "en")
        out.append(Hit(chunk, f"{n}.txt", "0" * 64, text, 1.0, n))
    return out


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Apixaban is continued [2].", [(2,)]),
        ("Apixaban is continued. [2]", [(2,)]),
        ("Apixaban is continued.[2] Ramipril was stopped. [1]", [(2,), (1,)]),
        ("Apixaban is continued 【2】. Ramipril was stopped【1†source】.", [(2,), (1,)]),
        ("Both are named [1, 2].", [(1, 2)]),
        ("Both are named [1][2].", [(1, 2)]),
        ("Both are named [1-2].", [(1, 2)]),
        ("Both are named [Source 1; Source 2].", [(1, 2)]),
        ("Das steht dort [Quelle 2].", [(2,)]),
        ("아픽사반을 유지합니다 [출처 2].", [(2,)]),
        ("No mark here. One there [1].", [(), (1,)]),
        ("- Apixaban [2]\n- Ramipril [1]", [(2,), (1,)]),
        ("Apixaban is continued.\n[2]", [(2,)]),
    ],
)
def test_marks_belong_to_their_sentences(text: str, marks: list[tuple[int, ...]]) -> None:
    found = drafts(text, 2, "en")
    assert [d.marks for d in found] == marks
    assert not any("[" in d.text or "【" in d.text for d in found)


def test_marks_that_name_no_source_are_nothing() -> None:
    (draft,) = drafts("Apixaban is continued [2, 7, 0].", 2, "en")
    assert (draft.text, draft.marks) == ("Apixaban is continued.", (2,))


@pytest.mark.parametrize(
    ("text", "said", "marks"),
    [
        ("According to source 2, apixaban is continued.", "Apixaban is continued.", (2,)),
        ("**Answer:** Apixaban is *continued* (Source 2).", "Apixaban is continued.", (2,)),
        ("## Answer\nApixaban is continued.\n\nSource: 2", "Apixaban is continued.", (2,)),
        ("Certainly! Apixaban is continued. I hope this helps.", "Apixaban is continued.", ()),
        ("Laut Quelle 2 wird Apixaban weitergegeben.", "Wird Apixaban weitergegeben.", (2,)),
        ("출처 2에 따르면 아픽사반을 유지합니다 (출처 2).", "아픽사반을 유지합니다.", (2,)),
    ],
)
def test_forms_are_peeled_off_and_their_numbers_are_marks(text: str, said: str, marks: tuple[int, ...]) -> None:
    (draft,) = drafts(text, 2, "en")
    assert (draft.text, draft.marks) == (said, marks)


@pytest.mark.parametrize(
    ("written", "ready"),
    [
        ("He went home. The wound", ["He went home."]),
        ("He went home. [", []),
        ("He went home. [1] The wound", ["He went home."]),
        ("He went home.\n", ["He went home."]),
        ("Seen by Dr. Ashby", []),
    ],
)
def test_a_sentence_is_ready_when_nothing_can_be_added_to_it(written: str, ready: list[str]) -> None:
    assert [d.text for d in Sheet(2, "en").add(written)] == ready


ANSWER = (
    "Of the stay I found:\n\n* He was given apixaban [1]. It goes on (see 2).\n* **Ramipril** was stopped."
    " Dr. Ashby saw him at 9 a.m. on ward 3 [1, 2]; he went home.\r\nNothing else is known! [2] The wound\n"
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_each_sentence_is_given_once_whatever_the_pieces_are(size: int) -> None:
    sheet = Sheet(2, "en")
    given = [d.text for at in range(0, len(ANSWER), size) for d in sheet.add(ANSWER[at : at + size])]
    given += [d.text for d in sheet.rest()]
    assert given == [d.text for d in drafts(ANSWER, 2, "en")]
    assert sheet.length == len(ANSWER)
    assert sheet.rest() == []


@pytest.mark.parametrize("stuff", ["a. ", "(", ". ", "[1] ", "one two three four.\n", " ", "Yes. "])
def test_the_time_of_reading_along_is_linear(stuff: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr("casefolio.citing.plain", lambda line: seen.append(len(line)) or line)
    text = (stuff * 8000)[:8000]
    sheet = Sheet(2, "en")
    for char in text:
        sheet.add(char)
    sheet.rest()
    assert sum(seen) < 12 * len(text)


def test_numbers_in_brackets_of_a_citation_style_do_not_split_sentences() -> None:
    found = drafts("Dr. Ashby saw him at 9 a.m. on ward 3 [1]. He went home [1].", 2, "en")
    assert [d.text for d in found] == ["Dr. Ashby saw him at 9 a.m. on ward 3.", "He went home."]


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("He was discharged on 19 March 2022 [1].", "He was discharged on 19 March 2022 in good condition."),
        ("Ramipril was stopped for cough [1].", "Ramipril was stopped because of cough."),
        ("Apixaban 5 mg goes on [2].", "Apixaban 5 mg twice daily is continued."),
    ],
)
def test_a_mark_becomes_the_best_span_inside_its_passage(claim: str, quote: str) -> None:
    (draft,) = drafts(claim, 2, "en")
    citation = evidence(draft, hits(), "en")[0]
    assert citation.quote == quote
    source = {"1.txt": ONE, "2.txt": TWO}[citation.document]
    assert source[citation.span.start - OFFSET : citation.span.end - OFFSET] == citation.quote


def test_a_claim_over_two_sentences_gets_both() -> None:
    (draft,) = drafts("Ramipril was stopped for cough and he was discharged on 19 March 2022 [1].", 2, "en")
    citation = evidence(draft, hits(), "en")[0]
    assert "Ramipril" in citation.quote
    assert "19 March" in citation.quote


def test_an_unmarked_sentence_is_looked_for_everywhere() -> None:
    (draft,) = drafts("A control of the kidney values is recommended in four weeks.", 2, "en")
    assert [c.document for c in evidence(draft, hits(), "en")] == ["2.txt"]


def test_an_unmarked_invention_stays_uncited() -> None:
    (draft,) = drafts("The patient plays the violin in an orchestra.", 2, "en")
    assert evidence(draft, hits(), "en") == ()


def test_a_wrong_mark_does_not_keep_the_right_source_away() -> None:
    (draft,) = drafts("Apixaban 5 mg is continued [1].", 2, "en")
    assert "2.txt" in {c.document for c in evidence(draft, hits(), "en")}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('The letter says "in good condition" [1].', 0),
        ("The letter says “in excellent condition” [1].", 1),
        ("Im Brief steht „The wound is dry“ [1].", 0),
        ('It says "The wound\nis dry" [1].', 0),
    ],
)
def test_quotations_are_to_the_letter(text: str, wrong: int) -> None:
    assert sum(len(altered(d, hits())) for d in drafts(text, 2, "en")) == wrong


@given(st.text(max_size=200), st.integers(0, 5))
def test_any_text_can_be_taken_down(text: str, sources: int) -> None:
    for draft in drafts(text, sources, "en"):
        assert all(1 <= n <= sources for n in draft.marks)
        for citation in evidence(draft, hits() if sources >= 2 else [], "en") if sources in (0, 2) else ():
            assert citation.quote
