"""Words of a PDF page that a reader does not take for its text: struck out, or under something drawn over them.

A black box over a name hides the name only on screen: the text below it can still be copied. It is left out, as are
words with a line through them; both are counted for the ledger.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from casefolio.ingest.loaders.pdf.glyphs import Glyphs
from casefolio.ingest.loaders.pdf.objects import Drawing, Drawn, combined, matrix_of, moved
from casefolio.ingest.loaders.pdf.page_view import Box

_THICK = 0.25  # of the letters' height: a thicker line is a marker or a bar
_THROUGH = (0.33, 0.78)  # of the height of the font, from the top: lines there run through letters, not under them
_MOST_OF = 0.6  # of a word that is struck or covered
_LARGE = 0.4  # of the page: a picture of this size over text is a scan, and the text what was read in it
_SEGMENTS = 400
_RECTANGLE = 6  # segments of a rectangle at most


@dataclass(frozen=True, slots=True)
class Marks:
    """What annotations put on a page: boxes of words that are struck out, and boxes that are covered."""

    struck: tuple[Box, ...] = ()
    covered: tuple[Box, ...] = ()


@dataclass(slots=True)
class LeftOut:
    """Words that are no text of the page, as spans of its characters."""

    struck: list[tuple[int, int]] = field(default_factory=list)
    covered: list[tuple[int, int]] = field(default_factory=list)


def left_out(glyphs: Glyphs, drawn: Drawn, marks: Marks) -> LeftOut:
    """The words that are struck out or covered."""
    lines = _lines_through(glyphs, drawn)
    covers = _covers_of(glyphs, drawn)
    found = LeftOut()
    if not (lines or covers or marks.struck or marks.covered):
        return found
    orders = {text.address: text.order for text in drawn.texts()} if covers or lines else {}
    heights = [(line.y, line.y) for line in lines] + [(box[1], box[3]) for box in (*marks.struck, *marks.covered)]
    heights += [(cover.box[1], cover.box[3]) for cover in covers]
    for start, end in glyphs.words_between(heights):
        box = glyphs.loose_box(start, end)
        through = [line for line in lines if _strikes(line, box)]
        # a line that was there before the words is one of a drawing that they stand on
        struck = bool(through) and max(line.order for line in through) > orders.get(glyphs.object_of(start), 0)
        if struck or _inside(box, marks.struck):
            found.struck.append((start, end))
        elif _inside(box, marks.covered) or _is_covered(glyphs, start, end, covers, orders):
            found.covered.append((start, end))
    return found


def _inside(box: Box, boxes: Sequence[Box]) -> bool:
    if not boxes:
        return False
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in boxes)


# ------------------------------------------------------------------------------------------------ struck out


@dataclass(frozen=True, slots=True)
class _Line:
    left: float
    right: float
    y: float
    thick: float
    order: int


def _strikes(line: _Line, box: Box) -> bool:
    height = box[3] - box[1]
    if not _THROUGH[0] * height < line.y - box[1] < _THROUGH[1] * height or line.thick > max(1.0, _THICK * height):
        return False
    return min(line.right, box[2]) - max(line.left, box[0]) > _MOST_OF * (box[2] - box[0])


def _lines_through(glyphs: Glyphs, drawn: Drawn) -> list[_Line]:
    """Level lines that run through any stretch of text; on most pages there is none."""
    runs = np.array(glyphs.runs(), dtype=np.float64).reshape(-1, 4)
    if not len(runs):
        return []
    levels = {y for top, bottom in runs[:, (1, 3)].tolist() for y in range(int(top), int(bottom) + 1)}
    found = []
    for path in drawn.paths():
        for line in _level(drawn, path):
            if int(line.y) not in levels:
                continue
            across = np.minimum(runs[:, 2], line.right) - np.maximum(runs[:, 0], line.left)
            height = runs[:, 3] - runs[:, 1]
            # narrower than for words: below, in the tight box of a line, lies what underlines it
            through = (line.y > runs[:, 1] + 0.15 * height) & (line.y < runs[:, 3] - 0.2 * height)
            if bool(np.any(through & (across > 0.5 * height))):
                found.append(line)
    return found


def _level(drawn: Drawn, path: Drawing) -> Iterator[_Line]:
    """The level lines of a path: itself where it is flat, else its level segments."""
    left, top, right, bottom = drawn.bounds(path)
    if right - left < 3.0:
        return
    if bottom - top <= 4.0:
        yield _Line(left, right, (top + bottom) / 2, bottom - top, path.order)
        return
    count = raw.FPDFPath_CountSegments(path.handle)
    if count <= _RECTANGLE or count > _SEGMENTS or _is_filled(path):
        return
    last: tuple[float, float] | None = None
    for index, here in enumerate(_points(drawn, path, count)):
        segment = raw.FPDFPath_GetPathSegment(path.handle, index)
        is_line = last is not None and raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_LINETO
        if last is not None and is_line and abs(here[1] - last[1]) < 0.5 and abs(here[0] - last[0]) > 3.0:
            yield _Line(min(here[0], last[0]), max(here[0], last[0]), here[1], 0.0, path.order)
        last = here


def _points(drawn: Drawn, path: Drawing, count: int) -> list[tuple[float, float]]:
    """The points of a path on the page as it is shown."""
    matrix = combined(matrix_of(path.handle), path.matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    points = []
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path.handle, index)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        points.append(drawn.shown(*moved(matrix, x.value, y.value)))
    return points


# --------------------------------------------------------------------------------------------------- covered


@dataclass(frozen=True, slots=True)
class _Cover:
    box: Box
    order: int
    certain: bool  # whether it hides what is below it; else the page as it is drawn decides


def _covers_of(glyphs: Glyphs, drawn: Drawn) -> list[_Cover]:
    """Areas and pictures drawn over any stretch of text that was drawn before them."""
    texts = drawn.texts()
    if not texts:
        return []
    first = texts[0].order
    runs = np.array(glyphs.runs(), dtype=np.float64).reshape(-1, 4)
    found = []
    for path in drawn.paths():
        box = _bounds(drawn, path) if path.order > first else None
        if box is not None and _overlaps(box, runs) and _is_opaque(path):
            found.append(_Cover(box, path.order, _is_rectangle(path)))
    width, height = drawn.size
    for image in drawn.images():
        box = drawn.bounds(image)
        if image.order > first and _overlaps(box, runs) and _area(box) < _LARGE * width * height:
            found.append(_Cover(box, image.order, False))
    return found


def _bounds(drawn: Drawn, path: Drawing) -> Box | None:
    """The box of a path; of a thick line without what PDFium adds for its ends; None for a slanted line."""
    box = drawn.bounds(path)
    if raw.FPDFPath_CountSegments(path.handle) != 2 or _is_filled(path):
        return box
    (x0, y0), (x1, y1) = _points(drawn, path, 2)
    if abs(y0 - y1) > 1.0:
        return None
    return max(box[0], min(x0, x1)), box[1], min(box[2], max(x0, x1)), box[3]


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _overlaps(box: Box, runs: NDArray[np.float64]) -> bool:
    """Whether a box covers most of the height of a stretch of text, and a letter of it."""
    if box[2] - box[0] < 4.0 or box[3] - box[1] < 3.0 or not len(runs):
        return False
    across = np.minimum(runs[:, 2], box[2]) - np.maximum(runs[:, 0], box[0])
    down = np.minimum(runs[:, 3], box[3]) - np.maximum(runs[:, 1], box[1])
    height = runs[:, 3] - runs[:, 1]
    return bool(np.any((across > 0.4 * height) & (down > _MOST_OF * height)))


def _is_filled(path: Drawing) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path.handle, ctypes.byref(mode), ctypes.byref(stroke))
    return bool(mode.value != raw.FPDF_FILLMODE_NONE)


def _is_opaque(path: Drawing) -> bool:
    """Whether a path hides what lies below it: filled, or a line as thick as letters are high."""
    if raw.FPDFPageObj_HasTransparency(path.handle):
        return False
    colour = [ctypes.c_uint() for _ in range(4)]
    pointers = [ctypes.byref(part) for part in colour]
    if _is_filled(path):
        return bool(raw.FPDFPageObj_GetFillColor(path.handle, *pointers)) and colour[3].value >= 250
    return bool(raw.FPDFPath_CountSegments(path.handle) == 2)


def _is_rectangle(path: Drawing) -> bool:
    count = raw.FPDFPath_CountSegments(path.handle)
    if count > _RECTANGLE:
        return False
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path.handle, index)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_BEZIERTO:
            return False
    clip = raw.FPDFPageObj_GetClipPath(path.handle)
    return not clip or bool(raw.FPDFClipPath_CountPaths(clip) <= 0)


def _is_covered(glyphs: Glyphs, start: int, end: int, covers: Sequence[_Cover], orders: dict[int, int]) -> bool:
    if not covers:
        return False
    box = glyphs.box(start, end)
    over = [c for c in covers if _share(box, c.box) > _MOST_OF]
    if not over:
        return False
    order = orders.get(glyphs.object_of(start), 10**9)
    over = [c for c in over if c.order > order]
    return any(c.certain for c in over) or (bool(over) and not glyphs.shows(box))


def _share(box: Box, cover: Box) -> float:
    """How much of a box lies under another."""
    across = min(box[2], cover[2]) - max(box[0], cover[0])
    down = min(box[3], cover[3]) - max(box[1], cover[1])
    return max(0.0, across) * max(0.0, down) / max(0.01, _area(box))
