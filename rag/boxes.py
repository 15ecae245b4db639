"""Where quotes stand on the pictures of their pages: what fills `Citation.boxes`."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from casefolio.answer import Answer, Box, Citation
from casefolio.ingest.document import Document, Span
from casefolio.ingest.errors import RagError
from casefolio.ingest.viewing.viewer import has_picture

if TYPE_CHECKING:
    from casefolio.ingest.viewing.view import PageView

View = Callable[[str, int], "PageView"]
"""The picture of a page, given the path of a document and the number of the page."""


def boxes_of(document: Document, span: Span, view: View) -> Iterator[Box]:
    """One box a line of a span, on every page that it touches; none where pages are no pictures.

    Raises:
        ReadingError: where a page cannot be drawn.
    """
    if not has_picture(document):
        return
    for page in document.pages:
        if page.span.overlaps(span):
            start, end = max(span.start, page.span.start), min(span.end, page.span.end)
            seen = view(document.path, page.number)
            for corners in seen.corners(start - page.span.start, end - page.span.start):
                yield Box(page.number, corners)


def boxed(answer: Answer, document: Callable[[str], Document], view: View) -> Answer:
    """An answer whose citations know their boxes; those of a page that cannot be drawn have none."""
    known: dict[Citation, Citation] = {}
    for citation in answer.citations:
        try:
            source = document(citation.document)
            same = source.sha256 == citation.sha256
            boxes = tuple(boxes_of(source, citation.span, view)) if same else ()
        except RagError:
            boxes = ()
        known[citation] = replace(citation, boxes=boxes)
    claims = tuple(replace(c, citations=tuple(known.get(q, q) for q in c.citations)) for c in answer.claims)
    return replace(answer, claims=claims, citations=tuple(known[c] for c in answer.citations))


def boxed_png(png: bytes, size: tuple[float, float], boxes: Sequence[Box]) -> bytes:
    """A picture with boxes drawn on it, so that what is in them stays legible."""
    from PIL import Image, ImageChops, ImageDraw

    from casefolio.ingest.viewing.wanted import png as written

    with Image.open(io.BytesIO(png)) as opened:
        image = opened.convert("RGB")
    scale = image.width / size[0], image.height / size[1]
    marker = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(marker)
    for box in boxes:
        draw.polygon([(x * scale[0], y * scale[1]) for x, y in box.corners], fill="#ffe680", outline="#c77700")
    return written(ImageChops.multiply(image, marker))
