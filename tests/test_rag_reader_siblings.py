"""Rows that share the cell a question names are quoted together, where all of something is asked for."""

from __future__ import annotations

import pytest

from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Document, Page, Row, Span
from casefolio.reader.considering import Evidence
from casefolio.reader.deciding import Scored
from casefolio.reader.reading import Asked, Candidate
from casefolio.reader.siblings import with_siblings

COLUMNS = ("drug", "dose", "state")
TABLE = {
    "en": (
        "drug | dose | state\nramipril | 5 mg | ongoing\nmetformin | 500 mg | stopped\napixaban | 5 mg | ongoing\n",
        "list what is ongoing",
    ),
    "de": (
        "drug | dose | state\nRamipril | 5 mg | laufend\nMetformin | 500 mg | beendet\nApixaban | 5 mg | laufend\n",
        "Liste: alle laufend",
    ),
    "ko": (
        "drug | dose | state\nramipril | 5mg | 투여중\nmetformin | 500mg | 중단\napixaban | 5mg | 투여중\n",
        "투여중 약 목록",
    ),
}


def rows_of(text: str) -> list[Span]:
    spans, at = [], 0
    for line in text.splitlines(keepends=True):
        spans.append(Span(at, at + len(line) - 1))
        at += len(line)
    return spans[1:]


def quoted(text: str, question: str, language: str, chosen: int, passage: Span | None = None) -> list[str]:
    spans = rows_of(text)
    passage = passage or Span(0, len(text))
    rows = tuple(Row(span, COLUMNS) for span in spans)
    page = (Page(1, Span(0, len(text))),)
    document = Document("a.csv", "a.csv", "0" * 64, "text/csv", language, "", text, page, (), rows=rows)
    hit = Hit(Chunk("a:0", "a.csv", passage, (1,), (), language), "a.csv", "0" * 64, passage.of(text), 1.0, 1)
    best = Scored(Candidate(hit, spans[chosen], spans[chosen], "", 0.0, 0.0, 0.0), 0.7)
    found = with_siblings(
        [best], Asked(question, question, language), Evidence({}, lambda _: "", {"a.csv": document}.get)
    )
    return [c.candidate.text for c in found]


@pytest.mark.parametrize("language", TABLE)
def test_all_rows_with_the_named_cell_are_quoted_the_best_first(language: str) -> None:
    text, question = TABLE[language]
    lines = text.splitlines()
    assert quoted(text, question, language, 2) == [lines[3], lines[1]]


def test_a_row_of_another_passage_of_the_table_is_quoted_too() -> None:
    text, question = TABLE["en"]
    lines = text.splitlines()
    passage = Span(rows_of(text)[2].start, len(text))
    assert quoted(text, question, "en", 2, passage) == [lines[3], lines[1]]


def test_where_the_question_names_no_cell_the_row_stands_alone() -> None:
    text, _ = TABLE["en"]
    assert quoted(text, "list all drugs with their intervals", "en", 2) == [text.splitlines()[3]]


@pytest.mark.parametrize(
    "question", ["list what is ongoing for Keane", "list what is ongoing for mary keane, mrn 448218"]
)
def test_in_a_table_of_several_patients_nobody_elses_row_is_quoted(question: str) -> None:
    text = (
        "patient | drug | state\nKeane | ramipril | ongoing\nOsei | metformin | ongoing\nKeane | apixaban | ongoing\n"
        "Keane | digoxin | stopped\n"
    )
    lines = text.splitlines()
    assert quoted(text, question, "en", 0) == [lines[1], lines[3]]
