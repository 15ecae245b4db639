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
    if mine is None and theirs is None:
        return _named_roles(claim, quote)
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


def _named_roles(claim: Profile, quote: Profile) -> list[tuple[str, Span, Span]]:
    """Two who are named and have changed places: "Wisselkamp sold it to Tondern"; another verb may turn it round."""
    mine, theirs = _placed(claim), _placed(quote)
    both = [key for key in mine if key in theirs]
    if len(both) != 2 or len(mine) != 2 or len(theirs) != 2 or not _one_matter(claim, quote, both):
        return []
    a, b = both if mine[both[0]][0] == "subject" else both[::-1]
    if theirs[b][0] != "subject" or mine[a][0] != "subject" or mine[b][0] != theirs[a][0] or mine[b][0] == "subject":
        return []
    return [("person", mine[a][1], theirs[b][1])]


def _one_matter(claim: Profile, quote: Profile, named: list[str]) -> bool:
    """Whether all other words of a claim stand in the quote."""
    rest = [i for i in claim.content if claim.keys[i] not in named and i not in _title_places(claim)]
    return any(claim.words[i].key in quote.by_key for i in rest) and all(
        claim.keys[i] in quote.by_key or not claim.words[i].content for i in rest
    )


def _title_places(profiled: Profile) -> set[int]:
    titles = _words(profiled.language, "titles")
    return {i for i, w in enumerate(profiled.words) if profiled.text[w.start : w.end].lower() in titles}


@cache
def _words(language: str, name: str) -> frozenset[str]:
    return frozenset(table(language, "words").get(name, "").split())


def _placed(profiled: Profile) -> dict[str, tuple[str, Span]]:
    """Who is named by key, as the one who acts (`subject`) or the one it is done to (`object`), with the words.

    In Korean, who it comes from is a `source`.
    """
    if _marks(profiled.language, "particles")[0]:
        return _by_particle(profiled)
    named = [f for f in profiled.facts if f.family == "name"]
    if len(named) != 2 or profiled.words[named[0].place].sentence != profiled.words[named[1].place].sentence:
        return {}
    places = [max(i for i, w in enumerate(profiled.words) if w.start < f.span.end) for f in named]
    if any(_behind(profiled, f.place, "agent_before") for f in named):
        return {}  # the passive, or a receiver: who acts stands behind
    objects = [_behind(profiled, f.place, "object_before") for f in named]
    if not any(objects) and not _marks(profiled.language, "articles")[0]:
        between = profiled.text[named[0].span.end : named[1].span.start]
        joined = re.search(table(profiled.language, "words").get("between", ","), between)
        objects = [False, not joined]
    if _passive(profiled) or sum(objects) != 1:
        return {}
    return {
        profiled.keys[i]: ("object" if o else "subject", f.span) for i, o, f in zip(places, objects, named, strict=True)
    }


def _behind(profiled: Profile, place: int, listed: str) -> bool:
    """Whether a name stands behind a word of a list, but for titles: "an Herrn …", "to Mr …", "by …"."""
    words = _words(profiled.language, listed)
    titles = _words(profiled.language, "titles")
    while place:
        place -= 1
        said = profiled.text[profiled.words[place].start : profiled.words[place].end].lower()
        if said in words:
            return True
        if said not in titles:
            return False
    return False


def _by_particle(profiled: Profile) -> dict[str, tuple[str, Span]]:
    subject = _marks(profiled.language, "particles")[0]
    receiver = tuple(_words(profiled.language, "receiver_particles"))
    source = tuple(_words(profiled.language, "source_particles"))
    of_firms = tuple(_words(profiled.language, "receiver_of_firms"))
    firms = [f.span for f in profiled.facts if f.family == "name"]
    towards = _words(profiled.language, "receiver_before")
    out: dict[str, tuple[str, Span]] = {}
    for i in profiled.content:
        word = profiled.words[i]
        said = profiled.text[word.start : word.end]
        after = profiled.words[i + 1] if i + 1 < len(profiled.words) else word
        role = "source" if said.endswith(source) else "object" if said.endswith(receiver) else ""
        if not role and said.endswith(of_firms) and any(f.overlaps(Span(word.start, word.end)) for f in firms):
            role = "object"
        if profiled.text[after.start : after.end] in towards:
            role = "object"
        elif not role and said.endswith(subject) and len(said) > 2:
            role = "subject"
        if role:
            out[profiled.keys[i]] = role, Span(word.start, word.end)
    return out if len(out) == 2 and sum(role == "subject" for role, _ in out.values()) == 1 else {}


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
