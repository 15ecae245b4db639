"""Several documents answer: which of them agree, which was written later, which held on a given day."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.generators.extractive import Choice
from rag.generators.kinds import PATTERNS

_NEARLY = 0.5  # share of the best score from which on another document's sentence answers too
_RIVALS = 2  # further documents that are quoted
_VALUE = re.compile(r"\d+(?:[.,/:-]\d+)*")
# Kinds whose answers are values: two sentences with other numbers say other things.
_VALUED = frozenset({"date", "duration", "date_or_duration", "money", "number", "dose", "drug", "limit"})


@dataclass(frozen=True, slots=True)
class Versions:
    """What several documents say.

    Attributes:
        choices: the best sentence of each, later document first where dates are known; one where nothing disagrees.
        dates: ISO date of each document, empty where it does not say one.
    """

    choices: tuple[Choice, ...]
    dates: tuple[str, ...]

    @property
    def ordered(self) -> bool:
        """Whether it is known which of two is later."""
        return len(self.choices) > 1 and all(self.dates) and self.dates[0] != self.dates[-1]


def versions(choices: Sequence[Choice], threshold: float, kind: str, dated: Callable[[str], str]) -> Versions:
    """The best sentence, and those of other documents that answer differently.

    Args:
        choices: best first.
        threshold: below which a sentence does not answer.
        kind: type of answer expected.
        dated: ISO date of a document by its path.
    """
    best = choices[0]
    floor = max(threshold, _NEARLY * best.score)
    rivals: dict[str, Choice] = {}
    for choice in choices:
        if choice.score >= floor:
            rivals.setdefault(choice.candidate.hit.document, choice)
    others = [c for c in rivals.values() if c is not best and _differ(best, c, kind)]
    found = [best, *others[:_RIVALS]]
    found.sort(key=lambda c: _descending(dated(c.candidate.hit.document)))
    return Versions(tuple(found), tuple(dated(c.candidate.hit.document) for c in found))


def as_of(choices: Sequence[Choice], day: str, dated: Callable[[str], str]) -> list[Choice]:
    """Choices of documents that existed on `day` (ISO); undated ones stay."""
    return [c for c in choices if dated(c.candidate.hit.document) <= day]


def _descending(iso: str) -> int:
    return -int(iso.replace("-", "")) if iso else 0


def _differ(a: Choice, b: Choice, kind: str) -> bool:
    """Whether two sentences answer differently: by their values, or as one contradicts the other."""
    first, second = a.candidate.text, b.candidate.text
    if " ".join(first.split()) == " ".join(second.split()):
        return False
    if kind in _VALUED:
        mine, theirs = _values(first, kind), _values(second, kind)
        if mine and theirs:
            return not (mine <= theirs or theirs <= mine)
    from rag.verifying import verify

    return verify(first, second, a.candidate.hit.chunk.language).label == "contradicted"


def _values(text: str, kind: str) -> set[str]:
    """Numbers in the parts of a sentence that show the kind asked for."""
    return {n for m in PATTERNS[kind].finditer(text) for n in _VALUE.findall(text[m.start() : m.end() + 12])}
