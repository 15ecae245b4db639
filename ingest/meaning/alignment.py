"""A claim laid against a quote: which facts agree, which contradict, which have no counterpart.

A quote holds many facts, so two values only contradict when they are said of the same thing: the words around them
must be alike, and no other place in the quote may agree better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingest.document import Span
from ingest.meaning.agreeing import AGREE, CONFLICT, relation
from ingest.meaning.assertion import Assertion
from ingest.meaning.facts import Fact, Profile, families, likeness

Status = Literal["agree", "conflict", "missing"]
# How alike the surroundings of two conflicting values must be, and by how much more than those of an agreeing value.
ALIKE = 0.30
MARGIN = 0.10
# No claim fact is held against more than so many of the quote, no word against more than so many occurrences.
_CANDIDATES = 48
_OCCURRENCES = 24
_SINGLE = frozenset(("number", "date", "dose", "reference", "party"))
_MODAL_CONFLICTS = frozenset(
    frozenset(pair) for pair in (("must", "may"), ("must", "must_not"), ("may", "must_not"), ("must", "need_not"), ("must_not", "need_not"))
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


def align(claim: Profile, quote: Profile) -> list[Finding]:
    """Findings in the order of the claim's words, then those of negation, person, time, certainty and modality."""
    findings: list[Finding] = []
    others = families(quote)
    index = _by_about(others)
    for fact in claim.facts:
        finding = _against(fact, _candidates(fact, others.get(fact.family, []), index), claim, quote)
        if finding is not None:
            findings.append(finding)
    return findings + assertions(claim, quote)


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
        if verdict not in best:
            continue
        strength = likeness(fact.about, other.about)
        if not fact.about and not other.about:
            strength = 1.0
        if strength > best[verdict][0]:
            best[verdict] = strength, other
    agreed, conflicting = best[AGREE], best[CONFLICT]
    if conflicting[1] is not None and conflicting[0] >= ALIKE and conflicting[0] > agreed[0] + MARGIN:
        return Finding(fact.kind, "conflict", fact.span, conflicting[1].span, conflicting[0])
    if agreed[1] is not None:
        return Finding(fact.kind, "agree", fact.span, agreed[1].span, agreed[0])
    if fact.kind in _SINGLE:
        return Finding(fact.kind, "missing", fact.span, None, max(conflicting[0], 0.0))
    return None


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
    if field == "modality":
        return frozenset((one, two)) in _MODAL_CONFLICTS
    return bool(one != two)


def _cue_span(assertion: Assertion, field: str) -> Span | None:
    for cue in assertion.cues:
        if cue.kind == field:
            return cue.span
    return None


def _pairs(claim: Profile, quote: Profile) -> list[tuple[int, list[tuple[float, int]]]]:
    """For each content word of the claim its places in the quote, with how alike the surroundings are."""
    out = []
    for number, i in enumerate(claim.content):
        places = quote.by_key.get(claim.keys[i], [])[:_OCCURRENCES]
        if places:
            around = claim.about(i)
            out.append((number, [(likeness(around, quote.about(j)), j) for j in places]))
    return out


def assertions(claim: Profile, quote: Profile) -> list[Finding]:
    """Negation, certainty, time, person and modality, compared on the words that both texts share."""
    pairs = _pairs(claim, quote)
    if not pairs:
        return []
    mine, theirs = claim.asserted(), quote.asserted()
    number_of = {j: n for n, j in enumerate(quote.content)}
    findings = []
    for field, kind, silent in _FIELDS:
        same = different = 0.0
        example: tuple[float, Assertion, Assertion] | None = None
        for number, places in pairs:
            a = mine[number]
            best_same = max((s for s, j in places if not _differs(field, a, theirs[number_of[j]])), default=-1.0)
            worst = max(((s, j) for s, j in places if _differs(field, a, theirs[number_of[j]])), default=(-1.0, -1))
            if worst[0] > best_same + MARGIN and worst[0] >= ALIKE:
                different += 1
                if example is None or worst[0] > example[0]:
                    example = worst[0], a, theirs[number_of[worst[1]]]
            elif best_same >= 0 and getattr(a, field) != silent:
                same += 1
        if example is not None and different > same:
            findings.append(_finding(kind, field, example))
        elif same:
            findings.append(Finding(kind, "agree", None, None))
    return findings


def _finding(kind: str, field: str, example: tuple[float, Assertion, Assertion]) -> Finding:
    strength, a, b = example
    mine, theirs = _cue_span(a, field), _cue_span(b, field)
    return Finding(kind, "conflict", mine or a.span, theirs or b.span, strength)
