"""The numbers that Word writes in front of a paragraph (`1.1`, `(a)`, `제3조`): counted here as Word counts them.

They stand nowhere in the text of the file, and in a contract they are facts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from casefolio.ingest.loaders.shared.symbols import in_font
from casefolio.ingest.loaders.word.styles import Styles, W, val, whole

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_GANADA = "가나다라마바사아자차카타파하"
_CHOSUNG = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
_HANJA_DIGITS = "〇一二三四五六七八九"
_HANGUL_DIGITS = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")


def _roman(n: int) -> str:
    out = ""
    for value, letters in _ROMAN:
        out += letters * (n // value)
        n %= value
    return out


def _letters(n: int) -> str:
    # Word repeats letters: …, y, z, aa, bb, cc
    return chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1)


def _hangul_number(n: int) -> str:
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else ("" if tens == 1 else _HANGUL_DIGITS[tens]) + "십") + _HANGUL_DIGITS[ones]


def _english_ordinal(n: int) -> str:
    return f"{n}{'th' if 10 < n % 100 < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def format_number(n: int, style: str) -> str:
    """A counter as `w:numFmt` shows it; a style that is not known is shown in digits."""
    if style == "none":
        return ""
    if n < 1 or n > 3999:
        return str(n)
    match style:
        case "lowerLetter":
            return _letters(n)
        case "upperLetter":
            return _letters(n).upper()
        case "lowerRoman":
            return _roman(n)
        case "upperRoman":
            return _roman(n).upper()
        case "decimalZero":
            return f"{n:02d}"
        case "ordinal":
            return _english_ordinal(n)
        case "ganada":
            return _GANADA[(n - 1) % 14] * ((n - 1) // 14 + 1)
        case "chosung":
            return _CHOSUNG[(n - 1) % 14] * ((n - 1) // 14 + 1)
        case "koreanDigital" | "koreanCounting" | "koreanLegal" if n < 100:
            return _hangul_number(n)
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if n <= 20:
            return chr(0x2460 + n - 1)
        case "decimalEnclosedParen" if n <= 20:
            return chr(0x2474 + n - 1)
        case "decimalFullWidth":
            return "".join(chr(0xFF10 + int(d)) for d in str(n))
        case "ideographDigital" | "japaneseCounting" | "chineseCounting" if n < 10:
            return _HANJA_DIGITS[n]
    return str(n)


@dataclass(slots=True)
class _Level:
    start: int = 1
    style: str = "decimal"
    text: str = ""
    font: str = ""
    legal: bool = False
    restart: int = -1
    linked_style: str = ""


@dataclass(slots=True)
class _List:
    key: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)


def _level(element: etree._Element) -> _Level:
    start, restart = element.find(f"{W}start"), element.find(f"{W}lvlRestart")
    font = element.find(f"{W}rPr/{W}rFonts")
    return _Level(
        start=whole(val(start), 1 if start is not None else 0),
        style=val(element.find(f"{W}numFmt")) or "decimal",
        text=val(element.find(f"{W}lvlText")),
        font=val(font, "ascii") or val(font, "hAnsi"),
        legal=element.find(f"{W}isLgl") is not None,
        restart=whole(val(restart), -1),
        linked_style=val(element.find(f"{W}pStyle")),
    )


class Numbering:
    """The lists of one document and where each of their counters stands."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is None:
            return
        abstract = {val(a, "abstractNumId"): a for a in root.findall(f"{W}abstractNum")}
        links = ((a.find(f"{W}styleLink"), key) for key, a in abstract.items())
        by_style = {val(link): key for link, key in links if link is not None}
        for num in root.findall(f"{W}num"):
            key = val(num.find(f"{W}abstractNumId"))
            base = abstract.get(key)
            if base is not None and base.find(f"{W}numStyleLink") is not None:
                key = by_style.get(val(base.find(f"{W}numStyleLink")), key)
                base = abstract.get(key)
            if base is not None:
                self._lists[val(num, "numId")] = self._list(key, base, num)

    @staticmethod
    def _list(key: str, base: etree._Element, num: etree._Element) -> _List:
        found = _List(key, {whole(val(level, "ilvl"), 0): _level(level) for level in base.findall(f"{W}lvl")})
        for override in num.findall(f"{W}lvlOverride"):
            index = whole(val(override, "ilvl"), 0)
            level, start = override.find(f"{W}lvl"), override.find(f"{W}startOverride")
            if level is not None:
                found.levels[index] = _level(level)
            if start is not None:
                found.starts[index] = whole(val(start), 1)
        return found

    def _place(self, paragraph: etree._Element) -> tuple[str, int]:
        """Id of the list and level from 0 of a paragraph; an empty id where it is in none."""
        style = self._styles.paragraph_style(paragraph)
        number, level = (
            val(paragraph.find(f"{W}pPr/{W}numPr/{W}{name}")) or val(self._styles.find(style, f"pPr/numPr/{name}"))
            for name in ("numId", "ilvl")
        )
        known = self._lists.get(number)
        if known is not None and not level:
            # a style that is linked to a level of the list stands at that level
            level = next((str(i) for i, lvl in known.levels.items() if lvl.linked_style == style), "")
        return number, whole(level, 0)

    def label(self, paragraph: etree._Element) -> str:
        """What Word writes in front of the paragraph, and the counters advanced; empty where it is in no list."""
        number, index = self._place(paragraph)
        known = self._lists.get(number)
        if known is None or index not in known.levels:
            return ""
        counters = self._advance(number, known, index)
        level = known.levels[index]
        if level.style == "bullet":
            return in_font(level.font, level.text) or "•"

        def shown(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            other = known.levels.get(place, level)
            return format_number(counters.get(place, other.start), "decimal" if level.legal else other.style)

        return re.sub(r"%([1-9])", shown, level.text).strip()

    def _advance(self, number: str, known: _List, index: int) -> dict[int, int]:
        counters = self._counters.setdefault(known.key, {})
        for place, start in known.starts.items():
            # a list that restarts does so when it is first used, at each level of its own
            if (number, place) not in self._begun and place <= index:
                self._begun.add((number, place))
                counters[place] = start - 1 if place == index else start
        counters[index] = counters[index] + 1 if index in counters else known.levels[index].start
        for above in range(index):
            if above in known.levels:
                counters.setdefault(above, known.levels[above].start)
        for below in [place for place in counters if place > index]:
            restart = known.levels[below].restart if below in known.levels else -1
            if restart < 0 or index < restart:
                del counters[below]
        return counters
