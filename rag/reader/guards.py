"""Guards of what is named: another side, another drug or another day than the one asked for is no answer.

Each can be told in a sentence, looks only at what question and candidate both name, and never chooses an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from casefolio.indexes.analyzers import terms
from casefolio.indexes.meanings import drug_groups
from casefolio.ingest.meaning.annotating import sides
from casefolio.ingest.meaning.moments import moments
from casefolio.reader.reading import Asked, Candidate

_ISO = len("2021-04-03")


def guarded(asked: Asked, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates without those that speak of another side, drug or day than the one the question names."""
    side, days = sides(asked.question, asked.language), days_named(asked.question, asked.language)
    drugs = drugs_in(asked.question, asked.language)
    return [
        c
        for c in candidates
        if not (
            _differ(side, sides(c.text, c.hit.chunk.language))
            or _differ(days, days_named(c.text, c.hit.chunk.language) if days else frozenset())
            or _differ(drugs, drugs_in(c.text, c.hit.chunk.language) if drugs else frozenset())
        )
    ]


def _differ(wanted: frozenset[str], said: frozenset[str]) -> bool:
    """Whether both name something, and nothing is the same."""
    return bool(wanted) and bool(said) and not wanted & said and "both" not in wanted | said


def days_named(text: str, language: str) -> frozenset[str]:
    """Full days that a text names, as ISO dates."""
    found = (m.start for m in moments(text, language) if m.kind == "date")
    return frozenset(day for day in found if len(day) == _ISO and day[0].isdigit())


def drugs_in(text: str, language: str) -> frozenset[str]:
    """First names of the substances that a text names under any of their names."""
    held = frozenset(terms(text, language))
    return frozenset(first for first, phrases in _table(language) if any(phrase <= held for phrase in phrases))


@lru_cache(maxsize=8)
def _table(language: str) -> tuple[tuple[str, tuple[frozenset[str], ...]], ...]:
    rows = []
    for names in drug_groups():
        phrases = (frozenset(terms(name, language)) for name in names)
        rows.append((names[0], tuple(phrase for phrase in phrases if phrase)))
    return tuple(rows)
