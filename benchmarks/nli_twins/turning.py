"""A sentence said otherwise so that it stays true: parts in other order or left out, other units, dates, words."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

_TABLES = tomllib.loads(Path(__file__).with_name("turns.toml").read_text(encoding="utf-8"))
_PARTS = re.compile(r";\s+|(?<=[^\d])[,，]\s+|(?<=[.!?])\s+(?=[A-ZÄÖÜ가-힣])|\s+/\s+")
_LEAST = 12  # characters of a part that says something by itself
_WORDS = 2
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
}
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_GERMAN = re.compile(r"\b(\d\d?)\.(\d\d?)\.(\d{4})\b")
_KOREAN = re.compile(r"\b(\d{4})\. ?(\d\d?)\. ?(\d\d?)\.")
_HANGUL_DAY = re.compile(r"(\d{4})년 (\d\d?)월 (\d\d?)일")
_SPELT = re.compile(rf"\b(\d\d?)\.? ({'|'.join(_MONTHS['en'] + _MONTHS['de'])}),? (\d{{4}})\b")
_AMOUNT = re.compile(r"(?<![\d.,])(\d{1,5}) ?(mg|g|cm|mm|kg|weeks|Wochen|years|Jahre|주)(?![\w/])")
_FACTORS = {
    "mg": (0.001, "g"), "g": (1000, "mg"), "cm": (10, "mm"), "mm": (0.1, "cm"), "kg": (1000, "g"), "weeks": (7, "days"),
    "Wochen": (7, "Tage"), "years": (12, "months"), "Jahre": (12, "Monate"), "주": (7, "일"),
}  # fmt: skip
_NUMBERS = {
    "en": ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
    "de": ["zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"],
    "ko": ["두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"],
}
_COUNTED = {
    "en": r"(?= (?:days|weeks|months|years|hours|doses|times|units|parts|cycles|sessions)\b)",
    "de": r"(?= (?:Tage|Wochen|Monate|Jahre|Stunden|Gaben|Mal|Einheiten|Zyklen|Sitzungen)\b)",
    "ko": r"(?= ?(?:번|개|달|시간|사람|가지|차례))",
}


def turned(text: str, language: str, rng: random.Random) -> list[tuple[str, str]]:
    """(kind, the same said otherwise) for every way that the sentence allows; what it says stays true.

    Args:
        text: a sentence.
        language: `en`, `de`, `ko`.
        rng: chooses among several.
    """
    ways: tuple[tuple[str, Callable[[str, str, random.Random], str]], ...] = (
        ("reordered", _reordered), ("part", _part), ("units", _units), ("dates", _dates), ("words", _words),
        ("counts", _counts),
    )  # fmt: skip
    found = ((kind, way(text, language, rng)) for kind, way in ways)
    return [(kind, said) for kind, said in found if said and said != text]


def _cut(text: str, language: str) -> list[str]:
    """The parts of a sentence, where none of them depends on another by a condition, a negation or a pronoun."""
    parts = [p.strip(" .,;") for p in _PARTS.split(text)]
    if len(parts) < 2 or len(parts) > 6 or re.search(_TABLES[language]["tied"], text, re.IGNORECASE):
        return []
    return parts if all(len(p) >= _LEAST and len(p.split()) >= _WORDS for p in parts) else []


def _reordered(text: str, language: str, rng: random.Random) -> str:
    parts = _cut(text, language)
    if not parts:
        return ""
    turn = rng.randrange(1, len(parts))
    return "; ".join(parts[turn:] + parts[:turn]) + "."


def _part(text: str, language: str, rng: random.Random) -> str:
    parts = _cut(text, language)
    if not parts:
        return ""
    kept = sorted(rng.sample(range(len(parts)), rng.randrange(1, len(parts))))
    return "; ".join(parts[i] for i in kept) + "."


def _units(text: str, language: str, rng: random.Random) -> str:
    hits = [m for m in _AMOUNT.finditer(text) if m[1] != "0" and (language == "ko" or m[2] != "주")]
    if not hits:
        return ""
    m = rng.choice(hits)
    factor, unit = _FACTORS[m[2]]
    value = f"{int(m[1]) * factor:g}"
    if "e" in value or len(value) > len("0.025"):
        return ""
    space = "" if language == "ko" and unit == "일" else " "
    return text[: m.start()] + (value.replace(".", ",") if language == "de" else value) + space + unit + text[m.end() :]


def _dates(text: str, language: str, rng: random.Random) -> str:
    for pattern in (_ISO, _GERMAN, _KOREAN, _HANGUL_DAY, _SPELT):
        m = pattern.search(text)
        if m is None:
            continue
        if pattern is _GERMAN:
            day, month, year = int(m[1]), int(m[2]), m[3]
        elif pattern is _SPELT:
            names = _MONTHS["en"] if m[2] in _MONTHS["en"] else _MONTHS["de"]
            day, month, year = int(m[1]), names.index(m[2]) + 1, m[3]
        else:
            day, month, year = int(m[3]), int(m[2]), m[1]
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return ""
        forms = [f"{year}-{month:02}-{day:02}"]
        if language == "ko":
            forms += [f"{year}년 {month}월 {day}일", f"{year}. {month}. {day}."]
        elif language == "de":
            forms += [f"{day}. {_MONTHS['de'][month - 1]} {year}", f"{day:02}.{month:02}.{year}"]
        else:
            forms += [f"{day} {_MONTHS['en'][month - 1]} {year}", f"{_MONTHS['en'][month - 1]} {day}, {year}"]
        return text[: m.start()] + rng.choice([f for f in forms if f != m[0]]) + text[m.end() :]
    return ""


def _words(text: str, language: str, rng: random.Random) -> str:
    said, changed = text, 0
    for pair in rng.sample(_TABLES[language]["same"], len(_TABLES[language]["same"])):
        one, other = pair if rng.random() < 0.5 else pair[::-1]
        edges = ("", "") if language == "ko" else (r"(?<!\w)", r"(?!\w)")
        if language == "ko" and one.isascii():
            edges = (r"(?<![A-Za-z])", r"(?![A-Za-z])")
        new = re.sub(edges[0] + re.escape(one) + edges[1], other, said, count=1)
        changed += new != said
        said = new
        if changed == 2:
            break
    return said if changed else ""


def _counts(text: str, language: str, rng: random.Random) -> str:
    names, behind = _NUMBERS[language], _COUNTED[language]
    digits = re.search(rf"(?<![\d.,/-])([2-9]|1[0-2]){behind}", text)
    if digits and int(digits[1]) - 2 < len(names):
        return text[: digits.start()] + names[int(digits[1]) - 2] + text[digits.end() :]
    spelt = re.search(rf"(?<!\w)({'|'.join(names)}){behind}", text)
    return text[: spelt.start()] + str(names.index(spelt[1]) + 2) + text[spelt.end() :] if spelt else ""
