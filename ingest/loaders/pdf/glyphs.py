"""The characters of a PDF page: their text, their boxes, and which of them a reader cannot see.

Calls into PDFium cost about a microsecond each, so words are asked for, not characters.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from casefolio.ingest.loaders.pdf.digits import Digits
from casefolio.ingest.loaders.pdf.objects import FAINT, TINY, WHITE, Drawn
from casefolio.ingest.loaders.pdf.page_view import Box, View

_WORD = re.compile(r"[^\s\ufffe]+")  # PDFium puts U+FFFE for a hyphen at the end of a line
_LINE = re.compile(r"[^\s\ufffe](?:[^\r\n]*[^\s\ufffe])?")
_STRIDE = 6  # words that are passed over at once where all belong to one object
_CONTRAST = 24  # of 255: what differs less from its surroundings cannot be seen


class _Ink(Enum):
    """How the words of a text object can be seen."""

    PLAIN = 1
    NONE = 2
    PALE = 3  # only on dark ground


class Glyphs:
    """The characters of one page. Positions count characters of `text`.

    These are PDFium's own but for what was mended (see `pdf_numbers`) and for the values of form fields.
    """

    def __init__(self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> None:
        self._page = page
        self._handle = text_page.raw
        self.view = View.of(page)
        self._doubles = [ctypes.c_double() for _ in range(4)]
        self._pointers = [ctypes.byref(value) for value in self._doubles]
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._colour_pointers = [ctypes.byref(value) for value in self._colour]
        self._runs: list[Box] | None = None
        self._flat: list[tuple[float, float]] = []
        self._rectangle = raw.FS_RECTF()
        self._rectangle_pointer = ctypes.byref(self._rectangle)
        mended = Digits(self._handle, self.view.box).mended(_text(text_page))
        self.text, self._places, self.spread = mended.text, mended.places, mended.apart
        self._put_in: list[Box] = []
        self._picture: _Picture | None = None

    def put_in(self, values: Sequence[tuple[int, str, Box]]) -> None:
        """Put texts in that PDFium does not have: before which character, what, and the box in which it is shown."""
        if not values:
            return
        pieces: list[str] = []
        places: list[int] = []
        at = 0
        for position, text, box in sorted(values, key=lambda value: value[0]):
            self._put_in.append(box)
            pieces += [self.text[at:position], text]
            places += [*self._places[at:position], *[-1 - len(self._put_in)] * len(text)]
            at = position
        self.text = "".join([*pieces, self.text[at:]])
        self._places = [*places, *self._places[at:]]

    def _given(self, index: int) -> Box | None:
        """The box of a character that PDFium does not have."""
        place = self._places[index]
        return self._put_in[-2 - place] if place < -1 else None

    def box(self, start: int, end: int) -> Box:
        """The box around the characters from `start` to `end`, which stand on one line."""
        a = self._char(start)
        b = self._char(end - 1) if end - 1 > start else a
        return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])

    def _char(self, index: int) -> Box:
        if (given := self._given(index)) is not None:
            return given
        left, right, bottom, top = self._doubles
        raw.FPDFText_GetCharBox(self._handle, self._places[index], *self._pointers)
        return self.view.box(left.value, bottom.value, right.value, top.value)

    def loose_box(self, start: int, end: int) -> Box:
        """Like `box`, but as high as the font, so that words of one line have one height."""
        a = self._loose(start)
        b = self._loose(end - 1) if end - 1 > start else a
        return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])

    def _loose(self, index: int) -> Box:
        if (given := self._given(index)) is not None:
            return given
        box = self._rectangle
        raw.FPDFText_GetLooseCharBox(self._handle, self._places[index], self._rectangle_pointer)
        return self.view.box(box.left, box.bottom, box.right, box.top)

    def runs(self) -> list[Box]:
        """Boxes of stretches of text that were written in one go; far fewer than words."""
        if self._runs is not None:
            return self._runs
        left, right, bottom, top = self._doubles
        pointers = [self._pointers[i] for i in (0, 3, 1, 2)]
        boxes = []
        for index in range(raw.FPDFText_CountRects(self._handle, 0, -1)):
            raw.FPDFText_GetRect(self._handle, index, *pointers)
            x0, y0, x1, y1 = left.value, bottom.value, right.value, top.value
            boxes.append(self.view.box(x0, y0, x1, y1))
            if min(x1 - x0, y1 - y0) < TINY:
                self._flat.append(((x0 + x1) / 2, (y0 + y1) / 2))
        self._runs = boxes
        return boxes

    def words(self) -> list[tuple[int, int]]:
        """Start and end of every run of characters that are not white space."""
        return [match.span() for match in _WORD.finditer(self.text)]

    def words_between(self, heights: Sequence[tuple[float, float]]) -> Iterator[tuple[int, int]]:
        """The words of the lines that reach into any of some stretches of height (upper and lower end)."""
        for line in _LINE.finditer(self.text):
            first, last = self._loose(line.start()), self._loose(line.end() - 1)
            top, bottom = min(first[1], last[1]), max(first[3], last[3])
            if any(upper <= bottom and lower >= top for upper, lower in heights):
                for match in _WORD.finditer(self.text, *line.span()):
                    yield match.span()

    def lines(self) -> Iterator[tuple[str, Box]]:
        """The lines as they were written, each with its box."""
        for line in _LINE.finditer(self.text):
            yield line.group(), self.loose_box(*line.span())

    def unseen(self, drawn: Drawn) -> list[tuple[int, int]]:
        """The words that a reader of the page cannot see.

        Text without ink above a picture counts as seen: it is what OCR found in the picture.
        """
        hidden: list[tuple[int, int]] = []
        last, ink = 0, _Ink.PLAIN
        overflows = self._overflows()
        if not (overflows or self._has_tiny() or drawn.may_hide_text()):
            return hidden
        images = [image.box for image in drawn.pictures()]
        words = self.words()
        for at in range(0, len(words), _STRIDE):
            part = words[at : at + _STRIDE]
            if ink is _Ink.PLAIN and not overflows and self._object(part[-1][0])[1] == last:
                continue  # the objects of a page are written one after the other
            for start, end in part:
                handle, address = self._object(start)
                if address != last:
                    # Words of one object share colour, size and mode; only their places differ.
                    last, ink = address, self._ink(handle, start, end, images) if address else _Ink.PLAIN
                if ink is _Ink.PALE:
                    unseen = not self.shows(self.box(start, end))
                else:
                    unseen = ink is _Ink.NONE or (overflows and self._outside(start))
                if unseen:
                    hidden.append((start, end))
        return hidden

    def _object(self, index: int) -> tuple[Any, int]:
        """The text object of a character, and a number that tells it from others."""
        handle = raw.FPDFText_GetTextObject(self._handle, self._places[index])
        return handle, ctypes.addressof(handle.contents) if handle else 0

    def object_of(self, index: int) -> int:
        """A number that tells the text object of a character from others; 0 where it has none."""
        return self._object(index)[1]

    def shows(self, box: Box) -> bool:
        """Whether anything is to be seen in a box of the page as it is drawn."""
        self._picture = self._picture or _Picture(self._page)
        return self._picture.shows(box)

    def _ink(self, handle: Any, start: int, end: int, images: Sequence[Box]) -> _Ink:
        """How the words of a text object can be seen."""
        mode = raw.FPDFTextObj_GetTextRenderMode(handle)
        if mode in (3, 7):
            box = self.box(start, end)
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            scanned = any(i[0] - 2 <= x <= i[2] + 2 and i[1] - 2 <= y <= i[3] + 2 for i in images)
            return _Ink.PLAIN if scanned else _Ink.NONE
        if self._height(self._places[start]) < TINY:
            return _Ink.NONE
        if mode == 0 and raw.FPDFPageObj_GetFillColor(handle, *self._colour_pointers):
            red, green, blue, alpha = (part.value for part in self._colour)
            if alpha < FAINT:
                return _Ink.NONE
            if min(red, green, blue) >= WHITE:
                return _Ink.PALE
        return _Ink.PLAIN

    def _height(self, index: int) -> float:
        box = self._rectangle
        if not raw.FPDFText_GetLooseCharBox(self._handle, index, self._rectangle_pointer):
            return 99.0
        return float(min(abs(box.top - box.bottom), abs(box.right - box.left) * 4))

    def _has_tiny(self) -> bool:
        """Whether a flat stretch of text is flat because it is tiny, and not a row of dots or dashes."""
        self.runs()
        for x, y in self._flat:
            index = raw.FPDFText_GetCharIndexAtPos(self._handle, x, y, 1.0, 1.0)
            if index >= 0 and self._height(index) < TINY:
                return True
        return False

    def _overflows(self) -> bool:
        """Whether any text stands beyond the edge of the page."""
        width, height = self.view.size
        return any(b[0] < 0 or b[2] > width or b[1] < 0 or b[3] > height for b in self.runs())

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
