"""From recognised words to the text of a page: lines, blocks, rows of tables, and Korean without false spaces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from casefolio.ingest import layout
from casefolio.ingest.document import Row, Span
from casefolio.ingest.tables import CELL_BREAK, Table, table_of
from casefolio.ingest.tesseract import Word

_CLOSE = 0.37  # of the height: Hangul closer than this is one word, though Tesseract may cut it into syllables


def page_text(words: Sequence[Word]) -> tuple[str, tuple[Row, ...]]:
    """The text of a page and the rows of its tables. Blocks are parted by an empty line."""
    tables = _tables(words)
    lines: list[str] = []
    spans: list[Row] = []
    done: set[int] = set()
    length = 0
    for _, block in groupby(enumerate(words), key=lambda item: item[1].line[:2]):
        for _, members in groupby(block, key=lambda item: item[1].line):
            line = list(members)
            plain = [word for index, word in line if index not in tables]
            pieces: list[tuple[str, Row | None]] = [(join_words(plain), None)] if plain else []
            for table in (tables[index] for index, _ in line if index in tables):
                if id(table) not in done:
                    done.add(id(table))
                    pieces += _rows(table, words)
            for text, row in pieces:
                if row is not None:
                    spans.append(Row(Span(length, length + len(text)), row.columns))
                lines.append(text)
                length += len(text) + 1
        if lines and lines[-1]:
            lines.append("")
            length += 1
    return "\n".join(lines).rstrip("\n"), tuple(row for row in spans if row.columns or len(row.span))


def join_words(words: Sequence[Word]) -> str:
    """Words of one line with the spaces that the picture has."""
    text = words[0].text if words else ""
    for a, b in pairwise(words):
        text += b.text if is_close(a, b) else f" {b.text}"
    return text


def is_close(a: Word, b: Word) -> bool:
    """Whether two neighbours on a line are one word."""
    height = min(a.bottom - a.top, b.bottom - b.top)
    return _is_hangul(a.text[-1]) and _is_hangul(b.text[0]) and b.left - a.right < _CLOSE * height


def _is_hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3"


def _tables(words: Sequence[Word]) -> dict[int, Table]:
    """The table that each word stands in, by index."""
    boxes = [layout.Word(w.text, w.left, w.top, w.right, w.bottom, i) for i, w in enumerate(words)]
    found: dict[int, Table] = {}
    for block in layout.blocks_of(layout.lines_of(boxes)):
        table = table_of(block, ())
        if table is not None:
            found.update((word.order, table) for line in block.lines for word in line.words)
    return found


def _rows(table: Table, words: Sequence[Word]) -> list[tuple[str, Row | None]]:
    """The rows of a table as lines; one that names the columns is a line and no row."""
    rows: list[tuple[str, Row | None]] = []
    for number, row in enumerate(table.rows):
        text = CELL_BREAK.join(join_words([words[w.order] for w in cell]) for cell in row).rstrip(CELL_BREAK)
        if text:
            rows.append((text, Row(Span(0, 0), table.names) if number >= table.n_header else None))
    return rows
