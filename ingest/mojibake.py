"""Text that was decoded with the wrong code page, put right where the bytes leave no doubt.

UTF-8 that was read as another code page turns every letter beyond ASCII into two or three odd ones. Encoding these back
gives valid UTF-8 for all of them only if that is what happened: real Greek, Thai or Korean text does not pass.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache

_CODE_PAGES = (
    "cp1252", "latin-1", "cp874", "iso8859-7", "cp949", "cp1250", "cp1251", "cp1253", "iso8859-15", "mac-roman",
)  # fmt: skip
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_AT_LEAST = 0.9  # of the stretches beyond ASCII become valid UTF-8
_EVIDENCE = 2  # stretches, or characters in one, from which a repair is more than chance
_LOST = "\ufffd"
_LOSSES = re.compile("\ufffd+")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PLAUSIBLE = re.compile(
    "[\u00a0-\u024f\u0370-\u04ff\u0e00-\u0e7f\u1e00-\u1eff\u2000-\u206f\u2070-\u209f\u20a0-\u20bf\u2100-\u22ff"
    "\u2460-\u27bf\u3000-\u318f\u3200-\u33ff\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufb00-\ufb06\uff00-\uffef\ufffd]"
)
_HOPELESS = 0.02  # of the characters are lost: the text was broken before it came here
_MAX_SAMPLE = 6_000
_ROUNDS = 2  # text may have gone through the same mistake twice


@dataclass(frozen=True, slots=True)
class Repaired:
    """Text after repair, and remarks for the ledger."""

    text: str
    notes: tuple[str, ...] = ()


def repair(text: str) -> Repaired:
    """Put mojibake right; text that shows none comes back as it is."""
    notes: list[str] = []
    for _ in range(_ROUNDS):
        page = _wrong_code_page(text)
        if page is None:
            break
        text = _BEYOND_ASCII.sub(lambda match, page=page: _back(match.group(), page) or match.group(), text)  # type: ignore[misc]
        notes.append(f"repaired: UTF-8 read as {page.upper()}")
    if not notes:
        text, notes = _with_ftfy(text)
    if _LOST in text and (notes or text.count(_LOST) > _HOPELESS * len(text)):
        notes.append("lossy: some characters could not be recovered")
    return Repaired(text, tuple(notes))


def _wrong_code_page(text: str) -> str | None:
    """The code page that explains nearly all of what is beyond ASCII, or None."""
    stretches = _BEYOND_ASCII.findall(text[:_MAX_SAMPLE])
    if not stretches or (len(stretches) < _EVIDENCE and len(stretches[0]) < 2 * _EVIDENCE):
        return None
    best, explained = None, 0.0
    for page in _CODE_PAGES:
        tried = [_back(stretch, page) for stretch in stretches]
        if page == "cp949" and len(stretches) < 2 * _EVIDENCE:
            continue
        share = sum(back is not None for back in tried) / len(tried)
        # Of two pages that explain as much, the earlier is the commoner; a real one loses nothing.
        if share >= _AT_LEAST and share > explained and not all(s == b for s, b in zip(stretches, tried, strict=True)):
            best, explained = page, share
    return best


def _back(stretch: str, page: str) -> str | None:
    """A stretch as it was meant, or None where it was not UTF-8 read as `page`. What was lost on the way is U+FFFD."""
    data = _encoded(stretch, page)
    if data is None:
        return None
    try:
        back = data.decode("utf-8")
    except UnicodeDecodeError:
        lost = stretch.count(_LOST)
        back = data.decode("utf-8", "replace")
        if not lost or back.count(_LOST) > 2 * lost:
            return None
        back = _LOSSES.sub(_LOST, back)
    # UTF-8 read as a code page grows, unless two of its bytes make one syllable there.
    grown = len(stretch) - len(back)
    return back if (grown > 0 or (grown == 0 and page == "cp949")) and _is_plausible(back) else None


def _is_plausible(text: str) -> bool:
    """Whether all that is beyond ASCII belongs to scripts and signs of letters, reports and contracts."""
    return all(_PLAUSIBLE.match(c) for c in text if c > "\x7f") and not _CONTROL.search(text)


def _encoded(stretch: str, page: str) -> bytes | None:
    """The bytes that `page` would have shown as this stretch; lost characters become a byte that is in no UTF-8."""
    if page == "cp949":
        try:
            return b"".join(b"\xff" if c == _LOST else c.encode(page) for c in stretch)
        except UnicodeEncodeError:
            return None
    table = _table(page)
    try:
        return bytes(0xFF if c == _LOST else table[c] for c in stretch)
    except KeyError:
        return None


@cache
def _table(page: str) -> dict[str, int]:
    """Characters of a code page by byte; bytes that it leaves undefined pass as the controls they are in Latin-1."""
    decode = codecs.getdecoder(page)
    table = {}
    for byte in range(256):
        try:
            table[decode(bytes([byte]))[0]] = byte
        except UnicodeDecodeError:
            table[chr(byte)] = byte
    return table


def _with_ftfy(text: str) -> tuple[str, list[str]]:
    """What ftfy makes of text in which only some stretches are broken; it knows sequences that no language has."""
    if text.isascii():
        return text, []
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    if not is_bad(text[: 30 * _MAX_SAMPLE]):
        return text, []
    lines = [(line, fix_encoding(line)) for line in text.split("\n")]
    # Mojibake grows; a line that keeps its length had single odd characters, which stay as they are.
    fixed = "\n".join(new if len(new) < len(line) and _is_plausible(new) else line for line, new in lines)
    if len(text) - len(fixed) < 2 * _EVIDENCE:
        return text, []
    return fixed, ["repaired: mojibake in some lines"]
