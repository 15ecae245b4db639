"""HTML: the text that a reader of the page sees, its tables as rows and its headings as sections."""

from __future__ import annotations

import re

from lxml import etree

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.detecting import HTML
from casefolio.ingest.loaders.html.css import Look, Sheet
from casefolio.ingest.loaders.html.flow import Flow
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.charsets import decode_as
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.xml_tree import local, words
from casefolio.ingest.text import Decoded

_BLOCKS = (
    "p div section article aside main nav header footer address blockquote figure figcaption fieldset legend form dl "
    "dt dd details summary hr center body html dir menu hgroup search"
)
ROLES: dict[str, str] = {
    **dict.fromkeys(_BLOCKS.split(), "block"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("ul", "ol"), "list"),
    **dict.fromkeys(("thead", "tbody", "tfoot"), "head"),
    **dict.fromkeys(("script", "style", "template", "object", "embed", "applet", "audio", "video", "svg"), "script"),
    **dict.fromkeys(("head", "title", "iframe", "noframes", "datalist", "rt", "rp", "optgroup", "option"), "skip"),
    **dict.fromkeys(("del", "s", "strike"), "struck"),
    **dict.fromkeys(("pre", "textarea", "listing", "xmp", "plaintext"), "preformatted"),
    **dict.fromkeys(("input", "select"), "input"),
    "li": "item", "table": "table", "tr": "row", "td": "cell", "th": "header cell", "caption": "caption", "br": "break",
    "sup": "super",
}  # fmt: skip
_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)


@guarded("HTML page")
def read_html(source: Source) -> Reading:
    """Read an HTML or XHTML page.

    Raises:
        ReadingError: where it holds no element.
    """
    builder = Builder()
    page = decode_html(source.data)
    append_html(builder, page.text)
    builder.notes += page.notes
    return builder.reading(HTML)


def append_html(builder: Builder, text: str) -> None:
    """Append what a reader sees of a page, and its title and metadata.

    Raises:
        BrokenFile: where `text` holds no element.
    """
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\x00", ""))
    parser = etree.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=False, encoding="utf-8")
    root = etree.fromstring(text.encode("utf-8", "replace"), parser) if text.strip() else None
    if root is None:
        raise BrokenFile("a page without content")
    sheet = Sheet(root)
    for style in root.iter("style"):
        sheet.add(style.text or "")
    _facts(builder, root)
    flow = Flow(builder, ROLES, sheet, lambda element: int(local(element)[1]))
    # With rules that stand in another file the ground may be dark: then white letters are not taken for hidden.
    foreign = any("stylesheet" in str(link.get("rel") or "").lower() for link in root.iter("link"))
    flow.read(root, Look(ground=None) if foreign else Look())
    builder.note(flow.scripts, "script{s} or style sheets left out")
    builder.note(flow.struck, "struck-out passage{s} left out")


def _facts(builder: Builder, root: etree._Element) -> None:
    title = root.find(".//title")
    if title is not None and not builder.title:
        builder.title = one_line(words(title))
    for meta in root.iter("meta"):
        name, content = str(meta.get("name") or "").lower(), str(meta.get("content") or "")
        if name in ("author", "description", "keywords", "date", "dcterms.created"):
            builder.metadata.append((name, content))
    if root.get("lang"):
        builder.metadata.append(("language", str(root.get("lang"))))


def decode_html(data: bytes, charset: str = "") -> Decoded:
    """Text of a page: by its byte order mark, the charset given or declared in it, UTF-8, else as it looks."""
    declared = _CHARSET.search(data[:4096])
    return decode_as(data, charset, declared[1].decode("ascii", "replace") if declared else "")
