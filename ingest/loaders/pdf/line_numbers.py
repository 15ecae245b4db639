"""The numbers of lines beside court papers and transcripts: where a line stands, and no part of what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from casefolio.ingest.loaders.pdf.glyphs import Glyphs
from casefolio.ingest.loaders.pdf.page_view import Box

_NUMBERS = re.compile(r"(?m)^[ \t]*(\d{1,2})(?=\s|$)")
_FEWEST = 15
_FULL = (25, 28)  # lines of a page of a transcript, of a pleading
_ALIGNED = 8.0  # points between the right edges of numbers of one column
_UNEVEN = 0.25  # of the pitch
_HIGH = 0.6  # of the page: line numbers run down most of it


@dataclass(frozen=True, slots=True)
class _Number:
    value: int
    start: int
    end: int
    box: Box

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


def line_numbers(glyphs: Glyphs) -> list[tuple[int, int]]:
    """Where the numbers of lines stand in the text of a page; empty where it has none.

    They count from 1 down most of the page, evenly, left of all text, and go on where a line is empty. A column of a
    table has a name above it, and a text in each row.
    """
    if len(_NUMBERS.findall(glyphs.text)) < _FEWEST:
        return []
    words = [(start, end, glyphs.loose_box(start, end)) for start, end in glyphs.words()]
    numbers = [
        _Number(int(glyphs.text[start:end]), start, end, box)
        for start, end, box in words
        if end - start <= 2 and glyphs.text[start:end].isdecimal()
    ]
    column = _column(numbers)
    if len(column) < _FEWEST or not _is_even(column, glyphs.view.size[1]):
        return []
    mine = {number.start for number in column}
    others = [box for start, _, box in words if start not in mine]
    right = max(number.box[2] for number in column)
    top = column[0].box[1] - 2 * (column[1].middle - column[0].middle)
    if any(box[0] < right and top < box[3] and box[1] < column[-1].box[3] for box in others):
        return []
    empty = sum(not any(box[1] < number.middle < box[3] for box in others) for number in column)
    if not empty and len(column) not in _FULL:
        return []
    return [(number.start, number.end) for number in column]


def _column(numbers: Sequence[_Number]) -> list[_Number]:
    """Numbers from 1 on, one below the other, in the column that is furthest left."""
    if not numbers:
        return []
    edge = min(number.box[2] for number in numbers)
    aligned = [n for n in numbers if n.box[2] - edge <= _ALIGNED or abs(n.box[0] - edge) <= _ALIGNED]
    column: list[_Number] = []
    for number in sorted(aligned, key=lambda n: n.middle):
        if number.value == len(column) + 1:
            column.append(number)
    return column


def _is_even(column: Sequence[_Number], height: float) -> bool:
    steps = [b.middle - a.middle for a, b in pairwise(column)]
    pitch = median(steps)
    even = sum(abs(step - pitch) <= _UNEVEN * pitch for step in steps)
    return pitch > 0 and even >= 0.9 * len(steps) and column[-1].middle - column[0].middle > _HIGH * height
