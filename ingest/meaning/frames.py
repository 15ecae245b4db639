"""A claim that is a sentence of the quote word by word, but for its values or its negation.

Where all other words are the same and stand in the same order, nothing needs to be told apart: another value in the
same place ("replaced 99.7 % by 99.9 %"), or a negation more or less, makes another sentence of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from casefolio.ingest.document import Span
from casefolio.ingest.meaning.agreeing import AGREE, CONFLICT, relation
from casefolio.ingest.meaning.compared_words import articles, key_of, light_words, negative_forms
from casefolio.ingest.meaning.facts import Fact, Profile
from casefolio.ingest.meaning.finding import Finding
from casefolio.ingest.meaning.lexicon import counted_words

_FEWEST = 1  # words of a claim that is compared as a whole
_END = re.compile(r"[.;!?:](?=\s)|\n\s*\n")
_SHORTEST = 4  # words of a frame: fewer are no sentence
_LONGEST = 400  # words of a quote that are looked through
_STRENGTH = 0.95


@dataclass(frozen=True, slots=True)
class _Slot:
    """A word of a frame, or a value that stands in for its words; how many negations stand before it."""

    key: str
    span: Span
    fact: Fact | None
    negations: int


def same_frame(claim: Profile, quote: Profile) -> list[Finding]:
    """What differs between a claim and the stretch of the quote that has its words in its order."""
    mine, theirs = _frame(claim), _frame(quote)
    if len(mine) < _SHORTEST or len(theirs) > _LONGEST:
        return []
    keys = [slot.key for slot in theirs]
    wanted = [slot.key for slot in mine]
    found: list[Finding] | None = None
    for start in range(len(keys) - len(wanted) + 1):
        if keys[start : start + len(wanted)] == wanted:
            differing = _differing(claim, quote, mine, theirs[start : start + len(wanted)])
            if not differing:
                return []  # it stands there as it is
            found = found or differing
    return found or []


def says_as_much(claim: Profile, quote: Profile) -> bool:
    """Whether a whole clause of the quote has the claim's words in its order, with its values and negations.

    Words that carry nothing ("there is") may differ: "There is no rash." is said by "No rash."
    """
    mine, theirs = _frame(claim, light=True), _frame(quote, light=True)
    if len(mine) < _FEWEST or len(theirs) > _LONGEST:
        return False
    clauses = _clauses(quote, theirs)
    keys, wanted = [slot.key for slot in theirs], [slot.key for slot in mine]
    for start in range(len(keys) - len(wanted) + 1):
        end = start + len(wanted)
        whole = (start == 0 or clauses[start - 1] != clauses[start]) and (
            end == len(keys) or clauses[end] != clauses[end - 1]
        )
        if whole and keys[start:end] == wanted:
            # Negations that open the clause count too: those before its first word, since the clause before.
            before = theirs[start].negations - (theirs[start - 1].negations if start else 0)
            if mine[0].negations % 2 == before % 2 and not _differing(claim, quote, mine, theirs[start:end]):
                return True
    return False


def _clauses(quote: Profile, slots: list[_Slot]) -> list[int]:
    """The sentence that each slot stands in, counted by the marks that end one."""
    out, number, done = [], 0, 0
    for slot in slots:
        number += _END.search(quote.text, done, slot.span.start) is not None
        out.append(number)
        done = slot.span.end
    return out


def _moved_together(claim: Profile, quote: Profile, mine: list[_Slot], theirs: list[_Slot]) -> bool:
    """Whether values of two families have changed places side by side: the parts of a list in another order."""
    moved: dict[str, list[tuple[Fact, Fact]]] = {}
    for a, b in zip(mine, theirs, strict=True):
        if a.fact and b.fact and relation(a.fact, b.fact, claim.text, quote.text) == CONFLICT:
            moved.setdefault(a.key, []).append((a.fact, b.fact))
    return len(moved) > 1 and all(
        any(relation(a, b, claim.text, quote.text) == AGREE for _, b in pairs)
        for pairs in moved.values()
        for a, _ in pairs
    )


def _differing(claim: Profile, quote: Profile, mine: list[_Slot], theirs: list[_Slot]) -> list[Finding]:
    out = []
    if _moved_together(claim, quote, mine, theirs):
        return []
    for a, b in zip(mine, theirs, strict=True):
        if a.fact and b.fact and relation(a.fact, b.fact, claim.text, quote.text) == CONFLICT:
            out.append(Finding(a.fact.kind, "conflict", a.span, b.span, _STRENGTH, "in its place"))
    before = mine[0].negations, theirs[0].negations
    for a, b in zip(mine[1:], theirs[1:], strict=True):
        if (a.negations - before[0]) % 2 != (b.negations - before[1]) % 2:
            out.append(Finding("negation", "conflict", a.span, b.span, _STRENGTH, "in its place"))
            break
    return out


def _frame(profiled: Profile, light: bool = False) -> list[_Slot]:
    """The words of a text in order, values as one slot each, negations counted, articles left out.

    Args:
        profiled: the text.
        light: whether words that only make a sentence of it ("there is") are left out as well.
    """
    values: dict[int, Fact] = {}
    inside: set[int] = set()
    for fact in profiled.facts:
        if fact.family == "name" or fact.place in inside:
            continue
        values[fact.place] = fact
        i = fact.place
        while i < len(profiled.words) and profiled.words[i].start < fact.span.end:
            inside.add(i)
            i += 1
    negating, passed = counted_words(profiled.language), articles(profiled.language)
    if light:
        passed |= light_words(profiled.language)
    opposites = negative_forms(profiled.language)
    out: list[_Slot] = []
    negations = 0
    for i, word in enumerate(profiled.words):
        said = profiled.text[word.start : word.end].lower()
        opposite = opposites.get(said[:1])
        if said in negating:
            negations += 1
        elif opposite and i not in inside:
            negations += 1
            out.append(
                _Slot(key_of(opposite + said[1:], profiled.language), Span(word.start, word.end), None, negations)
            )
        elif i in values:
            out.append(_Slot(f"#{values[i].family}", values[i].span, values[i], negations))
        elif i not in inside and said not in passed:
            out.append(_Slot(word.key, Span(word.start, word.end), None, negations))
    return out
