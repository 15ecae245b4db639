"""Numbers in text: `1,234.56`, `1.234,56`, `thirty (30)`, `zweiundzwanzig`, `1억 5천만`, `½`.

What a separator means depends on the language: `1.234` is one and a bit in English, a thousand and more in German.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).with_name("numerals.toml")
_GROUPS = "'’\u00a0\u202f\u2009"
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}
# At most 18 digits are read as a number; a longer run is an identifier.
_DIGITS = rf"\d{{1,3}}(?:[.,{_GROUPS}]\d{{3}}){{1,5}}(?:[.,]\d{{1,6}})?(?!\d)|\d{{1,18}}(?:[.,]\d{{1,9}})?(?!\d)"

# A Korean number word counts only before one of these: 이후 is no "two", 백혈구 no "hundred". One syllable counts
# before few: 사건 is no "four cases", 이유로 no "two euros", 사정 no "four tablets", 만일 no "ten thousand days".
_SINO_UNITS = (
    "원|일|개월|년|주|회|명|개|%|퍼센트|프로|세|시간|분|초|밀리|센티|그램|mg|ml|cm|mm|정|달러|유로|건|차|배|층|인"
)
_SINO_DIGITS, _SINO_SCALES = "일이삼사오육칠팔구", "십백천만억조"
_SINO = (
    rf"(?=[{_SINO_DIGITS}]*[{_SINO_SCALES}])[{_SINO_DIGITS}{_SINO_SCALES}]{{2,12}}(?=\s?(?:{_SINO_UNITS}))|"
    rf"[{_SINO_DIGITS}](?=\s?(?:개월|년|층|퍼센트)|\s(?:주|회|일|차|배|분))|"
    r"[십백천만억](?=\s?(?:원|년|명|개월|퍼센트|프로|달러|유로))"
)
_COUNTERS = "번|차례|명|개|달|정|알|가지|건|군데|배|사람|시간|주|해|살|캡슐|방울|곳|분|병|장|통"


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number and where it stands. `written` tells `digits` from `words`, since words need a unit to count."""

    start: int
    end: int
    value: float
    written: str = "digits"


@cache
def tables() -> dict[str, dict[str, Any]]:
    """The words of `numerals.toml`: language -> table -> word -> value."""
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))


def number(text: str, language: str) -> float:
    """The value of digits with separators, read as the language writes them.

    Raises:
        ValueError: when there are no digits.
    """
    for mark in _GROUPS:
        text = text.replace(mark, "")
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        decimal = "." if text.rfind(".") > text.rfind(",") else ","
    elif dots + commas == 1:
        mark = "." if dots else ","
        before, after = text.split(mark)
        thousands = len(after) == 3 and len(before) <= 3 and before.lstrip("0") == before and before != ""
        usual = "." if language == "de" else ","
        decimal = "" if thousands and mark == usual else mark
    else:
        decimal = ""
    for mark in ".,":
        if mark != decimal:
            text = text.replace(mark, "")
    return float(text.replace(",", "."))


@cache
def _words(language: str) -> dict[str, float]:
    """Number words below a hundred and their values, lower case."""
    table = tables().get(language, {})
    units = {k.lower(): float(v) for k, v in table.get("units", {}).items()}
    tens = {k.lower(): float(v) for k, v in table.get("tens", {}).items()}
    words = {**units, **tens}
    for ten, tens_value in tens.items():
        for unit, value in units.items():
            if value >= 10:
                continue
            if language == "de" and unit in ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"):
                words[f"{unit}und{ten}"] = tens_value + value
            elif language == "en":
                words[f"{ten}-{unit}"] = words[f"{ten} {unit}"] = tens_value + value
    return words


def _alternation(words: list[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


@cache
def _pattern(language: str) -> re.Pattern[str]:
    table = tables().get(language, tables()["en"])
    scales = _alternation([str(s) for s in table["scales"]])
    parts = [rf"(?P<sign>(?<![\w.,)\]-])[-−+])?(?<![\w.,])(?P<digits>{_DIGITS})"]
    if language == "ko":
        # 1억 5천만, 3천만, 1,200만: each part a number and its scales.
        parts.insert(0, rf"(?<![\w.,])(?P<scaled>(?:\d[\d,.]{{0,12}}\s?[{'십백천만억조'}]{{1,3}}\s?){{1,4}})")
        parts.append(f"(?<![가-힣])(?P<sino>{_SINO})")
        parts.append(rf"(?<![가-힣])(?P<native>{_alternation(list(table['units']))})(?=\s?(?:{_COUNTERS}))")
    else:
        parts[0] += rf"(?P<scale>(?:\s|-)(?:{scales})(?!\w))?"
        words = _alternation(list(_words(language) if language in ("en", "de") else _words("en")))
        parts.append(
            rf"\b(?P<words>{words})(?P<more>(?:[\s-](?:{scales})(?!\w)(?:\s(?:and\s|und\s)?(?:{words})\b)?){{0,3}})(?!\w)"
        )
    parts.append("(?P<vulgar>[½¼¾⅓⅔⅛])")
    fractions = _alternation(list(table["fractions"]))
    parts.insert(0, rf"(?<!\w)(?P<fraction>{fractions})(?!\w)")
    return re.compile("|".join(parts), re.IGNORECASE)


def _sino(word: str) -> float:
    """Sino-Korean words: 삼십 -> 30, 오천만 -> 5e7; digits may stand before the scales."""
    digits, scales = tables()["ko"]["digits"], tables()["ko"]["scales"]
    total = section = current = 0.0
    for part in re.findall(r"\d[\d,.]*|[가-힣]", word):
        if part[0].isdigit():
            current = number(part.rstrip(",."), "ko")
        elif part in digits:
            current = float(digits[part])
        elif scales[part] < 1e4:
            section += (current or 1.0) * float(scales[part])
            current = 0.0
        else:
            total += ((section + current) or 1.0) * float(scales[part])
            section = current = 0.0
    return total + section + current


def _in_words(first: str, more: str, language: str) -> float:
    words, scales = _words(language), {k.lower(): float(v) for k, v in tables()[language]["scales"].items()}
    total, current = 0.0, words[first.lower()]
    for part in re.findall(r"[^\s-]+(?:-(?!hund|thou|mill|bill)[^\s-]+)?", more.lower()):
        if part in scales:
            current = max(current, 1.0) * scales[part]
            if scales[part] >= 1e3:
                total, current = total + current, 0.0
        elif part in words:
            current += words[part]
    return total + current


def _value(match: re.Match[str], language: str) -> Numeral:
    kind = match.lastgroup or ""
    group = match.groupdict()
    start, end, written = match.start(), match.end(), "digits"
    if group.get("fraction"):
        table = {k.lower(): v for k, v in tables().get(language, tables()["en"])["fractions"].items()}
        return Numeral(start, end, float(table[match["fraction"].lower()]), "words")
    if group.get("digits"):
        value = number(match["digits"], language)
        if scale := (group.get("scale") or "").strip(" -\u00a0").lower():
            scales = {k.lower(): float(v) for k, v in tables().get(language, tables()["en"])["scales"].items()}
            value *= scales[scale]
        if group.get("sign") in ("-", "−"):
            value = -value
    elif group.get("scaled"):
        end = start + len(match["scaled"].rstrip())
        value = _sino(match["scaled"])
    elif group.get("vulgar"):
        value = _FRACTIONS[match["vulgar"]]
    elif group.get("words"):
        value, written = _in_words(match["words"], match["more"] or "", language), "words"
    elif group.get("sino"):
        value, written = _sino(match["sino"]), "words"
    else:
        value, written = float(tables()["ko"]["units"][match["native"]]), "words"
    del kind
    return Numeral(start, end, value, written)


_BRACKETED = re.compile(rf"\s?\((?P<digits>{_DIGITS})\)")


def numerals(text: str, language: str = "en") -> list[Numeral]:
    """Numbers in order of their start; `thirty (30)` is one number."""
    if language not in tables():
        language = "en"
    found: list[Numeral] = []
    for match in _pattern(language).finditer(text):
        if found and match.start() < found[-1].end:
            continue
        numeral = _value(match, language)
        if bracket := _BRACKETED.match(text, numeral.end):
            value = number(bracket["digits"], language)
            if value == numeral.value:
                numeral = Numeral(numeral.start, bracket.end(), value, "digits")
        found.append(numeral)
    return found
