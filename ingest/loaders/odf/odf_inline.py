"""The text of an OpenDocument paragraph as a reader of the accepted document sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from casefolio.ingest.loaders.odf.odf_styles import DRAW, OFFICE, TEXT, Look, OdfStyles
from casefolio.ingest.loaders.shared.symbols import superscript
from casefolio.ingest.loaders.word.styles import whole

_SILENT = {f"{TEXT}{n}" for n in ("tracked-changes", "change", "change-start", "change-end", "ruby-text", "bookmark",
                                  "toc-mark", "alphabetical-index-mark", "user-index-mark", "hidden-text",
                                  "sequence-decls", "variable-decls", "user-field-decls")}  # fmt: skip
_SILENT |= {f"{OFFICE}annotation", f"{OFFICE}annotation-end", f"{OFFICE}forms", f"{OFFICE}event-listeners"}
_CHARACTERS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n", f"{TEXT}soft-page-break": "\v",
               f"{TEXT}soft-hyphen": "\xad", f"{TEXT}non-breaking-hyphen": "\u2011"}  # fmt: skip
_FOLDED = re.compile(r"[ \t\r\n]+")
_FRAMES = {f"{DRAW}{n}" for n in ("frame", "custom-shape", "rect", "ellipse", "g", "text-box", "line", "polygon")}


@dataclass(slots=True)
class OdfInline:
    """Reads paragraphs.

    Attributes:
        floats: text boxes and shapes met since the last block, to be read after it.
        notes: mark and body of foot- and endnotes met since then.
        hidden: characters that no reader can see.
        struck: passages that are struck out.
        bold: whether the last paragraph had bold words.
    """

    styles: OdfStyles
    floats: list[etree._Element] = field(default_factory=list)
    notes: list[tuple[str, etree._Element]] = field(default_factory=list)
    hidden: int = 0
    struck: int = 0
    bold: bool = False
    _parts: list[str] = field(default_factory=list)

    def text(self, paragraph: etree._Element, look: Look) -> str:
        """Text of one paragraph."""
        self._parts, self.bold = [], False
        if paragraph.get(f"{TEXT}is-hidden") == "true":
            look = Look(removed=True)
        self._children(paragraph, self.styles.look(look, "paragraph", paragraph.get(f"{TEXT}style-name")))
        return "".join(self._parts).strip(" ")

    def _children(self, element: etree._Element, look: Look) -> None:
        self._say(element.text, look)
        for child in element:
            if isinstance(child.tag, str):
                self._walk(child, look)
            self._say(child.tail, look)

    def _say(self, text: str | None, look: Look) -> None:
        if not text:
            return
        words = _FOLDED.sub(" ", text).strip(" ")
        if look.hidden:
            self.hidden += len(words)
        elif look.struck:
            self.struck += bool(words)
        else:
            # white space in the file is folded; what is meant to stay is written as elements
            folded = _FOLDED.sub(" ", text)
            if self._parts and self._parts[-1].endswith(" "):
                folded = folded.removeprefix(" ")
            self.bold = self.bold or (look.bold and bool(words))
            self._parts.append(superscript(folded) if look.raised else folded)

    def _walk(self, element: etree._Element, look: Look) -> None:
        tag = element.tag
        if tag in _SILENT:
            if tag == f"{TEXT}hidden-text":
                self.hidden += len(str(element.get(f"{TEXT}string-value") or ""))
        elif tag == f"{TEXT}s":
            count = min(whole(str(element.get(f"{TEXT}c") or "1"), 1), 1000)
            self._parts.append("" if look.hidden else " " * count)
        elif tag in _CHARACTERS:
            self._parts.append(_CHARACTERS[tag])
        elif tag == f"{TEXT}note":
            self._note(element)
        elif tag in _FRAMES:
            self.floats.append(element)
        elif tag == f"{TEXT}span":
            self._children(element, self.styles.look(look, "text", element.get(f"{TEXT}style-name")))
        elif tag == f"{TEXT}hidden-paragraph":
            return
        else:
            self._children(element, look)

    def _note(self, note: etree._Element) -> None:
        citation, body = note.find(f"{TEXT}note-citation"), note.find(f"{TEXT}note-body")
        mark = superscript("" if citation is None else "".join(str(t) for t in citation.itertext()))
        self._parts.append(mark)
        if body is not None:
            self.notes.append((mark, body))
