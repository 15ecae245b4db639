"""OpenDocument text (ODT): body, tables, lists with their numbers, notes, text boxes, accepted changes."""

from __future__ import annotations

from contextlib import suppress

from lxml import etree

from casefolio.ingest.errors import BrokenFile, EncryptedFile
from casefolio.ingest.loaders.detecting import ODT
from casefolio.ingest.loaders.odf.odf_inline import OdfInline
from casefolio.ingest.loaders.odf.odf_styles import (
    DRAW,
    META,
    OFFICE,
    STYLE,
    TABLE,
    TEXT,
    ListCounters,
    Look,
    OdfStyles,
)
from casefolio.ingest.loaders.odf.odf_tables import Table
from casefolio.ingest.loaders.shared.building import Builder
from casefolio.ingest.loaders.shared.guard import Package, guarded
from casefolio.ingest.loaders.shared.pictures import attach_pictures
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.word.styles import whole

_DC = "{http://purl.org/dc/elements/1.1/}"
_TRANSPARENT = {f"{TEXT}{n}" for n in ("section", "index-body", "table-of-content", "index-title", "alphabetical-index",
                                       "table-index", "illustration-index", "bibliography", "user-index",
                                       "object-index", "numbered-paragraph")}  # fmt: skip


@guarded("OpenDocument text")
def read_odt(source: Source) -> Reading:
    """Read an ODT file.

    Raises:
        ReadingError: where it is broken, encrypted or too large.
    """
    package = Package(source.data)
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise EncryptedFile("the file is encrypted", "save it without a password")
    content = package.xml("content.xml")
    body = content.find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        raise BrokenFile("an OpenDocument file that is no text")
    roots = [package.xml("styles.xml")] if "styles.xml" in package else []
    document = _Document(OdfStyles(*roots, content))
    document.running(roots, "header")
    document.builder.begin_body()
    document.blocks(body, Look())
    document.running(roots, "footer")
    document.remarks(package, content)
    return document.builder.reading(ODT)


class _Document:
    def __init__(self, styles: OdfStyles) -> None:
        self.builder = Builder()
        self.styles = styles
        self.inline = OdfInline(styles)
        self.counters = ListCounters(styles)
        self.furniture = self.in_header = False
        self.label = ""
        self.list_keys: dict[str, str] = {}

    def running(self, roots: list[etree._Element], kind: str) -> None:
        """Append headers or footers of the page styles, each text once; those of a first page are no furniture."""
        seen: set[str] = set()
        self.in_header = True
        for root in roots:
            for page in root.iter(f"{STYLE}master-page"):
                for suffix in ("-first", "", "-left"):
                    for element in page.findall(f"{STYLE}{kind}{suffix}"):
                        words = "".join(str(text) for text in element.itertext())
                        if words.strip() and words not in seen and element.get(f"{STYLE}display") != "false":
                            seen.add(words)
                            self.furniture = suffix != "-first"
                            self.blocks(element, Look())
        self.furniture = self.in_header = False

    def blocks(self, container: etree._Element, look: Look) -> None:
        """Append paragraphs, headings, lists and tables in their order."""
        for block in container:
            tag = block.tag
            if tag in (f"{TEXT}p", f"{TEXT}h"):
                self.paragraph(block, look)
            elif tag == f"{TEXT}list":
                self.items(block, look)
            elif tag == f"{TABLE}table":
                Table(self).append(block, look)
            elif tag in _TRANSPARENT:
                gone = block.get(f"{TEXT}display") == "none"
                self.blocks(block, Look(removed=True) if gone else look)
            elif tag == f"{TEXT}soft-page-break":
                self._break()
            elif isinstance(tag, str) and tag.startswith(DRAW):
                self.inline.floats.append(block)
                self.hanging(look)

    def paragraph(self, block: etree._Element, look: Look) -> None:
        """Append a paragraph or heading, then what hangs on it."""
        style = block.get(f"{TEXT}style-name")
        before, after = self.styles.breaks(style)
        if before:
            self._break()
        level = whole(str(block.get(f"{TEXT}outline-level") or "1"), 1) if block.tag == f"{TEXT}h" else 0
        text = self.inline.text(block, look)
        label, self.label = self.label, ""
        listed = bool(label) and not level
        if level and block.get(f"{TEXT}is-list-header") != "true" and not label:
            label = self.counters.label("outline", "outline", level)
        if label and text.strip():
            text = f"{label} {text.lstrip()}"
        names = [s.get(f"{STYLE}name") for s in self.styles.chain("paragraph", style)]
        if not self.builder.title and "Title" in names:
            self.builder.title = text
        self.builder.paged(text, level, tight=listed, furniture=self.furniture, running=self.in_header)
        self.hanging(look)
        if after:
            self._break()

    def _break(self) -> None:
        if not self.in_header:
            self.builder.break_page(soft=True)

    def hanging(self, look: Look) -> None:
        """Append text boxes and notes that the last block holds."""
        inline = self.inline
        while inline.floats or inline.notes:
            floats, inline.floats = inline.floats, []
            notes, inline.notes = inline.notes, []
            for frame in floats:
                filled = self.styles.fills("graphic", frame.get(f"{DRAW}style-name"))
                for box in frame.iter(f"{DRAW}text-box"):
                    self.blocks(box, Look(filled=filled or look.filled, removed=look.removed))
                if next(frame.iter(f"{DRAW}text-box"), None) is None:
                    self.blocks(frame, Look(filled=True))
            for mark, body in notes:
                self.label = mark
                self.blocks(body, Look())

    def items(self, block: etree._Element, look: Look, level: int = 1, style: str = "", key: str = "") -> None:
        """Append a list, its numbers in front of its items."""
        style = str(block.get(f"{TEXT}style-name") or style)
        key = key or self._list_key(block, style)
        for item in block:
            if item.tag not in (f"{TEXT}list-item", f"{TEXT}list-header"):
                continue
            start = item.get(f"{TEXT}start-value")
            numbered = item.tag == f"{TEXT}list-item"
            for inner in item:
                if inner.tag == f"{TEXT}list":
                    self.items(inner, look, level + 1, style, key)
                elif inner.tag in (f"{TEXT}p", f"{TEXT}h"):
                    if numbered:
                        own = style or self.styles.list_style_of(inner.get(f"{TEXT}style-name"))
                        self.label = self.counters.label(key, own, level, whole(str(start), 1) if start else None)
                    numbered = False
                    self.paragraph(inner, look)
                elif inner.tag == f"{TABLE}table":
                    Table(self).append(inner, look)

    def _list_key(self, block: etree._Element, style: str) -> str:
        """Which counters a list uses: those of the list that it continues, else its own."""
        continued = block.get(f"{TEXT}continue-list")
        if continued in self.list_keys:
            key = self.list_keys[str(continued)]
        elif block.get(f"{TEXT}continue-numbering") == "true" and style in self.list_keys:
            key = self.list_keys[style]
        else:
            key = f"list {len(self.list_keys)} {style}"
            self.counters.restart(key)
        self.list_keys[style] = key
        self.list_keys[str(block.get("{http://www.w3.org/XML/1998/namespace}id") or f"#{len(self.list_keys)}")] = key
        return key

    def label_of(self, paragraph: etree._Element) -> str:
        """Number of an item of a list inside a cell."""
        item = paragraph.getparent()
        if item is None or item.tag != f"{TEXT}list-item" or next(iter(item), None) is not paragraph:
            return ""
        above = list(item.iterancestors(f"{TEXT}list"))
        outer = above[-1]
        style = next((str(a.get(f"{TEXT}style-name")) for a in above if a.get(f"{TEXT}style-name")), "")
        path = outer.getroottree().getpath(outer)
        key = self.list_keys.get(path) or self._list_key(outer, style)
        self.list_keys[path] = key
        return self.counters.label(key, style, len(above))

    def remarks(self, package: Package, content: etree._Element) -> None:
        """Note what was left out, attach what is embedded, and take over the file's properties."""
        builder, inline = self.builder, self.inline
        deletions = sum(1 for _ in content.iter(f"{TEXT}deletion"))
        builder.note(deletions, "tracked deletion{s} left out")
        builder.note(sum(1 for _ in content.iter(f"{TEXT}insertion")), "tracked insertion{s} read as text")
        builder.note(inline.struck, "struck-out passage{s} left out")
        builder.note(sum(1 for _ in content.iter(f"{OFFICE}annotation")), "comment{s} left out")
        builder.hidden = inline.hidden
        pictures = [name for name in package.names if name.startswith("Pictures/")]
        attach_pictures(builder, [(name, package.readable(name) or b"") for name in pictures])
        objects = [name for name in package.names if name.startswith("Object ") and name.endswith("/content.xml")]
        builder.note(len(objects), "embedded object{s} not read")
        with suppress(BrokenFile):
            # a file is not given up for what it says of itself
            self._properties(package.xml("meta.xml"))

    def _properties(self, root: etree._Element) -> None:
        for element in root.iter(f"{_DC}title", f"{_DC}subject", f"{_DC}creator", f"{_DC}date", f"{META}creation-date"):
            name = etree.QName(element).localname
            self.builder.metadata.append((name, element.text or ""))
            if name == "title" and not self.builder.title:
                self.builder.title = element.text or ""
