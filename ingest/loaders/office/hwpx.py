"""HWPX, the document format of Korean offices since 2021 (KS X 6101): sections, paragraphs, tables, notes."""

from __future__ import annotations

import re

from lxml import etree

from casefolio.ingest.errors import BrokenFile, EncryptedFile
from casefolio.ingest.loaders.detecting import HWPX
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.grids import Line, append_table
from casefolio.ingest.loaders.shared.guard import Package, guarded
from casefolio.ingest.loaders.shared.pictures import attach_pictures
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.xml_tree import local

_SECTION = re.compile(r"Contents/section(\d+)\.xml")
_PIECES = {"tab": "\t", "lineBreak": "\n", "nbSpace": " ", "fwSpace": " ", "hyphen": "-"}


@guarded("HWPX document")
def read_hwpx(source: Source) -> Reading:
    """Read an HWPX document.

    Raises:
        ReadingError: where it is broken, encrypted or holds no section.
    """
    package = Package(source.data)
    manifest = package.readable("META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise EncryptedFile("the HWPX document is encrypted", "save it without a password")
    names = sorted((int(m[1]), name) for name in package.names if (m := _SECTION.fullmatch(name)))
    if not names:
        raise BrokenFile("an HWPX container without a section")
    builder = Builder()
    reader = _Reader(builder, _struck_styles(package))
    for _, name in names:
        reader.block(package.xml(name))
    pictures = [name for name in package.names if name.startswith("BinData/")]
    attach_pictures(builder, [(name, data) for name in pictures if (data := package.readable(name)) is not None])
    builder.note(reader.deleted, "struck-out or deleted passage{s} left out")
    return builder.reading(HWPX)


def _struck_styles(package: Package) -> frozenset[str]:
    """Ids of the character styles that strike text out."""
    if "Contents/header.xml" not in package:
        return frozenset()
    found = set()
    for style in package.xml("Contents/header.xml").iter():
        if local(style) != "charPr":
            continue
        for line in style:
            if local(line) == "strikeout" and line.get("shape", "NONE") not in ("NONE", "3D"):
                found.add(str(style.get("id")))
    return frozenset(found)


class _Reader:
    def __init__(self, builder: Builder, struck: frozenset[str]) -> None:
        self.builder = builder
        self._struck = struck
        self.deleted = 0

    def block(self, element: etree._Element) -> None:
        """Append the paragraphs of an element, with the tables and notes that stand in them."""
        for paragraph in element:
            if local(paragraph) == "p":
                if paragraph.get("pageBreak") == "1":
                    self.builder.break_page(soft=True)
                self._paragraph(paragraph)
            elif isinstance(paragraph.tag, str):
                self.block(paragraph)

    def _paragraph(self, paragraph: etree._Element) -> None:
        pieces: list[str] = []
        later: list[etree._Element] = []
        for run in paragraph:
            if local(run) != "run":
                continue
            for child in run:
                if local(child) == "t":
                    said = self._said(child)
                    if run.get("charPrIDRef") in self._struck and said.strip():
                        self.deleted += 1
                    else:
                        pieces.append(said)
                elif isinstance(child.tag, str):
                    later.append(child)
        self.builder.paragraph("".join(pieces))
        for child in later:
            self._object(child)

    def _object(self, element: etree._Element) -> None:
        """What stands in a paragraph besides its text: a table, a text box, a note."""
        if local(element) == "tbl":
            rows = [[self._cell(c) for c in row if local(c) == "tc"] for row in element if local(row) == "tr"]
            if all(len(row) == 1 for row in rows) and len(rows) == 1:
                self._inside(element)  # a frame around paragraphs
            else:
                append_table(self.builder, [Line(row) for row in rows])
            return
        self._inside(element)

    def _inside(self, element: etree._Element) -> None:
        for inner in element.iter():
            if local(inner) == "subList" and not any(local(a) == "subList" for a in _between(inner, element)):
                self.block(inner)

    def _cell(self, cell: etree._Element) -> str:
        said = []
        for paragraph in cell.iter():
            if local(paragraph) == "t":
                said.append(self._said(paragraph))
            elif local(paragraph) == "p":
                said.append(" ")
        return one_line("".join(said))

    def _said(self, text: etree._Element) -> str:
        pieces = [text.text or ""]
        for child in text:
            if local(child) == "deleteBegin":
                self.deleted += 1
            pieces.append(_PIECES.get(local(child), ""))
            pieces.append(child.tail or "")
        return "".join(pieces)


def _between(inner: etree._Element, outer: etree._Element) -> list[etree._Element]:
    """The elements around `inner` up to `outer`, neither of them included."""
    found = []
    above = inner.getparent()
    while above is not None and above is not outer:
        found.append(above)
        above = above.getparent()
    return found
