"""OpenDocument spreadsheets (ODS): each cell's text as the program last showed it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.detecting import ODS
from casefolio.ingest.loaders.office.workbook import append_block
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.grids import Line
from casefolio.ingest.loaders.shared.guard import Package, guarded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.xml_tree import local, whole_number, words

T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_HIDDEN = ("collapse", "filter")
_MOST_REPEATS = 64  # of a cell with text; empty ones are repeated to the edge of the sheet


@guarded("OpenDocument spreadsheet")
def read_ods(source: Source) -> Reading:
    """Read an ODS workbook.

    Raises:
        ReadingError: where it is broken, encrypted or too large.
    """
    root = Package(source.data).xml("content.xml")
    tables = list(root.iter(f"{T}table"))
    if not tables:
        raise BrokenFile("a spreadsheet without a sheet")
    off = _hidden_styles(root)
    builder = Builder()
    hidden_sheets = hidden_rows = 0
    for table in tables:
        if table.get(f"{T}style-name") in off:
            hidden_sheets += 1
            builder.hidden += len(words(table).strip())
            continue
        builder.heading(str(table.get(f"{T}name") or ""), 1)
        hidden_rows += _append(builder, table)
    builder.note(hidden_sheets, "hidden sheet{s} left out")
    builder.note(hidden_rows, "hidden row{s} left out")
    return builder.reading(ODS)


def _hidden_styles(root: etree._Element) -> set[str]:
    """Names of the styles of sheets that are not shown."""
    found = set()
    for style in root.iter():
        if local(style) == "style" and any(c.get(f"{T}display") == "false" for c in style):
            found.add(str(style.get("{urn:oasis:names:tc:opendocument:xmlns:style:1.0}name")))
    return found


def _append(builder: Builder, table: etree._Element) -> int:
    """Append the rows of a sheet; how many are hidden."""
    lines: list[Line] = []
    hidden = cells = 0
    for row in table.iter(f"{T}table-row"):
        texts = list(_texts(row))
        cells += len(texts)
        if cells > limits.MAX_CELLS:
            raise LimitExceeded(f"a sheet of more than {limits.MAX_CELLS} cells")
        if row.get(f"{T}visibility") in _HIDDEN:
            hidden += any(texts)
            builder.hidden += sum(map(len, texts))
        elif any(texts):
            repeats = min(_MOST_REPEATS, whole_number(row.get(f"{T}number-rows-repeated"), 1))
            lines += [Line(list(texts)) for _ in range(repeats)]
        else:
            append_block(builder, lines)
            lines = []
    append_block(builder, lines)
    return hidden


def _texts(row: etree._Element) -> Iterator[str]:
    for cell in row:
        if local(cell) not in ("table-cell", "covered-table-cell"):
            continue
        paragraphs = [words(p) for p in cell if local(p) in ("p", "h")]
        text = one_line(" ".join(paragraphs))
        repeats = whole_number(cell.get(f"{T}number-columns-repeated"), 1)
        yield from [text] * min(_MOST_REPEATS, max(1, repeats))
