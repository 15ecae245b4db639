"""Bytes of formats that may say in which code page they are, and often do not."""

from __future__ import annotations

import re

from casefolio.ingest.text import Decoded, canonical, decode, utf16_without_mark

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# What stands beyond ASCII in Western texts. Statistics of characters need more text than a short mail has.
_WESTERN = set("äöüÄÖÜßéèêëáàâåæçíìîïñóòôøúùûÉÈÀÁÇÑÓÅØ§°µ±²³½¼×–—‘’‚“”„«»•…€©®™\xa0·´¿¡")
_ALIASES = {"iso-8859-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
            "euc-kr": "cp949", "ks-c-5601-1987": "cp949", "ks-c-5601": "cp949", "ksc5601": "cp949", "korean": "cp949",
            "iso-8859-9": "cp1254", "gb2312": "gb18030", "unicode-1-1-utf-8": "utf-8",
            "x-user-defined": "cp1252"}  # fmt: skip


def decode_as(data: bytes, *declared: str) -> Decoded:
    """Text of `data`: by its byte order mark, as the first declared code page that fits, as UTF-8, else as it looks.

    Labels mean what browsers take them for: text that says Latin 1 is Windows-1252, EUC-KR is CP949.
    """
    if data.startswith(_MARKS) or utf16_without_mark(data):
        return decode(data)
    names = [_ALIASES.get(name.lower().replace("_", "-"), name) for name in declared if name]
    for name in (*names, "utf-8"):
        # a label of UTF-16 on bytes that are none was put there by a converter
        if not name.lower().startswith("utf-16"):
            try:
                return Decoded(canonical(data.decode(name)), name.lower())
            except (LookupError, UnicodeDecodeError, ValueError):
                continue
    return _guessed(data)


def _guessed(data: bytes) -> Decoded:
    """Neither Unicode nor as declared: Korean, Western, or whatever its statistics say."""
    for name, known in (("cp949", _is_hangul), ("cp1252", _is_western)):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        beyond = re.findall(r"[^\x00-\x7f]", text)
        if beyond and sum(map(known, beyond)) >= 0.85 * len(beyond):
            return Decoded(canonical(text), name, (f"encoding: {name}",))
    return decode(data)


def _is_hangul(character: str) -> bool:
    return "가" <= character <= "힣" or character in "·“”‘’℃㎎㎖㎏㎜±×→○●※「」…"


def _is_western(character: str) -> bool:
    return character in _WESTERN
