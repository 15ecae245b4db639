"""Which word of a page's text is which word on the page.

Most text stands in the order in which it was written; rows of tables and columns were put in order when the page was
read. So the longest common stretches are matched first, then what is left, again and again; in the row of a table, a
word that stands in several places is the one beside the words that stand in one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from casefolio.ingest.tables import CELL_BREAK

_WORD = re.compile(r"\S+")
_ROUNDS = 40
_MOST = 20_000  # words of a page that are compared


@dataclass(frozen=True, slots=True)
class Placed:
    """A word on a page and the box of each of its characters: left, top, right, bottom."""

    text: str
    boxes: tuple[tuple[float, float, float, float], ...]

    @property
    def top(self) -> float:
        """Of the word."""
        return min(box[1] for box in self.boxes)

    @property
    def bottom(self) -> float:
        """Of the word."""
        return max(box[3] for box in self.boxes)


def place(text: str, placed: Sequence[Placed]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Positions of the characters of a page's text that were found, and their boxes.

    Args:
        text: of the page.
        placed: the words on it, in the order in which they were written.
    """
    words = [(m.start(), m.group()) for m in _WORD.finditer(text)][:_MOST]
    match = _matched([w for _, w in words], [p.text for p in placed[:_MOST]])
    _settle_rows(text, words, placed, match)
    positions: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    for at, (start, _) in enumerate(words):
        if (found := match.get(at)) is not None:
            positions += range(start, start + len(placed[found].boxes))
            boxes += placed[found].boxes
    return np.array(positions, np.int32), np.array(boxes, np.float32).reshape(len(positions), 4)


def _matched(words: Sequence[str], placed: Sequence[str]) -> dict[int, int]:
    """Place of each word that has one, each used once."""
    match: dict[int, int] = {}
    left, right = list(range(len(words))), list(range(len(placed)))
    for _ in range(_ROUNDS):
        matcher = SequenceMatcher(None, [words[i] for i in left], [placed[j] for j in right], autojunk=False)
        blocks = [b for b in matcher.get_matching_blocks() if b.size]
        if not blocks:
            break
        match.update((left[b.a + i], right[b.b + i]) for b in blocks for i in range(b.size))
        used = set(match.values())
        left = [i for i in left if i not in match]
        right = [j for j in right if j not in used]
        if not left or not right:
            break
    return match


def _settle_rows(text: str, words: Sequence[tuple[int, str]], placed: Sequence[Placed], match: dict[int, int]) -> None:
    """In rows of tables, move words that stand in several places beside those that stand in one."""
    often = Counter(p.text for p in placed)
    places: dict[str, list[int]] = {}
    for j, word in enumerate(placed):
        places.setdefault(word.text, []).append(j)
    lines: dict[int, list[int]] = {}
    for at, (start, _) in enumerate(words):
        lines.setdefault(text.rfind("\n", 0, start), []).append(at)
    for begin, row in lines.items():
        end = text.find("\n", begin + 1)
        if CELL_BREAK not in text[begin + 1 : end if end >= 0 else len(text)]:
            continue
        sure = [placed[match[at]] for at in row if at in match and often[words[at][1]] == 1]
        if not sure:
            continue
        level = float(np.median([(p.top + p.bottom) / 2 for p in sure]))
        taken: set[int] = set()
        for at in row:
            if often[words[at][1]] > 1:
                # the nearest row; within it, in the order in which it is written
                free = [j for j in places[words[at][1]] if j not in taken]
                if free:
                    match[at] = min(free, key=lambda j: (round(abs((placed[j].top + placed[j].bottom) / 2 - level)), j))
                    taken.add(match[at])
