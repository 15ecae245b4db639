"""Finding cues and how far each reaches, in the manner of ConText.

Chapman et al., "ConText: an algorithm for identifying contextual features from clinical text" (BioNLP 2007), and
Harkema et al. (J Biomed Inform 2009): a cue reaches forward or backward to the end of its sentence, unless a word that
ends scopes stands before. Added here: scopes of four sizes and of n tokens, values that end each other (`no` ends where
`positive for` begins), and headings that reach over their section.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from casefolio.ingest.document import Span
from casefolio.ingest.meaning.assertion import Cue
from casefolio.ingest.meaning.boundaries import Boundaries, find_boundaries
from casefolio.ingest.meaning.lexicon import KINDS, WORD, Lexicon, Rule, lexicon
from casefolio.ingest.sentences import sentence_spans


@dataclass(frozen=True, slots=True)
class Mark:
    """A cue in a text and the stretch it holds for, which includes the cue itself."""

    kind: str
    value: str
    start: int
    end: int
    reach: tuple[int, int]
    section: bool = False

    @property
    def cue(self) -> Cue:
        """The frozen value that leaves this package."""
        return Cue(self.kind, self.value, Span(self.start, self.end))

    def covers(self, start: int, end: int) -> bool:
        """Whether the cue's reach touches a stretch that lies before or after it."""
        return self.reach[0] < end and start < self.reach[1]


@dataclass(frozen=True, slots=True)
class Scan:
    """A text with its boundaries and marks, in order of their start; marks of headings stand apart."""

    text: str
    bounds: Boundaries
    marks: tuple[Mark, ...]
    headings: tuple[Mark, ...]
    ends: tuple[tuple[int, int, str], ...]

    def near(self, start: int, end: int) -> list[Mark]:
        """Marks of the sentences that a stretch touches, and of the heading that it stands under."""
        found: list[Mark] = []
        if self.marks:
            stops = self.bounds.sentence
            left = stops[bisect_right(stops, start) - 1]
            after = bisect_right(stops, max(start, end - 1))
            right = stops[after] if after < len(stops) else stops[-1]
            found += self.marks[bisect_left(self.marks, left, key=_start) : bisect_left(self.marks, right, key=_start)]
        position = bisect_right(self.headings, start, key=_start)
        # Headings of several kinds may start at one word, so look back as far as their section starts.
        while position and self.headings[position - 1].reach[1] > start:
            position -= 1
            found.append(self.headings[position])
        return found


def _start(mark: Mark) -> int:
    return mark.start


def fold(text: str) -> str:
    """Lower case of the same length, so that positions stay true."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def scan(text: str, language: str) -> Scan:
    """All marks of a text, in time linear in its length."""
    sentences = sentence_spans(text, language)
    folded = _joined(fold(text), sentences)
    tokens = list(WORD.finditer(folded))
    return _scan(text, folded, tokens, lexicon(language), find_boundaries(text, tokens, sentences))


def _joined(folded: str, sentences: Sequence[Span]) -> str:
    """The text with blanks for the line breaks inside of its sentences: "kein⏎Fieber" is no "kein" at a line's end."""
    if "\n" not in folded:
        return folded
    out, done = [], 0
    for span in sentences:
        if folded.find("\n", span.start, span.end) >= 0:
            out += [folded[done : span.start], folded[span.start : span.end].replace("\n", " ")]
            done = span.end
    return "".join([*out, folded[done:]])


def _scan(text: str, folded: str, tokens: list[re.Match[str]], rules: Lexicon, bounds: Boundaries) -> Scan:
    found = list(rules.find(text, folded, tokens))
    stops = _stops(found)
    starts = [t.start() for t in tokens]
    marks: list[Mark] = []
    headings: list[Mark] = []
    for rule, start, end in found:
        for kind, value in rule.effects:
            if kind in KINDS:
                reach = _reach(text, rule, start, end, bounds, stops.get(kind, {}), value, starts)
                section = rule.scope == "section"
                (headings if section else marks).append(Mark(kind, value, start, end, reach, section))
    ends = tuple((s, e, v) for r, s, e in found for k, v in r.effects if k == "end")
    return Scan(text, bounds, tuple(_absorb(found, marks, bounds)), tuple(headings), ends)


def _absorb(found: list[tuple[Rule, int, int]], marks: list[Mark], bounds: Boundaries) -> list[Mark]:
    """The marks without those that are the second half of another cue, as "nicht" is in "darf … nicht"."""
    halves = set()
    for rule, start, end in found:
        for kind in (v for k, v in rule.effects if k == "absorb"):
            stop = bounds.around("clause", start, end)[1]
            for index in range(bisect_left(marks, end, key=_start), len(marks)):
                if marks[index].start >= stop or marks[index].kind == kind:
                    halves |= {index} if marks[index].start < stop else set()
                    break
    return [mark for index, mark in enumerate(marks) if index not in halves] if halves else marks


Stops = dict[str, tuple[list[int], list[int]]]


def _stops(found: list[tuple[Rule, int, int]]) -> dict[str, Stops]:
    """For each kind and value, where a scope of that value stops: starts and ends of end words and of other values."""
    listed: dict[str, list[tuple[int, int, str]]] = {kind: [] for kind in KINDS}
    for rule, start, end in found:
        for kind, value in rule.effects:
            if kind == "end":
                for name in KINDS if value == "all" else value.split(","):
                    listed[name].append((start, end, ""))
            elif kind in listed:
                listed[kind].append((start, end, value))
    return {kind: _by_value(items) for kind, items in listed.items() if items}


def _by_value(items: list[tuple[int, int, str]]) -> Stops:
    return {
        value: ([s for s, _, v in items if v != value], [e for _, e, v in items if v != value])
        for value in {v for _, _, v in items} - {""}
    }


def _closing_bracket(text: str, start: int, end: int) -> int:
    """What begins inside brackets ends with them."""
    close = text.find(")", start, end)
    return close if close >= 0 and text.find("(", start, close) < 0 else end


def _reach(
    text: str, rule: Rule, start: int, end: int, bounds: Boundaries, stops: Stops, value: str, starts: list[int]
) -> tuple[int, int]:
    limit = rule.limit
    level = "sentence" if limit else rule.scope
    left, right = bounds.around(level, start, end)
    stop_starts, stop_ends = stops.get(value, ([], []))
    if rule.scope == "section":
        return start, right
    if rule.direction == "backward":
        right = end
    else:
        index = bisect_left(stop_starts, end)
        if index < len(stop_starts):
            right = min(right, stop_starts[index])
        if limit:
            token = bisect_left(starts, end) + limit
            right = min(right, starts[token]) if token < len(starts) else right
        right = _closing_bracket(text, end, right)
    if rule.direction == "forward":
        left = start
    else:
        index = bisect_right(stop_ends, start)
        if index:
            left = max(left, stop_ends[index - 1])
        if limit:
            token = bisect_left(starts, start) - limit
            left = max(left, starts[token]) if token >= 0 else left
    return left, right
