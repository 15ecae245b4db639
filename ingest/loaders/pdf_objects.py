"""What is drawn on a PDF page: pictures, rules, text with and without ink. Raw calls, since pages have thousands."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.loaders.pdf_view import Box, View

TINY = 1.0
"""Points: no letter of this height can be read."""
FAINT = 10
"""Of 255: opacity below which nothing can be seen."""
WHITE = 240
"""Of 255: from here on each of red, green and blue is as good as paper."""
_DEPTH = 6  # forms within forms
_MOST = 20_000  # objects of a page that are looked at; a map has more, and no table


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on the page: where, and how many pixels its longer side has."""

    box: Box
    pixels: int


def pictures(page: pdfium.PdfPage, view: View) -> list[Picture]:
    """Pictures on the page, also those in forms."""
    found = []
    width, height = ctypes.c_uint(), ctypes.c_uint()
    for handle in _objects(page, raw.FPDF_PAGEOBJ_IMAGE):
        raw.FPDFImageObj_GetImagePixelSize(handle, ctypes.byref(width), ctypes.byref(height))
        found.append(Picture(_bounds(handle, view), max(width.value, height.value)))
    return found


def rules(page: pdfium.PdfPage, view: View) -> list[tuple[float, float, float]]:
    """Level lines and the level edges of boxes: height, left, right, on the page as it is shown."""
    found = []
    for handle in _objects(page, raw.FPDF_PAGEOBJ_PATH):
        left, top, right, bottom = _bounds(handle, view)
        if right - left > 8.0:
            found.append((top, left, right))
            if bottom - top > 3.0:
                found.append((bottom, left, right))
    return found


def is_mostly_unseen(page: pdfium.PdfPage) -> bool:
    """Whether the text is drawn without ink, as programs do that put what they recognised under a scan."""
    modes = [int(raw.FPDFTextObj_GetTextRenderMode(handle)) for handle in _objects(page, raw.FPDF_PAGEOBJ_TEXT)]
    return modes.count(3) * 2 > len(modes)


def may_hide_text(page: pdfium.PdfPage) -> bool:
    """Whether any text is drawn without ink, pale, faint or tiny: then its words have to be looked at one by one."""
    colour = [ctypes.c_uint() for _ in range(4)]
    colours = [ctypes.byref(part) for part in colour]
    size, matrix = ctypes.c_float(), raw.FS_MATRIX()
    for handle in _objects(page, raw.FPDF_PAGEOBJ_TEXT):
        if raw.FPDFTextObj_GetTextRenderMode(handle) in (3, 7):
            return True
        if raw.FPDFPageObj_GetFillColor(handle, *colours):
            red, green, blue, alpha = colour
            if alpha.value < FAINT or min(red.value, green.value, blue.value) >= WHITE:
                return True
        raw.FPDFTextObj_GetFontSize(handle, ctypes.byref(size))
        raw.FPDFPageObj_GetMatrix(handle, ctypes.byref(matrix))
        if abs(size.value) * max(abs(matrix.c), abs(matrix.d)) < TINY:
            return True
    return int(raw.FPDFPage_CountObjects(page.raw)) > _MOST


def is_empty(page: pdfium.PdfPage) -> bool:
    """Whether nothing at all is drawn on the page."""
    return int(raw.FPDFPage_CountObjects(page.raw)) == 0


def _objects(page: pdfium.PdfPage, kind: int) -> Iterator[Any]:
    left = _MOST
    for handle in _walk(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, _DEPTH):
        left -= 1
        if left < 0:
            return
        if raw.FPDFPageObj_GetType(handle) == kind:
            yield handle


def _walk(parent: Any, count: Any, get: Any, depth: int) -> Iterator[Any]:
    for index in range(count(parent)):
        handle = get(parent, index)
        yield handle
        if depth and raw.FPDFPageObj_GetType(handle) == raw.FPDF_PAGEOBJ_FORM:
            yield from _walk(handle, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, depth - 1)


def _bounds(handle: Any, view: View) -> Box:
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(handle, *(ctypes.byref(edge) for edge in edges))
    left, bottom, right, top = (edge.value for edge in edges)
    return view.box(left, bottom, right, top)
