"""Pictures inside office files: what may be a scanned page is handed on, what is a logo is only counted."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterable

from casefolio.ingest.loaders.shared.building import Builder

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif")
# A picture of this many pixels, a third of a page at 100 dpi, may be a scanned page; a smaller one is a logo.
_SCAN_PIXELS = 300_000


def attach_pictures(builder: Builder, pictures: Iterable[tuple[str, bytes]]) -> None:
    """Attach pictures (name in the container, bytes) that are large enough to be pages; count the others."""
    left_out = 0
    for name, data in pictures:
        if posixpath.splitext(name)[1].lower() in SUFFIXES and _pixels(data) >= _SCAN_PIXELS:
            builder.attachments.append((posixpath.basename(name), data))
        else:
            left_out += 1
    builder.note(left_out, "small picture{s} not read")


def _pixels(data: bytes) -> int:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.width * image.height
    except Exception:  # a damaged picture is handed on, for the image loader to name its fault
        return _SCAN_PIXELS
