"""What is kept of an answer: itself, the hash of every file in its scope, and how much of each had been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from casefolio.answer import Answer
from casefolio.boxes import boxed_png, boxes_of
from casefolio.indexes.filters import scope_filter
from casefolio.indexes.shaping import READING, stages
from casefolio.ingest.document import Document, Span
from casefolio.ingest.errors import RagError
from casefolio.ingest.viewing.viewer import has_picture

if TYPE_CHECKING:
    from casefolio.library import Library

FORMAT = 1
_AROUND = 1_500  # characters of a text page that are kept on either side of a quote


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as it is shown beside a quote.

    Attributes:
        before, quote, after: text; of pages that are pictures none but the quote.
        png: the page with the quote boxed; empty where pages are no pictures.
        source: how the page's text was got.
    """

    before: str
    quote: str
    after: str
    png: bytes
    source: str


def record_of(library: Library, answer: Answer, scope: str | None) -> dict[str, Any]:
    """The answer and the ledger of its scope as plain values."""
    inside = scope_filter(scope)
    ledger = [
        {
            "path": entry.path,
            "file": entry.file,
            "file_sha256": entry.file_sha256,
            "sha256": entry.sha256,
            "pages": len(entry.document.pages) if entry.document else 0,
            "unread": list(entry.document.unread_pages) if entry.document else None,
            "reason": entry.reason,
        }
        for entry in library.ledger()
        if inside(entry.path)
    ]
    return {
        "format": FORMAT,
        "reading": stages()[READING],
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "folder": library.folder.resolve().name,
        "scope": scope,
        "answer": answer.as_json(),
        "ledger": ledger,
    }


def sheet_of(library: Library, document: Document, span: Span, page: int) -> Sheet:
    """The page of a quote."""
    sheet = next(p for p in document.pages if p.number == page)
    start, end = max(span.start, sheet.span.start), min(span.end, sheet.span.end)
    quote = document.text[start:end]
    if has_picture(document):
        try:
            view = library.view(document.path, page)
            boxes = [b for b in boxes_of(document, Span(start, end), library.view) if b.page == page]
            return Sheet("", quote, "", boxed_png(view.png, view.size, boxes), sheet.source)
        except RagError:
            pass  # the text of the page will do
    before = document.text[max(sheet.span.start, start - _AROUND) : start]
    return Sheet(before, quote, document.text[end : min(sheet.span.end, end + _AROUND)], b"", sheet.source)
