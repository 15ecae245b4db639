"""Word documents (DOCX): the accepted text with its headings, tables, notes, text boxes, headers and footers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress

from lxml import etree

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.detecting import DOCX
from casefolio.ingest.loaders.shared.building import Builder
from casefolio.ingest.loaders.shared.containers import opened
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.pictures import SUFFIXES, attach_pictures
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.word.body import Body
from casefolio.ingest.loaders.word.package_parts import Parts
from casefolio.ingest.loaders.word.styles import W, is_on, val

_EMBEDDED = (".docx", ".xlsx", ".pdf", ".doc", ".rtf", ".odt", ".eml", ".msg", ".txt", ".htm", ".html", ".mht")


@guarded("Word document")
def read_docx(source: Source) -> Reading:
    """Read a DOCX file.

    Raises:
        ReadingError: where it is broken, encrypted, or larger than a document may be.
    """
    parts = Parts(opened(source))
    root = parts.root(parts.main)
    body = None if root is None else root.find(f"{W}body")
    if body is None:
        raise BrokenFile("a Word container without a body")
    builder = Builder()
    story = Body(parts, builder)
    headers, footers = _running(parts, body)
    for element, first in headers:
        story.running(element, furniture=not first)
    builder.begin_body()
    story.blocks(body)
    for element, first in footers:
        story.running(element, furniture=not first)
    _embedded(parts, builder)
    _remarks(parts, story)
    _properties(parts, builder)
    return builder.reading(DOCX)


def _running(
    parts: Parts, body: etree._Element
) -> tuple[list[tuple[etree._Element, bool]], list[tuple[etree._Element, bool]]]:
    """Headers and footers in use, each once: the part's root, and whether it stands on a first page only."""
    relations = parts.relations(parts.main)
    found: dict[str, list[tuple[etree._Element, bool]]] = {"header": [], "footer": []}
    seen: set[str] = set()
    for section in body.iter(f"{W}sectPr"):
        has_first = is_on(section.find(f"{W}titlePg"))
        for reference in section.iterchildren(f"{W}headerReference", f"{W}footerReference"):
            kind, target = relations.get(_relation(reference), ("", ""))
            place = val(reference, "type")
            if target in seen or kind not in found or (place == "first" and not has_first):
                continue
            seen.add(target)
            root = parts.root(target)
            if root is not None:
                found[kind].append((root, place == "first"))
    # a letterhead on the first page comes before the line that runs over the others
    return tuple(sorted(found[k], key=lambda pair: not pair[1]) for k in ("header", "footer"))  # type: ignore[return-value]


def _relation(reference: etree._Element) -> str:
    return next((str(v) for k, v in reference.attrib.items() if str(k).endswith("}id")), "")


def _embedded(parts: Parts, builder: Builder) -> None:
    """Attach embedded files, and pictures that are large enough to be scanned pages."""
    pictures, damaged = [], 0
    for name in parts.package.names:
        suffix = posixpath.splitext(name)[1].lower()
        if not name.startswith("word/"):
            continue
        if suffix in _EMBEDDED or suffix in SUFFIXES or suffix in (".emf", ".wmf", ".svg"):
            data = parts.package.readable(name)
            if data is None:
                damaged += 1
            elif suffix in _EMBEDDED:
                builder.attachments.append((posixpath.basename(name), data))
            else:
                pictures.append((name, data))
        elif name.startswith("word/embeddings/"):
            builder.notes.append(f"embedded object not read: {suffix or 'no suffix'}")
    attach_pictures(builder, pictures)
    charts = [name for name in parts.package.names if re.fullmatch(r"word/charts/chart\d*\.xml", name)]
    builder.note(len(charts), "chart{s} not read")
    builder.note(damaged, "embedded file{s} damaged")


def _remarks(parts: Parts, story: Body) -> None:
    counts, builder = story.inline.counts, story.builder
    comments = parts.related("comments")
    builder.note(counts.deletions, "tracked deletion{s} left out")
    builder.note(counts.struck, "struck-out passage{s} left out")
    builder.note(counts.insertions, "tracked insertion{s} read as text")
    builder.note(0 if comments is None else len(comments.findall(f"{W}comment")), "comment{s} left out")
    builder.hidden = counts.hidden


def _properties(parts: Parts, builder: Builder) -> None:
    roots: dict[str, tuple[str, str]] = {}
    with suppress(BrokenFile):
        roots = parts.relations("")
    for kind, target in roots.values():
        if kind == "core-properties":
            # a file is not given up for what it says of itself
            with suppress(BrokenFile):
                for name, value in _texts(parts.package.xml(target)):
                    builder.metadata.append((name, value))
                    if name == "title" and not builder.title:
                        builder.title = value


def _texts(root: etree._Element) -> Iterator[tuple[str, str]]:
    for element in root:
        if isinstance(element.tag, str) and element.text:
            yield etree.QName(element).localname, element.text
