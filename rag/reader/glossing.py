"""Other names in a passage for what a question asks: "blood thinners" for a passage with "apixaban".

The reader is small and knows few brands and classes. What the tables of `indexes.meanings` know is told it for each
passage: the substances that stand there take the place of their kind in the question ("is he on apixaban"). Looser
names ("RR" for "blood pressure") are told only of a row that structure has chosen: told of every passage, they make
much look like an answer (`benchmarks/RESULTS.md`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from casefolio.indexes.analyzers import fold, terms
from casefolio.indexes.meanings import asked_names, phrase_of
from casefolio.ingest.document import Span
from casefolio.ingest.meaning.annotating import cues
from casefolio.reader.forms import asks

_MOST = 3
_LONGEST = 5  # words of a name
_HANGUL = re.compile(r"[가-힣]")
_WORD = re.compile(r"[\w'’-]+")
_Name = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Something that the question names: by which terms, where they stand together, and what else it is called."""

    phrase: frozenset[str]
    place: Span | None
    others: tuple[_Name, ...]


class Glossary:
    """What else the things in a question are called.

    Args:
        question: standing alone.
        language: ISO 639-1.
    """

    def __init__(self, question: str, language: str) -> None:
        self._question = question
        held = frozenset(terms(question, language))
        self._drugs: list[_Asked] = []
        self._loose: list[_Asked] = []
        for name, group in asked_names(language).of(held):
            phrase, drug = phrase_of(name, language), group.drug
            if phrase and phrase <= held and (drug or not _tells_a_state(name, language)):
                found = ((other, phrase_of(other, language)) for other in group.found)
                others = (other for other in found if other[1] and not other[1] <= held)
                named = tuple(other for other in others if drug or not _tells_a_state(other[0], language))
                one = _Asked(phrase, _place(question, language, name, phrase), named)
                (self._drugs if drug else self._loose).append(one)
        self._drugs = _longest(self._drugs)
        self._loose = [one for one in self._loose if one.place is None or not asks(one.place.of(question), language)]

    def asked_of(self, passage: str, language: str) -> str:
        """The question with a passage's own substances for the drugs that it asks for."""
        if not self._drugs:
            return self._question
        return _put(self._question, self._substances(frozenset(terms(passage, language)), fold(passage)))

    def readings(self, passage: str, language: str) -> tuple[str, ...]:
        """The ways to put the question to a row: as `asked_of`, and where the row has one looser name for one thing
        that is asked for, with that in its place too.
        """
        plain = self.asked_of(passage, language)
        if not self._loose:
            return (plain,)
        held, written = frozenset(terms(passage, language)), fold(passage)
        loose = {one: names for one in self._loose if (names := _names(one, held, written))}
        places = {one.place: names for one, names in loose.items() if one.place is not None}
        behind = {name for names in loose.values() for name in names}
        if not len(behind) == len(places) == 1:  # what has several names in one row is loosely named
            return (plain,)
        return (plain, _put(self._question, self._substances(held, written) | places))

    def met(self, passage: str, language: str) -> frozenset[str]:
        """Terms of the question for which a passage names a substance that is meant by them."""
        if not self._drugs:
            return frozenset()
        found = self._substances(frozenset(terms(passage, language)), fold(passage))
        return frozenset(term for one in self._drugs if one.place in found for term in one.phrase)

    def _substances(self, held: frozenset[str], written: str) -> dict[Span, list[str]]:
        """The places of the question at which it names drugs, other than a passage does, and the passage's names."""
        out: dict[Span, list[str]] = {}
        for one in self._drugs:
            if one.place is not None and one.place not in out:
                asked = fold(one.place.of(self._question))
                uses = one.phrase <= held and (len(one.phrase) == 1 or asked in written)
                if not uses and (names := _names(one, held, written)):
                    out[one.place] = names
        return out


def _names(one: _Asked, held: frozenset[str], written: str) -> list[str]:
    """What a passage calls it, as it writes it: of names with one stem the longest that stands there."""
    names = {phrase: name for name, phrase in one.others if phrase <= held}
    there = [other for other in one.others if other[1] <= held and fold(other[0]) in written]
    names |= {phrase: name for name, phrase in sorted(there, key=lambda other: len(other[0]))}
    found = list(dict.fromkeys(names.values()))
    # no name that is but the beginning of another one
    return [n for n in found if not any(n != o and fold(o).startswith(fold(n)) for o in found)][:_MOST]


def _put(question: str, places: Mapping[Span, Sequence[str]]) -> str:
    """The question with names in the places of those that it uses."""
    before = len(question) + 1
    for place in sorted(places, reverse=True):
        if place.end <= before:
            question = question[: place.start] + ", ".join(places[place]) + question[place.end :]
            before = place.start
    return question


def _longest(found: Sequence[_Asked]) -> list[_Asked]:
    """Without the names inside longer ones: "blood pressure tablet" is meant, not "tablet"."""
    out: list[_Asked] = []
    for one in sorted(found, key=lambda a: -len(a.place or ())):
        place = one.place
        if place is not None and not any(
            o.place is not None and o.place != place and o.place.overlaps(place) for o in out
        ):
            out.append(one)
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
