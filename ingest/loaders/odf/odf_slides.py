"""Presentations of OpenDocument (ODP): each slide is a page; the text of its shapes in their order."""

from __future__ import annotations

from lxml import etree

from casefolio.ingest.loaders.detecting import ODP
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.grids import Line, append_table
from casefolio.ingest.loaders.shared.guard import Package, guarded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.xml_tree import local, words

_CLASS = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}class"


@guarded("OpenDocument presentation")
def read_odp(source: Source) -> Reading:
    """Read an ODP presentation.

    Raises:
        ReadingError: where it is broken.
    """
    root = Package(source.data).xml("content.xml")
    builder = Builder()
    for number, page in enumerate(e for e in root.iter() if local(e) == "page"):
        if number:
            builder.break_page()
        for shape in page:
            if isinstance(shape.tag, str):
                _append(builder, shape, heading=str(shape.get(_CLASS) or "") == "title")
    return builder.reading(ODP)


def _append(builder: Builder, element: etree._Element, *, heading: bool) -> None:
    """Append the paragraphs and tables in a shape."""
    match local(element):
        case "table":
            rows = [row for row in element.iter() if local(row) == "table-row"]
            cells = [[one_line(words(c)) for c in row if local(c) == "table-cell"] for row in rows]
            append_table(builder, [Line(row) for row in cells])
        case "p" | "h" if heading:
            builder.title = builder.title or one_line(words(element))
            builder.heading(words(element), 1)
        case "p" | "h":
            builder.paragraph(words(element), tight=True)
        case _:
            for child in element:
                if isinstance(child.tag, str):
                    _append(builder, child, heading=heading)
