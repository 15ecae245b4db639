"""What a value is the value of: doses that two drugs, sides that two bones, dates that two persons have exchanged.

A text is cut into stretches at "and", commas and the like. A word is bound to the values of its stretch, or, where it
has none, to the nearest. Two texts that bind the same words to other values, while each has the other's, contradict
each other, though every word and value of one stands in the other.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from casefolio.ingest.document import Span
from casefolio.ingest.languages import about
from casefolio.ingest.meaning.agreeing import AGREE, CONFLICT, relation
from casefolio.ingest.meaning.assertion import Quantity
from casefolio.ingest.meaning.compared_words import generic_keys, joining_ending, joining_words, linking_keys
from casefolio.ingest.meaning.facts import Fact, Profile
from casefolio.ingest.meaning.finding import LONG, Finding
from casefolio.ingest.meaning.numerals import numerals

# Kinds of facts that belong to something; certainty, acts and the like hold for a whole clause.
BOUND = frozenset(("number", "dose", "date", "side", "person", "party", "time", "severity"))
# Steps between a word and a value: by what stands between. A stretch ends where the step is a break.
_WORD, _SMALL, _BREAK, _STOP = 1.0, 0.5, 2.0, 4.0
_PARTS = re.compile(r"[,)/]|\s[-–—]\s|\n[ \t]*(?:[-*•]|\d{1,2}[.)]\s)")
_HARD = re.compile(r"[;|]|\n\s*\n")
_FAR = 14.0
_NEAR = 8.0  # both distances of a name to its value, up to which it outweighs any words
# How much heavier the words that speak for an exchange must be than those against it.
_MARGIN = 1.5
# The same where two values are another's each: then they have changed places.
_MARGIN_OF_TWO = 0.75
# How much more a name counts than another word: "signed" is said of both, "Mr Pym" of one.
_NAMES = 4.0
_STRENGTH = 0.9
_WORDS = frozenset(("person", "party", "act", "direction"))  # contrasts that are looked for as words as well
_BARE = "as written"
BOUND_ALIKE = "of the same"


@dataclass(frozen=True, slots=True)
class _Bound:
    """A word and one value that it is bound to, with the distance between them."""

    fact: Fact
    distance: float


def exchanged_values(
    claim: Profile, quote: Profile, changes: frozenset[frozenset[Span]] = frozenset()
) -> list[Finding]:
    """Values of the claim that the quote has, but of other things; one finding for each family of values.

    Where each value of a family is of the same thing in both, the finding agrees and its detail is `BOUND_ALIKE`.

    Args:
        claim, quote: what is laid against what.
        changes: pairs of values of the quote that are the two ends of one change.
    """
    mine, theirs = _families(claim), _families(quote)
    bare = bare_numbers(claim, quote)
    if bare is not None:
        mine[_BARE], theirs[_BARE] = bare
    anchors = _anchors(claim, quote, mine, theirs)
    found = []
    for family, facts in mine.items():
        others = theirs.get(family, [])
        if len(others) < 2 or all(_relation(others[0], o, quote, quote) == AGREE for o in others[1:]):
            continue
        found += _exchange(claim, quote, facts, others, anchors, changes)
    return found


def bare_numbers(claim: Profile, quote: Profile) -> tuple[list[Fact], list[Fact]] | None:
    """Numbers without a unit that a quote has with one ("CRP was 148": 148 mg/l), and the quote's as they are written.

    None where the claim has no such number.
    """
    counts = [f for f in claim.facts if isinstance(f.value, Quantity) and not f.value.unit and _digits(f, claim)]
    if not counts:
        return None
    written = [
        (f, told[0].value)
        for f in quote.facts
        if isinstance(f.value, Quantity) and len(told := numerals(f.span.of(quote.text), quote.language)) == 1
    ]
    if any(not f.value.unit for f, _ in written):
        return None  # counts are compared as they are
    held = {value for _, value in written}
    mine = [replace(f, family=_BARE, value=f.value.value) for f in counts if f.value.value in held]
    return (mine, [replace(f, family=_BARE, value=value) for f, value in written]) if mine else None


def _digits(fact: Fact, profiled: Profile) -> bool:
    return any(c.isdigit() for c in fact.span.of(profiled.text))


Anchors = tuple[dict[int, str], dict[int, str]]


def _anchors(claim: Profile, quote: Profile, mine: dict[str, list[Fact]], theirs: dict[str, list[Fact]]) -> Anchors:
    """Values that both texts have, as words that other values may be bound to: "on 5 September 51 minutes".

    Returns:
        From the place of a value to its key, in the claim and in the quote; one that stands in the quote
        twice tells none apart.
    """
    here: dict[int, str] = {}
    there: dict[int, str] = {}
    for family, facts in mine.items():
        others = theirs.get(family, ())
        if family.startswith("group") and facts[0].kind in _WORDS:
            continue  # these are words already
        for number, fact in enumerate(facts):
            same = [o for o in others if _relation(fact, o, claim, quote) == AGREE]
            if len(same) == 1 and same[0].place not in there:
                here[fact.place] = there[same[0].place] = f"@{family}.{number}"
    return here, there


def _families(profiled: Profile) -> dict[str, list[Fact]]:
    out: dict[str, list[Fact]] = {}
    for fact in profiled.facts:
        if fact.kind in BOUND and fact.family != "name":
            out.setdefault(fact.family, []).append(fact)
    return out


def _relation(a: Fact, b: Fact, text: Profile, other: Profile) -> int:
    return relation(a, b, text.text, other.text)


def _exchange(
    claim: Profile,
    quote: Profile,
    facts: list[Fact],
    others: list[Fact],
    anchors: Anchors,
    changes: frozenset[frozenset[Span]],
) -> list[Finding]:
    """The exchange of one family of values, where the words that speak for it outweigh those against it.

    Returns:
        One conflict, or a finding that agrees for each value that a name or another value binds alike; or nothing.
    """
    wanted = {claim.keys[i] for i in claim.content} | set(anchors[0].values())
    said, read = _bindings(claim, facts, anchors[0]), _bindings(quote, others, anchors[1], wanted)
    if len(quote.content) > LONG:
        read = {key: bound for key, bound in read.items() if len(bound) <= 2}
    read = _of_both_ends(read, others, changes)
    ignored, naming = generic_keys(claim.language) | linking_keys(claim.language), _naming(claim)
    against = in_favour = 0.0
    votes = named = 0
    values: set[int] = set()
    alike: list[Fact] = []
    shown: tuple[float, Fact, Fact] | None = None
    for key, mine in said.items():
        theirs = read.get(key)
        if not theirs or key in ignored:
            continue
        verdict, a, b = _judge(claim, quote, mine, theirs)
        names = key in naming or key[0] == "@"
        weight = 2.0 ** -(a.distance + b.distance) * (_NAMES if names else 1.0)
        if verdict == AGREE:
            in_favour += weight
            if names and a.distance + b.distance <= _NEAR and b.distance <= theirs[0].distance:
                alike.append(a.fact)
        elif verdict == CONFLICT and any(_relation(a.fact, o, claim, quote) == AGREE for o in others):
            against += weight
            votes += 1
            named += names
            values.add(a.fact.place)
            if shown is None or weight > shown[0]:
                shown = weight, a.fact, b.fact
    margin = _MARGIN if len(values) < 2 else _MARGIN_OF_TWO
    # "Due on 1 April, on 1 May": a verb that is said once speaks for the first value alone.
    if shown is None or against <= margin * in_favour or (alike and not named):
        return [] if named else [Finding(f.kind, "agree", f.span, None, 1.0, BOUND_ALIKE) for f in alike]
    # One party named, one word shared: "the Tenant refunds its share of the building's premium".
    if votes < 2 and len(facts) < 2 and shown[1].kind in ("party", "person"):
        return []
    return [Finding(shown[1].kind, "conflict", shown[1].span, shown[2].span, _STRENGTH, "of another")]


def _of_both_ends(
    read: dict[str, list[_Bound]], facts: list[Fact], changes: frozenset[frozenset[Span]]
) -> dict[str, list[_Bound]]:
    """Bindings in which what changed from one value to another has both."""
    if not changes:
        return read
    other = {a.span: b for a in facts for b in facts if a is not b and frozenset((a.span, b.span)) in changes}
    return {
        key: bound + [_Bound(other[b.fact.span], b.distance) for b in bound if b.fact.span in other]
        for key, bound in read.items()
    }


def _naming(profiled: Profile) -> set[str]:
    """Keys of words that name somebody or something: names, parties, persons, and nouns where capitals show them."""
    out: set[str] = set()
    for fact in profiled.facts:
        if fact.family == "name" or fact.kind in ("party", "person"):
            out.update(w.key for w in profiled.words[fact.place : fact.place + 4] if w.start < fact.span.end)
            out.add(profiled.keys[fact.place])
    if about(profiled.language).get("capital_nouns"):
        out.update(profiled.keys[i] for i in profiled.content if profiled.words[i].capital)
    return out


def _judge(claim: Profile, quote: Profile, mine: list[_Bound], theirs: list[_Bound]) -> tuple[int, _Bound, _Bound]:
    """Whether any value that a word has in the claim is one that it has in the quote."""
    nearest = mine[0], theirs[0]
    met = {_relation(a.fact, b.fact, claim, quote): (a, b) for a in reversed(mine) for b in reversed(theirs)}
    for verdict in (AGREE, CONFLICT):
        if verdict in met:
            return verdict, *met[verdict]
    return 0, *nearest


def _bindings(
    profiled: Profile, facts: list[Fact], anchors: dict[int, str], wanted: set[str] | None = None
) -> dict[str, list[_Bound]]:
    """For each content word the values that it is bound to, nearest first; words between two values are left out.

    Args:
        profiled: the text.
        facts: the values.
        anchors: from the place of another value to its key: it counts as a word.
        wanted: keys that are asked for; None for all.
    """
    places = _Steps(profiled)
    covered = {i for fact in facts for i in range(*places.words_of(fact))}
    near_to = places.window(facts)
    out: dict[str, list[_Bound]] = {}
    for i in (*profiled.content, *anchors):
        key = anchors.get(i) or profiled.keys[i]
        if i in covered or (wanted is not None and key not in wanted):
            continue
        near = sorted(
            (b for fact, first, last in near_to(i) if (b := places.bound(i, fact, first, last)) is not None),
            key=lambda b: b.distance,
        )
        inside = [b for b in near if b.distance < _FAR and not places.broken(i, b.fact)]
        if inside:
            out.setdefault(key, []).extend(inside)
        elif (
            near
            and i not in anchors
            and (  # a value tells what stands in its own stretch, none beyond a comma
                len(near) == 1 or near[0].distance < near[1].distance or near[0].fact.value == near[1].fact.value
            )
        ):
            out.setdefault(key, []).append(near[0])
    return {key: sorted(bound, key=lambda b: b.distance) for key, bound in out.items()}


class _Steps:
    """Distances along the words of a text, as sums from its beginning, so that each is one subtraction."""

    def __init__(self, profiled: Profile) -> None:
        self._starts = [w.start for w in profiled.words]
        self._words = profiled.words
        self._sums, self._breaks = [0.0], [0]
        for cost, parts in _costs(profiled):
            self._sums.append(self._sums[-1] + cost)
            self._breaks.append(self._breaks[-1] + parts)

    def words_of(self, fact: Fact) -> tuple[int, int]:
        """First word of a fact and the one behind its last."""
        last = bisect_right(self._starts, fact.span.end - 1)
        return fact.place, max(last, fact.place + 1)

    def window(self, facts: Sequence[Fact]) -> Callable[[int], Sequence[tuple[Fact, int, int]]]:
        """What gives the facts that may be near a word, in their order, each with its words."""
        spans = sorted(((fact, *self.words_of(fact)) for fact in facts), key=lambda s: s[1])
        begins = [self._sums[first] for _, first, _ in spans]
        longest = max((self._sums[behind - 1] - self._sums[first] for _, first, behind in spans), default=0.0)

        def near(i: int) -> Sequence[tuple[Fact, int, int]]:
            at = self._sums[i]
            return spans[bisect_left(begins, at - _FAR - longest) : bisect_right(begins, at + _FAR)]

        return near

    def bound(self, i: int, fact: Fact, first: int, behind: int) -> _Bound | None:
        """The distance of a word to a fact of its sentence; None beyond it."""
        if self._words[i].sentence != self._words[first].sentence:
            return None
        a, b = (i, first) if i < first else (behind - 1, i)
        distance = abs(self._sums[b] - self._sums[a])
        return _Bound(fact, distance) if distance <= _FAR else None

    def broken(self, i: int, fact: Fact) -> bool:
        """Whether a word and a fact stand in two stretches."""
        first, behind = self.words_of(fact)
        a, b = (i, first) if i < first else (behind - 1, i)
        return self._breaks[a] != self._breaks[b]


def _costs(profiled: Profile) -> Iterator[tuple[float, int]]:
    """Cost of each step from a word to the next, and whether a stretch ends between them."""
    text, words, joins = profiled.text, profiled.words, joining_words(profiled.language)
    joined = joining_ending(profiled.language)
    for i in range(1, len(words)):
        before, word = words[i - 1], words[i]
        between = text[before.end : word.start]
        cost = _WORD if word.content else _SMALL
        if _HARD.search(between):
            yield cost + _STOP, 1
        elif (
            _PARTS.search(between)
            or text[word.start : word.end].lower() in joins
            or joined.search(text[before.start : before.end])
        ):
            yield cost + _BREAK, 1
        else:
            yield cost, 0
