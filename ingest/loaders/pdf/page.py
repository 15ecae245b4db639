"""One page of a PDF: its text in reading order, or that it has to be read by OCR."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from casefolio.ingest.garbage import is_garbage
from casefolio.ingest.loaders.pdf.annotations import taken_in
from casefolio.ingest.loaders.pdf.covers import Marks, left_out
from casefolio.ingest.loaders.pdf.fields import put_fields
from casefolio.ingest.loaders.pdf.glyphs import Glyphs
from casefolio.ingest.loaders.pdf.laying_out import is_suspect, lay_out
from casefolio.ingest.loaders.pdf.line_numbers import line_numbers
from casefolio.ingest.loaders.pdf.objects import Drawn, Picture
from casefolio.ingest.loaders.pdf.page_view import View
from casefolio.ingest.loaders.pdf.regions import LARGE, NO_INK, Ink, covered, uncovered_ink
from casefolio.ingest.paging import BLANK, GARBAGE, NO_TEXT, STAMP, PageText
from casefolio.ingest.text import canonical

_FEW = 5  # characters: a page with fewer has no text
_STAMP = 150  # characters: above a picture of the whole page they are a stamp, not its text
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\uffff]")
_MAX_SIDE = 5_000  # pixels


@dataclass(frozen=True, slots=True)
class Look:
    """What a first look at a page found.

    `dpi` is how finely to draw it for OCR, `blank` that nothing is seen on it. `ink` is what its pictures hold beside
    the text, `size` that of the page in points, `lines` its lines with the height at which each ends; `pinned`
    are handles of files that are pinned to it.
    """

    page: PageText
    wants_ocr: bool = False
    dpi: float = 300.0
    blank: bool = False
    ink: Ink = NO_INK
    size: tuple[float, float] = (0.0, 0.0)
    lines: tuple[tuple[float, str], ...] = ()
    pinned: tuple[Any, ...] = ()


def look_at(document: pdfium.PdfDocument, index: int) -> Look:
    """Read the text layer of a page and judge it."""
    page, annotations = taken_in(document, index)
    text_page = page.get_textpage()
    try:
        glyphs = Glyphs(page, text_page)
        put_fields(glyphs, annotations.fields)
        drawn = Drawn(page, glyphs.view)
        look = _judge(page, _read(glyphs, drawn, annotations.marks), drawn, glyphs.view)
        look = replace(look, pinned=tuple(annotations.pinned))
        return look if look.wants_ocr else _beside(page, look, drawn, glyphs)
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


def _read(glyphs: Glyphs, drawn: Drawn, marks: Marks) -> PageText:
    """The visible text of a page, with the rows of its tables."""
    if not glyphs.text:
        return PageText("")
    out = left_out(glyphs, drawn, marks)
    hidden = sorted({*glyphs.unseen(drawn), *out.covered} - {*out.struck})
    numbers = line_numbers(glyphs)
    away = sorted({*hidden, *out.struck, *numbers})
    read = PageText(
        "",
        hidden=sum(end - start for start, end in hidden),
        struck=len(out.struck),
        covered=len(out.covered),
        numbered=bool(numbers),
    )
    if is_suspect(glyphs):
        laid = lay_out(drawn, glyphs, {start for start, _ in away})
        if laid is not None:
            return replace(read, text=laid.text, rows=tuple(laid.rows), tables=tuple(laid.tables))
    text = _without(glyphs.text, away) if away else glyphs.text
    return replace(read, text=clean(text))


def _without(text: str, hidden: Sequence[tuple[int, int]]) -> str:
    """`text` without some words, and without the lines that they leave empty."""
    pieces: list[str] = []
    at = 0
    for start, end in hidden:
        pieces.append(text[at:start])
        # one space is left between what stood on both sides
        at = end + ((text[end : end + 1] == " " and text[start - 1 : start] in (" ", "\n", "")) or start == 0)
    pieces.append(text[at:])
    left = "".join(pieces)
    return re.sub(r"(?:[ \t]*\r?\n){3,}", "\r\n", left).strip()


def clean(text: str) -> str:
    """PDFium's text as canonical text: a hyphen that broke a word stands at its line's end, as on the page."""
    return _CONTROLS.sub("\ufffd", canonical(text.replace("\ufffe", "-\n").replace("\x02", "-\n"), False))


def _beside(page: pdfium.PdfPage, look: Look, drawn: Drawn, glyphs: Glyphs) -> Look:
    """The look with what the pictures of the page hold beside its text."""
    images = drawn.pictures()
    if not images or look.blank:
        return look
    size = glyphs.view.size
    ink = uncovered_ink(page, size, images, glyphs.runs())
    if not ink.regions or (drawn.is_mostly_unseen() and not ink.of_scan):
        return look  # under a text layer of a scan, what is left over are specks, stamps and rules
    lines = tuple((box[3], " ".join(clean(text).split())) for text, box in glyphs.lines())
    dpi = _dpi(images)
    ink = replace(ink, of_scan=ink.of_scan and drawn.is_mostly_unseen())
    return replace(look, ink=ink, size=size, lines=lines, dpi=dpi)


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
        share = covered([image.box for image in images], (width, height))
        if share > LARGE and not drawn.is_mostly_unseen():
            return Look(replace(read, reason=STAMP), True, dpi)
    return Look(read)


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
