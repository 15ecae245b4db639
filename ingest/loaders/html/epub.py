"""EPUB: the chapters in the order of its spine, each a page."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.detecting import EPUB
from casefolio.ingest.loaders.html.loader import append_html, decode_html
from casefolio.ingest.loaders.shared.building import Builder
from casefolio.ingest.loaders.shared.guard import Package, guarded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.xml_tree import local, words


@guarded("EPUB")
def read_epub(source: Source) -> Reading:
    """Read an EPUB.

    Raises:
        ReadingError: where it is broken or has no chapter.
    """
    package = Package(source.data)
    roots = [e for e in package.xml("META-INF/container.xml").iter() if local(e) == "rootfile"]
    main = str(roots[0].get("full-path")) if roots else ""
    book = package.xml(main)
    items = {str(e.get("id")): str(e.get("href") or "") for e in book.iter() if local(e) == "item"}
    spine = [str(e.get("idref")) for e in book.iter() if local(e) == "itemref"]
    builder = Builder()
    lost = 0
    for key in spine:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(main), unquote(items.get(key, ""))))
        data = package.readable(name)
        if data is None:
            lost += 1
            continue
        if not builder.page_is_empty:
            builder.break_page()
        append_html(builder, decode_html(data).text)
    if not builder.position:
        raise BrokenFile("an EPUB without a chapter")
    builder.title = next((words(e) for e in book.iter() if local(e) == "title"), builder.title)
    builder.note(lost, "chapter{s} missing")
    return builder.reading(EPUB)
