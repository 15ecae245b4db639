"""Presentations (PPTX): each slide is a page; titles are headings, tables are rows, the speaker's notes follow."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.detecting import PPTX
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.containers import opened
from casefolio.ingest.loaders.shared.grids import Line, append_table
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.pictures import attach_pictures
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.symbols import superscript
from casefolio.ingest.loaders.word.package_parts import Parts

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FURNITURE = {"ftr", "sldNum", "dt", "hdr"}
_TITLES = {"title", "ctrTitle"}


@guarded("presentation")
def read_pptx(source: Source) -> Reading:
    """Read a presentation.

    Raises:
        ReadingError: where it is broken, encrypted or too large.
    """
    parts = Parts(opened(source))
    root = parts.root(parts.main)
    if root is None:
        raise BrokenFile("a presentation without its main part")
    relations = parts.relations(parts.main)
    builder = Builder()
    hidden = struck = 0
    slides = [relations.get(str(item.get(f"{R}id")), ("", ""))[1] for item in root.iter(f"{P}sldId")]
    for number, name in enumerate(filter(None, slides)):
        slide = parts.root(name)
        if slide is None:
            continue
        if number:
            builder.break_page()
        if slide.get("show") == "0":
            hidden += 1
            builder.hidden += sum(len(text.text or "") for text in slide.iter(f"{A}t"))
            continue
        reader = _Slide(builder)
        reader.append(slide)
        struck += reader.struck
        _append_notes(builder, parts, name)
        pictures = [target for kind, target in parts.relations(name).values() if kind == "image"]
        attach_pictures(builder, [(p, data) for p in pictures if (data := parts.package.readable(p)) is not None])
    builder.note(hidden, "hidden slide{s} left out")
    builder.note(struck, "struck-out passage{s} left out")
    return builder.reading(PPTX)


def _append_notes(builder: Builder, parts: Parts, slide: str) -> None:
    for kind, target in parts.relations(slide).values():
        root = parts.root(target) if kind == "notesSlide" else None
        if root is None:
            continue
        for shape in root.iter(f"{P}sp"):
            if _placeholder(shape) == "body":
                for paragraph in shape.iter(f"{A}p"):
                    builder.paragraph(_Slide(builder).text(paragraph))


def _placeholder(shape: etree._Element) -> str:
    place = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
    return "" if place is None else str(place.get("type") or "body")


class _Slide:
    """One slide: its shapes from top to bottom, the title first."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.struck = 0

    def append(self, slide: etree._Element) -> None:
        tree = slide.find(f"{P}cSld/{P}spTree")
        if tree is None:
            return
        shapes = sorted(enumerate(self._shapes(tree)), key=lambda item: (*_order(item[1]), item[0]))
        for _, shape in shapes:
            table = shape.find(f".//{A}tbl")
            if table is not None:
                self._table(table)
            else:
                self._paragraphs(shape)

    def _shapes(self, tree: etree._Element) -> Iterator[etree._Element]:
        for child in tree:
            if child.tag == f"{P}grpSp":
                yield from self._shapes(child)
            elif child.tag in (f"{P}sp", f"{P}graphicFrame"):
                properties = child.find(f"*/{P}cNvPr")
                if properties is not None and properties.get("hidden") in ("1", "true"):
                    self.builder.hidden += sum(len(text.text or "") for text in child.iter(f"{A}t"))
                else:
                    yield child

    def _paragraphs(self, shape: etree._Element) -> None:
        kind = _placeholder(shape)
        for paragraph in shape.iter(f"{A}p"):
            text = self.text(paragraph)
            if kind in _TITLES:
                self.builder.title = self.builder.title or one_line(text)
                self.builder.heading(text, 1)
            else:
                self.builder.paragraph(text, tight=True, furniture=kind in _FURNITURE)
        self.builder.end_table()

    def _table(self, table: etree._Element) -> None:
        lines = []
        for row in table.iter(f"{A}tr"):
            cells = [one_line(" ".join(self.text(p) for p in cell.iter(f"{A}p"))) for cell in row.iter(f"{A}tc")]
            lines.append(Line(cells))
        append_table(self.builder, lines)

    def text(self, paragraph: etree._Element) -> str:
        """The text of a paragraph, without what is struck out."""
        pieces = []
        for run in paragraph:
            if run.tag == f"{A}br":
                pieces.append("\n")
            said = run.find(f"{A}t") if run.tag in (f"{A}r", f"{A}fld") else None
            if said is None:
                continue
            properties = run.find(f"{A}rPr")
            struck = "noStrike" if properties is None else str(properties.get("strike") or "noStrike")
            if struck != "noStrike":
                self.struck += 1
                continue
            raised = properties is not None and str(properties.get("baseline") or "0").lstrip("-").isdigit()
            up = raised and properties is not None and int(str(properties.get("baseline") or "0")) > 0
            pieces.append(superscript(said.text or "") if up else said.text or "")
        return "".join(pieces)


def _order(shape: etree._Element) -> tuple[int, int, int]:
    """Titles first, then from top to bottom and left to right, as far as a shape says where it stands."""
    if _placeholder(shape) in _TITLES:
        return 0, 0, 0
    place = shape.find(f".//{A}off")
    if place is None:
        return 1, 0, 0
    row = int(str(place.get("y") or "0")) // 200_000  # about half a centimetre: shapes on one level read across
    return 1, row, int(str(place.get("x") or "0"))
