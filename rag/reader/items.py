"""The guard of tables: a row of another item, or of another person, than the question names answers nothing.

Who asks for Karl's INR gets no haemoglobin of his, and no INR of Kurt's, where the table has rows of what is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from casefolio.indexes.analyzers import terms
from casefolio.indexes.meanings import other_words
from casefolio.indexes.persons import KOREAN_NAME
from casefolio.ingest.meaning.compared_words import stop_words
from casefolio.reader.families import Tables
from casefolio.reader.names_borne import holds
from casefolio.reader.names_meant import HANGUL, is_given, words_of
from casefolio.reader.reading import Asked, Candidate
from casefolio.reader.rows import is_value

_SHORTEST = 3  # letters of a cell that names an item
_NAME = 4  # words of somebody's name


def without_rows_of_others(asked: Asked, candidates: Sequence[Candidate], tables: Tables) -> list[Candidate]:
    """Candidates without rows whose item or person is not the one of the question, though another row's is.

    Args:
        asked: the question.
        candidates: of all documents that were read.
        tables: of the documents.
    """
    said = terms(asked.bare, asked.language)
    wanted = frozenset(said) | other_words(said, asked.language).keys()
    names = [w for w in words_of(asked.question) if w not in stop_words(asked.language)]

    columns: dict[tuple[str, int, int], frozenset[str]] = {}

    def of_another(c: Candidate) -> bool:
        block = tables.block(c)
        row = next((r for r in block.rows if r.span == c.span), None) if block is not None else None
        if block is None or row is None or not row.columns:  # a list of labels is no table
            return False
        for at in row.names:
            key = (
                c.hit.document,
                block.rows[0].span.start,
                at,
            )  # of a long table each different cell is looked at once
            if key not in columns:
                columns[key] = frozenset(r.cells[at] for r in block.rows if at < len(r.cells))
            cell, others = row.cells[at], columns[key]
            if _is_another_item(cell, others, wanted, c.hit.chunk.language) or _is_another_person(cell, others, names):
                return True
        return False

    return [c for c in candidates if not of_another(c)]


def _is_another_item(cell: str, others: Iterable[str], wanted: frozenset[str], language: str) -> bool:
    """Whether the question has nothing of a row's cell, and all of another row's."""
    own = _terms(cell, language)
    if not own or not own.isdisjoint(wanted):
        return False
    return any(found and found <= wanted for found in (_terms(other, language) for other in others))


@lru_cache(maxsize=4096)
def _terms(cell: str, language: str) -> frozenset[str]:
    """Terms of a cell that names something; "mg" and "g/l" tell no item."""
    named = "/" not in cell and sum(c.isalpha() for c in cell) >= _SHORTEST and not is_value(cell)
    return frozenset(terms(cell, language)) if named or HANGUL.match(cell) else frozenset()


def _is_another_person(cell: str, others: Iterable[str], said: Sequence[str]) -> bool:
    """Whether a row's cell is somebody's name whose given name the question lacks, while it has another row's."""
    own = _given(cell)
    return bool(own) and not _any_holds(own, said) and any(_any_holds(_given(other), said) for other in others)


@lru_cache(maxsize=4096)
def _given(cell: str) -> frozenset[str]:
    """Given names in a cell that is somebody's name; a Korean one is whole."""
    words = words_of(cell)
    if len(words) == 1 and KOREAN_NAME.fullmatch(words[0]):
        return frozenset(words)
    return frozenset(w for w in words if is_given(w)) if 1 < len(words) <= _NAME else frozenset()


def _any_holds(names: frozenset[str], said: Sequence[str]) -> bool:
    return any(holds(name, said) for name in names)
