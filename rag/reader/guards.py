"""Guards of what is named: another side, another drug or another day than the one asked for is no answer.

Each can be told in a sentence, looks only at what question and candidate both name, and never chooses an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from casefolio.indexes.analyzers import terms
from casefolio.indexes.meanings import drug_groups
from casefolio.ingest.meaning.annotating import annotate, cues, sides
from casefolio.ingest.meaning.moments import moments
from casefolio.reader.forms import form_of
from casefolio.reader.reading import Asked, Candidate

_ISO = len("2021-04-03")


def guarded(asked: Asked, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates without those that speak of another side, drug or day than the one the question names."""
    side, days = sides(asked.question, asked.language), days_named(asked.question, asked.language)
    drugs = drugs_in(asked.question, asked.language)
    passed = [
        c
        for c in candidates
        if not (
            _differ(side, sides(c.text, c.hit.chunk.language))
            or _differ(days, days_named(c.text, c.hit.chunk.language) if days else frozenset())
            or _differ(drugs, drugs_in(c.text, c.hit.chunk.language) if drugs else frozenset())
        )
    ]
    form = form_of(asked.question, asked.language)
    if form.side and not side:
        passed = [c for c in passed if not _denies_its_side(c)]
    if _of_family(asked.question, asked.language):
        # what befell a relative, no sentence of the patient's own tells, where others are about relatives
        passed = [c for c in passed if _of_family(c.text, c.hit.chunk.language)] or passed
    if not drugs or not form.yes_no:
        return passed
    # whether a drug is given, no sentence tells that does not name it, where others do
    return [c for c in passed if drugs & drugs_in(c.text, c.hit.chunk.language)] or passed


def _of_family(text: str, language: str) -> bool:
    """Whether a text speaks of a relative: "her mother", "Schwester", 어머니."""
    return any(cue.kind == "experiencer" and cue.value == "family" for cue in cues(text, language))


def _denies_its_side(candidate: Candidate) -> bool:
    """Whether a sentence names one side alone, and only to say what is not there."""
    text, language = candidate.text, candidate.hit.chunk.language
    if len(sides(text, language)) != 1:
        return False
    return all(a.negated for a in annotate(text, language) if a.side)


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
