"""What is known of whole documents: their text, their headings, their day."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Document

# A document by its path, or all of its passages where no more is at hand.
Whole = Callable[[str], Document | Sequence[Hit] | None]


def remembered(whole: Whole | None) -> Whole | None:
    """The same reader, asking for each document once."""
    if whole is None:
        return None
    known: dict[str, Document | Sequence[Hit] | None] = {}

    def read(path: str) -> Document | Sequence[Hit] | None:
        if path not in known:
            known[path] = whole(path)
        return known[path]

    return read


def text_of(hits: Sequence[Hit], whole: Whole | None) -> Callable[[str], str]:
    """A function from a path to all that is known of that document's text."""
    known: dict[str, str] = {}

    def of(path: str) -> str:
        if path not in known:
            document = whole(path) if whole is not None else None
            if isinstance(document, Document):
                known[path] = document.text
            else:
                known[path] = "\n".join(h.text for h in (document or [h for h in hits if h.document == path]))
        return known[path]

    return of


def heading_of(whole: Whole | None) -> Callable[[str, int], str]:
    """A function from a path and a position to the title of the innermost section there, empty where it has none."""

    def of(path: str, position: int) -> str:
        document = whole(path) if whole is not None else None
        if not isinstance(document, Document):
            return ""
        inside = [s.title for s in document.sections if s.span.start <= position < s.span.end]
        return inside[-1] if inside else ""

    return of


def document_of(whole: Whole | None) -> Callable[[str], Document | None]:
    """A function from a path to that document, None where only its passages are known."""

    def of(path: str) -> Document | None:
        document = whole(path) if whole is not None else None
        return document if isinstance(document, Document) else None

    return of


def date_of(whole: Whole | None) -> Callable[[str], str]:
    """A function from a path to the ISO date of that document, empty where it has none."""
    known: dict[str, str] = {}

    def of(path: str) -> str:
        if path not in known:
            from casefolio.ingest.identity.dating import document_day

            document = whole(path) if whole is not None else None
            known[path] = document_day(document) if isinstance(document, Document) else ""
        return known[path]

    return of
