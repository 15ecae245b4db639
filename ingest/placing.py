"""Where a passage stands: its pages, its path of headings, its language, the columns of its table."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from ingest.document import Chunk, Document, Row, Section, Span
from ingest.language import detect_language

_PROBES = 8


class Places:
    """Finds page, section, language and columns of spans of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._page_starts = [page.span.start for page in document.pages]
        self._starts, self._paths = _leaves(document.sections)
        self._rows = [row.span for row in document.rows]
        self._mixed = _is_mixed(document)

    def chunk(self, span: Span) -> Chunk:
        """The chunk at `span`."""
        document = self._document
        row = self._row(span)
        return Chunk(
            id=f"{document.id}:{span}",
            document_id=document.id,
            span=span,
            pages=self._pages(span),
            section=self._section(span),
            language=self._language(span),
            columns=row.columns if row else (),
        )

    def _pages(self, span: Span) -> tuple[int, ...]:
        first = max(0, bisect.bisect_right(self._page_starts, span.start) - 1)
        last = max(0, bisect.bisect_right(self._page_starts, span.end - 1) - 1)
        return tuple(page.number for page in self._document.pages[first : last + 1])

    def _section(self, span: Span) -> tuple[str, ...]:
        """Path of the section that holds most of the passage."""
        index = max(0, bisect.bisect_right(self._starts, span.start) - 1)
        best = -1
        path: tuple[str, ...] = ()
        while index < len(self._starts) and self._starts[index] < span.end:
            after = self._starts[index + 1] if index + 1 < len(self._starts) else span.end
            share = min(after, span.end) - max(self._starts[index], span.start)
            if share > best:
                best, path = share, self._paths[index]
            index += 1
        return path

    def _language(self, span: Span) -> str:
        if not self._mixed:
            return self._document.language
        found = detect_language(span.of(self._document.text))
        return self._document.language if found == "und" else found

    def _row(self, span: Span) -> Row | None:
        index = bisect.bisect_left(self._rows, span.start, key=lambda r: r.start)
        return self._document.rows[index] if index < len(self._rows) and self._rows[index].start < span.end else None


def _leaves(sections: Sequence[Section]) -> tuple[list[int], list[tuple[str, ...]]]:
    """Positions at which the path of headings changes, and the path from there on."""
    starts: list[int] = [0]
    paths: list[tuple[str, ...]] = [()]
    stack: list[Section] = []

    def close(until: int) -> None:
        while stack and stack[-1].span.end <= until:
            end = stack.pop().span.end
            starts.append(end)
            paths.append(tuple(s.title for s in stack))

    for section in sections:
        close(section.span.start)
        stack.append(section)
        starts.append(section.span.start)
        paths.append(tuple(s.title for s in stack))
    close(2**62)
    return starts, paths


def _is_mixed(document: Document) -> bool:
    """Whether probes spread over the text disagree on its language."""
    text, step = document.text, max(1, len(document.text) // _PROBES)
    found = {detect_language(text[at : at + 400]) for at in range(0, len(text), step)} - {"und"}
    return bool(found - {document.language})
