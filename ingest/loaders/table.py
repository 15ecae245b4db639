"""Workbooks (XLSX) and delimited text (CSV): each row is a line that knows the names of its columns."""

from __future__ import annotations

import csv
import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ingest.errors import BrokenFile, LimitExceeded
from ingest.loaders.base import Reading, Source
from ingest.loaders.building import Builder, one_line
from ingest.loaders.charsets import decode_as
from ingest.loaders.containers import opened
from ingest.loaders.grids import Line, append_table, without_empty_columns
from ingest.loaders.guard import Package, guarded

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
MAX_CELLS = 3_000_000
_STRICT = b"http://purl.oclc.org/ooxml/"
_NAMESPACES = tuple(
    (_STRICT + name.encode(), b"http://schemas.openxmlformats.org/" + usual.encode())
    for name, usual in (
        ("spreadsheetml/main", "spreadsheetml/2006/main"),
        ("officeDocument/relationships", "officeDocument/2006/relationships"),
        ("drawingml/main", "drawingml/2006/main"),
    )
)
_SEPARATORS = ",;\t|"


@guarded("workbook")
def read_xlsx(source: Source) -> Reading:
    """Read a workbook: each sheet is a section, what is hidden in it is read over and counted.

    Raises:
        ReadingError: where it is broken, encrypted or too large.
    """
    import openpyxl

    data, unknown = _transitional(Package(opened(source)))
    with warnings.catch_warnings():
        # extensions that it does not know are not needed to read values
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    if not book.worksheets and not book.chartsheets:
        raise BrokenFile("a workbook without a sheet")
    builder = Builder()
    builder.note(unknown, "formula{s} without a computed value not read")
    builder.title = book.properties.title or ""
    for name in ("creator", "subject", "created"):
        builder.metadata.append((name, str(getattr(book.properties, name) or "")))
    hidden_sheets = 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden_sheets += 1
            builder.hidden += sum(len(shown(cell)) for cell in sheet._cells.values())
            continue
        builder.heading(sheet.title, 1)
        _append_sheet(builder, sheet)
    builder.note(hidden_sheets, "hidden sheet{s} left out")
    comments = sum(1 for sheet in book.worksheets for cell in sheet._cells.values() if cell.comment)
    builder.note(comments, "comment{s} left out")
    _unread_parts(builder, book)
    return builder.reading(XLSX)


def _transitional(package: Package) -> tuple[bytes, int]:
    """The container with the namespaces that openpyxl knows, and how many formulas have no value to be read."""
    out, unknown = io.BytesIO(), 0
    with zipfile.ZipFile(out, "w") as made:
        for name in package.names:
            part = package.readable(name)
            if part is None:
                # what the sheets need and lack is for openpyxl to name
                continue
            if name.startswith("xl/worksheets/"):
                unknown += len(re.findall(rb"(?:</f>|<f[^<>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>", part))
            for strict, usual in _NAMESPACES if name.endswith((".xml", ".rels")) and _STRICT in part else ():
                part = part.replace(strict, usual)
            made.writestr(name, part)
    return out.getvalue(), unknown


def _unread_parts(builder: Builder, book: Any) -> None:
    builder.note(len(book.chartsheets), "chart sheet{s} not read")
    builder.note(sum(len(sheet._charts) for sheet in book.worksheets), "chart{s} not read")
    builder.note(sum(len(sheet._images) for sheet in book.worksheets), "picture{s} not read")


def _append_sheet(builder: Builder, sheet: Any) -> None:
    merged = _merged(sheet)
    columns_off = _hidden_columns(sheet)
    lines: list[Line] = []
    last, rows_off = 0, 0
    for number, cells in _filled_rows(sheet):
        texts = [""] * (max(cells) if cells else 0)
        for column, cell in cells.items():
            texts[column - 1] = merged.get((number, column)) or shown(cell)
        if sheet.row_dimensions[number].hidden:
            rows_off += 1
            builder.hidden += sum(map(len, texts))
            continue
        for i in columns_off & set(cells):
            builder.hidden += len(texts[i - 1])
            texts[i - 1] = ""
        if number > last + 1:
            _append_block(builder, lines)
            lines = []
        lines.append(Line(texts, bold=all(cell.font.b for cell in cells.values() if cell.value is not None)))
        last = number
    _append_block(builder, lines)
    builder.note(rows_off, "hidden row{s} left out")
    builder.note(len(columns_off), "hidden column{s} left out")


def _filled_rows(sheet: Any) -> list[tuple[int, dict[int, Any]]]:
    """Rows that hold a value or continue a merged one: number, and column -> cell. A stray far cell costs nothing."""
    if len(sheet._cells) > MAX_CELLS:
        raise LimitExceeded(f"a sheet of {len(sheet._cells)} cells")
    rows: dict[int, dict[int, Any]] = {}
    for (row, column), cell in sheet._cells.items():
        rows.setdefault(row, {})[column] = cell
    filled = {n: cells for n, cells in rows.items() if any(cell.value is not None for cell in cells.values())}
    return sorted(filled.items())


def _append_block(builder: Builder, lines: list[Line]) -> None:
    """Append rows that no empty row parts; a first row of one cell is the table's title."""
    while lines and sum(map(bool, lines[0].cells)) == 1 and len(lines) > 1:
        builder.paragraph(next(cell for cell in lines[0].cells if cell))
        lines = lines[1:]
    if lines:
        append_table(builder, without_empty_columns(lines))


def _merged(sheet: Any) -> dict[tuple[int, int], str]:
    """Text of merged cells for each further row that they span, in their first column."""
    found: dict[tuple[int, int], str] = {}
    for area in sheet.merged_cells.ranges:
        text = shown(sheet.cell(area.min_row, area.min_col))
        for row in range(area.min_row + 1, min(area.max_row, area.min_row + 1000) + 1):
            found[row, area.min_col] = text
    return found


def _hidden_columns(sheet: Any) -> set[int]:
    off: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden:
            off.update(range(dimension.min or 1, min(dimension.max or 1, sheet.max_column) + 1))
    return off


def shown(cell: Any) -> str:
    """A cell's value as text: dates in ISO order, numbers without a float's noise, percentages as such."""
    value = cell.value
    if value is None:
        return ""
    form = str(getattr(cell, "number_format", "") or "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        whole_day = value.time() == datetime.time() and "h" not in form.lower()
        return value.date().isoformat() if whole_day else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return _number(value, form)
    return one_line(str(value))


def _number(value: float, form: str) -> str:
    if isinstance(value, float) and not -1e300 < value < 1e300:
        return str(value)
    exact = Decimal(repr(value))
    percent = re.search(r"0(?:\.(0+))?%", form)
    if percent:
        return f"{exact * 100:.{len(percent[1] or '')}f}%"
    decimals = re.fullmatch(r"#?,?#*0\.(0+)(?:_.*|;.*)?", form)
    if decimals and len(decimals[1]) >= -int(exact.as_tuple().exponent):
        # more digits than the number has are shown, none is rounded away
        return f"{exact:.{len(decimals[1])}f}"
    zeros = re.fullmatch(r"0{2,}", form)
    if zeros and exact == exact.to_integral_value():
        return f"{int(exact):0{len(form)}d}"
    if exact == exact.to_integral_value():
        return str(int(exact))
    return f"{Decimal(f'{value:.15g}'):f}"


@guarded("delimited text")
def read_csv(source: Source) -> Reading:
    """Read delimited text; the separator is found by trying each.

    Raises:
        ReadingError: where it holds no row.
    """
    decoded = decode_as(source.data)
    text = decoded.text
    builder = Builder()
    builder.notes += decoded.notes
    declared = re.match(r"(?i)\"?sep=(.)\"?\r?\n", text)
    separator = declared[1] if declared else _separator(text)
    text = text[declared.end() :] if declared else text
    lines = [Line(row) for row in _records(text, separator)]
    if not lines:
        raise BrokenFile("no rows")
    append_table(builder, lines)
    return builder.reading(CSV)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(16 * 2**20)
    cells = 0
    for row in csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=separator):
        cells += len(row)
        if cells > MAX_CELLS:
            raise LimitExceeded(f"more than {MAX_CELLS} cells")
        if any(cell.strip() for cell in row):
            yield row


def _separator(text: str) -> str:
    """The separator under which most rows have the same number of cells, more than one."""
    sample = text[:100_000].rsplit("\n", 1)[0] if len(text) > 100_000 else text
    best, chosen = (0.0, 0), ","
    for separator in _SEPARATORS:
        try:
            widths = [len(row) for row in list(_records(sample, separator))[:200]]
        except csv.Error:
            continue
        if not widths:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        score = (widths.count(usual) / len(widths), usual)
        if usual > 1 and score > best:
            best, chosen = score, separator
    return chosen
