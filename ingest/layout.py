"""Where words stand on a page tells what belongs together: lines, gaps between columns, blocks of rows.

Only geometry lives here; boxes are left, top, right, bottom, in any unit, from the upper left corner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean, median

_GAP = 0.7  # of the line's height: a wider space parts cells or columns, a narrower one words
_SAME_LINE = 0.5  # of the height: how far the middles of two words of one line may lie apart
_NEAR = 2.6  # of the height: rows further apart belong to different blocks
_LONELY = 4  # rows with one segment that may stand between rows of a block (a wrapped cell)
_MARKER = re.compile(r"(?:[\W_]{1,3}|\W?(?:\d{1,3}|[a-z]{1,4}|[IVXLC]{1,6}|[A-Z])(?:\.\d{1,3})*\W{0,2}|§+\s?\d+\w?\.?)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its box, and its place in the order in which the page was written."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    order: int

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Line:
    """Words at one height, from left to right, and the segments that wide gaps part them into.

    `middle` is the mean height of the words' middles, `height` that of the tallest word.
    """

    words: list[Word]
    middle: float
    height: float
    segments: list[list[Word]] = field(default_factory=list)

    def add(self, word: Word, middle: float, height: float) -> None:
        """Take in another word."""
        self.words.append(word)
        self.middle += (middle - self.middle) / len(self.words)
        self.height = max(self.height, height)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines one under another that share columns, and those columns as pairs of left and right."""

    lines: tuple[Line, ...]
    columns: tuple[tuple[float, float], ...]

    def cells(self, line: Line) -> list[list[Word]]:
        """The words of a line by column; a word belongs to the column that is nearest to its middle.

        A line with as many segments as there are columns has one in each, however wide they are.
        """
        if len(line.segments) == len(self.columns):
            return [list(segment) for segment in line.segments]
        cells: list[list[Word]] = [[] for _ in self.columns]
        for word in line.words:
            cells[_nearest(self.columns, (word.left + word.right) / 2)].append(word)
        return cells


def _nearest(columns: Sequence[tuple[float, float]], x: float) -> int:
    distances = [max(left - x, x - right, 0.0) for left, right in columns]
    return distances.index(min(distances))


def lines_of(words: Iterable[Word], uprights: Sequence[tuple[float, float, float]] = ()) -> list[Line]:
    """The lines of a page, from top to bottom.

    Args:
        words: with their boxes.
        uprights: upright rules, as place from the left, top and bottom: they part what stands on both sides.
    """
    lines: list[Line] = []
    for middle, _, word in sorted((w.middle, i, w) for i, w in enumerate(words)):
        height = word.bottom - word.top
        if lines and middle - lines[-1].middle < _SAME_LINE * min(max(height, 1.0), lines[-1].height):
            lines[-1].add(word, middle, height)
        else:
            lines.append(Line([word], middle, height))
    for line in lines:
        line.words.sort(key=lambda w: w.left)
        line.segments = _segments(line, [x for x, top, bottom in uprights if top <= line.middle <= bottom])
    return lines


def _segments(line: Line, uprights: Sequence[float] = ()) -> list[list[Word]]:
    segments = [[line.words[0]]]
    gap = _GAP * median([w.bottom - w.top for w in line.words])
    reach = line.words[0].right
    for word in line.words[1:]:
        ruled = any(reach - 1.0 <= x <= word.left + 1.0 for x in uprights)
        if word.left - reach > gap or ruled:
            segments.append([word])
        else:
            segments[-1].append(word)
        reach = max(reach, word.right)
    return segments


def may_have_columns(lines: Sequence[Line]) -> bool:
    """Whether there is a block that is more than marks with indented clauses behind them.

    Made for a quick look at a page: the words may be whole stretches of text, and their texts unknown.
    """
    for block in blocks_of(lines):
        (left, right), *others = block.columns
        if len(others) > 1 or right - left > 3 * block.lines[0].height:
            return True
    return False


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """Runs of lines that share at least two columns, in order; lines outside of them are plain text."""
    return [block for run in _runs(lines) for block in _blocks(_with_tail(run, lines))]


def _blocks(run: Sequence[Line]) -> list[Block]:
    """The block of a run, or those that are left where a line that runs across its gutters parts it."""
    columns = _columns(run)
    if len(columns) < 2:
        return []
    across = next((i for i, line in enumerate(run) if _crosses(line, columns)), None)
    if across is None:
        across = next((i for i, line in enumerate(run) if _parts_tables(run, i, columns)), None)
    if across is None:
        return [Block(tuple(run), columns)]
    return [block for part in (run[:across], run[across + 1 :]) for block in _blocks(_trimmed(part))]


def _parts_tables(run: Sequence[Line], at: int, columns: Sequence[tuple[float, float]]) -> bool:
    """Whether a single line is the heading of another table: two columns above or below it fall into one of both."""
    line = run[at]
    if len(line.segments) > 1 or line.words[0].left > columns[0][0] + line.height:
        return False
    parts = (_columns(_trimmed(part)) for part in (run[:at], run[at + 1 :]))
    return any(len({_nearest(columns, (a + b) / 2) for a, b in part}) < len(part) for part in parts)


def _crosses(line: Line, columns: Sequence[tuple[float, float]]) -> bool:
    if len(line.segments) > 1:
        return False
    left, right = line.words[0].left, max(w.right for w in line.words)
    return sum(left < b and right > a for a, b in columns) > 1


def _trimmed(run: Sequence[Line]) -> Sequence[Line]:
    """`run` from its first line of several segments to its last, or nothing where it has fewer than two."""
    several = [i for i, line in enumerate(run) if len(line.segments) > 1]
    return run[several[0] : several[-1] + 1] if len(several) > 1 else []


def _runs(lines: Sequence[Line]) -> list[list[Line]]:
    """Runs of lines with several segments, and the few single ones between them."""
    runs: list[list[Line]] = []
    run: list[Line] = []
    pending: list[Line] = []
    for line in lines:
        if run and not _is_near((pending or run)[-1], line):
            runs.append(run)
            run, pending = [], []
        if len(line.segments) > 1:
            run, pending = [*run, *pending, line], []
        elif run and len(pending) < _LONELY:
            pending.append(line)
        elif run:
            runs.append(run)
            run, pending = [], []
    return [run for run in [*runs, run] if sum(len(line.segments) > 1 for line in run) > 1]


def _is_near(upper: Line, lower: Line) -> bool:
    return lower.middle - upper.middle < _NEAR * max(upper.height, lower.height)


def _with_tail(run: list[Line], lines: Sequence[Line]) -> list[Line]:
    """The run and what follows it right of its first column: the end of a last cell that was wrapped."""
    first = min(segment[0].left for line in run for segment in line.segments)
    at = next(i for i, line in enumerate(lines) if line is run[-1]) + 1
    pitch = min((b.middle - a.middle for a, b in pairwise(run)), default=0.0)
    while at < len(lines):
        line, step = lines[at], lines[at].middle - run[-1].middle
        outside = line.words[0].left < first + 2 * line.height or step > 1.3 * max(pitch, line.height)
        if len(line.segments) > 1 or outside:
            break
        run = [*run, line]
        at += 1
    return run


def _columns(run: Sequence[Line]) -> tuple[tuple[float, float], ...]:
    """Columns of a run: stretches that are parted by gutters which hardly any line crosses."""
    rows = [line for line in run if len(line.segments) > 1]
    if not rows:
        return ()
    height = median(line.height for line in rows)
    spans = [(s[0].left, max(w.right for w in s)) for line in rows for s in line.segments]
    edges = sorted({x for span in spans for x in span})
    allowed = len(rows) // 8
    columns: list[tuple[float, float]] = []
    for left, right in pairwise(edges):
        covered = sum(a < right and b > left for a, b in spans) > allowed
        if not covered:
            continue
        if columns and left - columns[-1][1] < 0.4 * height:
            columns[-1] = (columns[-1][0], right)
        else:
            columns.append((left, right))
    return tuple(columns)


def is_prose(block: Block) -> bool:
    """Whether the columns of a block are columns of running text, to be read one after the other."""
    filled = 0
    for index, (left, right) in enumerate(block.columns):
        cells = [cell for line in block.lines if (cell := block.cells(line)[index])]
        if not cells:
            continue
        # A column of a newspaper is filled from edge to edge but for the last lines of its paragraphs.
        full = sum(cell[-1].right - cell[0].left > 0.75 * (right - left) for cell in cells)
        long = fmean(sum(len(w.text) + 1 for w in cell) for cell in cells) > 22
        filled += long and full > 0.5 * len(cells)
    return filled == len(block.columns) or (filled >= 2 and filled >= len(block.columns) - 1)


def is_list(block: Block) -> bool:
    """Whether a block is numbered clauses or bullets: a narrow column of marks beside one of text."""
    if len(block.columns) != 2:
        return False
    marks = [" ".join(w.text for w in cell) for line in block.lines if (cell := block.cells(line)[0])]
    return sum(bool(_MARKER.fullmatch(mark)) for mark in marks) > 0.6 * len(marks)
