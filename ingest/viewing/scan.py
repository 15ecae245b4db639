"""Pages that were read by OCR: the same reading once more, for the places of its words."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from PIL import Image

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.image import frame_of
from casefolio.ingest.loaders.shared.source import Source
from casefolio.ingest.ocr import Ocr, Recognised
from casefolio.ingest.ocr_text import is_close
from casefolio.ingest.tesseract import Word
from casefolio.ingest.viewing.aligning import Placed, place
from casefolio.ingest.viewing.view import Affine, PageView, after
from casefolio.ingest.viewing.wanted import Wanted, png

_MAX_SIDE = 2_000  # pixels of the picture that is shown


def view_image(source: Source, wanted: Wanted) -> PageView:
    """One frame of a picture.

    Raises:
        BrokenFile: where it cannot be decoded or has no such frame.
    """
    try:
        with Image.open(io.BytesIO(source.data)) as image:
            frame = frame_of(image, wanted.number - 1)
            shown = frame.convert("RGB")
            shown.thumbnail((_MAX_SIDE, _MAX_SIDE))
            return place_read(frame, wanted, png(shown), (float(frame.width), float(frame.height)))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise BrokenFile(f"{source.path} has no picture {wanted.number} that can be drawn") from error


def place_read(scan: Image.Image, wanted: Wanted, drawn: bytes, size: tuple[float, float]) -> PageView:
    """The view of a page whose text came from its picture.

    Args:
        scan: the picture that was read.
        wanted: the page.
        drawn: the picture that is shown.
        size: of the page in points.

    Raises:
        MissingTool: where Tesseract is not installed.
    """
    read = Ocr(wanted.language).read(scan) if wanted.text.strip() else Recognised((), "")
    positions, boxes = place(wanted.text, list(_words(read.words)))
    scale = size[0] / scan.width, size[1] / scan.height
    to_page = after(_to_scan(read, scan.size), (scale[0], 0.0, 0.0, 0.0, scale[1], 0.0))
    return PageView(drawn, size, positions, boxes, to_page)


def _words(words: Sequence[Word]) -> Iterator[Placed]:
    """Words as the page's text has them: Hangul that stands close is one."""
    for _, members in groupby(words, key=lambda w: w.line):
        together: list[Word] = []
        for word in members:
            if together and not is_close(together[-1], word):
                yield _joined(together)
                together = []
            together.append(word)
        yield _joined(together)


def _joined(words: Sequence[Word]) -> Placed:
    return Placed("".join(w.text for w in words), tuple(box for w in words for box in _letters(w)))


def _letters(word: Word) -> Iterator[tuple[float, float, float, float]]:
    """Tesseract gives the box of a word; its letters are taken to be equally wide."""
    step = (word.right - word.left) / max(1, len(word.text))
    for at in range(len(word.text)):
        yield word.left + at * step, word.top, word.left + (at + 1) * step, word.bottom


def _to_scan(read: Recognised, size: tuple[int, int]) -> Affine:
    """From the upright, straightened picture back to the scan."""
    width, height = size
    turned = (height, width) if read.turn in (90, 270) else size
    t = -math.radians(read.angle)
    cos, sin = math.cos(t), math.sin(t)
    cx, cy = (read.size[0] / 2, read.size[1] / 2) if read.angle else (turned[0] / 2, turned[1] / 2)
    straight: Affine = (
        cos, sin, turned[0] / 2 - cos * cx - sin * cy,
        -sin, cos, turned[1] / 2 + sin * cx - cos * cy,
    )  # fmt: skip
    back: dict[int, Affine] = {
        0: (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        90: (0.0, 1.0, 0.0, -1.0, 0.0, float(height)),
        180: (-1.0, 0.0, float(width), 0.0, -1.0, float(height)),
        270: (0.0, -1.0, float(width), 1.0, 0.0, 0.0),
    }
    return after(straight, back[read.turn])
