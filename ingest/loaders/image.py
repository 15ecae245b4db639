"""Pictures: every frame is a page, read by OCR."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, ImageOps

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.ocr_pages import recognise
from casefolio.ingest.paging import PageText, join

_SMALL = 1_400  # pixels of the longer side; letters on a smaller picture are too low for Tesseract


def read_image(source: Source) -> Reading:
    """Read a picture of one or several frames (TIFF, GIF).

    Raises:
        BrokenFile: where it cannot be decoded.
        LimitExceeded: where a frame has more pixels than memory allows, or there are too many frames.
    """
    try:
        with Image.open(io.BytesIO(source.data)) as image:
            media_type = Image.MIME.get(image.format or "", "image")
            n_frames = int(getattr(image, "n_frames", 1))
            if n_frames > limits.MAX_PAGES:
                raise LimitExceeded(f"{n_frames} frames, and one file may have {limits.MAX_PAGES}")
            wanted = {index: PageText("", "unread", reason="a picture") for index in range(n_frames)}
            pages = recognise(wanted, _frames(image, n_frames), "und", source.ocr)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BrokenFile(f"the picture cannot be decoded ({type(error).__name__})") from error
    return join([pages[index] for index in range(n_frames)], media_type)


def _frames(image: Image.Image, n_frames: int) -> Iterator[tuple[int, Image.Image]]:
    for index in range(n_frames):
        yield index, frame_of(image, index)


def frame_of(image: Image.Image, index: int) -> Image.Image:
    """One frame as it is read: upright by its own word, large enough for Tesseract.

    Raises:
        LimitExceeded: where it has more pixels than memory allows.
    """
    image.seek(index)
    if image.width * image.height > limits.MAX_PIXELS:
        raise LimitExceeded(f"a picture of {image.width} x {image.height} pixels")
    frame = ImageOps.exif_transpose(image)
    larger = max(frame.size)
    if larger < _SMALL:
        factor = min(3.0, _SMALL * 1.5 / larger)
        size = (round(frame.width * factor), round(frame.height * factor))
        frame = frame.convert("RGBA" if "A" in frame.mode else "RGB").resize(size, Image.Resampling.LANCZOS)
    return frame
