"""`PageView`: a picture of a page, and the place of every character of its text that was found on it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Corner = tuple[float, float]
Corners = tuple[Corner, Corner, Corner, Corner]
"""Upper left, upper right, lower right, lower left as the text is read; points from the page's upper left corner."""
Affine = tuple[float, float, float, float, float, float]
"""x' = a x + b y + c, y' = d x + e y + f."""

_PAD = 0.06  # of a line's height: what a box leaves around its letters
_ONE_LINE = 0.5  # share of the lower height that two characters of one line have in common
_GAP = 3.0  # heights: further apart, what lies between belongs to something else


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as it is shown.

    Attributes:
        png: the picture.
        size: width and height in points; of a picture without a resolution, in pixels.
        positions: of the characters that were found, counted from the beginning of the page's text, ascending,
            shape (n,).
        boxes: left, top, right, bottom of each, upright, shape (n, 4).
        to_page: from the coordinates of `boxes` to points of the page.
    """

    png: bytes
    size: tuple[float, float]
    positions: NDArray[np.int32]
    boxes: NDArray[np.float32]
    to_page: Affine

    def corners(self, start: int, end: int) -> tuple[Corners, ...]:
        """One box a line around the characters from `start` to `end` of the page's text, in the order of the text."""
        inside = slice(*np.searchsorted(self.positions, [start, end]))
        return tuple(_corners(run, self.to_page) for run in _runs(self.boxes[inside].tolist()))

    def pack(self) -> bytes:
        """As bytes, for the way from one process to another."""
        head = json.dumps({"size": self.size, "to_page": self.to_page, "n": len(self.positions)}).encode()
        arrays = self.positions.astype("<i4").tobytes(), self.boxes.astype("<f4").tobytes()
        return b"".join((len(head).to_bytes(4, "little"), head, *arrays, self.png))

    @classmethod
    def unpack(cls, data: bytes) -> PageView:
        """The view in bytes of `pack`."""
        stream = io.BytesIO(data)
        head = json.loads(stream.read(int.from_bytes(stream.read(4), "little")))
        n = int(head["n"])
        positions = np.frombuffer(stream.read(4 * n), "<i4").astype(np.int32)
        boxes = np.frombuffer(stream.read(16 * n), "<f4").astype(np.float32).reshape(n, 4)
        a, b, c, d, e, f = map(float, head["to_page"])
        width, height = map(float, head["size"])
        return cls(stream.read(), (width, height), positions, boxes, (a, b, c, d, e, f))


def _runs(boxes: list[list[float]]) -> list[list[float]]:
    """Boxes of characters joined to one a line."""
    runs: list[list[float]] = []
    for box in boxes:
        if runs and _continues(runs[-1], box):
            last = runs[-1]
            runs[-1] = [min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])]
        else:
            runs.append(box)
    return runs


def _continues(run: list[float], box: list[float]) -> bool:
    height = max(run[3] - run[1], box[3] - box[1])
    common = min(run[3], box[3]) - max(run[1], box[1])
    # a comma or a dash is low, so it may also lie within the line
    low = min(run[3] - run[1], box[3] - box[1])
    near = -height <= box[0] - run[2] <= _GAP * height
    return near and (common >= _ONE_LINE * low or (-common < 0.5 * height and low < 0.5 * height))


def _corners(box: list[float], to_page: Affine) -> Corners:
    pad = _PAD * (box[3] - box[1])
    left, top, right, bottom = box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad
    one, two, three, four = (
        moved(to_page, x, y) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
    )
    return one, two, three, four


def moved(way: Affine, x: float, y: float) -> Corner:
    """A point under an affine map."""
    a, b, c, d, e, f = way
    return round(a * x + b * y + c, 2), round(d * x + e * y + f, 2)


def after(first: Affine, then: Affine) -> Affine:
    """The map that does `first`, then `then`."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return p * a + q * d, p * b + q * e, p * c + q * f + r, s * a + t * d, s * b + t * e, s * c + t * f + u


IDENTITY: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
