"""Guards of what is named: another side, another drug or another day than the one asked for is no answer.

Each can be told in a sentence, looks only at what question and candidate both name, and never chooses an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from casefolio.indexes.analyzers import terms
from casefolio.indexes.meanings import ByInitial, drug_groups, phrase_of
from casefolio.ingest.meaning.annotating import sides
from casefolio.ingest.meaning.moments import full_days
from casefolio.reader.reading import Asked, Candidate


def guarded(asked: Asked, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates without those that speak of another side, drug or day than the one the question names."""
    side, days = sides(asked.question, asked.language), frozenset(full_days(asked.question, asked.language))
    drugs = drugs_in(asked.question, asked.language)
    return [
        c
        for c in candidates
        if not (
            _differ(side, sides(c.text, c.hit.chunk.language) if side else frozenset())
            or _differ(days, frozenset(full_days(c.text, c.hit.chunk.language)) if days else frozenset())
            or _differ(drugs, drugs_in(c.text, c.hit.chunk.language) if drugs else frozenset())
        )
    ]


def _differ(wanted: frozenset[str], said: frozenset[str]) -> bool:
    """Whether both name something, and nothing is the same."""
    return bool(wanted) and bool(said) and not wanted & said and "both" not in wanted | said


@lru_cache(maxsize=4096)  # of one text for each question, and for each row of its table
def drugs_in(text: str, language: str) -> frozenset[str]:
    """First names of the substances that a text names under any of their names."""
    held = frozenset(terms(text, language))
    named = ((first, phrase_of(name, language)) for name, first in _names().of(held))
    return frozenset(first for first, phrase in named if phrase and phrase <= held)


@cache
def _names() -> ByInitial[str]:
    return ByInitial((name, names[0]) for names in drug_groups() for name in names)
