"""Other names in a passage for what a question asks: "blood thinners" for a passage with "apixaban".

The reader is small and knows few brands and classes. What the tables of `indexes.meanings` know is told it for each
passage: the substances that stand there take the place of their kind in the question ("is he on apixaban"), which
the reader understands best, and looser names stand in brackets behind it. It judges the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from casefolio.indexes.analyzers import fold, terms
from casefolio.indexes.meanings import groups
from casefolio.ingest.document import Span
from casefolio.ingest.meaning.annotating import cues
from casefolio.reader.forms import asks

_MOST = 3
_LONGEST = 5  # words of a name
_HANGUL = re.compile(r"[가-힣]")
_WORD = re.compile(r"[\w'’-]+")
_Name = tuple[str, frozenset[str]]
_Group = tuple[tuple[_Name, ...], tuple[_Name, ...], bool]  # asked, found, whether they are drugs


@dataclass(frozen=True, slots=True)
class _Asked:
    """Something that the question names: where, by which terms, and what else it is called."""

    place: Span
    phrase: frozenset[str]
    others: tuple[_Name, ...]
    drug: bool


class Glossary:
    """What else the things in a question are called.

    Args:
        question: standing alone.
        language: ISO 639-1.
    """

    def __init__(self, question: str, language: str) -> None:
        self._question = question
        held = frozenset(terms(question, language))
        found = [a for group in _groups(language) for a in _asked(question, language, held, group)]
        # the longest name of a place is what is meant: "blood pressure tablet", not "tablet"
        found.sort(key=lambda a: (-len(a.place), a.place))
        self._asked: list[_Asked] = []
        for one in found:
            if not any(one.place.overlaps(other.place) and one.place != other.place for other in self._asked):
                self._asked.append(one)

    def asked_of(self, passage: str, language: str) -> str:
        """The question with the passage's own names for what it asks."""
        return self.readings(passage, language)[0]

    def readings(self, passage: str, language: str) -> tuple[str, ...]:
        """The ways to put the question to a passage: substances in their place and looser names behind them; where
        there is one looser name, a second way with it in its place.
        """
        found = self._found(passage, language)
        if not found:
            return (self._question,)
        behind = [name for one in found if not one.drug for name in found[one]][:_MOST]
        question = self._put({one: names for one, names in found.items() if one.drug})
        if not behind:
            return (question,)
        if len(behind) > 1:  # what has several names in one passage is loosely named
            return (f"{question.rstrip(' ?')} ({', '.join(behind)})?",)
        return f"{question.rstrip(' ?')} ({', '.join(behind)})?", self._put(found)

    def _put(self, found: Mapping[_Asked, Sequence[str]]) -> str:
        """The question with names in the place of those that it uses; of several for one place the first."""
        question, before = self._question, len(self._question) + 1
        for one in sorted(found, key=lambda one: -one.place.start):
            if one.place.end <= before:
                question = question[: one.place.start] + ", ".join(found[one]) + question[one.place.end :]
                before = one.place.start
        return question

    def met(self, passage: str, language: str) -> frozenset[str]:
        """Terms of the question for which a passage names a substance that is meant by them."""
        return frozenset(term for one in self._found(passage, language) if one.drug for term in one.phrase)

    def _found(self, passage: str, language: str) -> dict[_Asked, list[str]]:
        """What the question names in words that the passage does not use, and the passage's own names for it."""
        if not self._asked:
            return {}
        held, written = set(terms(passage, language)), fold(passage)
        named = {
            one.place
            for one in self._asked
            if one.phrase <= held and (len(one.phrase) == 1 or fold(one.place.of(self._question)) in written)
        }
        out: dict[_Asked, list[str]] = {}
        for one in self._asked:
            if one.place in named:
                continue
            names = {phrase: name for name, phrase in one.others if phrase <= held}
            # as the passage writes it: of names with one stem the longest that stands there
            there = [other for other in one.others if other[1] <= held and fold(other[0]) in written]
            names |= {phrase: name for name, phrase in sorted(there, key=lambda other: len(other[0]))}
            if names:
                out[one] = list(names.values())[:_MOST]
                named |= {one.place} if one.drug else set()
        return out


def _asked(question: str, language: str, held: frozenset[str], group: _Group) -> list[_Asked]:
    """The names of a group that a question uses."""
    asked, found, drug = group
    out = []
    for name, phrase in asked:
        if phrase <= held and not _tells_a_state(name, language):
            place = _place(question, language, name, phrase)
            if place is not None and not asks(place.of(question), language):
                others = (other for other in found if not other[1] <= held)
                out.append(_Asked(place, phrase, tuple(o for o in others if not _tells_a_state(o[0], language)), drug))
    return out


def _place(question: str, language: str, name: str, phrase: frozenset[str]) -> Span | None:
    """Where a name stands in a question, in whatever form of its words; a Korean particle stays behind it."""
    if _HANGUL.search(name):
        at = question.find(name)
        return Span(at, at + len(name)) if at >= 0 else None
    words = list(_WORD.finditer(question))
    for n in range(1, _LONGEST + 1):
        for first, last in zip(words, words[n - 1 :], strict=False):
            said = terms(question[first.start() : last.end()], language)
            if frozenset(said) == phrase and terms(first.group(), language) and terms(last.group(), language):
                return Span(first.start(), last.end())
    return None


@lru_cache(maxsize=1000)
def _tells_a_state(name: str, language: str) -> bool:
    """Whether a name is of a state: "held" and "stopped" are looked for together, but are no names of one thing."""
    return any(cue.kind == "state" for cue in cues(name, language))


@lru_cache(maxsize=8)
def _groups(language: str) -> tuple[_Group, ...]:
    def named(names: tuple[str, ...]) -> tuple[_Name, ...]:
        pairs = ((n, frozenset(terms(n, language))) for n in names)
        return tuple(pair for pair in pairs if pair[1])

    return tuple((named(g.asked), named(g.found), g.drug) for g in groups(language))
