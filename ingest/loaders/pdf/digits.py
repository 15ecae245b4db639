"""Numbers as they stand on a PDF page: raised digits stay raised, digits that stand far apart stay apart.

PDFium gives `12.4 x 109` for `12.4 x 10⁹`, begins a new line behind the small digit, and runs together what a program
spread over the cells of a table by character spacing.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pypdfium2.raw as raw

from casefolio.ingest.loaders.pdf.page_view import Box
from casefolio.ingest.loaders.shared.symbols import SUPERSCRIPTS

_WORD_WITH_DIGIT = re.compile(r"[^\s\ufffe]*\d[^\s\ufffe]*")
_SMALL = 0.88  # of the size of the letters before: a raised digit is smaller
_RAISED = (0.12, 0.9)  # of that size: how far its base line lies above theirs
_APART = 2.5  # of their size: digits of one number do not stand so far apart
_SPACE = 0.15  # of the size: a gap behind a raised digit that is a space
_DIGIT = 0.56  # of the size: the width of a digit
_BREAK = "\r\n"


@dataclass(frozen=True, slots=True)
class Mended:
    """The text of a page and, for each of its characters, the index that PDFium has it under (-1: none)."""

    text: str
    places: Sequence[int]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class _Glyph:
    x: float
    y: float  # of the base line, downwards
    size: float


class Digits:
    """Looks at the characters of one page.

    Args:
        handle: of PDFium's text page.
        shown: turns a box of the content into one of the page as it is shown.
    """

    def __init__(self, handle: object, shown: Callable[[float, float, float, float], Box]) -> None:
        self._handle, self._shown = handle, shown
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._origin = ctypes.byref(self._x), ctypes.byref(self._y)
        self._box = raw.FS_RECTF()
        self._box_pointer = ctypes.byref(self._box)

    def mended(self, text: str) -> Mended:
        """The text with its numbers as they stand."""
        swaps: dict[int, str] = {}
        cuts: set[int] = set()  # where a space is put in before a character
        for match in _WORD_WITH_DIGIT.finditer(text):
            self._word(text, *match.span(), swaps, cuts)
        if not swaps and not cuts:
            return Mended(text, range(len(text)))
        pieces: list[str] = []
        places: list[int] = []
        at = 0
        for index in sorted({*swaps, *cuts}):
            pieces.append(text[at:index])
            places += range(at, index)
            at = index
            if index in cuts:
                pieces.append(" ")
                places.append(-1)
            if index in swaps:
                pieces.append(swaps[index])
                places += [index] * len(swaps[index])
                at = index + 1
        return Mended("".join([*pieces, text[at:]]), [*places, *range(at, len(text))], bool(cuts))

    def _word(self, text: str, start: int, end: int, swaps: dict[int, str], cuts: set[int]) -> None:
        base = last = self._glyph(start)
        first = start
        before = self._line_before(text, start, base)
        if before is not None:
            base, raised_at_start = before, True
        else:
            raised_at_start, first = False, start + 1
        raised = start - 1 if raised_at_start else -2
        for index in range(first, end):
            character = text[index]
            if not (character.isdigit() or character in SUPERSCRIPTS):
                if index > raised + 1 or index == start:
                    base = last = self._glyph(index)
                continue
            glyph = self._glyph(index)
            if _is_raised(glyph, base) and character in SUPERSCRIPTS:
                swaps[index] = SUPERSCRIPTS[character]
                raised = index
            else:
                if text[index - 1].isdigit() and glyph.x - last.x > _APART * max(glyph.size, last.size, 1.0):
                    cuts.add(index)
                if raised != index - 1:
                    base = glyph
            last = glyph
        if raised == start - 1 or not self._are_raised(text, start, end, swaps):
            return
        if before is not None and start in swaps:
            swaps[start - 2], swaps[start - 1] = "", ""
        if raised == end - 1:
            self._join_behind(text, end, base, last, swaps, cuts)

    def _are_raised(self, text: str, start: int, end: int, swaps: dict[int, str]) -> bool:
        """Whether what seems to be raised in a word is: not a sign alone, not amid digits, not what OCR wrote."""
        found = [index for index in range(start, end) if index in swaps]
        if not found:
            return False
        amid = any(index + 1 < end and index + 1 not in swaps and text[index + 1].isdigit() for index in found)
        handle = raw.FPDFText_GetTextObject(self._handle, found[0])
        unseen = bool(handle) and raw.FPDFTextObj_GetTextRenderMode(handle) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
        if amid or unseen or not any(text[index].isdigit() or text[index] == "n" for index in found):
            for index in found:
                del swaps[index]
            return False
        return True

    def _line_before(self, text: str, start: int, glyph: _Glyph) -> _Glyph | None:
        """The character before a line end that a raised digit behind it was parted from."""
        if start < 3 or text[start - 2 : start] != _BREAK or not text[start].isdigit():
            return None
        before = self._glyph(start - 3)
        close = 0 < glyph.x - before.x < 1.3 * before.size
        return before if close and _is_raised(glyph, before) else None

    def _join_behind(
        self, text: str, end: int, base: _Glyph, last: _Glyph, swaps: dict[int, str], cuts: set[int]
    ) -> None:
        """Take back the line end that PDFium sees behind a raised digit where the line goes on."""
        at = end + len(_BREAK)
        if text[end:at] != _BREAK or at >= len(text):
            return
        behind = self._glyph(at)
        gap = behind.x - last.x - _DIGIT * last.size
        if abs(behind.y - base.y) > 0.1 * base.size or not -0.2 * base.size < gap < 3 * base.size:
            return
        swaps[end], swaps[end + 1] = "", ""
        if gap > _SPACE * base.size and not text[at].isspace():
            cuts.add(at)

    def _glyph(self, index: int) -> _Glyph:
        raw.FPDFText_GetCharOrigin(self._handle, index, *self._origin)
        raw.FPDFText_GetLooseCharBox(self._handle, index, self._box_pointer)
        x, y = self._x.value, self._y.value
        left, down, _, _ = self._shown(x, y, x, y)
        box = self._box
        _, top, _, bottom = self._shown(box.left, box.bottom, box.right, box.top)
        return _Glyph(left, down, bottom - top)


def _is_raised(glyph: _Glyph, base: _Glyph) -> bool:
    if not 0 < glyph.size < _SMALL * base.size or glyph.x <= base.x:
        return False
    return _RAISED[0] * base.size < base.y - glyph.y < _RAISED[1] * base.size
