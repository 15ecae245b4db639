"""Tables on a page: which blocks are tables, and their rows, each with all lines of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from casefolio.ingest.layout import Block, Line, Word, is_list, is_prose
from casefolio.ingest.loaders.shared.grids import Line as GridLine
from casefolio.ingest.loaders.shared.grids import column_names

CELL_BREAK = "\t"
"""Parts the cells of a row: white space, since nothing else stands between them on the page."""
_RULED = 0.4  # rows between rules for each line with a first cell, from which rules part the rows
_LONGEST_CELL = 400
_IN_ORDER = 0.8  # of the rows were written one after the other
_SHORT_CELL = 60


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each cell its words in reading order; the first `n_header` rows name the columns, if any do."""

    rows: tuple[tuple[tuple[Word, ...], ...], ...]
    names: tuple[str, ...]
    n_header: int
    lefts: tuple[float, ...] = ()

    def line(self, row: tuple[tuple[Word, ...], ...]) -> str:
        """A row on one line; empty cells keep their place, but for those at the end."""
        return CELL_BREAK.join(text_of(cell) for cell in row).rstrip(CELL_BREAK)


def text_of(cell: Sequence[Word]) -> str:
    """The words of a cell; a line that ends in a hyphen goes on without a space, its hyphen kept."""
    text = ""
    for before, word in zip((None, *cell), cell, strict=False):
        joined = before is not None and before.text[-1:] == "-" and len(before.text) > 1 and word.top > before.middle
        text += word.text if not text or joined else f" {word.text}"
    return text


def table_of(block: Block, rules: Sequence[float]) -> Table | None:
    """The table that a block is, or None where it is something else.

    Args:
        block: lines that share columns.
        rules: heights of level lines that are drawn across it.
    """
    if is_prose(block) or is_list(block):
        return None
    rows = _rows(block, [y for y in rules if block.lines[0].middle < y < block.lines[-1].middle])
    full = [row for row in rows if sum(map(bool, row)) > 1]
    if len(full) < max(2, len(rows) / 2) or any(len(text_of(cell)) > _LONGEST_CELL for row in rows for cell in row):
        return None
    if len(block.columns) == 2 and not (rules or _has_values(full)):
        return None
    in_order = _in_order(rows)
    if in_order < _IN_ORDER and not _is_strict(full, rules):
        return None
    n_header, names = column_names([GridLine([text_of(cell) for cell in row]) for row in rows])
    if len(full) < 3 and not (rules or n_header):
        return None  # two justified lines may have gaps above each other by chance
    return Table(tuple(rows), names if n_header else (), n_header, tuple(left for left, _ in block.columns))


def _in_order(rows: Sequence[tuple[tuple[Word, ...], ...]]) -> float:
    """Which share of the rows was written after the row above: columns of prose are written one after the other."""
    reach = [[word.order for cell in row for word in cell] for row in rows]
    return sum(max(a) < min(b) for a, b in pairwise(reach)) / max(1, len(rows) - 1)


def _is_strict(full: Sequence[tuple[tuple[Word, ...], ...]], rules: Sequence[float]) -> bool:
    """Whether rows that were written column by column can be nothing but a table."""
    filled = [text_of(cell) for row in full for cell in row if cell]
    values = sum(any(c.isdigit() for c in cell) for cell in filled)
    short = max(map(len, filled)) <= _SHORT_CELL
    return len(full) >= 3 and short and len(full[0]) >= 3 and (values >= len(filled) / 4 or len(rules) > len(full) / 2)


def _has_values(rows: Sequence[tuple[tuple[Word, ...], ...]]) -> bool:
    """Whether the last cells are mostly numbers: two columns of words may be anything."""
    last = [text_of(row[-1]) for row in rows]
    return sum(any(c.isdigit() for c in cell) for cell in last) > 0.5 * len(last)


def _rows(block: Block, rules: Sequence[float]) -> list[tuple[tuple[Word, ...], ...]]:
    """The rows: between rules where these part all of them, else a row begins with its first cell."""
    first_cells = sum(bool(block.cells(line)[0]) for line in block.lines)
    bins = _binned(block.lines, rules)
    ruled = len(bins) >= 3 and len(bins) >= _RULED * first_cells
    groups = bins if ruled else [group for lines in bins for group in _begun(block, lines)]
    return [_joined(block, group) for group in groups]


def _binned(lines: Sequence[Line], rules: Sequence[float]) -> list[list[Line]]:
    bins: dict[int, list[Line]] = {}
    for line in lines:
        bins.setdefault(sum(y < line.middle for y in rules), []).append(line)
    return [bins[key] for key in sorted(bins)]


def _begun(block: Block, lines: Sequence[Line]) -> list[list[Line]]:
    """Lines grouped into rows: one whose first cell is empty goes on with the row above."""
    groups: list[list[Line]] = []
    for line in lines:
        cells = block.cells(line)
        wrapped = not cells[0] and sum(map(bool, cells)) <= max(1, len(cells) // 2)
        if groups and wrapped and line.middle - groups[-1][-1].middle < 1.6 * line.height:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _joined(block: Block, lines: Sequence[Line]) -> tuple[tuple[Word, ...], ...]:
    columns: list[list[Word]] = [[] for _ in block.columns]
    for line in lines:
        for column, cell in zip(columns, block.cells(line), strict=True):
            column += cell
    return tuple(tuple(column) for column in columns)
