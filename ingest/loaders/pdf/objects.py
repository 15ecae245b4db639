"""What is drawn on a PDF page: pictures, rules, text with and without ink. Raw calls, since pages have thousands."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from casefolio.ingest.loaders.pdf.page_view import Box, View

TINY = 1.0
"""Points: no letter of this height can be read."""
FAINT = 10
"""Of 255: opacity below which nothing can be seen."""
WHITE = 240
"""Of 255: from here on each of red, green and blue is as good as paper."""
_DEPTH = 6  # forms within forms
_MOST = 20_000  # objects of a page that are looked at; a map has more, and no table


Matrix = tuple[float, float, float, float, float, float]
_UPRIGHT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One object of a page: its handle, its place in the order of drawing, and where the forms it stands in lie."""

    handle: Any
    order: int
    matrix: Matrix = _UPRIGHT

    @property
    def address(self) -> int:
        """A number that tells it from others."""
        return ctypes.addressof(self.handle.contents)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on the page: where, and how many pixels its longer side has."""

    box: Box
    pixels: int


class Drawn:
    """The objects of one page, also those in forms, by kind, in the order in which they are drawn."""

    def __init__(self, page: pdfium.PdfPage, view: View) -> None:
        self._view = view
        self._kinds: dict[int, list[Drawing]] = {}
        count = int(raw.FPDFPage_CountObjects(page.raw))
        self.empty = count == 0
        self._left = _MOST
        self._order = 0
        self._collect(page.raw, count, raw.FPDFPage_GetObject, _DEPTH, _UPRIGHT)

    def _collect(self, parent: Any, count: int, get: Any, depth: int, matrix: Matrix) -> None:
        kind_of, kinds = raw.FPDFPageObj_GetType, self._kinds
        for index in range(min(count, self._left)):
            handle = get(parent, index)
            kind = kind_of(handle)
            if kind == raw.FPDF_PAGEOBJ_FORM and depth:
                n_inner = raw.FPDFFormObj_CountObjects(handle)
                inner = combined(matrix_of(handle), matrix)
                self._collect(handle, n_inner, raw.FPDFFormObj_GetObject, depth - 1, inner)
            else:
                self._order += 1
                kinds.setdefault(kind, []).append(Drawing(handle, self._order, matrix))
        self._left -= count

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as it is shown."""
        return self._view.size

    def shown(self, x: float, y: float) -> tuple[float, float]:
        """A point of the content on the page as it is shown."""
        left, top, _, _ = self._view.box(x, y, x, y)
        return left, top

    def paths(self) -> list[Drawing]:
        """Lines and areas."""
        return self._kinds.get(raw.FPDF_PAGEOBJ_PATH, [])

    def texts(self) -> list[Drawing]:
        """Texts."""
        return self._kinds.get(raw.FPDF_PAGEOBJ_TEXT, [])

    def images(self) -> list[Drawing]:
        """Pictures, as objects."""
        return self._kinds.get(raw.FPDF_PAGEOBJ_IMAGE, [])

    def pictures(self) -> list[Picture]:
        """The pictures."""
        found = []
        width, height = ctypes.c_uint(), ctypes.c_uint()
        for image in self.images():
            raw.FPDFImageObj_GetImagePixelSize(image.handle, ctypes.byref(width), ctypes.byref(height))
            found.append(Picture(self.bounds(image), max(width.value, height.value)))
        return found

    def rules(self) -> list[tuple[float, float, float]]:
        """Level lines and the level edges of boxes: height, left, right, on the page as it is shown."""
        found = []
        for path in self.paths():
            left, top, right, bottom = self.bounds(path)
            if right - left > 8.0:
                found.append((top, left, right))
                if bottom - top > 3.0:
                    found.append((bottom, left, right))
        return found

    def uprights(self) -> list[tuple[float, float, float]]:
        """Upright lines and the upright edges of boxes: place from the left, top, bottom."""
        found = []
        for path in self.paths():
            left, top, right, bottom = self.bounds(path)
            if bottom - top > 6.0:
                found.append((left, top, bottom))
                if right - left > 3.0:
                    found.append((right, top, bottom))
        return found

    def is_mostly_unseen(self) -> bool:
        """Whether the text is drawn without ink, as programs do that put what they recognised under a scan."""
        modes = [int(raw.FPDFTextObj_GetTextRenderMode(text.handle)) for text in self.texts()]
        return modes.count(3) * 2 > len(modes)

    def may_hide_text(self) -> bool:
        """Whether any text is drawn without ink, pale or faint: then its words have to be looked at one by one."""
        mode_of, colour_of = raw.FPDFTextObj_GetTextRenderMode, raw.FPDFPageObj_GetFillColor
        colour = [ctypes.c_uint() for _ in range(4)]
        pointers = [ctypes.byref(part) for part in colour]
        red, green, blue, alpha = colour
        for text in self.texts():
            handle = text.handle
            if mode_of(handle) in (3, 7):
                return True
            if colour_of(handle, *pointers) and (
                alpha.value < FAINT or (red.value >= WHITE and green.value >= WHITE and blue.value >= WHITE)
            ):
                return True
        return self._left <= 0

    def bounds(self, drawing: Drawing) -> Box:
        """The box around an object on the page as it is shown."""
        edges = [ctypes.c_float() for _ in range(4)]
        raw.FPDFPageObj_GetBounds(drawing.handle, *(ctypes.byref(edge) for edge in edges))
        left, bottom, right, top = (edge.value for edge in edges)
        if drawing.matrix != _UPRIGHT:
            corners = [moved(drawing.matrix, x, y) for x in (left, right) for y in (bottom, top)]
            left, right = min(x for x, _ in corners), max(x for x, _ in corners)
            bottom, top = min(y for _, y in corners), max(y for _, y in corners)
        return self._view.box(left, bottom, right, top)


def matrix_of(handle: Any) -> Matrix:
    """How an object lies on the page, or in the form that it stands in."""
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, ctypes.byref(matrix)):
        return _UPRIGHT
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def combined(inner: Matrix, outer: Matrix) -> Matrix:
    """The inner matrix, then the outer one."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """A point where the matrix puts it."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
