"""Where all of something is asked for, a row answers with its siblings: those with the cells that the question names.

"List what is ongoing" names what stands in the column of states: each row with that state is quoted, not one alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from casefolio.indexes.analyzers import fold
from casefolio.ingest.document import Document, Span
from casefolio.reader.considering import Evidence, moved
from casefolio.reader.deciding import Scored
from casefolio.reader.reading import Asked, Candidate
from casefolio.reader.rows import blocks_of, is_value, rows_stated
from casefolio.reader.topic import topic_of

_MOST = 30  # rows


def with_siblings(choices: Sequence[Scored], asked: Asked, evidence: Evidence) -> list[Scored]:
    """Choices, and behind the first one the rows of its table with the cells that the question names.

    A row lacks none of them: in a table of several patients, the one who is asked for is such a cell.

    Args:
        choices: what is to be quoted, the best first.
        asked: the question.
        evidence: of the documents.
    """
    best = choices[0]
    document = evidence.document(best.candidate.hit.document)
    if document is None or not document.rows:
        return list(choices)
    rows = (_at(best.candidate, document, place) for place in _siblings(best.candidate, document, asked))
    found = [Scored(row, best.score) for row in rows if row is not None][:_MOST]
    others = [c for c in choices[1:] if not any(_same_place(c.candidate, f.candidate) for f in found)]
    return [best, *(f for f in found if not _same_place(f.candidate, best.candidate)), *others]


def _siblings(candidate: Candidate, document: Document, asked: Asked) -> list[Span]:
    """Places of the rows that have all named cells of a candidate's row, in order; none where it has none."""
    for block in blocks_of(document.text, rows_stated(document)):
        own = next((row for row in block.rows if row.span.overlaps(candidate.span)), None)
        if own is not None:
            cells = _named(own.cells, asked, candidate.hit.chunk.language)
            return [row.span for row in block.rows if cells and cells.items() <= _folded(row.cells).items()]
    return []


def _named(cells: Sequence[str], asked: Asked, language: str) -> dict[int, str]:
    """Cells that the question names, by their column, and what else of the row it says, such as whose; or none."""
    topic, question, folded = topic_of(asked), fold(asked.question), _folded(cells)
    if not any(not is_value(cell) and topic.names(cell, language) for cell in cells):
        return {}
    return {
        at: cell
        for at, cell in folded.items()
        if (len(cell) > 1 and cell in question) or topic.names(cells[at], language)
    }


def _folded(cells: Sequence[str]) -> dict[int, str]:
    return {at: fold(cell) for at, cell in enumerate(cells)}


def _at(candidate: Candidate, document: Document, place: Span) -> Candidate | None:
    inside = candidate.hit.chunk.span.contains(place)
    there = candidate if inside else moved(candidate, document, place)
    return replace(there, span=place, highlight=place) if there is not None else None


def _same_place(a: Candidate, b: Candidate) -> bool:
    return a.hit.document == b.hit.document and a.span.overlaps(b.span)
