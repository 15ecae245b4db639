"""Files inside clinical messages: what base64 holds, and what its first bytes say that it is."""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from casefolio.ingest import limits
from casefolio.ingest.errors import LimitExceeded
from casefolio.ingest.loaders import detecting as kind

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{64,}={0,2}\s*")
_STARTS = (
    (b"%PDF", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"\x89PNG", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
    (b"PK\x03\x04", ""),
    (b"\xd0\xcf\x11\xe0", ""),
    (b"<?xml", ".xml"),
    (b"<html", ".html"),
    (b"<!DOCTYPE html", ".html"),
)
# What messages and records call a file that they carry, and the suffix by which it is named.
_CALLED = {
    kind.PDF: ".pdf", kind.RTF: ".rtf", "text/rtf": ".rtf", kind.HTML: ".html", "application/xhtml+xml": ".html",
    kind.TEXT: ".txt", kind.MARKDOWN: ".md", kind.CSV: ".csv", "text/calendar": ".ics", kind.DOC: ".doc",
    kind.DOCX: ".docx", kind.PNG: ".png", kind.JPEG: ".jpg", kind.TIFF: ".tif", kind.DICOM: ".dcm",
    kind.FHIR_JSON: ".json", "text/xml": ".xml", "application/xml": ".xml", "application/hl7-v3+xml": ".xml",
}  # fmt: skip


def suffix_for(media_type: str) -> str:
    """The suffix for a file of a media type, with or without parameters; empty for one that is not known."""
    return _CALLED.get(media_type.split(";")[0].strip().lower(), "")


def suffix_of(data: bytes) -> str | None:
    """The suffix for a file that begins like one of those that messages carry, or None."""
    return next((suffix for start, suffix in _STARTS if data.lstrip()[:16].startswith(start)), None)


def from_base64(text: str) -> bytes | None:
    """The bytes that a text of base64 stands for, or None where it is none."""
    try:
        return base64.b64decode(re.sub(r"\s+", "", text), validate=True)
    except (binascii.Error, ValueError):
        return None


def hidden_file(text: str) -> tuple[bytes, str] | None:
    """Bytes and suffix of a file that stands in a text field as base64 without any word of it, or None."""
    if not _BASE64.fullmatch(text):
        return None
    data = from_base64(text)
    suffix = None if data is None else suffix_of(data)
    return None if data is None or suffix is None else (data, suffix)


def inflated(data: bytes) -> bytes | None:
    """Deflated, zlib or gzip data unpacked, or None where it is none of them.

    Raises:
        LimitExceeded: where it unpacks to more than a part of a document is.
    """
    for window in (-15, 47):
        machine = zlib.decompressobj(window)
        try:
            out = machine.decompress(data, limits.MAX_CONTAINER_PART + 1)
        except zlib.error:
            continue
        if len(out) > limits.MAX_CONTAINER_PART:
            raise LimitExceeded(
                f"{len(data)} bytes that unpack to more than {limits.MAX_CONTAINER_PART}: this looks like a bomb"
            )
        if out:
            return out
    return None
