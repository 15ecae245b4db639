"""Rows of a passage as a reader sees them: cells, the names of their columns, the day that a row is of.

A table may come as cells between bars (CSV, Markdown, Word), behind tabs (PDF), behind wide gaps or leaders (text). The
document's own rows know their columns; elsewhere the line above the block names them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from casefolio.ingest.document import Document, Span
from casefolio.ingest.languages import LANGUAGES, any_of
from casefolio.ingest.meaning.moments import full_days, moments

_GAP = re.compile(r"[ \u00a0]{3,}|\s*\t\s*|\s*(?:\.{4,}|…{2,}|_{4,})\s*")
_BAR = re.compile(r"\s*\|\s*")
_RULE = re.compile(r"[\s|:+=\-–—]+")
_VALUE = re.compile(r"[\W_]*\d")
_MONTHS = 12
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(?:\d{4}|\d\d)(?![\d/])")
_BETWEEN = re.compile(r"(\d{1,6})\s*(?:[-–—~]|to|bis)\s*(\d{1,6})(?:\s?[^\d\s.,:/-]{1,8})?")
_OPEN = re.compile(r"([<≤>≥])\s*(\d{1,6})(?:\s?[^\d\s.,:/-]{1,8})?")
_LONGEST_LINE, _LONGEST_CELL = 400, 120
# What a list says a line each: a name of a few words without a stop, and what begins with a number.
_LISTED = re.compile(
    r"(?:[-–•*·]\s*)?(?P<name>(?:[A-ZÄÖÜ가-힣][^\s\d.,;]*)(?:[ :]{1,2}[^\s\d.,;]+){0,3}):?\s+"
    r"(?P<value>[<>≤≥~]?\d.*[^.])"
)
_LONGEST_LISTED = 60
_LONGEST_DAY = 12
_BLANK = re.compile(r"\n[^\S\n]*\n")
_RULES = " \t\n\f|:+=-–—"
_ABOVE = 60  # lines above a row in which a line gives it its day
_DATED_LINE = 60  # characters of a line that gives a day to those below it


@dataclass(frozen=True, slots=True)
class Block:
    """A table or list.

    Attributes:
        rows: in order, without the lines that name its columns.
        heads: those lines.
    """

    rows: tuple[Row, ...]
    heads: tuple[Span, ...]


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

    @property
    def values(self) -> int:
        """How many cells hold a number, an amount or a day."""
        return sum(bool(cell) and is_value(cell) for cell in self.cells)


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


@lru_cache(maxsize=64)
def day_first(text: str) -> bool:
    """Whether dates such as 23/04/2024 stand in a text, and none such as 04/23/2024: 09/04/2024 is of April then."""
    parts = [(int(m[1]), int(m[2])) for m in _SLASHED.finditer(text)]
    return any(a > _MONTHS for a, _ in parts) and not any(b > _MONTHS for _, b in parts)


def range_of(cell: str) -> tuple[float, float] | None:
    """The numbers that a cell covers as a step of a scale: "201 – 250", "< 80", "≥ 250"; None where it is no range."""
    if match := _BETWEEN.fullmatch(cell):
        low, high = float(match[1]), float(match[2])
        return (low, high) if low < high else None
    if match := _OPEN.fullmatch(cell):
        number = float(match[2])
        step = 0.0 if match[1] in "≤≥" else 0.5
        return (-math.inf, number - step) if match[1] in "<≤" else (number + step, math.inf)
    return None


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


def rows_in(text: str) -> list[tuple[Span, tuple[str, ...]]]:
    """The lines of a text that are rows, with their cells; one of name and value counts beside another such line."""
    lines = list(lines_of(text))
    listed = [_listed(span.of(text)) for span in lines]
    near = [text[a.end : b.start].count("\n") == 1 for a, b in pairwise(lines)]
    out: list[tuple[Span, tuple[str, ...]]] = []
    for at, span in enumerate(lines):
        cells = cells_of(span.of(text))
        above = at > 0 and near[at - 1] and bool(listed[at - 1])
        below = at + 1 < len(lines) and near[at] and bool(listed[at + 1])
        if len(cells) > 1:
            out.append((span, cells))
        elif listed[at] and (above or below):
            out.append((span, listed[at]))
    return out


def _listed(line: str) -> tuple[str, ...]:
    """Name and value of a short line like `Creatinine 1.2 mg/dl (3 April)`; none where it is no such line."""
    match = _LISTED.fullmatch(line) if len(line) <= _LONGEST_LISTED else None
    return (match["name"].strip(" :-–"), match["value"]) if match is not None else ()


def blocks_of(text: str, stated: Sequence[tuple[Span, tuple[str, ...]]] = ()) -> list[Block]:
    """The tables and lists of a text.

    Args:
        text: of a document or passage.
        stated: rows that the document knows, with the names of their columns.
    """
    groups: list[list[Row]] = []
    for span, cells in rows_in(text):
        between = text[groups[-1][-1].span.end : span.start] if groups else ""
        if groups and not _BLANK.search(between) and not between.strip(_RULES):
            groups[-1].append(Row(span, cells))
        else:
            groups.append([Row(span, cells)])
    columns = {span.start: names for span, names in stated}
    return [_block(rows, columns) for rows in groups]


def _block(rows: list[Row], stated: Mapping[int, tuple[str, ...]]) -> Block:
    known = [Row(r.span, r.cells, stated[r.span.start]) for r in rows if r.span.start in stated]
    if known:
        return Block(tuple(known), tuple(r.span for r in rows if r.span.start not in stated))
    columns = _header(rows)
    body = rows[1:] if columns else rows
    return Block(tuple(Row(r.span, r.cells, columns) for r in body), (rows[0].span,) if columns else ())


def _header(rows: Sequence[Row]) -> tuple[str, ...]:
    """The cells of the first row, where they are names of columns over rows of the same width with values in them."""
    if len(rows) < 2:
        return ()
    first, rest = rows[0].cells, rows[1:]
    if len(first) != len(rest[0].cells) or len(set(first)) != len(first):
        return ()
    days = sum(_is_day(cell) for cell in first) > 1  # a sheet with a column for each day
    if not days and any(cell and is_value(cell) for cell in first):
        return ()
    return first if any(is_value(cell) for row in rest for cell in row.cells) else ()


@lru_cache(maxsize=4096)
def _is_day(cell: str) -> bool:
    """Whether a cell is a day, with its year or without ("12.3.", "3월 2일", "4 May")."""
    if full_days(cell):
        return True
    if len(cell) > _LONGEST_DAY or not any(map(str.isdigit, cell)):
        return False
    found = (m for language in LANGUAGES for m in moments(cell, language) if m.kind == "date")
    return any(len(m.span) == len(cell) for m in found)


def rows_stated(document: Document) -> list[tuple[Span, tuple[str, ...]]]:
    """The rows that a document knows, with their columns."""
    return [(row.span, row.columns) for row in document.rows]


@cache
def _birth() -> re.Pattern[str]:
    return re.compile(f"(?:{any_of('dates', 'birth')})(?![^\\W\\d_])", re.IGNORECASE)


def day_of_row(row: Row, language: str) -> str:
    """The day of a row: the last one in its cells that is no birthday, else the last that heads a filled column."""
    own: list[str] = []
    headed: list[str] = []
    for at, cell in enumerate(row.cells):
        column = row.columns[at] if at < len(row.columns) else ""
        if cell and not _birth().search(f"{column} {cell}"):
            own += full_days(cell, language)
            headed += full_days(column, language)
    return max(own or headed, default="")


def newest_cell(row: Row, language: str) -> str:
    """What stands in the newest of the columns that days head; empty where there are none."""
    dated = [
        (max(days), cell) for column, cell in zip(row.columns, row.cells, strict=False)
        if cell and (days := full_days(column, language))
    ]  # fmt: skip
    return max(dated, key=lambda pair: pair[0])[1] if dated else ""


def day_above(text: str, position: int, language: str) -> str:
    """The day of the nearest line above that is short, holds one, and is no row and no birthday."""
    start = max(0, position - _ABOVE * _LONGEST_LINE // 4)
    for span in reversed(list(lines_of(text, start, position))[-_ABOVE:]):
        line = span.of(text)
        if len(line) <= _DATED_LINE and len(cells_of(line)) < 2 and not _birth().search(line):
            days = full_days(line, language)
            if len(days) == 1:
                return days[0]
    return ""
