"""Workbooks (XLSX): each sheet is a section, each row a line that knows the names of its columns."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from typing import Any

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded, ReadingError
from casefolio.ingest.loaders.detecting import XLSX
from casefolio.ingest.loaders.office.workbook_cells import Seen, shown
from casefolio.ingest.loaders.shared.building import Builder
from casefolio.ingest.loaders.shared.containers import opened
from casefolio.ingest.loaders.shared.grids import Line, append_table, column_names, rows_above, without_empty_columns
from casefolio.ingest.loaders.shared.guard import Package, guarded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.word.package_parts import Parts

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_STRICT = b"http://purl.oclc.org/ooxml/"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_NAMESPACES = tuple(
    (_STRICT + name.encode(), b"http://schemas.openxmlformats.org/" + usual.encode())
    for name, usual in (
        ("spreadsheetml/main", "spreadsheetml/2006/main"),
        ("officeDocument/relationships", "officeDocument/2006/relationships"),
        ("drawingml/main", "drawingml/2006/main"),
    )
)


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
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False, rich_text=True)
    if not book.worksheets and not book.chartsheets:
        raise BrokenFile("a workbook without a sheet")
    builder = Builder()
    builder.note(unknown, "formula{s} without a computed value not read")
    builder.title = book.properties.title or ""
    for name in ("creator", "subject", "created"):
        builder.metadata.append((name, str(getattr(book.properties, name) or "")))
    hidden_sheets = 0
    seen = Seen()
    boxes = _text_boxes(data)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden_sheets += 1
            builder.hidden += sum(len(shown(cell)) for cell in sheet._cells.values())
            continue
        builder.heading(sheet.title, 1)
        _append_sheet(builder, sheet, seen)
        for text in boxes.get(sheet.title, ()):
            builder.paragraph(text)
    builder.hidden += seen.hidden
    builder.note(hidden_sheets, "hidden sheet{s} left out")
    builder.note(seen.struck, "struck-out cell{s} or passages left out")
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


def _text_boxes(data: bytes) -> dict[str, list[str]]:
    """What the text boxes and shapes of each sheet say, by its title, from top to bottom."""
    parts = Parts(data)
    found: dict[str, list[str]] = {}
    try:
        book, relations = parts.root(parts.main), parts.relations(parts.main)
        for sheet in [] if book is None else book.iter(f"{_MAIN}sheet"):
            _, part = relations.get(str(sheet.get(f"{_RELATIONS}id")), ("", ""))
            drawings = [target for kind, target in parts.relations(part).values() if kind == "drawing"] if part else []
            found[str(sheet.get("name"))] = [text for name in drawings for text in _boxes_of(parts, name)]
    except ReadingError:
        return found
    return found


def _boxes_of(parts: Parts, drawing: str) -> list[str]:
    root = parts.root(drawing)
    texts = []
    for anchor in [] if root is None else root:
        row = anchor.find(f"{XDR}from/{XDR}row")
        for body in anchor.iter(f"{XDR}txBody"):
            lines = ("".join(str(t.text or "") for t in p.iter(f"{A}t")) for p in body.iter(f"{A}p"))
            texts.append((int(row.text or 0) if row is not None else 0, "\n".join(line for line in lines if line)))
    return [text for _, text in sorted(texts, key=lambda pair: pair[0]) if text.strip()]


def _coloured(sheet: Any) -> list[Any]:
    """Ranges whose ground a style of a table or a condition may colour."""
    from openpyxl.worksheet.cell_range import CellRange

    ranges = [CellRange(table.ref) for table in sheet.tables.values()]
    for condition in sheet.conditional_formatting:
        ranges += list(condition.sqref.ranges)
    return ranges


def _append_sheet(builder: Builder, sheet: Any, seen: Seen) -> None:
    coloured = _coloured(sheet)

    def said(cell: Any) -> str:
        place = (cell.row, cell.column)
        on = any(r.min_row <= place[0] <= r.max_row and r.min_col <= place[1] <= r.max_col for r in coloured)
        return shown(cell, seen, on_colour=on)

    merged = _merged(sheet)
    columns_off = _hidden_columns(sheet)
    lines: list[Line] = []
    last, rows_off = 0, 0
    for number, cells in _filled_rows(sheet):
        texts = [""] * (max(cells) if cells else 0)
        for column, cell in cells.items():
            texts[column - 1] = merged.get((number, column)) or said(cell)
        if sheet.row_dimensions[number].hidden:
            rows_off += 1
            builder.hidden += sum(map(len, texts))
            continue
        for i in columns_off & set(cells):
            builder.hidden += len(texts[i - 1])
            texts[i - 1] = ""
        if number > last + 1 and lines and not _names_what_follows(lines, texts):
            append_block(builder, lines)
            lines = []
        lines.append(Line(texts, bold=all(cell.font.b for cell in cells.values() if cell.value is not None)))
        last = number
    append_block(builder, lines)
    builder.note(rows_off, "hidden row{s} left out")
    builder.note(len(columns_off), "hidden column{s} left out")


def _names_what_follows(lines: list[Line], texts: list[str]) -> bool:
    """Whether a single row above an empty one names the columns of the rows below it."""
    filled = [at for at, cell in enumerate(lines[0].cells) if cell]
    below = [at for at, cell in enumerate(texts) if cell]
    if len(lines) != 1 or len(filled) < 2 or not set(below) <= set(filled):
        return False
    return len(below) >= 2 and column_names([lines[0], Line(texts)])[0] == 1


def _filled_rows(sheet: Any) -> list[tuple[int, dict[int, Any]]]:
    """Rows that hold a value or continue a merged one: number, and column -> cell. A stray far cell costs nothing."""
    if len(sheet._cells) > limits.MAX_CELLS:
        raise LimitExceeded(f"a sheet of {len(sheet._cells)} cells")
    rows: dict[int, dict[int, Any]] = {}
    for (row, column), cell in sheet._cells.items():
        rows.setdefault(row, {})[column] = cell
    filled = {n: cells for n, cells in rows.items() if any(cell.value is not None for cell in cells.values())}
    return sorted(filled.items())


def append_block(builder: Builder, lines: list[Line]) -> None:
    """Append rows that no empty row parts; a first row of one cell is the table's title."""
    while lines and sum(map(bool, lines[0].cells)) == 1 and len(lines) > 1:
        builder.paragraph(next(cell for cell in lines[0].cells if cell))
        lines = lines[1:]
    lines = without_empty_columns(lines)
    above = rows_above(lines)
    if above:
        append_table(builder, lines[:above])
    if lines:
        append_table(builder, lines[above:])


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
