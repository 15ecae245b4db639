"""Who does it and to whom: parties that have changed places between two texts.

"The Licensee indemnifies the Licensor" and "the Licensor indemnifies the Licensee" have the same words. English tells
the two apart by order and voice, German by articles, Korean by particles.
"""

from __future__ import annotations

import re

from ingest.document import Span
from ingest.meaning.facts import Fact, Profile

_PASSIVE = re.compile(
    r"(?i)\b(?:is|are|was|were|be|been|being)\s(?:\w+\s)?\w+(?:ed|en|id|ne|ld|ade)\s(?:\w+\s){0,3}by\b"
)
_SUBJECT = ("은", "는", "이", "가", "께서")
_OBJECT = ("을", "를", "에게", "에", "로부터", "으로부터", "의", "한테", "와", "과")
_NOMINATIVE = frozenset(("der", "ein", "die", "eine", "jeder"))
_OBLIQUE = frozenset(("dem", "den", "des", "einem", "einen", "eines"))
_KINDS = ("party", "person")


def exchanged_roles(claim: Profile, quote: Profile) -> list[tuple[str, Span, Span]]:
    """Kind, span in the claim and span in the quote where the one who acts is the other one; empty where unsure."""
    mine, theirs = _two(claim), _two(quote)
    if mine is None or theirs is None or {f.value for f in mine} != {f.value for f in theirs}:
        return []
    if mine[0].value == theirs[0].value and claim.language == "en" and not _passive(claim) and not _passive(quote):
        return []
    first, second = _actor(claim, mine), _actor(quote, theirs)
    if first is None or second is None or first.value == second.value:
        return []
    return [(first.kind, first.span, second.span)]


def _two(profiled: Profile) -> tuple[Fact, Fact] | None:
    """The two different parties of a short text, in order."""
    found = [f for f in profiled.facts if f.kind in _KINDS and f.family.startswith("group")]
    if len(found) != 2 or found[0].family != found[1].family or found[0].value == found[1].value:
        return None
    return found[0], found[1]


def _passive(profiled: Profile) -> bool:
    return _PASSIVE.search(profiled.text[:2_000]) is not None


def _actor(profiled: Profile, facts: tuple[Fact, Fact]) -> Fact | None:
    if profiled.language == "ko":
        return _by_mark(facts, [_particle(profiled, f) for f in facts])
    if profiled.language == "de":
        return _by_mark(facts, [_article(profiled, f) for f in facts])
    between = profiled.text[facts[0].span.end : facts[1].span.start]
    if re.search(r"(?i)\b(?:and|or)\b|,", between):
        return None
    return facts[1] if _passive(profiled) else facts[0]


def _by_mark(facts: tuple[Fact, Fact], marks: list[str]) -> Fact | None:
    if sorted(marks) != ["object", "subject"]:
        return None
    return facts[marks.index("subject")]


def _particle(profiled: Profile, fact: Fact) -> str:
    token = fact.span.of(profiled.text)
    if token.endswith(_OBJECT):
        return "object"
    return "subject" if token.endswith(_SUBJECT) else ""


def _article(profiled: Profile, fact: Fact) -> str:
    if fact.place == 0:
        return ""
    before = profiled.words[fact.place - 1]
    word = profiled.text[before.start : before.end].lower()
    return "object" if word in _OBLIQUE else "subject" if word in _NOMINATIVE else ""
