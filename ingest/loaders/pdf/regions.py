"""Pictures beside text: the parts of a page that hold ink and no text, to be read by OCR and joined at their place.

A letterhead over a scan, a table as a picture, two scans on a page: the page has a text layer, and yet not all that a
reader sees is in it. Only pictures are looked at, so a page without one costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from casefolio.ingest.loaders.pdf.objects import Picture
from casefolio.ingest.loaders.pdf.page_view import Box

_SCALE = 1.0  # pixels a point, for a look at where ink is
_CONTRAST = 60  # of 255: ink differs so much from the paper around it
_LEAST = (40.0, 8.0)  # points: no text of use fits into a smaller picture
_SOLID = 0.45  # of a region: more ink than this is a photograph, a logo on a ground or a bar
_SPECKS = 12  # rows or columns with ink that a region needs to be more than a speck
_TOUCHING = 4.0  # points between pictures that belong together, as strips of a scan do
_PAD = 3.0  # points around known text that are taken to be its ink
_SHARE = 0.15  # of a scan's ink: more of it outside its text layer means that the layer is not all of the page
LARGE = 0.5
"""Of the page: pictures that cover more of it are a scan."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a page to be read: its box, and the boxes of known text that are blanked before."""

    box: Box
    known: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Ink:
    """Where pictures hold ink that is no known text: the regions, and whether they are much of a scan of the page."""

    regions: tuple[Region, ...] = ()
    of_scan: bool = False


NO_INK = Ink()
"""Of a page without pictures."""


def uncovered_ink(
    page: pdfium.PdfPage, size: tuple[float, float], pictures: Sequence[Picture], known: Sequence[Box]
) -> Ink:
    """The ink in the pictures of a page that is not under its text.

    Args:
        page: as it is shown.
        size: its width and height in points.
        pictures: on it.
        known: boxes of its text, seen or not.
    """
    boxes = _joined([p.box for p in pictures if p.box[2] - p.box[0] >= _LEAST[0]], size)
    boxes = [box for box in boxes if box[3] - box[1] >= _LEAST[1]]
    if not boxes:
        return Ink()
    pixels = page.render(scale=_SCALE, grayscale=True).to_numpy().squeeze()
    ink = _ink(pixels)
    all_ink = float(sum(_part(ink, box).sum() for box in boxes))
    rest = ink.copy()
    for left, top, right, bottom in known:
        _part(rest, (left - _PAD, top - _PAD, right + _PAD, bottom + _PAD))[...] = False
    regions = [region for box in boxes if (region := _region(rest, box)) is not None]
    left_over = float(sum(_part(rest, box).sum() for box in regions))
    scan = covered(boxes, size) > LARGE
    kept = tuple(Region(box, tuple(k for k in known if _overlap(k, box))) for box in regions)
    return Ink(kept, scan and left_over > _SHARE * max(1.0, all_ink))


def covered(boxes: Sequence[Box], size: tuple[float, float]) -> float:
    """The share of a page under some boxes."""
    mask = np.zeros((200, 200), dtype=bool)
    for left, top, right, bottom in boxes:
        x, y = 200 / max(1.0, size[0]), 200 / max(1.0, size[1])
        mask[max(0, int(top * y)) : max(0, int(bottom * y)), max(0, int(left * x)) : max(0, int(right * x))] = True
    return float(mask.mean())


def cropped(page: Image.Image, region: Region, points: tuple[float, float]) -> Image.Image:
    """The picture of a region out of the picture of its page, known text blanked."""
    x, y = page.width / points[0], page.height / points[1]
    left, top, right, bottom = region.box
    copy = page.copy()
    paper = int(np.percentile(np.asarray(page), 90))
    draw = ImageDraw.Draw(copy)
    for box in region.known:
        draw.rectangle((box[0] * x - 2, box[1] * y - 2, box[2] * x + 2, box[3] * y + 2), fill=paper)
    return copy.crop((int(left * x), int(top * y), int(right * x) + 1, int(bottom * y) + 1))


def _ink(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """What differs clearly from the paper: dark on light, or light on a dark ground."""
    paper = float(np.median(pixels))
    return np.asarray(np.abs(pixels.astype(np.int16) - paper) > _CONTRAST)


def _part(pixels: NDArray[np.bool_], box: Box) -> NDArray[np.bool_]:
    left, top, right, bottom = (max(0, round(v * _SCALE)) for v in box)
    return pixels[top:bottom, left:right]


def _region(ink: NDArray[np.bool_], box: Box) -> Box | None:
    """The box around the ink of a picture, or None where there is too little for words, or it is solid."""
    part = _part(ink, box)
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if len(rows) < 5 or len(columns) < _SPECKS or part.sum() < 40:
        return None
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if part[top:bottom, left:right].mean() > _SOLID:
        return None
    x, y = max(0.0, box[0]), max(0.0, box[1])
    pad = 6.0
    return (
        max(0.0, x + left / _SCALE - pad),
        max(0.0, y + top / _SCALE - pad),
        x + right / _SCALE + pad,
        y + bottom / _SCALE + pad,
    )


def _joined(boxes: Sequence[Box], size: tuple[float, float]) -> list[Box]:
    """Boxes within the page; those that touch or overlap as one."""
    done: list[Box] = []
    for box in boxes:
        box = (max(0.0, box[0]), max(0.0, box[1]), min(size[0], box[2]), min(size[1], box[3]))
        if box[2] <= box[0] or box[3] <= box[1]:
            continue
        apart = []
        for other in done:
            if _overlap((other[0] - _TOUCHING, other[1] - _TOUCHING, other[2] + _TOUCHING, other[3] + _TOUCHING), box):
                box = min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])
            else:
                apart.append(other)
        done = [*apart, box]
    return done


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
