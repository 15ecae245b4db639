"""Canonical text: bytes are decoded once, and every offset counts characters of the result.

A UTF-8 file keeps its text byte for byte but for line ends (`\\r\\n` and `\\r` become `\\n`), a byte order mark,
NULs, and letters written in parts (NFD), which are put together (NFC).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from casefolio.ingest.encodings import detect_encoding
from casefolio.ingest.mojibake import repair

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# A letter with its marks, and a syllable of Hangul, written in parts; single characters stay as they are.
_PARTS = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u04ff][\u0300-\u036f]+|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The canonical text of some bytes, the encoding they were in, and remarks for the ledger."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def canonical(text: str, composed: bool = True) -> str:
    """`text` with line ends as `\\n`, without a leading BOM, NULs and lone surrogates (which become U+FFFD).

    Letters in parts (NFD), as macOS writes "ü" and Hangul, are put together: names, dates and words are compared as
    everybody else writes them.

    Args:
        text: as it was read.
        composed: whether parts are put together; not where characters are counted on a page.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        text = text.replace("\x00", "")
    text = _SURROGATE.sub("\ufffd", text.removeprefix("\ufeff"))
    whole = not composed or unicodedata.is_normalized("NFC", text)
    return text if whole else _PARTS.sub(lambda parts: unicodedata.normalize("NFC", parts[0]), text)


def decode(data: bytes) -> Decoded:
    """Decode a text file: by its byte order mark, as strict UTF-8, as UTF-16 without a mark, else by detection.

    Mojibake is repaired where the bytes leave no doubt; the notes say so, and what was lost.
    """
    decoded = _decoded(data)
    if decoded.text.isascii():
        return decoded
    repaired = repair(decoded.text)
    return Decoded(repaired.text, decoded.encoding, (*decoded.notes, *repaired.notes))


def _decoded(data: bytes) -> Decoded:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], encoding)
    wide = utf16_without_mark(data)
    if wide:
        return _lenient(data, wide)
    try:
        return Decoded(canonical(data.decode("utf-8")), "utf-8")
    except UnicodeDecodeError:
        decoded = _lenient(data, encoding := detect_encoding(data))
        return Decoded(decoded.text, encoding, (f"encoding: {encoding}", *decoded.notes))


def _lenient(data: bytes, encoding: str) -> Decoded:
    """Decode with U+FFFD for what does not fit, and say so."""
    try:
        return Decoded(canonical(data.decode(encoding)), encoding)
    except UnicodeDecodeError:
        text = canonical(data.decode(encoding, "replace"))
        return Decoded(text, encoding, (f"lossy: not all bytes are {encoding}",))


def utf16_without_mark(data: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where every other byte of the beginning is mostly NUL."""
    head = data[:4096]
    head = head[: len(head) & ~1]
    if len(head) < 4:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def looks_like_text(head: bytes) -> bool:
    """Whether the first bytes of a file are text in some encoding."""
    if any(head.startswith(mark) for mark, _ in _BOMS) or utf16_without_mark(head):
        return True
    return len(_CONTROL.findall(head)) <= len(head) // 100


def peek(head: bytes) -> str:
    """The first bytes of a text file as text, good enough to recognise markup."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    return head.decode(utf16_without_mark(head) or "utf-8", "replace")
