"""From what to what: a change that two texts tell in opposite directions.

"Moved from 3/7 to 3/14" and "brought forward from 3/14 to 3/7" have the same values; which of them was first is told by
the words between them. Those words are data (`courses` of words.toml).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from casefolio.ingest.document import Span
from casefolio.ingest.languages import table
from casefolio.ingest.meaning.agreeing import AGREE, relation
from casefolio.ingest.meaning.compared_words import alike
from casefolio.ingest.meaning.facts import Fact, Profile
from casefolio.ingest.meaning.finding import LONG, Finding
from casefolio.ingest.words import bare

_BEFORE, _BETWEEN, _AFTER = 24, 40, 8  # characters that are looked at around two values
_UNITS = 6  # values and words up to which the second is looked for
_STRENGTH = 0.9
_WITHIN = re.compile(r"(?<=[^\W\d])['’.&-](?=[^\W\d])")
_MARK = "\N{BULLET OPERATOR}"


@dataclass(frozen=True, slots=True)
class _Unit:
    """A value, or a word that is part of none."""

    span: Span
    key: str
    fact: Fact | None


def turned_courses(claim: Profile, quote: Profile) -> list[Finding]:
    """A change of the claim that the quote tells the other way round; empty where neither tells one."""
    if len(quote.content) > LONG:
        return []
    mine = _courses(claim)
    if not mine:
        return []
    theirs = _courses(quote)
    for first, last in mine:
        for before, after in theirs:
            if _same(first, after, claim, quote) and _same(last, before, claim, quote):
                kind = first.fact.kind if first.fact else "time"
                return [Finding(kind, "conflict", first.span, after.span, _STRENGTH, "the other way round")]
    return []


def ends_of_changes(profiled: Profile) -> frozenset[frozenset[Span]]:
    """Pairs of values that are the two ends of one change: each of them is a value of what changed."""
    if len(profiled.content) > LONG:
        return frozenset()
    pairs = ((a.fact, b.fact) for a, b in _courses(profiled))
    return frozenset(frozenset((a.span, b.span)) for a, b in pairs if a and b and a.family == b.family)


@cache
def _forms(language: str) -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Patterns of what stands around two values, and whether the first is where the change begins."""
    listed = table(language, "words").get("courses", {})
    marked = re.escape(_MARK)
    return tuple(
        (re.compile(form.replace("A", marked).replace("B", marked)), forward)
        for name, forward in (("forward", True), ("backward", False))
        for form in listed.get(name, ())
    )


def _courses(profiled: Profile) -> list[tuple[_Unit, _Unit]]:
    """Pairs of what was and what became of it."""
    text, found = profiled.text, []
    forms = _forms(profiled.language)
    if not any(form.search(text) for form in _hints(profiled.language)):
        return []
    units = _units(profiled)
    for i, a in enumerate(units):
        for b in units[i + 1 : i + 1 + _UNITS]:
            if b.span.start - a.span.end > _BETWEEN or (a.fact is None) != (b.fact is None):
                continue
            around = "".join(
                (
                    text[max(0, a.span.start - _BEFORE) : a.span.start],
                    _MARK,
                    text[a.span.end : b.span.start],
                    _MARK,
                    text[b.span.end : b.span.end + _AFTER],
                )
            ).lower()
            around = _WITHIN.sub("x", around)  # "St Mary's" is one name
            for form, forward in forms:
                if form.search(around):
                    found.append((a, b) if forward else (b, a))
                    break
    return found


@cache
def _hints(language: str) -> tuple[re.Pattern[str], ...]:
    """What stands in a text that tells a change at all."""
    hint = table(language, "words").get("courses", {}).get("hint")
    return (re.compile(hint, re.IGNORECASE),) if hint else ()


def _units(profiled: Profile) -> list[_Unit]:
    facts = [f for f in profiled.facts if f.family != "name" and f.kind not in ("act", "direction", "time", "bound")]
    out = [_Unit(f.span, f.family, f) for f in facts]
    for i in profiled.content:
        start, end = profiled.words[i].start, profiled.words[i].end
        said = bare(profiled.text[start:end])  # a Korean particle tells from what to what, and is no part of the word
        span = Span(start, start + len(said)) if profiled.text.startswith(said, start) else Span(start, end)
        if not any(f.span.overlaps(span) for f in facts):
            out.append(_Unit(span, profiled.keys[i], None))
    return sorted(out, key=lambda unit: (unit.span.start, unit.span.end))


def _same(a: _Unit, b: _Unit, claim: Profile, quote: Profile) -> bool:
    if a.fact is None or b.fact is None:
        return a.fact is b.fact and alike(a.key, b.key)
    return a.key == b.key and relation(a.fact, b.fact, claim.text, quote.text) == AGREE
