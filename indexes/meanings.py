"""Other words for the same thing, from data files: lay and technical words, abbreviations, brands, classes of drugs.

`synonyms.tsv` of each language and `drugs.tsv` of all hold one group a line, names separated by `;`: whoever asks with
one finds the others. In `drug_classes.tsv` the names before `>` find the members after it, under all their names, and
not the other way.
Only the question is expanded, never a passage, so the data can change without indexing anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from casefolio.indexes.analyzers import terms, transcribed
from casefolio.ingest.languages import common_lines, lines

T = TypeVar("T")
_INITIAL = re.compile(r"\b\w")
_START = 4  # letters that a stem keeps of a longer word; the last of a shorter one may change (dry, dri)


@dataclass(frozen=True, slots=True)
class Group:
    """Names of one thing: whoever asks with one of `asked` finds all of `found`; `drug` where these are substances."""

    asked: tuple[str, ...]
    found: tuple[str, ...]
    drug: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """A phrase as terms, all of which a question must hold, and what is then looked for too."""

    phrase: frozenset[str]
    others: tuple[tuple[str, ...], ...]


def other_words(asked: Sequence[str], language: str) -> dict[str, float]:
    """Terms that mean the same as something in the question, and their share: 1, less for each of a longer phrase.

    Args:
        asked: terms of the question.
        language: of the question.
    """
    held = set(asked)
    starts = {term[: max(2, min(_START, len(term) - 1))] for term in held}
    shares: dict[str, float] = {}
    for written, group in _written(language):
        if any(start in written for start in starts):
            for meaning in _meanings(group, language):
                if meaning.phrase <= held:
                    for other in meaning.others:
                        for part in other:
                            shares[part] = max(shares.get(part, 0.0), 1 / len(other))
    return {term: share for term, share in shares.items() if term not in held}


@lru_cache(maxsize=8)
def _written(language: str) -> tuple[tuple[str, Group], ...]:
    """All groups, each with its names as one folded string: most are ruled out by it without stemming a word."""
    return tuple((transcribed(" ".join(group.asked)), group) for group in groups(language))


@lru_cache(maxsize=4_000)
def _meanings(group: Group, language: str) -> tuple[Meaning, ...]:
    phrases = {name: tuple(dict.fromkeys(terms(name, language))) for name in {*group.asked, *group.found}}
    found = []
    for name in group.asked:
        others = tuple(phrases[n] for n in group.found if phrases[n] and phrases[n] != phrases[name])
        if phrases[name] and others:
            found.append(Meaning(frozenset(phrases[name]), others))
    return tuple(found)


def groups(language: str) -> Iterator[Group]:
    """All groups that serve a language: its own, and those of drugs, which have their names in all of them."""
    for _, names in _sides(lines(language, "synonyms.tsv")):
        yield Group(names, names)
    drugs = {names[0]: names for _, names in _sides(common_lines("drugs.tsv"))}
    yield from (Group(names, names, drug=True) for names in drugs.values())
    for left, members in _sides(common_lines("drug_classes.tsv")):
        yield Group(left, (*left, *(name for member in members for name in drugs[member])), drug=True)


class ByInitial(Generic[T]):
    """What has names, under the first letters of their words: of thousands few may stand in a text.

    Args:
        named: names, each with what bears it.
    """

    def __init__(self, named: Iterable[tuple[str, T]]) -> None:
        self._known: dict[str, list[tuple[int, str, T]]] = {}
        for number, (name, bearer) in enumerate(named):
            for initial in set(_INITIAL.findall(name.lower() if name.isascii() else transcribed(name))):
                self._known.setdefault(initial, []).append((number, name, bearer))

    def of(self, held: Iterable[str]) -> list[tuple[str, T]]:
        """Names, in their order, of whose words one begins like one of these terms, with their bearers."""
        found = {entry[0]: entry[1:] for initial in {t[0] for t in held} for entry in self._known.get(initial, ())}
        return [found[number] for number in sorted(found)]


@lru_cache(maxsize=8)
def asked_names(language: str) -> ByInitial[Group]:
    """The groups that serve a language, by the names under which their things are asked for."""
    return ByInitial((name, group) for group in groups(language) for name in group.asked)


@lru_cache(maxsize=20_000)
def phrase_of(name: str, language: str) -> frozenset[str]:
    """The terms of a name, all of which stand where it is named; the same names are looked for in every passage."""
    return frozenset(terms(name, language))


def drug_groups() -> tuple[tuple[str, ...], ...]:
    """All names of each substance, its international name first."""
    return tuple(names for _, names in _sides(common_lines("drugs.tsv")))


def _sides(rows: Iterable[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Names before and after the arrow of each line; none before where there is no arrow."""
    for row in rows:
        left, arrow, right = row.partition(" > ")
        sides = [tuple(part.strip() for part in side.split(";")) for side in (left, right)]
        yield (sides[0], sides[1]) if arrow else ((), sides[0])
