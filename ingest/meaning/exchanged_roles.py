"""Who does it and to whom: parties that have changed places between two texts.

"The Licensee indemnifies the Licensor" and "the Licensor indemnifies the Licensee" have the same words. English tells
the two apart by order and voice, German by articles, Korean by particles.
"""

from __future__ import annotations

import re
from functools import cache

from casefolio.ingest.document import Span
from casefolio.ingest.languages import table
from casefolio.ingest.meaning.facts import Fact, Profile

_KINDS = ("party", "person")


def exchanged_roles(claim: Profile, quote: Profile) -> list[tuple[str, Span, Span]]:
    """Kind, span in the claim and span in the quote where the one who acts is the other one; empty where unsure."""
    mine, theirs = _two(claim), _two(quote)
    if mine is None or theirs is None or {f.value for f in mine} != {f.value for f in theirs}:
        return []
    if (
        mine[0].value == theirs[0].value
        and _passive_form(claim.language)
        and not _passive(claim)
        and not _passive(quote)
    ):
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
    form = _passive_form(profiled.language)
    return form is not None and form.search(profiled.text[:2_000]) is not None


@cache
def _passive_form(language: str) -> re.Pattern[str] | None:
    """How a language that tells by the order of words who acts turns it round."""
    form = table(language, "words").get("passive")
    return re.compile(form) if form else None


@cache
def _marks(language: str, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words or endings (`articles`, `particles`) that mark who acts, and those that mark the others."""
    words = table(language, "words")
    return tuple(words.get(f"subject_{kind}", "").split()), tuple(words.get(f"object_{kind}", "").split())


def _actor(profiled: Profile, facts: tuple[Fact, Fact]) -> Fact | None:
    for kind, mark in (("particles", _particle), ("articles", _article)):
        if _marks(profiled.language, kind)[0]:
            return _by_mark(facts, [mark(profiled, f) for f in facts])
    between = profiled.text[facts[0].span.end : facts[1].span.start]
    if re.search(table(profiled.language, "words").get("between", ","), between):
        return None
    return facts[1] if _passive(profiled) else facts[0]


def _by_mark(facts: tuple[Fact, Fact], marks: list[str]) -> Fact | None:
    if sorted(marks) != ["object", "subject"]:
        return None
    return facts[marks.index("subject")]


def _particle(profiled: Profile, fact: Fact) -> str:
    token, (subject, other) = fact.span.of(profiled.text), _marks(profiled.language, "particles")
    if token.endswith(other):
        return "object"
    return "subject" if token.endswith(subject) else ""


def _article(profiled: Profile, fact: Fact) -> str:
    if fact.place == 0:
        return ""
    before = profiled.words[fact.place - 1]
    word = profiled.text[before.start : before.end].lower()
    subject, other = _marks(profiled.language, "articles")
    return "object" if word in other else "subject" if word in subject else ""
