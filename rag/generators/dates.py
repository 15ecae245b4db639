"""Days written in figures or words, compared: "16.01.2024" in a question is "16 January 2024" in a report."""

from __future__ import annotations

import re
from functools import lru_cache

_FIGURES = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})|(\d{4})[./-](\d{1,2})[./-](\d{1,2})")
_MONTHS = (
    r"jan\w*", r"feb\w*", r"m(?:ar|är)\w*", r"apr\w*", r"ma[yi]", r"jun\w*", r"jul\w*", r"aug\w*", r"sep\w*",
    r"o[ck]t\w*", r"nov\w*", r"de[cz]\w*",
)  # fmt: skip
_SPOKEN = re.compile(
    rf"\b(\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:of\s+)?({'|'.join(_MONTHS)})\.?,?\s+(\d{{4}})"
    rf"|\b({'|'.join(_MONTHS)})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})",
    re.IGNORECASE,
)
_KOREAN = re.compile(r"(\d{4})\s?년\s?(\d{1,2})\s?월\s?(\d{1,2})\s?일")


def plain_dates(text: str) -> str:
    """The text with whole dates in words written as `YYYY-MM-DD`."""

    def spoken(m: re.Match[str]) -> str:
        day, month, year = (m[1], m[2], m[3]) if m[1] else (m[5], m[4], m[6])
        number = next(i for i, p in enumerate(_MONTHS, start=1) if re.fullmatch(p, month, re.IGNORECASE))
        return f"{year}-{number:02d}-{int(day):02d}"

    text = _KOREAN.sub(lambda m: f"{m[1]}-{int(m[2]):02d}-{int(m[3]):02d} ", text)
    return _SPOKEN.sub(spoken, text)


def is_date(word: str) -> bool:
    """Whether a word is a whole date in figures."""
    return _FIGURES.fullmatch(word) is not None


@lru_cache(maxsize=4096)
def days(text: str) -> frozenset[tuple[int, frozenset[int]]]:
    """Years with their days and months: which of two figures is the month is left open, as writers differ."""
    found = set()
    for m in _FIGURES.finditer(plain_dates(text)):
        a, b, year = (m[1], m[2], m[3]) if m[3] else (m[5], m[6], m[4])
        found.add((int(year), frozenset((int(a), int(b)))))
    return frozenset(found)


def same_day(word: str, text: str) -> bool:
    """Whether a text gives the day that `word` is."""
    return bool(days(word) & days(text))
