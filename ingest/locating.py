"""Where a passage stands: its pages, its path of headings, its language, the columns of its table."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import takewhile

from casefolio.ingest.document import Chunk, Document, Row, Section, Span
from casefolio.ingest.language import detect_language

_PROBES = 8
_LARGE = 0.2  # a section with less of a passage does not change where the passage stands


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
        """Path of the section that the passage stands in; what several large ones share, where it spans them."""
        shares = self._shares(span)
        if not shares:
            return ()
        large = [path for share, path in shares if share >= len(span) * _LARGE]
        together = takewhile(lambda titles: len(set(titles)) == 1, zip(*large, strict=False))
        common = tuple(titles[0] for titles in together)
        return common or max(shares, key=lambda pair: pair[0])[1]

    def _shares(self, span: Span) -> list[tuple[int, tuple[str, ...]]]:
        """Characters of the passage and path, for each stretch under one heading."""
        index = max(0, bisect.bisect_right(self._starts, span.start) - 1)
        shares = []
        while index < len(self._starts) and self._starts[index] < span.end:
            after = self._starts[index + 1] if index + 1 < len(self._starts) else span.end
            shares.append((min(after, span.end) - max(self._starts[index], span.start), self._paths[index]))
            index += 1
        return shares

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
