"""From cues to assertions: what holds for a stretch of text, or for each clause of a text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from ingest.document import Span
from ingest.meaning.assertion import Assertion, Certainty, Cue, Experiencer, Modality, Severity, Side, Temporality
from ingest.meaning.engine import Mark, Scan, scan
from ingest.meaning.tongue import rule_language

# What the heading of a section says about everything beneath it; keys are kinds of `Section`.
SECTION_KINDS = {
    "family_history": ("experiencer", "family"),
    "past_history": ("temporality", "historical"),
    "past_medical_history": ("temporality", "historical"),
    "surgical_history": ("temporality", "historical"),
    "history": ("temporality", "historical"),
    "plan": ("temporality", "planned"),
}
_DEFAULTS = {
    "negated": "no", "certainty": "certain", "temporality": "recent", "experiencer": "patient",
    "side": "", "severity": "", "modality": "",
}  # fmt: skip
# A cue inside a given stretch is a part of what is asserted ("without lesion" as one finding), so it does not turn it.
_OUTSIDE_ONLY = frozenset({"negated", "certainty"})
_COMMA = re.compile(r",|，|、|\band\b|\bund\b")
_CROSSING = 40
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
    return sorted((m.cue for m in (*scanned.marks, *scanned.headings)), key=lambda c: (c.span, c.kind))


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
    best: dict[str, tuple[int, Mark]] = {}
    for mark in near:
        if mark.kind == "conditions" or not mark.covers(span.start, span.end):
            continue
        inside = span.start <= mark.start and mark.end <= span.end
        if inside and not whole and mark.kind in _OUTSIDE_ONLY:
            continue
        distance = _distance(scanned.text, mark, span)
        if mark.kind not in best or distance < best[mark.kind][0]:
            best[mark.kind] = distance, mark
    values = dict(_DEFAULTS)
    if section_kind in SECTION_KINDS:
        kind, value = SECTION_KINDS[section_kind]
        values[kind] = value
    values |= {kind: mark.value for kind, (_, mark) in best.items()}
    conditions, within = _conditions(scanned, near, span)
    if within and values["certainty"] == "certain" and not whole:
        values["certainty"] = "hypothetical"
    used = [mark.cue for _, mark in best.values()] + [m.cue for m in within]
    return _assertion(span, values, conditions, used)


def _assertion(span: Span, values: dict[str, str], conditions: tuple[Span, ...], used: list[Cue]) -> Assertion:
    return Assertion(
        span=span,
        negated=values["negated"] == "yes",
        certainty=cast(Certainty, values["certainty"]),
        temporality=cast(Temporality, values["temporality"]),
        experiencer=cast(Experiencer, values["experiencer"]),
        side=cast(Side, values["side"]),
        severity=cast(Severity, values["severity"]),
        modality=cast(Modality, values["modality"]),
        conditions=conditions,
        cues=tuple(sorted(used, key=lambda c: (c.span, c.kind))),
    )


def _distance(text: str, mark: Mark, span: Span) -> int:
    """Characters between a cue and a stretch; a comma or "and" between them counts as forty, a heading as far away."""
    if mark.section:
        return 1_000_000 - mark.start
    if mark.start < span.end and span.start < mark.end:
        return 0
    left, right = (mark.end, span.start) if mark.end <= span.start else (span.end, mark.start)
    between = text[left:right]
    return len(between) + _CROSSING * len(_COMMA.findall(between))


def _conditions(scanned: Scan, near: list[Mark], span: Span) -> tuple[tuple[Span, ...], list[Mark]]:
    """Conditions and exceptions of the sentence that lie outside the stretch, and the condition cues it lies under."""
    outside, within = [], []
    for mark in near:
        if mark.kind != "conditions":
            continue
        extent = condition_extent(scanned, mark)
        if extent.overlaps(span) and not span.contains(extent):
            if mark.value == "condition" and not (span.start <= mark.start and mark.end <= span.end):
                within.append(mark)
        else:
            outside.append(extent)
    return tuple(sorted(set(outside))), within


def condition_extent(scanned: Scan, mark: Mark) -> Span:
    """The clause that a condition cue opens (or closes, as in Korean).

    At the head of a sentence it runs to the comma, elsewhere to the end of the clause.
    """
    phrase, sentence = scanned.bounds.phrase, scanned.bounds.around("sentence", mark.start, mark.end)
    start, end = mark.reach
    if start < mark.start:
        return Span(_skip(scanned.text, start, mark.end), mark.end)
    if not _WORDS.search(scanned.text[sentence[0] : mark.start]):
        end = next((p for p in phrase[bisect_right(phrase, mark.end) : bisect_left(phrase, end)]
                    if scanned.text[p] == ","), end)  # fmt: skip
    return Span(start, max(mark.end, start + len(scanned.text[start:end].rstrip(" \t\n.,;"))))


def _skip(text: str, start: int, end: int) -> int:
    body = text[start:end]
    return start + len(body) - len(body.lstrip(" \t\n,;."))
