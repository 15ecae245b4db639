"""The characters of a PDF page: their text, their boxes, and which of them a reader cannot see.

Calls into PDFium cost about a microsecond each, so words are asked for, not characters.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

_WORD = re.compile(r"\S+")
_TINY = 1.0  # points: no letter of this height can be read
_FAINT = 10  # of 255: opacity
_WHITE = 240  # from here on each of red, green and blue is as good as paper
_CONTRAST = 24  # of 255: what differs less from its surroundings cannot be seen

Box = tuple[float, float, float, float]
"""Left, top, right, bottom on the page as it is shown, in points, from the upper left corner."""


@dataclass(frozen=True, slots=True)
class View:
    """How coordinates of a page's content turn into those of the page as it is shown."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> View:
        """The view of a page."""
        left, bottom, right, top = page.get_bbox()
        return cls(left, bottom, right, top, page.get_rotation())

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """A box of the content (left, bottom, right, top) on the page as it is shown."""
        x0, x1 = x0 - self.left, x1 - self.left
        y0, y1 = y0 - self.bottom, y1 - self.bottom
        width, height = self.right - self.left, self.top - self.bottom
        if self.rotation == 90:
            return y0, x0, y1, x1
        if self.rotation == 180:
            return width - x1, y0, width - x0, y1
        if self.rotation == 270:
            return height - y1, width - x1, height - y0, width - x0
        return x0, height - y1, x1, height - y0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as it is shown."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.rotation in (90, 270) else (width, height)


class _Ink(Enum):
    """How the words of a text object can be seen."""

    PLAIN = 1
    NONE = 2
    PALE = 3  # only on dark ground


class Glyphs:
    """The characters of one page. Positions count characters of `text`, which are PDFium's own."""

    def __init__(self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> None:
        self._page = page
        self._handle = text_page.raw
        self.view = View.of(page)
        self._doubles = [ctypes.c_double() for _ in range(4)]
        self._pointers = [ctypes.byref(value) for value in self._doubles]
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._colour_pointers = [ctypes.byref(value) for value in self._colour]
        self._rectangle = raw.FS_RECTF()
        self._rectangle_pointer = ctypes.byref(self._rectangle)
        self.text = _text(text_page)

    def box(self, start: int, end: int) -> Box:
        """The box around the characters from `start` to `end`, which stand on one line."""
        a = self._char(start)
        b = self._char(end - 1) if end - 1 > start else a
        return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])

    def _char(self, index: int) -> Box:
        left, right, bottom, top = self._doubles
        raw.FPDFText_GetCharBox(self._handle, index, *self._pointers)
        return self.view.box(left.value, bottom.value, right.value, top.value)

    def words(self) -> list[tuple[int, int]]:
        """Start and end of every run of characters that are not white space."""
        return [match.span() for match in _WORD.finditer(self.text)]

    def unseen(self, images: Sequence[Box]) -> list[tuple[int, int]]:
        """The words that a reader of the page cannot see.

        Args:
            images: boxes of the pictures on the page; invisible text above one is what OCR found in it.
        """
        hidden: list[tuple[int, int]] = []
        last, ink = 0, _Ink.PLAIN
        picture: _Picture | None = None
        overflows = self._overflows()
        for start, end in self.words():
            handle = raw.FPDFText_GetTextObject(self._handle, start)
            address = ctypes.addressof(handle.contents) if handle else 0
            if address != last:
                # Words of one object share colour, size and mode; only their places differ.
                last, ink = address, self._ink(handle, start, end, images) if address else _Ink.PLAIN
            if ink is _Ink.PALE:
                picture = picture or _Picture(self._page)
                unseen = not picture.shows(self.box(start, end))
            else:
                unseen = ink is _Ink.NONE or (overflows and self._outside(start))
            if unseen:
                hidden.append((start, end))
        return hidden

    def _ink(self, handle: Any, start: int, end: int, images: Sequence[Box]) -> _Ink:
        """How the words of a text object can be seen."""
        mode = raw.FPDFTextObj_GetTextRenderMode(handle)
        if mode in (3, 7):
            box = self.box(start, end)
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            scanned = any(i[0] - 2 <= x <= i[2] + 2 and i[1] - 2 <= y <= i[3] + 2 for i in images)
            return _Ink.PLAIN if scanned else _Ink.NONE
        if self._height(start) < _TINY:
            return _Ink.NONE
        if mode == 0 and raw.FPDFPageObj_GetFillColor(handle, *self._colour_pointers):
            red, green, blue, alpha = (part.value for part in self._colour)
            if alpha < _FAINT:
                return _Ink.NONE
            if min(red, green, blue) >= _WHITE:
                return _Ink.PALE
        return _Ink.PLAIN

    def _height(self, index: int) -> float:
        box = self._rectangle
        if not raw.FPDFText_GetLooseCharBox(self._handle, index, self._rectangle_pointer):
            return 99.0
        return float(min(abs(box.top - box.bottom), abs(box.right - box.left) * 4))

    def _overflows(self) -> bool:
        """Whether any text stands beyond the edge of the page."""
        view, (left, right, bottom, top) = self.view, self._doubles
        pointers = [self._pointers[i] for i in (0, 3, 1, 2)]
        for index in range(raw.FPDFText_CountRects(self._handle, 0, -1)):
            raw.FPDFText_GetRect(self._handle, index, *pointers)
            if left.value < view.left or right.value > view.right:
                return True
            if bottom.value < view.bottom or top.value > view.top:
                return True
        return False

    def _outside(self, index: int) -> bool:
        left, top, right, bottom = self._char(index)
        width, height = self.view.size
        return right < 0 or left > width or bottom < 0 or top > height


class _Picture:
    """The page as it is drawn, to see whether pale text stands on dark ground."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._pixels = page.render(scale=2, grayscale=True).to_numpy().squeeze()

    def shows(self, box: Box) -> bool:
        """Whether there is anything to be seen in a box."""
        left, top, right, bottom = (round(2 * value) for value in box)
        part = self._pixels[max(0, top) : max(0, bottom) + 1, max(0, left) : max(0, right) + 1]
        return bool(part.size) and int(np.ptp(part)) >= _CONTRAST


def _text(text_page: pdfium.PdfTextPage) -> str:
    """The page's text with as many characters as PDFium has, so that positions agree."""
    count = text_page.count_chars()
    text: str = text_page.get_text_range()
    if len(text) == count:
        return text
    get = raw.FPDFText_GetUnicode
    return "".join(map(chr, (get(text_page.raw, index) for index in range(count))))
