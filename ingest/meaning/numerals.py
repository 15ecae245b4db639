"""Numbers in text: `1,234.56`, `1.234,56`, `thirty (30)`, `zweiundzwanzig`, `1억 5천만`, `½`.

What a separator means depends on the language: `1.234` is one and a bit in English, a thousand and more in German.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from casefolio.ingest.data import alternation
from casefolio.ingest.languages import DEFAULT, about, all_of, any_of, own, table
from casefolio.ingest.meaning.units import spelled

_GROUPS = "'’\u00a0\u202f\u2009"
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}
# At most 18 digits are read as a number; a longer run is an identifier.
_DIGITS = rf"\d{{1,3}}(?:[.,{_GROUPS}]\d{{3}}){{1,5}}(?:[.,]\d{{1,6}})?(?!\d)|\d{{1,18}}(?:[.,]\d{{1,9}})?(?!\d)"


# Letters that a search without case takes for others, each for one: ſechs, fıve, mİdnight.
_LOOKALIKE = str.maketrans("ſıİ", "siI")


def plain_letters(text: str) -> str:
    """A text of the same length in which such letters are those they are taken for, so that its words are known."""
    return text.translate(_LOOKALIKE)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number and where it stands. `written` tells `digits` from `words`, since words need a unit to count."""

    start: int
    end: int
    value: float
    written: str = "digits"


def _numbers(language: str) -> dict[str, Any]:
    return table(language, "numbers")


def _valued(language: str, name: str) -> dict[str, float]:
    """Words in lower case and their values."""
    return {word.lower(): float(value) for word, value in _numbers(language).get(name, {}).items()}


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
        usual = "," if about(language)["decimal"] == "." else "."
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
    numbers, units, tens = _numbers(language), _valued(language, "units"), _valued(language, "tens")
    joining = numbers.get("joining", [unit for unit, value in units.items() if value < 10])
    joined = {
        form.format(ten=ten, unit=unit): tens[ten] + units[unit]
        for ten in tens
        for unit in joining
        for form in numbers.get("joined", ())
    }
    return units | tens | joined


@cache
def _fractions(language: str) -> dict[str, float]:
    """Words of fractions, and of a number with one: "two and a half", zweieinhalb."""
    units = {word: value for word, value in _valued(language, "units").items() if value >= 1}
    mixed = {
        form.format(unit=unit): value + more
        for form, more in _numbers(language).get("mixed", {}).items()
        for unit, value in units.items()
    }
    return _valued(language, "fractions") | mixed


def _sino_words(numbers: dict[str, Any]) -> str:
    """Number words made of digits and scales: several syllables before a unit, a single one before few."""
    digits, scales = "".join(numbers["digits"]), "".join(numbers["scales"])
    measured = rf"{alternation(numbers['before'])}|{spelled()}"
    return (
        rf"(?!{alternation(numbers['no_numbers'])})(?=[{digits}]*[{scales}])[{digits}{scales}]{{2,12}}(?=\s?(?:{measured}))|"
        rf"[{digits}](?=\s?(?:{numbers['digit_before']})|\s(?:{numbers['digit_before_parted']}))|"
        rf"(?:{numbers['scale_alone']})(?=\s?(?:{numbers['scale_before']}))"
    )


@cache
def _pattern(language: str) -> re.Pattern[str]:
    numbers = _numbers(language)
    scales = alternation(numbers["scales"])
    parts = [rf"(?P<sign>(?<![\w.,)\]-])[-−+])?(?<![\w.,])(?P<digits>{_DIGITS})"]
    if "digits" in numbers:
        every_scale = "".join(numbers["scales"])
        # 1억 5천만, 3천만, 1,200만: each part a number and its scales.
        parts.insert(0, rf"(?<![\w.,])(?P<scaled>(?:\d[\d,.]{{0,12}}\s?[{every_scale}]{{1,3}}\s?){{1,4}})")
        parts.append(f"(?<![가-힣])(?P<sino>{_sino_words(numbers)})")
        native = alternation(_words(language))
        parts.append(rf"(?<![가-힣])(?P<native>{native})(?=\s?(?:{numbers['before_counters']}))")
        parts.append(rf"(?<![가-힣])(?P<half>{numbers['half']})")
    else:
        parts[0] += rf"(?P<scale>(?:\s|-)(?:{scales})(?!\w))?"
        words, link = alternation(_words(language)), alternation(all_of("numbers", "and"))
        glued = rf"|(?=(?:{alternation(numbers['glued'])}))" if "glued" in numbers else ""
        parts.append(
            rf"\b(?P<words>{words})(?P<more>(?:[\s-](?:{scales})(?!\w)(?:\s(?:(?:{link})\s)?(?:{words})\b)?){{0,3}})(?:(?!\w){glued})"
        )
    parts.insert(0, r"(?<![\w.,])(?P<whole>\d{1,3})\s?(?P<part>[½¼¾⅓⅔⅛])")
    parts.append("(?P<vulgar>[½¼¾⅓⅔⅛])")
    end = "" if about(language).get("particles") else r"(?!\w)"
    many = rf"(?:\s(?:an?\s)?(?P<fraction_scale>{scales})(?!\w))?" if end else ""
    parts.insert(0, rf"(?<!\w)(?P<fraction>{alternation(_fractions(language))}){end}{many}")
    if "parted" in numbers:
        parts.insert(0, rf"(?<![\w.,]){numbers['parted']}(?!\d)")
    return re.compile("|".join(parts), re.IGNORECASE)


def _sino(word: str, language: str) -> float:
    """Sino-Korean words: 삼십 -> 30, 오천만 -> 5e7; digits may stand before the scales."""
    digits, scales = _numbers(language)["digits"], _numbers(language)["scales"]
    total = section = current = 0.0
    for part in re.findall(r"\d[\d,.]*|[가-힣]", word):
        if part[0].isdigit():
            current = number(part.rstrip(",."), language)
        elif part in digits:
            current = float(digits[part])
        elif scales[part] < 1e4:
            section += (current or 1.0) * float(scales[part])
            current = 0.0
        else:
            total += ((section + current) or 1.0) * float(scales[part])
            section = current = 0.0
    return total + section + current


@cache
def half_behind() -> re.Pattern[str]:
    """What stands behind an amount and adds half of its unit (Korean)."""
    return re.compile(any_of("numbers", "half_behind"))


def _in_words(first: str, more: str, language: str) -> float:
    words, scales = _words(language), _valued(language, "scales")
    total, current = 0.0, words[first.lower()]
    for part in re.findall(rf"[^\s-]+(?:-(?!{alternation(scales)})[^\s-]+)?", more.lower()):
        if part in scales:
            current = max(current, 1.0) * scales[part]
            if scales[part] >= 1e3:
                total, current = total + current, 0.0
        elif part in words:
            current += words[part]
    return total + current


def _value(match: re.Match[str], language: str) -> Numeral:
    group = match.groupdict()
    start, end, written = match.start(), match.end(), "digits"
    if group.get("fraction"):
        times = _valued(language, "scales").get((group.get("fraction_scale") or "").lower(), 1.0)
        return Numeral(start, end, _fractions(language)[match["fraction"].lower()] * times, "words")
    if group.get("part"):
        return Numeral(start, end, float(match["whole"]) + _FRACTIONS[match["part"]])
    if group.get("below"):
        return Numeral(start, end, float(match["above"]) / (float(match["below"]) or 1.0), "words")
    if group.get("digits"):
        value = number(match["digits"], language)
        if scale := (group.get("scale") or "").strip(" -\u00a0").lower():
            value *= _valued(language, "scales")[scale]
        if group.get("sign") in ("-", "−"):
            value = -value
    elif group.get("scaled"):
        end = start + len(match["scaled"].rstrip())
        value = _sino(match["scaled"], language)
    elif group.get("vulgar"):
        value = _FRACTIONS[match["vulgar"]]
    elif group.get("half"):
        value = 0.5
    elif group.get("words"):
        value, written = _in_words(match["words"], match["more"] or "", language), "words"
    elif group.get("sino"):
        value, written = _sino(match["sino"], language), "words"
    else:
        value, written = _words(language)[match["native"]], "words"
    return Numeral(start, end, value, written)


_BRACKETED = re.compile(rf"\s?\((?P<digits>{_DIGITS})\)")


def numerals(text: str, language: str = "en") -> list[Numeral]:
    """Numbers in order of their start; `thirty (30)` is one number."""
    language, text = language if own(language, "numbers") else DEFAULT, plain_letters(text)
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
