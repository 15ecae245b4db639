"""Delimited text (CSV): each row is a line that knows the names of its columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.detecting import CSV
from casefolio.ingest.loaders.shared.building import Builder
from casefolio.ingest.loaders.shared.charsets import decode_as
from casefolio.ingest.loaders.shared.grids import Line, append_table, rows_above
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source

_SEPARATORS = ",;\t|"


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
    above = rows_above(lines)
    if above:
        append_table(builder, lines[:above])
    append_table(builder, lines[above:])
    return builder.reading(CSV)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(16 * 2**20)
    cells = 0
    for row in csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=separator):
        cells += len(row)
        if cells > limits.MAX_CELLS:
            raise LimitExceeded(f"more than {limits.MAX_CELLS} cells")
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
