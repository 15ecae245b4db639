"""Workbooks by their bare values (XLS, XLSB, ODS), where LibreOffice is not there to say how they are shown."""

from __future__ import annotations

import io
from typing import Any

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded, MissingTool
from casefolio.ingest.loaders.office.workbook import append_block
from casefolio.ingest.loaders.office.workbook_cells import valued
from casefolio.ingest.loaders.shared.building import Builder
from casefolio.ingest.loaders.shared.grids import Line
from casefolio.ingest.loaders.shared.source import Reading, Source

_NOTE = "read by its values; number formats, hidden rows and struck-out cells are not known"


def read_values(source: Source, media_type: str) -> Reading:
    """Read the visible sheets of a workbook.

    Raises:
        MissingTool: where the library for it is not installed.
        BrokenFile: where it cannot be opened.
        LimitExceeded: where it has more cells than a workbook may.
    """
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise MissingTool("neither LibreOffice Calc nor python-calamine is installed", "install one of them") from error
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(source.data))
        sheets = [(sheet.name, sheet.visible == calamine.SheetVisibleEnum.Visible) for sheet in book.sheets_metadata]
        rows = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=True) for name, seen in sheets if seen}
    except (calamine.CalamineError, ValueError, OSError) as error:
        raise BrokenFile("not a readable workbook") from error
    if sum(len(row) for sheet in rows.values() for row in sheet) > limits.MAX_CELLS:
        raise LimitExceeded(f"a workbook of more than {limits.MAX_CELLS} cells")
    builder = Builder()
    for name, sheet in rows.items():
        builder.heading(name, 1)
        _append(builder, sheet)
    builder.note(len(sheets) - len(rows), "hidden sheet{s} left out")
    builder.notes.append(_NOTE)
    return builder.reading(media_type)


def _append(builder: Builder, rows: list[list[Any]]) -> None:
    lines: list[Line] = []
    for row in rows:
        texts = ["" if value is None or value == "" else valued(value, "") for value in row]
        if any(texts):
            lines.append(Line(texts))
        elif lines:
            append_block(builder, lines)
            lines = []
    append_block(builder, lines)
