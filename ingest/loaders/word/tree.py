"""Looks through what Word wraps around paragraphs, tables, rows and cells."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from casefolio.ingest.loaders.shared.grids import is_prose
from casefolio.ingest.loaders.word.inline import MC, WPS, A, V, alternative
from casefolio.ingest.loaders.word.styles import W, is_on, val, whole

_TRANSPARENT = {f"{W}{n}" for n in ("sdtContent", "customXml", "smartTag", "ins", "moveTo", "hyperlink")}


def blocks_of(container: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables of a container, content controls and the like looked through."""
    for child in container:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag == f"{W}sdt":
            content = child.find(f"{W}sdtContent")
            if content is not None:
                yield from blocks_of(content)
        elif child.tag in _TRANSPARENT or child.tag == f"{MC}AlternateContent":
            yield from blocks_of(alternative(child) if child.tag == f"{MC}AlternateContent" else child)


def within(container: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Children with a tag, content controls and the like looked through."""
    for child in container:
        if child.tag == tag:
            yield child
        elif child.tag == f"{W}sdt" or child.tag in _TRANSPARENT:
            yield from within(child, tag)


def rows_of(table: etree._Element) -> Iterator[etree._Element]:
    """Rows of a table."""
    return within(table, f"{W}tr")


def paragraphs_of(cell: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs of a cell, those of tables inside it not."""
    for block in blocks_of(cell):
        if block.tag == f"{W}p":
            yield block


def cells_of(row: etree._Element) -> list[tuple[etree._Element, int, bool]]:
    """Cells of a row: element, columns that it spans, whether it continues the cell above."""
    found = []
    for cell in within(row, f"{W}tc"):
        width = min(max(1, whole(val(cell.find(f"{W}tcPr/{W}gridSpan")), 1)), 64)
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        found.append((cell, width, merge is not None and val(merge) != "restart"))
    return found


def is_layout(cell: etree._Element) -> bool:
    """Whether a cell holds blocks of its own: a table, or paragraphs of prose."""
    if next(within(cell, f"{W}tbl"), None) is not None:
        return True
    lengths = [sum(len(t.text or "") for t in p.iter(f"{W}t")) for p in paragraphs_of(cell)]
    return is_prose(sum(1 for length in lengths if length), sum(lengths))


def is_invisible(paragraph: etree._Element) -> bool:
    """Whether the paragraph's own mark is hidden or gone: then it takes no number either."""
    mark = paragraph.find(f"{W}pPr/{W}rPr")
    return mark is not None and is_on(mark.find(f"{W}vanish"))


def is_filled_shape(content: etree._Element) -> bool:
    """Whether the shape around a text box is coloured."""
    shape = content.getparent()
    while shape is not None and shape.tag not in (f"{WPS}wsp", f"{V}shape", f"{V}rect", f"{V}roundrect"):
        shape = shape.getparent()
    if shape is None:
        return False
    if shape.tag == f"{WPS}wsp":
        properties, style = shape.find(f"{WPS}spPr"), shape.find(f"{WPS}style/{A}fillRef")
        fills = ("solidFill", "gradFill", "blipFill", "pattFill")
        own = properties is not None and any(properties.find(A + fill) is not None for fill in fills)
        return own or (style is not None and style.get("idx") not in (None, "0"))
    return shape.get("filled") not in ("f", "false") and shape.get("fillcolor") not in (None, "white", "#ffffff")
