"""Citations out of passages: the one place where a span becomes a quote with its page."""

from __future__ import annotations

from casefolio.answer import Citation, Verdict
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Span


def citation_of(hit: Hit, span: Span, verdict: Verdict | None, highlight: Span | None = None) -> Citation:
    """The citation of a span (in `Document.text`) inside a hit; its page is counted by the page breaks before it."""
    start, end = span.start - hit.chunk.span.start, span.end - hit.chunk.span.start
    pages = hit.chunk.pages or (1,)
    page = pages[min(len(pages) - 1, hit.text[:start].count("\f"))]
    return Citation(hit.document, hit.sha256, page, span, hit.text[start:end], verdict, highlight)
