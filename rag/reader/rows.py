"""Rows of a passage as a reader sees them: cells, the names of their columns, the day that a row is of.

A table may come as cells between bars (CSV, Markdown, Word), behind tabs (PDF), behind wide gaps or leaders (text). The
document's own rows know their columns; elsewhere the line above the block names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from casefolio.ingest.document import Document, Span
from casefolio.ingest.languages import any_of
from casefolio.ingest.meaning.moments import moments

_GAP = re.compile(r"[ \u00a0]{3,}|\s*\t\s*|\s*(?:\.{4,}|…{2,}|_{4,})\s*")
_BAR = re.compile(r"\s*\|\s*")
_RULE = re.compile(r"[\s|:+=\-–—]+")
_VALUE = re.compile(r"[\W_]*\d")
_LONGEST_LINE, _LONGEST_CELL = 400, 120
_BLOCK = 300  # rows above and below that are looked at
_ABOVE = 60  # lines above a row in which a line gives it its day
_DATED_LINE = 60  # characters of a line that gives a day to those below it
_ISO = len("2021-04-03")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table or list.

    Attributes:
        span: of its line, in `Document.text`.
        cells: what stands in them, in order; an empty one keeps its place.
        columns: their names by place; empty where nothing names them.
    """

    span: Span
    cells: tuple[str, ...]
    columns: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[int, ...]:
        """Places of the cells that are words, neither numbers nor days."""
        return tuple(at for at, cell in enumerate(self.cells) if cell and not is_value(cell))


def cells_of(line: str) -> tuple[str, ...]:
    """The cells of a line; fewer than two where it is no row."""
    line = line.strip()
    if len(line) > _LONGEST_LINE or not line or _RULE.fullmatch(line):
        return ()
    if "|" in line:
        cells = _BAR.split(line.removeprefix("|").removesuffix("|"))
        return tuple(cell.strip() for cell in cells) if len(cells) > 1 else ()
    cells = [cell.strip() for cell in _GAP.split(line)]
    filled = [cell for cell in cells if cell]
    return tuple(cells) if len(filled) > 1 and all(len(cell) <= _LONGEST_CELL for cell in cells) else ()


def is_value(cell: str) -> bool:
    """Whether a cell holds a number, an amount or a day, and no name."""
    return bool(_VALUE.match(cell)) or sum(c.isdigit() for c in cell) * 2 > len(cell)


def lines_of(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The lines of a stretch of text without the blanks at their ends; empty ones are left out."""
    for line in re.finditer(r"[^\n\f]+", text[start:end]):
        stripped = line.group().strip()
        if stripped:
            at = start + line.start() + line.group().index(stripped)
            yield Span(at, at + len(stripped))


def block_at(text: str, position: int, stated: Sequence[tuple[Span, tuple[str, ...]]] = ()) -> tuple[Row, ...]:
    """The rows of the table or list in which a position stands, without the line that names its columns.

    Args:
        text: of the document.
        position: in it.
        stated: rows that the document knows, with the names of their columns.
    """
    begin, end = text.rfind("\n", 0, position) + 1, text.find("\n", position)
    end = len(text) if end < 0 else end
    if not cells_of(text[begin:end]):
        return ()
    first, last = _reach(text, begin, -1), _reach(text, end, 1)
    rows = [Row(span, cells) for span in lines_of(text, first, last) if (cells := cells_of(span.of(text)))]
    known = {span.start: columns for span, columns in stated if first <= span.start < last}
    if known:
        return tuple(Row(r.span, r.cells, known[r.span.start]) for r in rows if r.span.start in known)
    columns = _header(rows)
    return tuple(Row(r.span, r.cells, columns) for r in (rows[1:] if columns else rows))


def _reach(text: str, at: int, way: int) -> int:
    """Where the block ends that goes on from a line's edge, upward or downward; a ruled line parts nothing."""
    for _ in range(_BLOCK):
        if way < 0:
            begin, end = text.rfind("\n", 0, max(0, at - 1)) + 1, at - 1
        else:
            begin, end = at + 1, text.find("\n", at + 1)
            end = len(text) if end < 0 else end
        if end <= begin or not (cells_of(text[begin:end]) or _RULE.fullmatch(text[begin:end])):
            return at
        at = begin if way < 0 else end
    return at


def _header(rows: Sequence[Row]) -> tuple[str, ...]:
    """The cells of the first row, where they are names of columns over rows of the same width with values in them."""
    if len(rows) < 2:
        return ()
    first, rest = rows[0].cells, rows[1:]
    if len(first) != len(rest[0].cells) or len(set(first)) != len(first):
        return ()
    days = sum(bool(days_in(cell)) for cell in first) > 1  # a sheet with a column for each day
    if not days and any(cell and is_value(cell) for cell in first):
        return ()
    return first if any(is_value(cell) for row in rest for cell in row.cells) else ()


def rows_stated(document: Document) -> list[tuple[Span, tuple[str, ...]]]:
    """The rows that a document knows, with their columns."""
    return [(row.span, row.columns) for row in document.rows]


@cache
def _birth() -> re.Pattern[str]:
    return re.compile(f"(?:{any_of('dates', 'birth')})(?![^\\W\\d_])", re.IGNORECASE)


def days_in(text: str, language: str = "en") -> list[str]:
    """The full days that stand in a text, in order, as ISO dates."""
    found = (m.start for m in moments(text, language) if m.kind == "date")
    return [day for day in found if len(day) == _ISO and day[0].isdigit()]


def day_of_row(row: Row, language: str) -> str:
    """The day of a row: the last one in its cells that is no birthday, else the last that heads a filled column."""
    own: list[str] = []
    headed: list[str] = []
    for at, cell in enumerate(row.cells):
        column = row.columns[at] if at < len(row.columns) else ""
        if cell and not _birth().search(f"{column} {cell}"):
            own += days_in(cell, language)
            headed += days_in(column, language)
    return max(own or headed, default="")


def newest_cell(row: Row, language: str) -> str:
    """What stands in the newest of the columns that days head; empty where there are none."""
    dated = [
        (max(days), cell) for column, cell in zip(row.columns, row.cells, strict=False)
        if cell and (days := days_in(column, language))
    ]  # fmt: skip
    return max(dated, key=lambda pair: pair[0])[1] if dated else ""


def day_above(text: str, position: int, language: str) -> str:
    """The day of the nearest line above that is short, holds one, and is no row and no birthday."""
    start = max(0, position - _ABOVE * _LONGEST_LINE // 4)
    for span in reversed(list(lines_of(text, start, position))[-_ABOVE:]):
        line = span.of(text)
        if len(line) <= _DATED_LINE and len(cells_of(line)) < 2 and not _birth().search(line):
            days = days_in(line, language)
            if len(days) == 1:
                return days[0]
    return ""
