"""How units (sentences, headings, rows) become passages: a cut costs by where it falls, a passage by its size.

The cheapest row of cuts is found by dynamic programming over a bounded window, so the time is linear in the units.
Greedy filling would leave a small rest at the end of every section; this spreads the words evenly.
"""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

# A passage never holds more units than this: it bounds the search. Tiny units are joined before.
_WINDOW = 64
_AFTER_HEADING = 8.0
_CROSSING = (0.8, 0.6, 0.45)  # by the level of the section that begins inside a passage, 1, 2, 3 and deeper


class Bound(IntEnum):
    """What stands between a unit and the one before it, from the weakest."""

    PIECE = 0
    SENTENCE = 1
    LINE = 2
    PARAGRAPH = 3
    SECTION = 4


_CUT = {Bound.PIECE: 1.0, Bound.SENTENCE: 0.2, Bound.LINE: 0.12, Bound.PARAGRAPH: 0.05, Bound.SECTION: 0.0}


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that is not to be cut.

    `bound` is what parts it from the unit before, `level` the level of the section that begins with it (0: none),
    `leads` whether it introduces what follows (a heading, a line that ends with a colon).
    """

    start: int
    end: int
    bound: Bound
    level: int = 0
    leads: bool = False


class Ruler:
    """Counts tokens of any stretch of a text after one pass of the tokenizer.

    Args:
        stretches: of the text, one after the other: where each starts, and the spans of its tokens.
    """

    def __init__(self, stretches: Iterable[tuple[int, Sequence[tuple[int, int]]]]) -> None:
        # eight bytes a position: as objects, those of a long text would take more memory than all else together
        self.starts, self.ends = array("q"), array("q")
        for offset, spans in stretches:
            self.starts.extend(sorted(a + offset for a, _ in spans))
            self.ends.extend(sorted(b + offset for _, b in spans))

    def first(self, position: int) -> int:
        """Index of the first token that ends after `position`."""
        return bisect.bisect_right(self.ends, position)

    def past(self, position: int) -> int:
        """Index after the last token that starts before `position`."""
        return bisect.bisect_left(self.starts, position)

    def count(self, start: int, end: int) -> int:
        """Tokens that share a character with `start` to `end`."""
        return max(0, self.past(end) - self.first(start))


def pack(units: Sequence[Unit], ruler: Ruler, limit: int, target: int) -> list[list[Unit]]:
    """Groups of neighbouring units, most near `target` tokens, none above `limit` unless it is a single unit."""
    first = [ruler.first(u.start) for u in units]
    past = [ruler.past(u.end) for u in units]
    best, back = [0.0], [0]
    ceiling = min(limit, 2 * target)
    for i in range(1, len(units) + 1):
        cheapest, origin, crossed = float("inf"), i - 1, 0.0
        for j in range(i - 1, max(-1, i - 1 - _WINDOW), -1):
            size = past[i - 1] - first[j]
            if j < i - 1 and size > ceiling:
                break
            cost = best[j] + crossed + _size_cost(size, target) + _cut_cost(units, j)
            if cost < cheapest:
                cheapest, origin = cost, j
            crossed += _crossing_cost(units[j], units[j - 1] if j else None)
        best.append(cheapest)
        back.append(origin)
    return _walk(units, back)


def _walk(units: Sequence[Unit], back: Sequence[int]) -> list[list[Unit]]:
    groups = []
    i = len(units)
    while i:
        groups.append(list(units[back[i] : i]))
        i = back[i]
    return groups[::-1]


def _size_cost(size: int, target: int) -> float:
    share = size / target
    return (1 - share) ** 2 if share < 1 else 1.5 * (share - 1) ** 2


def _cut_cost(units: Sequence[Unit], j: int) -> float:
    if j == 0:
        return 0.0
    return _CUT[units[j].bound] + (_AFTER_HEADING if units[j - 1].leads else 0.0)


def _crossing_cost(unit: Unit, before: Unit | None) -> float:
    if unit.bound is not Bound.SECTION or (before is not None and before.leads):
        return 0.0
    return _CROSSING[min(max(unit.level, 1), len(_CROSSING)) - 1]
