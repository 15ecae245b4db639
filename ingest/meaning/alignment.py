"""A claim laid against a quote: which facts agree, which contradict, which have no counterpart.

A quote holds many facts, so two values only contradict when they are said of the same thing: the words around them
must be alike, and no other place in the quote may agree better.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from ingest.document import Span
from ingest.meaning.agreeing import AGREE, CONFLICT, relation
from ingest.meaning.assertion import Assertion, Quantity
from ingest.meaning.facts import Fact, Profile, families, likeness
from ingest.meaning.roles import exchanged_roles
from ingest.meaning.wording import generic_keys, telling_keys

Status = Literal["agree", "conflict", "missing"]
# How alike the surroundings of two conflicting values must be, and by how much more than those of an agreeing value.
ALIKE = 0.30
MARGIN = 0.25
# The same for one word under another negation, person or mood: the word itself counts half, in short texts enough.
_WORD_ALIKE = 0.50
_WORD_ALIKE_LONG = 0.62
_WORD_MARGIN = 0.05
_SHORT = 4
_ALONE = 0.75
# A quote of more content words than this is a passage: the same words stand in it for several reasons.
_LONG = 60
_ALIKE_LONG = 0.5
_PLANNED = 0.75
_SAME_STORY = 0.6
_BOUND_REACH = 3
RELATIVES = frozenset(
    [
        "mother",
        "father",
        "sister",
        "brother",
        "son",
        "daughter",
        "grandmother",
        "grandfather",
        "aunt",
        "uncle",
        "wife",
        "husband",
    ]
)
# No claim fact is held against more than so many of the quote, no word against more than so many occurrences.
_CANDIDATES = 48
_OCCURRENCES = 24
_SINGLE = frozenset(("number", "date", "dose", "reference", "party"))
_VALUES = frozenset(("number", "date", "dose", "reference", "side", "severity"))
_MODAL_CONFLICTS = frozenset(
    frozenset(pair)
    for pair in (
        ("must", "may"),
        ("must", "must_not"),
        ("may", "must_not"),
        ("must", "need_not"),
        ("must_not", "need_not"),
    )
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact of the claim against the quote; `strength` is how alike the surroundings are, 0 to 1."""

    kind: str
    status: Status
    claim: Span | None
    quote: Span | None
    strength: float = 1.0
    detail: str = ""


def align(claim: Profile, quote: Profile, scopes: bool = True) -> list[Finding]:
    """Findings in the order of the claim's words, then those of negation, person, time, certainty and modality.

    Args:
        claim, quote: what is laid against what.
        scopes: whether negation and the other things that reach over words are compared.
    """
    findings: list[Finding] = []
    others = families(quote)
    index = _by_about(others)
    speaking = speaking_sentences(claim, quote)
    for fact in claim.facts:
        finding = _against(fact, _candidates(fact, others.get(fact.family, []), index), claim, quote)
        if finding is not None and not (speaking is not None and _elsewhere(finding, quote, speaking)):
            findings.append(finding)
    findings += _lone_relatives(claim, quote, others)
    findings += exchanged(claim, quote)
    # "the patient's mother" or "probably" on both sides: whose illness or how sure was compared already, by word.
    agreed = {f.kind for f in findings if f.status == "agree"}
    if not scopes:
        return findings
    settled = agreed & {"person", "certainty"} | ({"time"} if "date" in agreed else set())
    return findings + [f for f in assertions(claim, quote) if f.kind not in settled]


def _by_about(others: dict[str, list[Fact]]) -> dict[tuple[str, str], list[Fact]]:
    """For families with many facts: from a word around a fact to the facts it stands by."""
    index: dict[tuple[str, str], list[Fact]] = {}
    for family, facts in others.items():
        if len(facts) > _CANDIDATES:
            for fact in facts:
                for key in fact.about:
                    listed = index.setdefault((family, key), [])
                    if len(listed) < _CANDIDATES:
                        listed.append(fact)
    return index


def _candidates(fact: Fact, facts: list[Fact], index: dict[tuple[str, str], list[Fact]]) -> list[Fact]:
    if len(facts) <= _CANDIDATES:
        return facts
    found: dict[int, Fact] = {}
    for key, _ in sorted(fact.about.items(), key=lambda item: (-item[1], item[0])):
        for other in index.get((fact.family, key), []):
            found.setdefault(id(other), other)
        if len(found) >= _CANDIDATES:
            break
    return list(found.values())


def _against(fact: Fact, candidates: list[Fact], claim: Profile, quote: Profile) -> Finding | None:
    best: dict[int, tuple[float, Fact | None]] = {AGREE: (-1.0, None), CONFLICT: (-1.0, None)}
    for other in candidates:
        verdict = relation(fact, other, claim.text, quote.text)
        if verdict == CONFLICT and _within_bound(fact, other, claim):
            verdict = AGREE
        if verdict not in best:
            continue
        strength = likeness(fact.about, other.about)
        if not fact.about and not other.about:
            strength = 1.0
        if strength > best[verdict][0]:
            best[verdict] = strength, other
    agreed, conflicting = best[AGREE], best[CONFLICT]
    floor = _ALIKE_LONG if len(quote.content) > _LONG else ALIKE
    if conflicting[1] is not None and conflicting[0] >= floor and conflicting[0] > agreed[0] + MARGIN:
        return Finding(fact.kind, "conflict", fact.span, conflicting[1].span, conflicting[0])
    if agreed[1] is not None:
        return Finding(fact.kind, "agree", fact.span, agreed[1].span, agreed[0])
    if fact.kind in _SINGLE:
        return Finding(fact.kind, "missing", fact.span, None, max(conflicting[0], 0.0))
    return None


def exchanged(claim: Profile, quote: Profile) -> list[Finding]:
    """Two parties or persons who have changed places: who must pay whom."""
    found = exchanged_roles(claim, quote)
    return [Finding(kind, "conflict", mine, theirs, 1.0) for kind, mine, theirs in found]


def _lone_relatives(claim: Profile, quote: Profile, others: dict[str, list[Fact]]) -> list[Finding]:
    """A relative on one side, nobody on the other, and all else alike: "his son has asthma" against "he has asthma"."""
    mine = [f for f in claim.facts if f.kind == "person" and f.value in RELATIVES]
    theirs = [f for facts in others.values() for f in facts if f.kind == "person" and f.value in RELATIVES]
    out = []
    for facts, other, there in ((mine, quote, theirs), (theirs, claim, mine)):
        if there or len(facts) != 1 or len(other.content) > 3 * max(len(claim.content), 4):
            continue
        fact = facts[0]
        held = sum(w * w for key, w in fact.about.items() if key in other.by_key)
        if held >= _SAME_STORY and not _speaks(claim if facts is mine else quote, fact):
            span = None
            pair = (fact.span, span) if facts is mine else (span, fact.span)
            out.append(Finding("person", "conflict", pair[0], pair[1], held))
    return out


def _speaks(profiled: Profile, fact: Fact) -> bool:
    """Whether the relative only tells it: "the wife reports that he fell"."""
    telling = telling_keys(profiled.language)
    return any(word.key in telling for word in profiled.words[fact.place : fact.place + 5])


def _elsewhere(finding: Finding, quote: Profile, speaking: frozenset[int]) -> bool:
    """Whether a contradiction of words, not of values, stands in a sentence that speaks of something else."""
    if finding.status != "conflict" or finding.quote is None or finding.kind in _VALUES:
        return False
    place = bisect_right([w.start for w in quote.words], finding.quote.start) - 1
    return quote.words[max(place, 0)].sentence not in speaking


def _within_bound(fact: Fact, other: Fact, claim: Profile) -> bool:
    """Whether the claim says "at least 3" (or "at most") and the quote's value keeps to it."""
    if (
        not isinstance(fact.value, Quantity)
        or not isinstance(other.value, Quantity)
        or fact.value.unit != other.value.unit
    ):
        return False
    for bound in claim.facts:
        if bound.kind == "bound" and abs(bound.place - fact.place) <= _BOUND_REACH:
            rises = other.value.value >= fact.value.value
            return rises if bound.value == "least" else not rises if bound.value == "most" else False
    return False


# Fields of an assertion that are compared word by word: name, kind of reason, value that says nothing.
_FIELDS = (
    ("negated", "negation", False),
    ("certainty", "certainty", "certain"),
    ("temporality", "time", "recent"),
    ("experiencer", "person", "patient"),
    ("modality", "modality", ""),
)


def _differs(field: str, a: Assertion, b: Assertion) -> bool:
    one, two = getattr(a, field), getattr(b, field)
    if "hypothetical" in (one, two):
        return False  # who leaves out an "if" says more than the quote, but not its opposite
    if field == "certainty" and "may" in (a.modality, b.modality):
        return False  # "may be assigned" is a permission in one reading and a doubt in the other
    if field == "negated":
        # "No party shall be liable" forbids, "neither party is liable" denies: both say no.
        return (a.negated or a.modality == "must_not") != (b.negated or b.modality == "must_not")
    if field == "modality":
        return frozenset((one, two)) in _MODAL_CONFLICTS
    return bool(one != two)


def _floor(
    field: str, a: Assertion, theirs: list[Assertion], number_of: dict[int, int], place: int, floor: float
) -> float:
    """How alike the surroundings must be. "Agreed" and "shall be paid" read as plans, so a plan needs more."""
    planned = "planned" in (a.temporality, theirs[number_of[place]].temporality)
    # In running text the past tense is no history, so a longer text needs more as well.
    if field == "temporality" and (planned or floor > _WORD_ALIKE):
        return _PLANNED
    return floor


def _cue_span(assertion: Assertion, field: str) -> Span | None:
    for cue in assertion.cues:
        if cue.kind == field:
            return cue.span
    return None


def speaking_sentences(claim: Profile, quote: Profile) -> frozenset[int] | None:
    """Sentences of a passage that speak of what the claim says: those that share most of its words, at least half.

    None for a short quote, where every sentence may.
    """
    if len(quote.content) <= _LONG:
        return None
    votes: Counter[int] = Counter()
    keys = {claim.keys[i] for i in claim.content}
    for key in keys:
        votes.update({quote.words[j].sentence for j in quote.by_key.get(key, [])[:_OCCURRENCES]})
    most = max(votes.values(), default=0)
    if 2 * most < len(keys):
        return frozenset()
    return frozenset(number for number, count in votes.items() if count >= 0.8 * most)


def _shared(strength: float) -> float:
    """Likeness of two places of one word: the word itself counts as much as all that stands around it."""
    return (1.0 + strength) / 2


def _pairs(claim: Profile, quote: Profile) -> list[tuple[int, list[tuple[float, int]]]]:
    """For each content word of the claim its places in the quote, with how alike the surroundings are."""
    out = []
    generic = generic_keys(claim.language)
    speaking = speaking_sentences(claim, quote)
    for number, i in enumerate(claim.content):
        places = quote.by_key.get(claim.keys[i], [])[:_OCCURRENCES]
        if speaking is not None:
            places = [j for j in places if quote.words[j].sentence in speaking]
        if places and claim.keys[i] not in generic:
            around = claim.about(i)
            out.append((number, [(_shared(likeness(around, quote.about(j))), j) for j in places]))
    return out


def assertions(claim: Profile, quote: Profile) -> list[Finding]:
    """Negation, certainty, time, person and modality, compared on the words that both texts share."""
    pairs = _pairs(claim, quote)
    if not pairs:
        return []
    mine, theirs = claim.asserted(), quote.asserted()
    number_of = {j: n for n, j in enumerate(quote.content)}
    short = min(len(claim.content), len(quote.content)) <= _SHORT
    floor = _WORD_ALIKE if short else _WORD_ALIKE_LONG
    findings = []
    for field, kind, silent in _FIELDS:
        same = different = 0.0
        example: tuple[float, Assertion, Assertion] | None = None
        for number, places in pairs:
            a = mine[number]
            best_same = max((s for s, j in places if not _differs(field, a, theirs[number_of[j]])), default=-1.0)
            worst = max(((s, j) for s, j in places if _differs(field, a, theirs[number_of[j]])), default=(-1.0, -1))
            if worst[0] > best_same + _WORD_MARGIN and worst[0] >= _floor(field, a, theirs, number_of, worst[1], floor):
                different += 1
                if example is None or worst[0] > example[0]:
                    example = worst[0], a, theirs[number_of[worst[1]]]
            elif best_same >= 0 and getattr(a, field) != silent:
                same += 1
        # In a longer text one word under another negation may be said of something else; a second one, or its
        # very neighbours, must confirm it.
        sure = short or different >= 2 or (example is not None and example[0] >= _ALONE)
        if len(quote.content) > _LONG and (different < len(pairs) / 3 or kind == "time"):
            sure = False
        if example is not None and different > same and sure:
            findings.append(_finding(kind, field, example))
        elif same:
            findings.append(Finding(kind, "agree", None, None))
    return findings


def _finding(kind: str, field: str, example: tuple[float, Assertion, Assertion]) -> Finding:
    strength, a, b = example
    mine, theirs = _cue_span(a, field), _cue_span(b, field)
    return Finding(kind, "conflict", mine or a.span, theirs or b.span, strength)
