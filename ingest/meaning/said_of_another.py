"""What a quote says of another: "amlodipine was stopped; ramipril was started" tells of no ramipril that was stopped.

A quote is cut where something else is said (`clauses.Cut`). Where a claim names one of two drugs, persons or organisms
and shares no word with what is said of it, but words that are said of the other one alone, it has laid them on the
wrong one. That is told only where both have a predicate of their own: in "was given penicillin and ceftriaxone" both
were given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from casefolio.ingest.document import Span
from casefolio.ingest.meaning.clauses import ACTING, cut_of
from casefolio.ingest.meaning.compared_words import generic_keys, linking_keys
from casefolio.ingest.meaning.facts import Profile
from casefolio.ingest.meaning.finding import LONG, Finding
from casefolio.ingest.meaning.named_things import named_things

_STRENGTH = 0.9
_DETAIL = "said of another"


@dataclass(frozen=True, slots=True)
class _Named:
    """Somebody or something that a text names: where, under which key, and of which class it is."""

    place: int
    key: str
    sort: str
    span: Span


def said_of_another(claim: Profile, quote: Profile) -> Finding | None:
    """That a claim says of one thing what its quote says of another of its class; None where that is not sure."""
    mine, theirs = list(_named(claim)), list(_named(quote))
    if not mine or len(theirs) < 2 or len(quote.content) > LONG:
        return None
    cut = cut_of(quote)
    of_word = cut.numbers
    names = _places(theirs)
    known = {n.key for n in mine}
    said = {claim.keys[i] for i in claim.content if i not in _places(mine)}
    said -= generic_keys(claim.language) | {n.key for n in theirs}
    for name in mine:
        alike = [n for n in theirs if n.sort == name.sort]
        own = {of_word[n.place] for n in alike if n.key == name.key}
        other = {of_word[n.place]: n for n in alike if n.key not in known and of_word[n.place] not in own}
        if not own or not own <= cut.telling or not other:
            continue
        of_others = _words(quote, of_word, other.keys(), names)
        of_it = _words(quote, of_word, own, names) - of_others
        misplaced = {key for key in said & of_others if {of_word[j] for j in quote.by_key[key]} <= other.keys()}
        if of_it and not of_it & said and misplaced:
            rival = next(iter(other.values()))
            return Finding("name", "conflict", name.span, rival.span, _STRENGTH, _DETAIL)
    return None


def _named(profiled: Profile) -> Iterator[_Named]:
    """Drugs, organisms and the like, names and relatives."""
    for thing in named_things(profiled):
        yield _Named(thing.place, profiled.keys[thing.place], thing.sort, profiled.span(thing.place))
    for fact in profiled.facts:
        if fact.family == "name" or fact.kind == "person":
            yield _Named(fact.place, str(fact.value), fact.family, fact.span)


def _places(named: Sequence[_Named]) -> set[int]:
    """Places of names, and of the species behind an organism's: Enterococcus faecalis."""
    return {n.place for n in named} | {n.place + 1 for n in named if n.sort == "organism"}


def _words(profiled: Profile, of_word: Sequence[int], where: Set[int], names: Set[int]) -> set[str]:
    """Keys of what is said in some stretches, without names, values and words that say little."""
    values = [f.span for f in profiled.facts if f.kind not in ACTING and f.family != "name"]
    ignored = generic_keys(profiled.language) | linking_keys(profiled.language)
    return {
        profiled.keys[i]
        for i in profiled.content
        if of_word[i] in where
        and i not in names
        and profiled.keys[i] not in ignored
        and not any(value.overlaps(profiled.span(i)) for value in values)
    }
