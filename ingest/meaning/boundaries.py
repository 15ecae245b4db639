"""Where scopes end by themselves: sections, sentences, clauses, phrases. One pass over the tokens of a text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from ingest.meaning.words import word_list

ABBREVIATIONS = word_list("abbreviations")
OPENERS = word_list("openers")
# A sentence that never ends is cut, so that no scope and no work grows with the length of the text.
MAX_TOKENS = 160
# A line shorter than this was ended by its writer, a longer one by the margin.
SHORT_LINE = 48

_STOPS = frozenset(".!?。")
_CLAUSE = frozenset(";•·▪●◦")
_PHRASE = frozenset(",:()")
_HEADING = re.compile(r"[ \t]*(?:\d+[.)]\s*)?[A-ZÄÖÜ가-힣][^\n:.,;]{1,48}:")
_BULLET = re.compile(r"[ \t]*(?:[-*•·▪●◦–]|\d{1,2}[.)]|\(\d+\)|[①-⑳]|제\s?\d+조)[ \t]?")
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


def find_boundaries(text: str, tokens: list[re.Match[str]]) -> Boundaries:
    """Boundaries of a text from its tokens (matches of `lexicon.WORD`), in linear time."""
    sections, sentences, clauses, phrases = {0, len(text)}, {0, len(text)}, set[int](), set[int]()
    for match in _CAPITAL_HEADING.finditer(text):
        sections.add(match.start())
    line_start, since = 0, 0
    for index, token in enumerate(tokens):
        start, character = token.start(), token.group()
        since += 1
        if character == "\n":
            kind = _line_break(text, line_start, start)
            (sections if kind == "section" else sentences if kind == "sentence" else set[int]()).add(start + 1)
            line_start = start + 1
        elif character in _STOPS:
            if _ends_sentence(text, tokens, index):
                sentences.add(start + 1)
                since = 0
        elif character in _CLAUSE:
            clauses.add(start)
        elif character in _PHRASE and (character != "," or not _within_number(text, start)):
            phrases.add(start)
        if since >= MAX_TOKENS:
            sentences.add(start)
            since = 0
    sentences |= sections
    clauses |= sentences
    phrases |= clauses
    return Boundaries(sorted(sections), sorted(sentences), sorted(clauses), sorted(phrases))


def _within_number(text: str, position: int) -> bool:
    return text[position - 1 : position].isdigit() and text[position + 1 : position + 2].isdigit()


def _ends_sentence(text: str, tokens: list[re.Match[str]], index: int) -> bool:
    position = tokens[index].start()
    after = text[position + 1 : position + 2]
    if after and not after.isspace() and after not in "\"'”’)]":
        return False
    if index + 1 < len(tokens):
        following = tokens[index + 1].group()
        first = text[tokens[index + 1].start()]
        if following != "\n" and first.islower():
            return False
    if text[position] != "." or index == 0 or tokens[index - 1].end() != position:
        return True
    word = tokens[index - 1].group()
    if len(word) == 1 and word.isalpha() and word.isascii():
        return index + 1 < len(tokens) and tokens[index + 1].group() in OPENERS
    if word.isdigit() and index + 1 < len(tokens) and tokens[index + 1].group().isdigit():
        return False  # a Korean date: 2021. 4. 3.
    # Numbers with a full stop are ordinals in German ("am 12. Mai") and numbers of list items.
    return word not in ABBREVIATIONS and (not word.isdigit() or len(word) > 2)


def _line_break(text: str, line_start: int, position: int) -> str:
    following = text[position + 1 : position + 64]
    if not following.strip(" \t\f"):
        return "sentence"
    if following.lstrip(" \t\f").startswith("\n"):
        rest = following.lstrip(" \t\f\n")
        return "section" if _HEADING.match(rest) or rest[:12].isupper() else "sentence"
    if _HEADING.match(following):
        return "section"
    if _BULLET.match(following):
        return "sentence"
    first = following.lstrip()[:1]
    before = text[max(line_start, position - 2) : position].rstrip()
    if "가" <= before[-1:] <= "힣":
        return "sentence" if before[-1] in "음함됨임슴다중짐감" or position - line_start < SHORT_LINE // 2 else ""
    return "sentence" if position - line_start < SHORT_LINE and (first.isupper() or first.isdigit()) else ""
