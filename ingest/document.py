"""The nouns of reading: Span, Page, Section, Row, Document, Chunk. Frozen values, nothing else.

Every position is a half-open range of characters (code points) in `Document.text`, the text that was
made canonical once, when the file was read. Nothing downstream searches for a quote: it slices.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

PageSource = Literal["text", "ocr", "unread"]

PARTLY = "partly read"
"""How the reason of a page begins that was read but for a part of it."""

# Joins the pages of a document. A form feed ends a page, not a paragraph: a sentence may run across it.
PAGE_BREAK = "\n\f"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of characters in `Document.text`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span runs forward from 0: got {self.start}-{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"

    def of(self, text: str) -> str:
        """The characters of `text` in this span."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Page:
    """One page, numbered from 1.

    `source` is how its text was got: its text layer, OCR, or not at all. `reason` says in a few words why a page
    is unread, was read by OCR, or is only partly read. `confidence` is Tesseract's mean word confidence, 0 to 100,
    for what was read by OCR.
    """

    number: int
    span: Span
    source: PageSource = "text"
    confidence: float | None = None
    reason: str = ""

    @property
    def lacks_text(self) -> bool:
        """Whether any of its text could not be got: it is unread, or partly read."""
        return self.source == "unread" or self.reason.startswith(PARTLY)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, down to the next heading of the same or a higher level.

    `span` covers heading and body. `heading` is the span of the heading's own words (empty where the format only
    names a section). `level` counts from 1. `kind` is a key of the heading data (`diagnosis`, `medication`,
    `family_history`, `clause`, …) or empty where the heading is not a known one.
    """

    title: str
    level: int
    span: Span
    heading: Span
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: a line of `text`, and the names of its columns, which may stand far above it."""

    span: Span
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One file that was read, or the part of one that is a document of its own (an attachment).

    Attributes:
        id: stable name of path and content; changes when either does.
        path: relative to the folder, with `/`; an attachment is `mail.eml/attachment.pdf`.
        sha256: of the file's bytes (of the attachment's bytes), hexadecimal.
        media_type: e.g. `application/pdf`.
        language: `en`, `de`, `ko`, another ISO 639-1 code, or `und`.
        title: from metadata or the first heading; may be empty.
        text: canonical text; every span points into it.
        pages: in order, covering the text but for the page breaks; at least one.
        sections: in order of their start, nested ones after their parent.
        furniture: running headers, footers and page numbers: in the text, kept out of what is embedded.
        rows: rows of tables, in order.
        hidden: how many characters a reader cannot see and which were left out of the text.
        notes: remarks for the ledger, one short phrase each, without document text
            (`repaired: UTF-8 read as CP1252`, `3 tracked deletions left out`).
        metadata: pairs of name and value as the file states them (author, subject, created, …).
    """

    id: str
    path: str
    sha256: str
    media_type: str
    language: str
    title: str
    text: str
    pages: tuple[Page, ...]
    sections: tuple[Section, ...] = ()
    furniture: tuple[Span, ...] = ()
    rows: tuple[Row, ...] = ()
    hidden: int = 0
    notes: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def unread_pages(self) -> tuple[int, ...]:
        """Numbers of the pages whose text could not be got, or not all of it."""
        return tuple(p.number for p in self.pages if p.lacks_text)

    def page_of(self, position: int) -> int:
        """Number of the page on which a character stands.

        A position in a page break belongs to the page before it.
        """
        number = self.pages[0].number
        for page in self.pages:
            if page.span.start > position:
                break
            number = page.number
        return number


def document_id(path: str, sha256: str) -> str:
    """Stable name of a document: changes when its path or its content does."""
    return hashlib.sha256(f"{path}\0{sha256}".encode("utf-8", "surrogateescape")).hexdigest()[:16]


EMPTY_FILE = "the file is empty"  # the one reason for which nothing that could have answered is missing


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of which nothing could be read: the ledger names it, the reason, and the way out.

    `passing` says that the machine failed and not the file: it is tried again.
    """

    path: str
    sha256: str
    media_type: str
    reason: str
    hint: str = ""
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: what is embedded, ranked and shown.

    Attributes:
        id: `document_id:start-end`.
        span: in `Document.text`.
        pages: numbers of the pages it touches, in order.
        section: titles of the headings it stands under, outermost first.
        language: of this passage.
        columns: names of the columns where the passage is rows of a table.
    """

    id: str
    document_id: str
    span: Span
    pages: tuple[int, ...]
    section: tuple[str, ...] = ()
    language: str = "und"
    columns: tuple[str, ...] = ()
