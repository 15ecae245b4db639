"""From cues to assertions: what holds for a stretch of text, or for each clause of a text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from casefolio.ingest.document import Span
from casefolio.ingest.meaning.assertion import Assertion, Cue
from casefolio.ingest.meaning.engine import Mark, Scan, scan
from casefolio.ingest.meaning.tongue import rule_language

# What the heading of a section says about everything beneath it; keys are kinds of `Section`.
SECTION_KINDS = {
    "family_history": ("experiencer", "family"),
    "past_history": ("temporality", "historical"),
    "social_history": ("temporality", "historical"),
    "allergies": ("temporality", "historical"),
    "plan": ("temporality", "planned"),
}
_DEFAULTS = {
    "negated": "no", "certainty": "certain", "temporality": "recent", "experiencer": "patient",
    "side": "", "severity": "", "modality": "", "state": "",
}  # fmt: skip
# A cue inside a given stretch is a part of what is asserted ("without lesion" as one finding), so it does not turn it.
_OUTSIDE_ONLY = frozenset({"negated", "certainty"})
# What is said in a condition stays there, and what is said beside it does not enter it.
_WALLED = frozenset({"negated", "certainty", "modality"})
_COMMA = re.compile(r",|，|、|\band\b|\bund\b")
_CROSSING = 40
# A condition that fills this share of a clause is the clause.
_MAIN = 0.8
# Characters up to which a condition between two commas is taken for an aside.
_ASIDE = 80
_WORDS = re.compile(r"\w")


def annotate(
    text: str, language: str | None = None, spans: Sequence[Span] | None = None, section_kind: str = ""
) -> list[Assertion]:
    """What a text asserts.

    Args:
        text: a passage, a sentence, or any other text; never longer work than linear in its length.
        language: `en`, `de`, `ko`; None or `und` to find out. There are no rules for others: all is affirmed there.
        spans: stretches of `text` to judge. A negation or doubt inside a stretch is a part of it and does not count.
        section_kind: kind of the section that the text stands in, as `Section.kind` names it.

    Returns:
        With `spans` one assertion for each, in their order. Without, one for every clause, in order; there every cue
        inside the clause counts.

    Raises:
        ValueError: a span runs beyond the text.
    """
    scanned = scan(text, rule_language(text, language))
    if spans is None:
        return [_assert(scanned, span, section_kind, whole=True) for span in clauses(scanned)]
    for span in spans:
        if span.end > len(text):
            raise ValueError(f"span {span} runs beyond a text of {len(text)} characters")
    return [_assert(scanned, span, section_kind, whole=False) for span in spans]


def cues(text: str, language: str | None = None) -> list[Cue]:
    """Every cue of a text in order of its place: negations, sides, modal verbs and the rest, without their reach."""
    scanned = scan(text, rule_language(text, language))
    return sorted((m.cue for m in (*scanned.marks, *scanned.headings)), key=_place)


def negates(text: str, language: str | None = None) -> bool:
    """Whether anything in a text is negated: "denies any allergy", "keine", 없음."""
    return any(cue.kind == "negated" and cue.value == "yes" for cue in cues(text, language))


def sides(text: str, language: str | None = None) -> frozenset[str]:
    """The sides that a text names: `left`, `right`, `both`; "left the ward" and "right to" are none."""
    return frozenset(cue.value for cue in cues(text, language) if cue.kind == "side")


def clauses(scanned: Scan) -> list[Span]:
    """Stretches between the ends of clauses, and between the words that end every scope; white space left out."""
    stops = {*scanned.bounds.clause, *(start for start, _, kinds in scanned.ends if kinds == "all")}
    ordered = sorted(stops)
    found = []
    for start, end in pairwise(ordered):
        body = scanned.text[start:end]
        lead = len(body) - len(body.lstrip(" \t\n\f;,•"))
        if _WORDS.search(body):
            found.append(Span(start + lead, start + len(body.rstrip())))
    return found


def _assert(scanned: Scan, span: Span, section_kind: str, whole: bool) -> Assertion:
    near = scanned.near(span.start, span.end)
    if not near and section_kind not in SECTION_KINDS:
        return Assertion(span)
    extents = [(mark, condition_extent(scanned, mark)) for mark in near if mark.kind == "conditions"]
    walls = [extent for _, extent in extents if not span.contains(extent)]
    asides = [extent for _, extent in extents if span.contains(extent) and len(extent) < _MAIN * len(span)]
    speaking: dict[str, list[Mark]] = {}
    for mark in near:
        if mark.kind == "conditions" or not mark.covers(span.start, span.end):
            continue
        inside = span.start <= mark.start and mark.end <= span.end
        if inside and not whole and mark.kind in _OUTSIDE_ONLY:
            continue
        if mark.kind in _WALLED and any(_parted(wall, mark, span) for wall in (asides if inside else walls)):
            continue
        speaking.setdefault(mark.kind, []).append(mark)
    best = {kind: _nearest(marks, scanned.text, span) for kind, marks in speaking.items()}
    values = dict(_DEFAULTS)
    if section_kind in SECTION_KINDS:
        kind, value = SECTION_KINDS[section_kind]
        values[kind] = value
    values |= {kind: mark.value for kind, mark in best.items()}
    within = [mark for mark, extent in extents if mark.value == "condition" and _stands_in(extent, mark, span)]
    if within and values["certainty"] == "certain" and not whole:
        values["certainty"] = "hypothetical"
    outside = {extent for _, extent in extents if not extent.overlaps(span) or span.contains(extent)}
    used = [mark.cue for mark in best.values()] + [mark.cue for mark in within]
    return _assertion(span, values, tuple(sorted(outside)), used)


def _nearest(marks: list[Mark], text: str, span: Span) -> Mark:
    """Of two that are equally near the one that says something out of the ordinary."""
    if len(marks) == 1:
        return marks[0]
    return min(marks, key=lambda mark: 2 * _distance(text, mark, span) + (mark.value == _DEFAULTS[mark.kind]))


def _parted(wall: Span, mark: Mark, span: Span) -> bool:
    """Whether a condition stands between a cue and a stretch: one inside, the other outside or around it."""
    return (wall.start <= mark.start < wall.end) != (wall.overlaps(span) and not span.contains(wall))


def _stands_in(extent: Span, mark: Mark, span: Span) -> bool:
    cue_inside = span.start <= mark.start and mark.end <= span.end
    return extent.overlaps(span) and not span.contains(extent) and not cue_inside


def _assertion(span: Span, values: dict[str, str], conditions: tuple[Span, ...], used: list[Cue]) -> Assertion:
    return Assertion(
        span=span,
        negated=values["negated"] == "yes",
        certainty=values["certainty"],  # type: ignore[arg-type]
        temporality=values["temporality"],  # type: ignore[arg-type]
        experiencer=values["experiencer"],  # type: ignore[arg-type]
        side=values["side"],  # type: ignore[arg-type]
        severity=values["severity"],  # type: ignore[arg-type]
        modality=values["modality"],  # type: ignore[arg-type]
        state=values["state"],  # type: ignore[arg-type]
        conditions=conditions,
        cues=tuple(sorted(used, key=_place) if len(used) > 1 else used),
    )


def _place(cue: Cue) -> tuple[int, int, str]:
    return cue.span.start, cue.span.end, cue.kind


def _distance(text: str, mark: Mark, span: Span) -> int:
    """Characters between a cue and a stretch; a comma or "and" between them counts as forty, a heading as far away."""
    if mark.section:
        return 1_000_000 - mark.start
    if mark.start < span.end and span.start < mark.end:
        return 0
    left, right = (mark.end, span.start) if mark.end <= span.start else (span.end, mark.start)
    between = text[left:right]
    return len(between) + _CROSSING * len(_COMMA.findall(between))


def condition_extent(scanned: Scan, mark: Mark) -> Span:
    """The clause that a condition cue opens (or closes, as in Korean).

    At the head of a sentence it runs to the comma, between two commas to the second, elsewhere to the clause's end.
    """
    text, phrase = scanned.text, scanned.bounds.phrase
    start, end = mark.reach
    if start < mark.start:
        return Span(_skip(text, start, mark.end), mark.end)
    before = text[scanned.bounds.around("sentence", mark.start, mark.end)[0] : mark.start].rstrip()
    later = phrase[bisect_right(phrase, mark.end) : bisect_left(phrase, end)]
    comma = next((p for p in later if text[p] == ","), end)
    if not _WORDS.search(before) or (before.endswith(",") and comma - mark.end <= _ASIDE):
        end = comma
    return Span(start, max(mark.end, start + len(text[start:end].rstrip(" \t\n.,;"))))


def _skip(text: str, start: int, end: int) -> int:
    body = text[start:end]
    return start + len(body) - len(body.lstrip(" \t\n,;."))
