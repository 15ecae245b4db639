"""Where scopes end by themselves: sections, sentences, clauses, phrases. One pass over the tokens of a text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from casefolio.ingest.document import Span

# A sentence that never ends is cut, so that no scope and no work grows with the length of the text.
MAX_TOKENS = 160

_CLAUSE = frozenset(";•·▪●◦")
_MARK = re.compile(r"[\n;•·▪●◦,:()]")
_HEADING = re.compile(r"[ \t]*(?:\d+[.)]\s*)?[A-ZÄÖÜ가-힣][^\n:.,;]{1,48}:")
_CAPITAL_HEADING = re.compile(r"(?<![A-Z] )\b[A-Z][A-Z]+(?:[ /&-]+[A-Z]+){0,5}:")


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Sorted positions of characters at which each scope stops; each list contains those of the greater scopes."""

    section: list[int]
    sentence: list[int]
    clause: list[int]
    phrase: list[int]

    def around(self, level: str, start: int, end: int) -> tuple[int, int]:
        """The stretch of a level that holds a cue: the last stop at or before `start`, the first at or after `end`."""
        stops: list[int] = getattr(self, level)
        left = bisect_right(stops, start) - 1
        right = bisect_right(stops, max(start, end - 1))
        return stops[left], stops[right] if right < len(stops) else stops[-1]


def find_boundaries(text: str, tokens: list[re.Match[str]], sentence_spans: Sequence[Span]) -> Boundaries:
    """Boundaries of a text from its tokens (matches of `lexicon.WORD`) and its sentences, in linear time."""
    sections, sentences, clauses, phrases = {0, len(text)}, {0, len(text)}, set[int](), set[int]()
    for match in _CAPITAL_HEADING.finditer(text):
        sections.add(match.start())
    starts = {span.start for span in sentence_spans}
    sentences |= starts
    for match in _MARK.finditer(text):
        position, character = match.start(), match.group()
        if character == "\n":
            # "no⏎Evidence of embolism:" is no heading.
            if _opens_section(text, position) and _skip_white(text, position) in starts:
                sections.add(position + 1)
        elif character in _CLAUSE:
            clauses.add(position)
        elif character != "," or not _within_number(text, position):
            phrases.add(position)
    sentences |= sections | set(_cuts(tokens, sorted(sentences)))
    clauses |= sentences
    phrases |= clauses
    return Boundaries(sorted(sections), sorted(sentences), sorted(clauses), sorted(phrases))


def _cuts(tokens: list[re.Match[str]], stops: list[int]) -> Iterator[int]:
    """Where sentences of more than `MAX_TOKENS` are cut."""
    if len(tokens) <= MAX_TOKENS:
        return
    starts: list[int] = []
    for left, right in pairwise(stops):
        if right - left > MAX_TOKENS:  # a token has a character at least
            starts = starts or [token.start() for token in tokens]
            yield from starts[bisect_left(starts, left) + MAX_TOKENS : bisect_left(starts, right) : MAX_TOKENS]


def _within_number(text: str, position: int) -> bool:
    return text[position - 1 : position].isdigit() and text[position + 1 : position + 2].isdigit()


def _skip_white(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _opens_section(text: str, position: int) -> bool:
    """Whether the line after a line break is a heading."""
    following = text[position + 1 : position + 64]
    if following.lstrip(" \t\f").startswith("\n"):
        rest = following.lstrip(" \t\f\n")
        return _HEADING.match(rest) is not None or rest[:12].isupper()
    return _HEADING.match(following) is not None
