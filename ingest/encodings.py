"""In which encoding are bytes that are no valid UTF-8?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

# What letters of western Europe, quotation marks and signs a cp1252 text may hold.
_WESTERN = frozenset(
    "äöüÄÖÜßéèêëÉÈÊàâáåÀÂÁÅçÇñÑíìîïÍÎóòôõøÓÔØúùûÚÛýœŒæÆãÃõÕ–—‘’“”„‚…•€°§µ²³±«»×½¼¾®©™ªº¿¡·÷¹†‡‰¶¢£¥´`¨\xa0\xad"
)
_OTHERS = (
    "cp1250", "iso8859_2", "cp1251", "koi8_r", "iso8859_5", "cp1253", "iso8859_7", "cp1254", "iso8859_9", "cp1255",
    "cp1256", "cp874", "shift_jis", "euc_jp", "gb18030", "big5", "cp850", "cp437", "mac_roman", "cp1252", "iso8859_15",
)  # fmt: skip
_SAMPLE = 100_000


def detect_encoding(data: bytes) -> str:
    """The likeliest encoding of text that is not valid UTF-8; `utf-8` where only a few bytes are broken."""
    sample = data[:_SAMPLE]
    for test in (_utf8_but_for_few, _korean, _wide, _western):
        encoding = test(sample)
        if encoding:
            return encoding
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_OTHERS)).best()
    return best.encoding if best is not None else "cp1252"


def _beyond_ascii(text: str) -> Iterator[str]:
    return (c for c in text if c > "\x7f")


def _utf8_but_for_few(data: bytes) -> str:
    """`utf-8` where broken bytes are rare among the letters beyond ASCII: a cut file, a pasted line."""
    found = list(_beyond_ascii(data.decode("utf-8", "replace")))
    broken = found.count("\ufffd")
    return "utf-8" if len(found) - broken >= 10 * broken else ""


def _korean(data: bytes) -> str:
    """`cp949` (which holds EUC-KR) where it decodes and gives syllables of Hangul, not odd signs and hanja."""
    try:
        text = data.decode("cp949")
    except UnicodeDecodeError as error:
        if error.start < len(data) - 1:
            return ""
        text = data[: error.start].decode("cp949")  # the sample ends within a character
    found = list(_beyond_ascii(text))
    hangul = sum("가" <= c <= "힣" for c in found)
    # Rare syllables lie in the extension of CP949; Western text read as Korean is full of them.
    common = sum(_in_ks_x_1001(c) for c in found if "가" <= c <= "힣")
    return "cp949" if found and hangul >= 0.7 * len(found) and common >= 0.8 * hangul else ""


def _in_ks_x_1001(syllable: str) -> bool:
    try:
        syllable.encode("euc_kr")
    except UnicodeEncodeError:
        return False
    return len(syllable.encode("euc_kr")) == 2


def _wide(data: bytes) -> str:
    """UTF-16 without a mark in a script whose high bytes are not zero."""
    if len(data) < 8 or (len(data) % 2 and len(data) < _SAMPLE):
        return ""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data[: len(data) & ~1].decode(encoding)
        except UnicodeDecodeError:
            continue
        sound = sum(c in "\n\r\t" or c == " " or "가" <= c <= "힣" or (c.isascii() and c.isprintable()) for c in text)
        if sound > 0.9 * len(text):
            return encoding
    return ""


def _western(data: bytes) -> str:
    """`cp1252` where every letter beyond ASCII is one that a western text has, most of them within words."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    found = list(_beyond_ascii(text))
    lower = sum(unicodedata.category(c) == "Ll" for c in found)
    upper = sum(unicodedata.category(c) == "Lu" for c in found)
    return "cp1252" if set(found) <= _WESTERN and (lower >= upper or len(found) < 4) else ""
