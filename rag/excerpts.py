"""What a model is shown of the passages: the sentences that the reader chose, each with its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from casefolio.answer import Citation
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Span
from casefolio.reader.reading import units

_ROOM = 420  # characters of an excerpt beyond which no neighbour is taken in
_MOST = 12


def excerpts(chosen: Sequence[Citation], hits: Sequence[Hit]) -> list[Hit]:
    """Parts of the hits around the quotes, in the order of their places, so that equal quotes make equal prompts.

    Args:
        chosen: the quotes; one that stands in none of the hits is left out.
        hits: the passages, as the model may see them.
    """
    windows: dict[str, tuple[Hit, list[Span]]] = {}
    for citation in chosen[:_MOST]:
        hit = next((h for h in hits if _holds(h, citation)), None)
        if hit is not None:
            windows.setdefault(hit.chunk.id, (hit, []))[1].append(_around(hit, citation.span))
    parts = [part_of(hit, span) for hit, spans in windows.values() for span in _merged(spans)]
    kept = [part for part in parts if part.text.strip()]
    return sorted(kept, key=lambda part: (part.document, part.chunk.span))


def part_of(hit: Hit, span: Span) -> Hit:
    """A stretch of a hit (span in `Document.text`) as a hit of its own, with the pages that it stands on."""
    start, end = span.start - hit.chunk.span.start, span.end - hit.chunk.span.start
    pages = hit.chunk.pages or (1,)
    first, last = hit.text[:start].count("\f"), hit.text[:end].count("\f")
    chunk = replace(hit.chunk, span=span, pages=pages[first : last + 1] or pages[-1:])
    return replace(hit, chunk=chunk, text=hit.text[start:end])


def _holds(hit: Hit, citation: Citation) -> bool:
    return hit.document == citation.document and hit.chunk.span.contains(citation.span)


def _around(hit: Hit, span: Span) -> Span:
    """A sentence with the one before and the one behind it, as far as there is room."""
    base = hit.chunk.span.start
    pieces = units(hit.text, hit.chunk.language)
    start, end = span.start - base, span.end - base
    behind = next((b for a, b in pieces if a >= end), end)
    if behind - start <= _ROOM:
        end = behind
    before = next((a for a, b in reversed(pieces) if b <= start), start)
    if end - before <= _ROOM:
        start = before
    return Span(base + start, base + end)


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Spans of one passage in order, those that touch joined."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end + 1:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out
