"""What is asked of a page, and how a picture is written."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that is to be drawn.

    Attributes:
        file: of the folder, relative to it.
        path: of the document; the file, or an attachment in it.
        sha256: of the document's bytes when it was read.
        media_type: of the document.
        number: of the page, from 1.
        text: of the page.
        source: how its text was got.
        language: of the document.
        dpi: how finely to draw it.
    """

    file: str
    path: str
    sha256: str
    media_type: str
    number: int
    text: str
    source: str
    language: str
    dpi: float = 120.0


def png(image: Image.Image) -> bytes:
    """A picture as PNG, quickly rather than small."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()
