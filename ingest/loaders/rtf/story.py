"""From the paragraphs and cells of an RTF story to blocks of a builder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby

from casefolio.ingest.loaders.rtf.state import State, Tables
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.grids import Line, TableWalk, append_table, carried, is_prose


@dataclass(slots=True)
class CellFormat:
    """How a row is cut into cells: right edge, and whether a cell continues the one above or to its left."""

    edge: int = 0
    below: bool = False
    beside: bool = False


@dataclass(slots=True)
class _Cell:
    blocks: list[str | Line] = field(default_factory=list)
    text: str = ""

    def end_paragraph(self) -> None:
        if self.text.strip():
            self.blocks.append(self.text)
        self.text = ""


@dataclass(slots=True)
class Story:
    """A run of text with its tables: the body, a header, a note, a text box.

    Attributes:
        furniture: whether its paragraphs run along every page.
        after: blocks to append behind the paragraph that is being filled (notes, text boxes).
        formats: cells of the row that is being defined.
    """

    builder: Builder
    furniture: bool = False
    running: bool = False
    parts: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    formats: list[CellFormat] = field(default_factory=list)
    header_row: bool = False
    _cells: list[_Cell] = field(default_factory=list)
    _cell: _Cell = field(default_factory=_Cell)
    _nested: list[str] = field(default_factory=list)
    _walk: TableWalk | None = None
    _above: dict[int, str] = field(default_factory=dict)
    bold: bool = True
    shaded: bool = False
    next_cell: CellFormat = field(default_factory=CellFormat)

    def word(self, word: str, number: int | None, state: State, tables: Tables) -> None:
        """Take in a word that builds tables."""
        match word:
            case "trowd":
                self._define_row()
            case "trhdr":
                self.header_row = True
            case "clvmrg" | "clmrg":
                self._merge(beside=word == "clmrg")
            case "clcbpat" | "clcbpatraw":
                self.shaded = self.shaded or tables.is_coloured(number)
            case "cellx":
                self.formats.append(replace(self.next_cell, edge=number or 0))
                self.next_cell = CellFormat()
            case "intbl":
                state.depth = max(state.depth, 1)
            case "itap":
                state.depth = min(number if number is not None else 1, 50)
            case "cell" | "nestcell":
                self.end_cell(2 if word == "nestcell" else 1)
            case "row":
                self.end_row()
            case "nestrow":
                self.end_nested_row()

    def _define_row(self) -> None:
        self.formats = []
        self.header_row = self.shaded = False
        self.next_cell = CellFormat()

    def _merge(self, *, beside: bool) -> None:
        """The next cell continues its neighbour to the left (`beside`) or above."""
        if beside:
            self.next_cell.beside = True
        else:
            self.next_cell.below = True

    def _taken(self) -> str:
        """What was gathered since the last paragraph ended."""
        text = "".join(self.parts)
        self.parts.clear()
        return text

    def end_paragraph(self, level: int, depth: int, *, listed: bool) -> None:
        """End the paragraph: into the cell where it stands in a table, else as a block."""
        text = self._taken()
        if depth:
            self._cell.text += text
            self._cell.end_paragraph()
            return
        self.end_table()
        self._paged(text.replace("\t", " ", 1) if listed else text, level, listed=listed)
        self._hanging()

    def _paged(self, text: str, level: int = 0, *, listed: bool = False) -> None:
        self.builder.paged(text, level, tight=listed, furniture=self.furniture, running=self.running)

    def _hanging(self) -> None:
        for block in self.after:
            self.builder.paragraph(block, furniture=self.furniture)
        self.after.clear()

    def end_cell(self, depth: int) -> None:
        """End a cell; one of an inner table becomes part of a row inside the outer cell."""
        text = self._taken()
        if depth > 1:
            self._nested.append(one_line(text))
            return
        self._cell.text += text
        self._cell.end_paragraph()
        self._cells.append(self._cell)
        self._cell = _Cell()

    def end_nested_row(self) -> None:
        """End a row of an inner table."""
        if any(self._nested):
            self._cell.blocks.append(Line(self._nested))
        self._nested = []

    def end_row(self) -> None:
        """End a row; one that only serves the layout is appended cell by cell."""
        cells, self._cells = self._cells, []
        formats = self.formats[: len(cells)] + [CellFormat(-i - 1) for i in range(len(cells) - len(self.formats))]
        if len(cells) < 2 or any(_is_layout(cell) for cell in cells):
            self._flush()
            for cell in cells:
                self._blocks(cell)
            return
        texts = []
        new_page = False
        for cell, form in zip(cells, formats, strict=True):
            raw = " ".join(str(block) for block in cell.blocks)
            new_page = new_page or "\f" in raw or "\v" in raw
            text = one_line(raw)
            text = "" if form.beside else text or (self._above.get(form.edge, "") if form.below else "")
            self._above[form.edge] = carried(text)
            texts.append(text)
        self._walk = self._walk or TableWalk(self.builder)
        self._walk.add(Line(texts, header=self.header_row, bold=self.bold, new_page=new_page))
        self.bold = True

    def _blocks(self, cell: _Cell) -> None:
        for is_row, blocks in groupby(cell.blocks, key=lambda block: isinstance(block, Line)):
            if is_row:
                append_table(self.builder, [block for block in blocks if isinstance(block, Line)])
            else:
                for block in blocks:
                    self._paged(str(block))

    def _flush(self) -> None:
        if self._walk is not None:
            self._walk.flush()

    def end_table(self) -> None:
        """End the table that is open, if any."""
        if self._cells or self._cell.blocks or self._cell.text:
            # a row that never ended still holds text
            self._cell.end_paragraph()
            self._cells.append(self._cell)
            self._cell = _Cell()
            self.end_row()
        self._flush()
        self._walk, self._above = None, {}

    def close(self) -> None:
        """End whatever is open."""
        text = self._taken()
        self.end_table()
        self._paged(text)
        self._hanging()


def _is_layout(cell: _Cell) -> bool:
    if any(isinstance(block, Line) for block in cell.blocks):
        return True
    return is_prose(len(cell.blocks), sum(len(str(block)) for block in cell.blocks))
