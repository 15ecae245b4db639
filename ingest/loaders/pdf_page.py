"""One page of a PDF: its text in reading order, or that it has to be read by OCR."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from ingest.garbage import is_garbage
from ingest.loaders.pdf_glyphs import Glyphs
from ingest.loaders.pdf_layout import is_suspect, lay_out
from ingest.loaders.pdf_objects import Drawn, Picture
from ingest.loaders.pdf_view import Box, View
from ingest.paging import BLANK, GARBAGE, NO_TEXT, STAMP, PageText
from ingest.text import canonical

_FEW = 5  # characters: a page with fewer has no text
_STAMP = 150  # characters: above a picture of the whole page they are a stamp, not its text
_SHOWN_ANNOTATIONS = {raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_STAMP}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\uffff]")
_MAX_SIDE = 5_000  # pixels


@dataclass(frozen=True, slots=True)
class Look:
    """What a first look at a page found; `dpi` is how finely to draw it for OCR, `blank` that nothing is seen on it."""

    page: PageText
    wants_ocr: bool = False
    dpi: float = 300.0
    blank: bool = False


def look_at(document: pdfium.PdfDocument, index: int) -> Look:
    """Read the text layer of a page and judge it."""
    page = with_annotations(document, index)
    text_page = page.get_textpage()
    try:
        glyphs = Glyphs(page, text_page)
        drawn = Drawn(page, glyphs.view)
        return _judge(page, _read(glyphs, drawn), drawn, glyphs.view)
    finally:
        text_page.close()
        page.close()


def picture(document: pdfium.PdfDocument, index: int, dpi: float) -> Image.Image:
    """A page drawn in grey."""
    page = document[index]
    try:
        scale = min(dpi / 72, _MAX_SIDE / max(1.0, *page.get_size()))
        image: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
        return image
    finally:
        page.close()


def with_annotations(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """The page, with form fields and text notes drawn into its content, where a reader sees them."""
    page = document[index]
    count = raw.FPDFPage_GetAnnotCount(page.raw)
    if not any(_subtype(page, i) in _SHOWN_ANNOTATIONS for i in range(min(count, 2_000))):
        return page
    raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
    page.close()
    return document[index]


def _subtype(page: pdfium.PdfPage, index: int) -> int:
    annotation = raw.FPDFPage_GetAnnot(page.raw, index)
    if not annotation:
        return -1
    subtype = int(raw.FPDFAnnot_GetSubtype(annotation))
    raw.FPDFPage_CloseAnnot(annotation)
    return subtype


def _read(glyphs: Glyphs, drawn: Drawn) -> PageText:
    """The visible text of a page, with the rows of its tables."""
    hidden = glyphs.unseen(drawn) if glyphs.text else []
    n_hidden = sum(end - start for start, end in hidden)
    if is_suspect(glyphs):
        laid = lay_out(drawn, glyphs, {start for start, _ in hidden})
        if laid is not None:
            return PageText(laid.text, rows=tuple(laid.rows), hidden=n_hidden)
    text = _without(glyphs.text, hidden) if hidden else glyphs.text
    return PageText(clean(text), hidden=n_hidden)


def _without(text: str, hidden: Sequence[tuple[int, int]]) -> str:
    """`text` without some words, and without the lines that they leave empty."""
    pieces, at = [], 0
    for start, end in hidden:
        pieces.append(text[at:start])
        at = end
    pieces.append(text[at:])
    left = "".join(pieces)
    return re.sub(r"(?:[ \t]*\r?\n){3,}", "\r\n", left).strip()


def clean(text: str) -> str:
    """PDFium's text as canonical text: a hyphen that broke a word stands at its line's end, as on the page."""
    return _CONTROLS.sub("\ufffd", canonical(text.replace("\ufffe", "-\n").replace("\x02", "-\n")))


def _judge(page: pdfium.PdfPage, read: PageText, drawn: Drawn, view: View) -> Look:
    """Whether the text layer will do."""
    images = drawn.pictures()
    solid = len("".join(read.text.split()))
    dpi = _dpi(images)
    width, height = view.size
    if solid < _FEW:
        if not images and (drawn.empty or not _has_ink(page)):
            return Look(replace(read, reason=BLANK), blank=True)
        if solid and not images:
            return Look(read)  # a part number, "n/a", a name: short, but all there is
        return Look(replace(read, reason=NO_TEXT), True, dpi)
    if is_garbage(read.text):
        return Look(replace(read, text="", reason=GARBAGE), True, dpi)
    if solid < _STAMP and images:
        covered = max(_area(image.box, width, height) for image in images)
        if covered > 0.5 * width * height and not drawn.is_mostly_unseen():
            return Look(replace(read, reason=STAMP), True, dpi)
    return Look(read)


def _area(box: Box, width: float, height: float) -> float:
    across = min(box[2], width) - max(box[0], 0.0)
    down = min(box[3], height) - max(box[1], 0.0)
    return max(0.0, across) * max(0.0, down)


def _dpi(images: Sequence[Picture]) -> float:
    """Finer than the scan itself is of no use; coarser than 200 loses letters; drawings have no grain of their own."""
    if not images:
        return 300.0
    largest = max(images, key=lambda image: image.pixels)
    inches = max(largest.box[2] - largest.box[0], largest.box[3] - largest.box[1]) / 72
    return min(300.0, max(200.0, largest.pixels / max(0.1, inches)))


def _has_ink(page: pdfium.PdfPage) -> bool:
    """Whether anything can be seen on the page."""
    size = max(1.0, *page.get_size())
    pixels = page.render(scale=min(1.0, 1_000 / size), grayscale=True).to_numpy()
    return bool(int(pixels.max()) - int(pixels.min()) >= 24)
