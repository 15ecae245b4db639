"""Tables of OpenDocument text, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from lxml import etree

from casefolio.ingest.loaders.odf.odf_inline import OdfInline
from casefolio.ingest.loaders.odf.odf_styles import DRAW, OFFICE, TABLE, TEXT, Look, OdfStyles
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.grids import LONG_CELL, Line, append_table, continued, without_empty_columns
from casefolio.ingest.loaders.word.styles import whole

_REPEATS = 1000


class Blocks(Protocol):
    """What a table needs of the document around it."""

    builder: Builder
    styles: OdfStyles
    inline: OdfInline

    def blocks(self, container: etree._Element, look: Look) -> None:
        """Append paragraphs, lists and tables."""

    def hanging(self, look: Look) -> None:
        """Append text boxes and notes of the last block."""

    def label_of(self, paragraph: etree._Element) -> str:
        """Number of an item of a list."""


class Table:
    """Appends one table to a document."""

    def __init__(self, document: Blocks) -> None:
        self.document = document
        self.styles = document.styles

    def append(self, table: etree._Element, look: Look) -> None:
        """Append a table row by row; a row that only serves the layout is read cell by cell."""
        rows = list(_rows(table))
        one_column = all(len(cells) < 2 for _, _, cells in rows)
        filled = self.styles.fills("table", table.get(f"{TABLE}style-name"))
        lines: list[Line] = []
        names: tuple[str, ...] = ()
        below: dict[int, tuple[int, str]] = {}
        for in_head, row, cells in rows:
            inside = replace(look, filled=look.filled or filled or self.styles.fills("table-row", _style(row)))
            if not one_column and not any(_is_layout(cell) for cell in cells):
                lines += [self._row(cells, in_head, below, inside)] * _repeats(row)
                continue
            names, lines = self._flush(lines, names), []
            for cell in cells:
                self.document.blocks(cell, self._in_cell(cell, inside))
        self._flush(lines, names)

    def _flush(self, lines: list[Line], names: tuple[str, ...]) -> tuple[str, ...]:
        if lines:
            names = append_table(self.document.builder, without_empty_columns(lines), names)
        self.document.hanging(Look())
        return names

    def _in_cell(self, cell: etree._Element, look: Look) -> Look:
        return replace(look, filled=look.filled or self.styles.fills("table-cell", _style(cell)))

    def _row(
        self, cells: list[etree._Element], in_head: bool, below: dict[int, tuple[int, str]], look: Look
    ) -> Line:
        texts: list[str] = []
        bold, new_page = True, False
        for cell in cells:
            if cell.tag == f"{TABLE}covered-table-cell":
                width = _columns(cell)
                texts += [continued(below, len(texts) + i) for i in range(width)]
                continue
            raw, cell_bold = self._cell_text(cell, self._in_cell(cell, look))
            new_page = new_page or "\f" in raw or "\v" in raw
            text = one_line(raw)
            bold = bold and (cell_bold or not text)
            height = whole(str(cell.get(f"{TABLE}number-rows-spanned") or "1"), 1)
            if height > 1:
                # a cell that spans rows holds for each of them: a dose keeps its drug
                below[len(texts)] = (height - 1, text if len(text) <= LONG_CELL else "")
            texts += [text] * _columns(cell)
        return Line(texts, header=in_head, bold=bold, new_page=new_page)

    def _cell_text(self, cell: etree._Element, look: Look) -> tuple[str, bool]:
        texts, bold = [], False
        for paragraph in cell.iter(f"{TEXT}p", f"{TEXT}h"):
            if any(a.tag in (f"{TEXT}note", f"{OFFICE}annotation", f"{DRAW}text-box") for a in _up(paragraph, cell)):
                continue
            text = self.document.inline.text(paragraph, look)
            label = self.document.label_of(paragraph)
            if text.strip():
                texts.append(f"{label} {text}" if label else text)
                bold = bold or self.document.inline.bold
        return " ".join(texts), bold


def _rows(table: etree._Element, in_head: bool = False) -> Iterator[tuple[bool, etree._Element, list[etree._Element]]]:
    """Rows of a table: whether it is a header, the row, its cells and those that others cover."""
    for child in table:
        if child.tag == f"{TABLE}table-row":
            cells = [c for c in child if c.tag in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")]
            yield in_head, child, cells
        elif child.tag == f"{TABLE}table-header-rows":
            yield from _rows(child, True)
        elif child.tag in (f"{TABLE}table-rows", f"{TABLE}table-row-group"):
            yield from _rows(child, in_head)


def _columns(cell: etree._Element) -> int:
    return min(max(1, whole(str(cell.get(f"{TABLE}number-columns-repeated") or "1"), 1)), _REPEATS)


def _repeats(row: etree._Element) -> int:
    return min(max(1, whole(str(row.get(f"{TABLE}number-rows-repeated") or "1"), 1)), _REPEATS)


def _style(element: etree._Element) -> str:
    return str(element.get(f"{TABLE}style-name") or "")


def _up(element: etree._Element, stop: etree._Element) -> Iterator[etree._Element]:
    for ancestor in element.iterancestors():
        if ancestor is stop:
            return
        yield ancestor


def _is_layout(cell: etree._Element) -> bool:
    """Whether a cell holds blocks of its own: a table, a heading, or paragraphs of prose."""
    if next(cell.iter(f"{TABLE}table", f"{TEXT}h"), None) is not None:
        return True
    lengths = [len("".join(str(t) for t in p.itertext()).strip()) for p in cell.iter(f"{TEXT}p")]
    return sum(lengths) > LONG_CELL and sum(1 for length in lengths if length) > 3
