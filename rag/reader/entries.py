"""Notes that run on: each entry opens with its day, and what stands below it is of that day."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from casefolio.ingest.meaning.moments import moments

_FEWEST = 2  # entries of notes that run on
_OPENING = 4  # characters before the day at a line's start: a bullet, a bracket
_HEAD = 40  # characters of a line in which its day stands
_MOST_TEXT = 200_000  # characters of a text that is looked through
_LINE = re.compile(r"[^\n]+")
_BLANK = re.compile(r"\n[ \t]*\n")
_DAY = len("2025-04-22")


def entry_day(text: str, position: int, language: str) -> str:
    """ISO day of the entry that a place of a document stands in; empty where its notes do not run on.

    Args:
        text: of the document.
        position: where the sentence begins.
        language: ISO 639-1.
    """
    found = _entries(text, language) if len(text) <= _MOST_TEXT else ()
    at = bisect_right([start for start, _, _ in found], position) - 1
    return found[at][2] if at >= 0 and position < found[at][1] else ""


@lru_cache(maxsize=64)
def _entries(text: str, language: str) -> Sequence[tuple[int, int, str]]:
    """Start, end and day of each entry; none where they are less than half of the text, or in no order.

    An entry ends where the next one begins, or at a blank line below which something else stands: a letter's history
    gives no day to its plan.
    """
    opened = [(m.start(), day) for m in _LINE.finditer(text) if (day := _day_at_start(m.group(), language))]
    days = [day for _, day in opened]
    if len(set(days)) < _FEWEST or days not in (sorted(days), sorted(days, reverse=True)):
        return ()
    starts = {start for start, _ in opened}
    found = []
    for (start, day), (following, _) in pairwise([*opened, (len(text), "")]):
        breaks = (m.end() for m in _BLANK.finditer(text, start, following))
        end = next((at for at in breaks if _next_line(text, at) not in starts), following)
        found.append((start, end, day))
    return found if 2 * sum(end - start for start, end, _ in found) >= len(text) else ()


def _next_line(text: str, at: int) -> int:
    """Where the next line with something in it begins."""
    line = _LINE.search(text, at)
    while line is not None and not line.group().strip():
        line = _LINE.search(text, line.end())
    return line.start() if line is not None else len(text)


def _day_at_start(line: str, language: str) -> str:
    if not any(c.isdigit() for c in line[:_HEAD]):
        return ""
    first = next((m for m in moments(line[:_HEAD], language) if m.kind == "date"), None)
    if first is None or first.span.start > _OPENING or len(first.start) != _DAY or first.start.startswith("--"):
        return ""
    return first.start if not line[: first.span.start].strip(" \t-*•#([|") else ""
