"""Tables: which row names the columns, and which tables are only there for the layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from casefolio.ingest.loaders.shared.building import Builder, one_line

# A longer cell is a passage of prose, not a value.
LONG_CELL = 400
_LONG_NAME = 60
_TIMES = 2  # days in a row of names with other words, from which on they are names of columns
_MOST_ABOVE = 12  # rows that may stand above the names of the columns
_TIME = re.compile(r"(?:(?:19|20)\d\d|\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|\d{1,2}/\d{1,2}/\d{2,4})$")
_VALUE = re.compile(r"^[\W_]*\d")


@dataclass(slots=True)
class Line:
    """One row as a format gives it: its cells, and whether the format marks it as a header (or shows it as one)."""

    cells: list[str]
    header: bool = False
    bold: bool = False
    new_page: bool = False


def _is_value(cell: str) -> bool:
    return bool(_VALUE.match(cell)) or sum(c.isdigit() for c in cell) * 2 > len(cell)


def _are_times(cells: Sequence[str], rest: Sequence[Line]) -> bool:
    """Whether a row is a line of years or days over values, as accounts and laboratory sheets have it.

    Beside two days and more there may be words for the other columns: `Test | Unit | 2025-01-14 | 2025-03-03`.
    """
    if len(cells) < 2 or (cells[0] and _is_value(cells[0])):
        return False
    others = [cell for cell in cells[1:] if not _TIME.match(cell)]
    if others and (len(cells) - 1 - len(others) < _TIMES or any(not c or _is_value(c) for c in others)):
        return False
    return not any(_TIME.match(one_line(cell)) for line in rest for cell in line.cells[1:])


def _names_columns(first: Line, rest: Sequence[Line]) -> bool:
    """Whether the first row, which nothing marks, names the columns.

    It does where its cells are short, distinct words, and the rows below differ in kind: numbers under words, or
    plain cells under bold ones, or three columns and more. A list of pairs (`Name: | Jane`) has no header.
    """
    cells = [one_line(cell) for cell in first.cells]
    filled = [cell for cell in cells if cell]
    if len(cells) < 2 or len(filled) < max(2, len(cells) - 1) or not rest:
        return False
    if len(set(filled)) != len(filled) or any(len(c) > _LONG_NAME or c.endswith((":", "：")) for c in filled):
        return False
    if _are_times(cells, rest):
        return True
    if any(map(_is_value, filled)):
        return False
    if first.bold and not any(line.bold for line in rest):
        return True
    numeric = _columns_of_values(len(cells), rest)
    if len(cells) == 2:
        return numeric > 0 and not _is_value(next((one_line(line.cells[0]) for line in rest if line.cells), ""))
    return numeric > 0 or len(rest) > 1


def _columns_of_values(width: int, rows: Sequence[Line]) -> int:
    """How many columns hold values for the greater part."""
    below = ([one_line(line.cells[i]) for line in rows if i < len(line.cells)] for i in range(width))
    return sum(1 for column in below if column and sum(map(_is_value, column)) * 2 > len(column))


def column_names(lines: Sequence[Line]) -> tuple[int, tuple[str, ...]]:
    """How many rows at the top name the columns, and the names (several header rows are joined by a space)."""
    marked = 0
    while marked < len(lines) and lines[marked].header:
        marked += 1
    if marked == len(lines):
        marked = 0
    if not marked and lines and _names_columns(lines[0], lines[1:]):
        marked = 1
    if not marked:
        return 0, ()
    width = max(len(line.cells) for line in lines[:marked])
    names = []
    for i in range(width):
        parts = dict.fromkeys(one_line(line.cells[i]) for line in lines[:marked] if i < len(line.cells))
        names.append(" ".join(part for part in parts if part))
    return marked, tuple(names)


def rows_above(lines: Sequence[Line]) -> int:
    """How many rows stand above the one that names the columns, as `Patient; Jane Miller`; 0 where none names them.

    They leave two columns empty at least, and below the names stand values.
    """
    width = max((len(line.cells) for line in lines), default=0)
    for n, line in enumerate(lines[:_MOST_ABOVE]):
        if line.header:
            return 0
        if sum(1 for cell in line.cells if cell.strip()) > width - 2:
            rest = lines[n + 1 :]
            return n if n and _names_columns(line, rest) and _columns_of_values(width, rest) else 0
    return 0


def append_table(builder: Builder, lines: Sequence[Line], names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Append rows, header rows first as text that is no `Row`; answers with the names of the columns.

    `names` are those of the same table's rows further up, where something stood between.
    """
    builder.end_table()
    n_header = 0
    if not names:
        n_header, names = column_names(lines)
    for number, line in enumerate(lines):
        if line.new_page:
            builder.break_page(soft=True)
        builder.row(line.cells, names, header=number < n_header)
    builder.end_table()
    return names


@dataclass(slots=True)
class TableWalk:
    """One table, row by row: rows are gathered, and appended where a row comes that only serves the layout.

    Attributes:
        builder: takes the rows.
        tidy: whether columns that are empty in all rows are left out.
        below: cells that reach into rows below, by their place: how many more, and their text.
    """

    builder: Builder
    tidy: bool = False
    below: dict[int, tuple[int, str]] = field(default_factory=dict)
    _lines: list[Line] = field(default_factory=list)
    _names: tuple[str, ...] = ()

    def add(self, line: Line, times: int = 1) -> None:
        """Take in a row."""
        self._lines += [line] * times

    def flush(self) -> None:
        """Append the rows that were gathered; the names of the columns hold for those that follow."""
        if self._lines:
            lines = without_empty_columns(self._lines) if self.tidy else self._lines
            self._names = append_table(self.builder, lines, self._names)
            self._lines = []

    def span(self, place: int, height: int, text: str) -> None:
        """A cell that spans rows holds for each of them: a dose keeps its drug."""
        if height > 1:
            self.below[place] = (height - 1, carried(text))


def carried(text: str) -> str:
    """What a cell that spans rows says in those below: its value, but no prose."""
    return text if len(text) <= LONG_CELL else ""


def is_prose(paragraphs: int, characters: int) -> bool:
    """Whether a cell holds paragraphs of prose, so that its row only serves the layout."""
    return paragraphs > 3 and characters > LONG_CELL


def continued(below: dict[int, tuple[int, str]], place: int) -> str:
    """Text of the cell from a row above that reaches down to this place of the row; empty where none does."""
    if place not in below:
        return ""
    left, text = below.pop(place)
    if left > 1:
        below[place] = (left - 1, text)
    return text


def continue_above(texts: list[str], below: dict[int, tuple[int, str]]) -> None:
    """Continue the cells from rows above that reach into this row, at the place where the row has come to."""
    while len(texts) in below:
        texts.append(continued(below, len(texts)))


def without_empty_columns(lines: list[Line]) -> list[Line]:
    """Rows without the columns that are empty in all of them: space that only serves the layout."""
    width = max((len(line.cells) for line in lines), default=0)
    used = [i for i in range(width) if any(i < len(line.cells) and line.cells[i] for line in lines)]
    for line in lines:
        line.cells = [line.cells[i] if i < len(line.cells) else "" for i in used]
    return [line for line in lines if any(line.cells)]
