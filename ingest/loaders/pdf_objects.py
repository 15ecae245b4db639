"""What is drawn on a PDF page: pictures, rules, text with and without ink. Raw calls, since pages have thousands."""

from __future__ import annotations

import ctypes
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


class Drawn:
    """The objects of one page, also those in forms, by kind."""

    def __init__(self, page: pdfium.PdfPage, view: View) -> None:
        self._view = view
        self._kinds: dict[int, list[Any]] = {}
        count = int(raw.FPDFPage_CountObjects(page.raw))
        self.empty = count == 0
        self._left = _MOST
        self._collect(page.raw, count, raw.FPDFPage_GetObject, _DEPTH)

    def _collect(self, parent: Any, count: int, get: Any, depth: int) -> None:
        kind_of, kinds = raw.FPDFPageObj_GetType, self._kinds
        for index in range(min(count, self._left)):
            handle = get(parent, index)
            kind = kind_of(handle)
            if kind == raw.FPDF_PAGEOBJ_FORM and depth:
                self._collect(handle, raw.FPDFFormObj_CountObjects(handle), raw.FPDFFormObj_GetObject, depth - 1)
            else:
                kinds.setdefault(kind, []).append(handle)
        self._left -= count

    def pictures(self) -> list[Picture]:
        """The pictures."""
        found = []
        width, height = ctypes.c_uint(), ctypes.c_uint()
        for handle in self._kinds.get(raw.FPDF_PAGEOBJ_IMAGE, ()):
            raw.FPDFImageObj_GetImagePixelSize(handle, ctypes.byref(width), ctypes.byref(height))
            found.append(Picture(self._bounds(handle), max(width.value, height.value)))
        return found

    def rules(self) -> list[tuple[float, float, float]]:
        """Level lines and the level edges of boxes: height, left, right, on the page as it is shown."""
        found = []
        for handle in self._kinds.get(raw.FPDF_PAGEOBJ_PATH, ()):
            left, top, right, bottom = self._bounds(handle)
            if right - left > 8.0:
                found.append((top, left, right))
                if bottom - top > 3.0:
                    found.append((bottom, left, right))
        return found

    def is_mostly_unseen(self) -> bool:
        """Whether the text is drawn without ink, as programs do that put what they recognised under a scan."""
        texts = self._kinds.get(raw.FPDF_PAGEOBJ_TEXT, ())
        modes = [int(raw.FPDFTextObj_GetTextRenderMode(handle)) for handle in texts]
        return modes.count(3) * 2 > len(modes)

    def may_hide_text(self) -> bool:
        """Whether any text is drawn without ink, pale or faint: then its words have to be looked at one by one."""
        mode_of, colour_of = raw.FPDFTextObj_GetTextRenderMode, raw.FPDFPageObj_GetFillColor
        colour = [ctypes.c_uint() for _ in range(4)]
        pointers = [ctypes.byref(part) for part in colour]
        red, green, blue, alpha = colour
        for handle in self._kinds.get(raw.FPDF_PAGEOBJ_TEXT, ()):
            if mode_of(handle) in (3, 7):
                return True
            if colour_of(handle, *pointers) and (
                alpha.value < FAINT or (red.value >= WHITE and green.value >= WHITE and blue.value >= WHITE)
            ):
                return True
        return self._left <= 0

    def _bounds(self, handle: Any) -> Box:
        edges = [ctypes.c_float() for _ in range(4)]
        raw.FPDFPageObj_GetBounds(handle, *(ctypes.byref(edge) for edge in edges))
        left, bottom, right, top = (edge.value for edge in edges)
        return self._view.box(left, bottom, right, top)
