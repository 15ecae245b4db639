"""A page of a PDF as it is shown: drawn by PDFium, its characters where PDFium sees them, or where Tesseract does."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pypdfium2 as pdfium
from PIL import Image

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.pdf.annotations import taken_in
from casefolio.ingest.loaders.pdf.glyphs import Glyphs
from casefolio.ingest.loaders.pdf.loader import open_pdf
from casefolio.ingest.loaders.pdf.page import clean, look_at, picture
from casefolio.ingest.loaders.shared.source import Source
from casefolio.ingest.viewing.aligning import Placed, place
from casefolio.ingest.viewing.scan import place_read
from casefolio.ingest.viewing.view import IDENTITY, PageView
from casefolio.ingest.viewing.wanted import Wanted, png

_WORD = re.compile("[^\\s\ufffe]+")
_MAX_SIDE = 4_000  # pixels


def view_pdf(source: Source, wanted: Wanted) -> PageView:
    """One page of a PDF.

    Raises:
        BrokenFile: where PDFium does not open it, or it has no such page.
    """
    document = open_pdf(source)
    if document is None or not 0 < wanted.number <= len(document):
        raise BrokenFile(f"{source.path} has no page {wanted.number} that can be drawn")
    try:
        if document.get_formtype():
            document.init_forms()
        page, _ = taken_in(document, wanted.number - 1)
        width, height = page.get_size()
        image = _drawn(page, wanted.dpi)
        if wanted.source == "ocr":
            dpi = look_at(document, wanted.number - 1).dpi
            scan = picture(document, wanted.number - 1, dpi)
            return place_read(scan, wanted, png(image), (width, height))
        positions, boxes = place(wanted.text, _words(page))
        return PageView(png(image), (width, height), positions, boxes, IDENTITY)
    except pdfium.PdfiumError as error:
        raise BrokenFile(f"page {wanted.number} of {source.path} cannot be drawn") from error
    finally:
        document.close()


def _drawn(page: pdfium.PdfPage, dpi: float) -> Image.Image:
    scale = min(dpi / 72, _MAX_SIDE / max(1.0, *page.get_size()))
    image: Image.Image = page.render(scale=scale).to_pil()
    return image.convert("RGB")


def _words(page: pdfium.PdfPage) -> Sequence[Placed]:
    """The words of a page as its text has them."""
    text_page = page.get_textpage()
    try:
        glyphs = Glyphs(page, text_page)
        return [word for m in _WORD.finditer(glyphs.text) if (word := _word(glyphs, *m.span())) is not None]
    finally:
        text_page.close()


def _word(glyphs: Glyphs, start: int, end: int) -> Placed | None:
    """The word between two positions, with the hyphen that breaks it at a line's end; None where it has no letter."""
    hyphen = end < len(glyphs.text) and glyphs.text[end] == "\ufffe"
    boxes, text = [], ""
    for at in range(start, end + hyphen):
        # one character may be two for PDFium (beyond the first plane), and some become none
        told = clean(glyphs.text[at]).strip()
        text += told
        boxes += [glyphs.box(at, at + 1)] * len(told)
    return Placed(text, tuple(boxes)) if text else None
