"""Blocks of a Word story in reading order: paragraphs, headings, tables, and what hangs on them."""

from __future__ import annotations

import re

from lxml import etree

from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.grids import Line, TableWalk, carried
from casefolio.ingest.loaders.word.inline import A, Inline
from casefolio.ingest.loaders.word.list_numbers import Numbering
from casefolio.ingest.loaders.word.package_parts import Parts
from casefolio.ingest.loaders.word.styles import Styles, W, is_filled, is_on, val, whole
from casefolio.ingest.loaders.word.tree import (
    blocks_of,
    cells_of,
    is_filled_shape,
    is_invisible,
    is_layout,
    paragraphs_of,
    rows_of,
)


class Body:
    """Appends the blocks of a story to a builder."""

    def __init__(self, parts: Parts, builder: Builder) -> None:
        self.parts = parts
        self.builder = builder
        self.styles = Styles(parts.related("styles"))
        self.numbering = Numbering(parts.related("numbering"), self.styles)
        self.inline = Inline(self.styles)
        self.stories = {kind: _notes(parts.related(f"{kind}s"), kind) for kind in ("footnote", "endnote")}
        self._carried = ""
        self._label = ""
        self._furniture = False
        self._running = False

    def blocks(self, container: etree._Element) -> None:
        """Append paragraphs and tables in their order."""
        for block in blocks_of(container):
            if block.tag == f"{W}p":
                self.paragraph(block)
            elif block.tag == f"{W}tbl":
                self.table(block)
        if self._carried:
            text, self._carried = self._carried, ""
            self.builder.paged(text, 0, tight=False, furniture=self._furniture, running=self._running)

    def running(self, root: etree._Element, *, furniture: bool) -> None:
        """Append a header or footer; page breaks and headings count for nothing in it."""
        self._running, self._furniture = True, furniture
        self.blocks(root)
        self._running = self._furniture = False

    def line(self, paragraph: etree._Element) -> str:
        """Text of a paragraph with its list number; a paragraph whose end was deleted is carried into the next."""
        text = self._carried + self.inline.text(paragraph)
        self._carried = self._label = ""
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._carried = text
            return ""
        if is_invisible(paragraph) and not text.strip():
            return ""
        label = self._label = self.numbering.label(paragraph)
        if not label or not text.strip():
            return text
        breaks = re.match(r"[\f\v]*", text)
        cut = breaks.end() if breaks else 0
        return f"{text[:cut]}{label} {text[cut:].lstrip()}"

    def paragraph(self, paragraph: etree._Element) -> None:
        """Append a paragraph, then the text boxes and notes that hang on it."""
        if is_on(paragraph.find(f"{W}pPr/{W}pageBreakBefore")) and not self._running:
            self.builder.break_page(soft=True)
        text = self.line(paragraph)
        level = 0 if self._running else self.styles.heading_level(paragraph)
        if self.styles.is_title(paragraph) and not self.builder.title:
            self.builder.title = text
        self.builder.paged(text, level, tight=bool(self._label), furniture=self._furniture, running=self._running)
        self.hanging()
        section = paragraph.find(f"{W}pPr/{W}sectPr")
        if section is not None and val(section.find(f"{W}type")) not in ("continuous", "nextColumn"):
            self.builder.break_page(soft=True)

    def hanging(self) -> None:
        """Append text boxes, diagrams and notes that the last block refers to."""
        inline = self.inline
        while inline.floats or inline.diagrams or inline.notes:
            floats, inline.floats = inline.floats, []
            diagrams, inline.diagrams = inline.diagrams, []
            notes, inline.notes = inline.notes, []
            for box in floats:
                filled, inline.filled = inline.filled, inline.filled or is_filled_shape(box)
                self.blocks(box)
                inline.filled = filled
            for relation in diagrams:
                self._diagram(relation)
            for kind, key in notes:
                self._note(kind, key)

    def _note(self, kind: str, key: str) -> None:
        story = self.stories[kind].pop(key, None)
        if story is None:
            return
        mark = self.inline.marks.get((kind, key), "")
        for number, paragraph in enumerate(story.iter(f"{W}p")):
            text = self.line(paragraph).strip("\f\v")
            self.builder.paragraph(f"{mark} {text.strip()}" if number == 0 else text)

    def _diagram(self, relation: str) -> None:
        _, target = self.parts.relations(self.parts.main).get(relation, ("", ""))
        root = self.parts.root(target) if target else None
        for paragraph in [] if root is None else root.iter(f"{A}p"):
            self.builder.paragraph("".join(t.text or "" for t in paragraph.iter(f"{A}t")))

    def table(self, table: etree._Element) -> None:
        """Append a table row by row; a row that only serves the layout is read cell by cell."""
        shaded = self.styles.shades(val(table.find(f"{W}tblPr/{W}tblStyle")))
        rows = []
        for row in rows_of(table):
            if row.find(f"{W}trPr/{W}del") is None:
                rows.append((row, cells_of(row)))
            else:
                self.inline.counts.deletions += 1
        one_column = all(len(cells) < 2 for _, cells in rows)
        above: dict[int, str] = {}
        walk = TableWalk(self.builder)
        for row, cells in rows:
            if not one_column and not any(is_layout(cell) for cell, _, _ in cells):
                walk.add(self._row(row, cells, above, shaded))
                continue
            self._flush(walk)
            for cell, _, merged in cells:
                if not merged:
                    self._in_cell(cell, shaded)
        self._flush(walk)

    def _flush(self, walk: TableWalk) -> None:
        walk.flush()
        self.hanging()

    def _in_cell(self, cell: etree._Element, shaded: bool) -> None:
        filled, self.inline.filled = self.inline.filled, shaded or is_filled(cell.find(f"{W}tcPr"))
        self.blocks(cell)
        self.inline.filled = filled

    def _row(
        self, row: etree._Element, cells: list[tuple[etree._Element, int, bool]], above: dict[int, str], shaded: bool
    ) -> Line:
        texts: list[str] = [""] * min(whole(val(row.find(f"{W}trPr/{W}gridBefore")), 0), 64)
        bold, new_page = bool(cells), False
        for cell, width, merged in cells:
            place = len(texts)
            filled, self.inline.filled = self.inline.filled, shaded or is_filled(cell.find(f"{W}tcPr"))
            text, cell_bold = self._cell_text(cell)
            new_page = new_page or "\f" in text or "\v" in text
            text = one_line(text)
            self.inline.filled = filled
            text = above.get(place, "") if merged else text
            above[place] = carried(text)
            bold = bold and (cell_bold or not text)
            texts += [text] + [""] * (width - 1)
        return Line(texts, header=is_on(row.find(f"{W}trPr/{W}tblHeader")), bold=bold, new_page=new_page)

    def _cell_text(self, cell: etree._Element) -> tuple[str, bool]:
        texts, bold = [], False
        for paragraph in paragraphs_of(cell):
            text = self.line(paragraph)
            if text.strip():
                texts.append(text)
                bold = bold or self.inline.bold
        return " ".join(texts), bold


def _notes(root: etree._Element | None, kind: str) -> dict[str, etree._Element]:
    """Note id -> its element; separators between text and notes are not among them."""
    notes = [] if root is None else root.findall(W + kind)
    return {val(note, "id"): note for note in notes if val(note, "type") in ("", "normal")}
