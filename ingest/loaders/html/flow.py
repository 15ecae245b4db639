"""Walks marked-up prose (HTML, the narrative of C-CDA and FHIR) and appends what a reader sees to a builder."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from casefolio.ingest.loaders.html.css import Look, Sheet, is_removed, is_struck
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.grids import Line, TableWalk, continue_above, is_prose
from casefolio.ingest.loaders.shared.symbols import superscript
from casefolio.ingest.loaders.shared.xml_tree import is_bold, local, rows_of, shown_input, whole_number, words
from casefolio.ingest.loaders.word.list_numbers import format_number

# Stand-ins for a line end and a space that must survive the folding of white space.
_LINE, _SPACE = "\x1e", "\x1f"
_LIST_STYLES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
                "LittleAlpha": "lowerLetter", "BigAlpha": "upperLetter", "LittleRoman": "lowerRoman",
                "BigRoman": "upperRoman"}  # fmt: skip


@dataclass(slots=True)
class Flow:
    """One walk.

    Attributes:
        builder: what the text is appended to.
        roles: tag -> what it is: `block`, `heading`, `list`, `item`, `table`, `row`, `head`, `cell`, `header cell`,
            `caption`, `break`, `rule`, `skip`, `script`, `super`, `struck`, `preformatted`, `input`; others are inline.
        sheet: rules of style for what cannot be seen.
        heading: level of a heading element, for `builder.heading`.
        scripts: how many scripts and style sheets were left out.
        struck: how many passages that are struck out were left out.
    """

    builder: Builder
    roles: Mapping[str, str]
    sheet: Sheet = field(default_factory=Sheet)
    heading: Callable[[etree._Element], int] = lambda element: 1
    scripts: int = 0
    struck: int = 0
    _parts: list[str] = field(default_factory=list)
    _label: str = ""
    _preformatted: bool = False
    _depth: int = 0

    def read(self, element: etree._Element, look: Look | None = None) -> None:
        """Append all of an element's content."""
        self._children(element, look or Look())
        self.flush()

    def flush(self, *, tight: bool = False) -> None:
        """End the paragraph that is being gathered."""
        text = _folded("".join(self._parts))
        self._parts.clear()
        if text:
            label, self._label = self._label, ""
            self.builder.paragraph(f"{label} {text}" if label else text, tight=tight or bool(label))

    def _children(self, element: etree._Element, look: Look) -> None:
        self._say(element.text, look)
        for child in element:
            if isinstance(child.tag, str):
                self._walk(child, look)
            self._say(child.tail, look)

    def _say(self, text: str | None, look: Look) -> None:
        if not text:
            return
        if not look.readable:
            self.builder.hidden += len(text.strip())
            return
        if self._preformatted:
            text = text.replace("\r\n", "\n").replace("\n", _LINE).replace(" ", _SPACE).replace("\t", _SPACE * 4)
        self._parts.append(text)

    def _walk(self, element: etree._Element, look: Look) -> None:
        role = self.roles.get(local(element), "inline")
        if role == "script":
            self.scripts += 1
            return
        style = self.sheet.style(element)
        if is_removed(style, element):
            self.builder.hidden += len(words(element).strip())
        elif role == "struck" or is_struck(style) or _is_struck_out(element):
            self.struck += 1
        elif role != "skip":
            self._enter(element, role, look.within(style, element))

    def _enter(self, element: etree._Element, role: str, look: Look) -> None:
        match role:
            case "inline":
                self._children(element, look)
            case "break":
                self._parts.append(_LINE)
            case "super":
                self._parts.append(superscript(self.line(element, look)))
            case "input":
                self._parts.append(shown_input(element))
            case "table":
                self.flush()
                self._table(element, look)
            case "heading":
                self.flush()
                self.builder.heading(self.line(element, look), self.heading(element))
            case "list":
                self.flush()
                self._list(element, look)
            case _:
                self._block(element, role, look)

    def _block(self, element: etree._Element, role: str, look: Look) -> None:
        self.flush()
        before, self._preformatted = self._preformatted, self._preformatted or role == "preformatted"
        self._children(element, look)
        self._preformatted = before
        self.flush()

    def line(self, element: etree._Element, look: Look) -> str:
        """The text of an element on one line, for cells and headings."""
        outer, self._parts = self._parts, []
        inner = Flow(_Joined(self.builder), self.roles, self.sheet, self.heading)
        inner.read(element, look)
        self.scripts, self.struck = self.scripts + inner.scripts, self.struck + inner.struck
        self._parts = outer
        return inner.builder.joined  # type: ignore[attr-defined, no-any-return]

    def _list(self, element: etree._Element, look: Look) -> None:
        ordered = local(element) == "ol" or element.get("listType") == "ordered"
        number = whole_number(element.get("start"), 1)
        form = _LIST_STYLES.get(str(element.get("type") or element.get("styleCode") or ""), "decimal")
        self.builder.end_table()
        for child in element:
            if self.roles.get(local(child)) == "item":
                number = whole_number(child.get("value"), number)
                self._label = f"{format_number(number, form)}." if ordered else "•"
                number += 1
            if isinstance(child.tag, str):
                self._walk(child, look)
            self._label = ""
        self.builder.end_table()

    def _table(self, table: etree._Element, look: Look) -> None:
        for child in table:
            if self.roles.get(local(child)) == "caption":
                self._walk(child, look)
        rows = list(rows_of(table, self.roles))
        one_column = all(len(cells) < 2 for _, cells in rows)
        walk = TableWalk(self.builder, tidy=True)
        for in_head, cells in rows:
            row = cells[0].getparent() if cells else None
            inside = look if row is None else look.within(self.sheet.style(row), row)
            if row is not None and is_removed(self.sheet.style(row), row):
                self.builder.hidden += len(words(row).strip())
            elif row is not None and (is_struck(self.sheet.style(row)) or _is_struck_out(row)):
                self.struck += 1
            elif one_column or any(self._is_layout(cell) for cell in cells):
                walk.flush()
                for cell in cells:
                    self._walk(cell, inside)
            else:
                walk.add(self._row(cells, in_head, walk, inside))
        walk.flush()

    def _row(self, cells: list[etree._Element], in_head: bool, walk: TableWalk, look: Look) -> Line:
        texts: list[str] = []
        headers = 0
        for cell in cells:
            continue_above(texts, walk.below)
            is_header = self.roles.get(local(cell)) == "header cell"
            headers += is_header
            style = self.sheet.style(cell)
            removed = is_removed(style, cell)
            struck = is_struck(style) or _is_struck_out(cell)
            self.struck += struck
            text = "" if removed or struck else one_line(self.line(cell, look.within(style, cell)))
            if removed:
                self.builder.hidden += len(words(cell).strip())
            width = min(max(1, whole_number(cell.get("colspan"), 1)), 100)
            height = min(max(1, whole_number(cell.get("rowspan"), 1)), 1000)
            walk.span(len(texts), height, text)
            texts += [text] + [""] * (width - 1)
        continue_above(texts, walk.below)
        header = in_head or (headers > 1 and headers == len(cells))
        return Line(texts, header=header, bold=bool(cells) and all(is_bold(cell) for cell in cells))

    def _is_layout(self, cell: etree._Element) -> bool:
        """Whether a cell holds blocks of its own: a table, a heading, or paragraphs of prose."""
        blocks = 0
        for inner in cell.iterdescendants():
            role = self.roles.get(local(inner))
            if role in ("table", "heading"):
                return True
            blocks += role in ("block", "item")
        return is_prose(blocks, len(one_line(words(cell))))


def _is_struck_out(element: etree._Element) -> bool:
    """Whether the narrative of a CDA says that a passage is deleted or struck out."""
    styles = str(element.get("styleCode") or "").casefold()
    return element.get("revised") == "delete" or "strike" in styles or "line-through" in styles


class _Joined(Builder):
    """Takes blocks and joins them to one line; what is hidden is counted where it belongs."""

    def __init__(self, outer: Builder) -> None:
        super().__init__()
        self._outer = outer

    @property
    def joined(self) -> str:
        self._outer.hidden += self.hidden
        self.hidden = 0
        return one_line("".join(self._parts))


def _folded(text: str) -> str:
    text = re.sub(rf"[ \t\n\r\f]*{_LINE}[ \t\n\r\f]*", _LINE, re.sub(r"[ \t\n\r\f]+", " ", text))
    return text.replace(_LINE, "\n").replace(_SPACE, " ").strip("\n ")
