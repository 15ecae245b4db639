"""How often: `1-0-1`, `b.i.d.`, `2x tgl.`, `하루 2회`, `every 8 hours`, all as times a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ingest.document import Span
from ingest.meaning.assertion import Quantity
from ingest.meaning.numerals import Numeral
from ingest.meaning.units import alternation, data

_SCHEME = re.compile(r"(?<![\w/-])(?:1/2|½|\d)(?:\s?-\s?(?:1/2|½|\d)){2,3}(?![\w/-])")
_EVERY = re.compile(r"(?i)(?<!\w)(?:every|q|alle|each)\s?$|매\s?$")
_HOURS = re.compile(
    r"(?i)\s?-?(?:hours?|hrs?|h|stunden|std\.?|days?|tage|weeks?|wochen|months?|monate)(?!\w)|\s?(?:시간|일|주|개월)마다"
)
_EVERY_SHORT = re.compile(r"(?i)(?<!\w)q\.?\s?(\d{1,2})\s?h(?:rs?|ours?)?(?!\w)")


@cache
def _frequency_words() -> re.Pattern[str]:
    words = list(data()["frequency"])
    open_ended = [w for w in words if not w[-1].isalnum() or w[-1] >= "가"]
    closed = [w for w in words if w not in open_ended]
    times = alternation(list(data()["times"]))
    return re.compile(
        rf"(?i:(?<![^\W_])(?:(?P<times>{times})\s)?(?:(?P<closed>{alternation(closed)})(?![^\W_])|(?P<open>{alternation(open_ended)}))"
        rf"(?:\s?(?P<ko>\d|한|두|세|네|다섯|여섯|일|이|삼|사)\s?(?:회|번|차례))?)"
    )


_TIMES_BEFORE = re.compile(
    r"(?i)(?P<n>\d{1,2}|one|two|three|four|five|six|ein|zwei|drei|vier|fünf|sechs)\s?(?:x|×|times|-?mal|mal)\s?(?:a\s|per\s)?$"
)
_SMALL = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ein": 1,
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "fünf": 5,
    "sechs": 6,
    "한": 1,
    "두": 2,
    "세": 3,
    "네": 4,
    "다섯": 5,
    "여섯": 6,
    "일": 1,
    "이": 2,
    "삼": 3,
    "사": 4,
}


def _small(word: str) -> float:
    return float(_SMALL.get(word.lower(), 0) or word)


def frequencies(text: str) -> Iterator[Quantity]:
    """Schemes (`1-0-1`) and words (`b.i.d.`, `2x tgl.`, `하루 2회`) that say how often, in times a day."""
    for match in _SCHEME.finditer(text):
        slots = [s.strip() for s in match.group().split("-")]
        values = [0.5 if s in ("½", "1/2") else float(s) for s in slots]
        taken = [v for v in values if v]
        if not taken or max(taken) > 6:
            continue
        unit = "/d" if set(taken) == {1.0} else "-".join(slots)
        yield Quantity(Span(match.start(), match.end()), float(len(taken)), float(len(taken)), unit, "frequency")
    for match in _EVERY_SHORT.finditer(text):
        hours = float(match[1]) or 24.0
        yield Quantity(Span(match.start(), match.end()), round(24 / hours, 6), round(24 / hours, 6), "/d", "frequency")
    for match in _frequency_words().finditer(text):
        word = (match["closed"] or match["open"]).lower()
        per, count, start = float(data()["frequency"][word]), 1.0, match.start()
        if word in ("월", "주", "1일", "하루", "일일", "이틀") and not match["ko"]:
            continue
        if match["ko"]:
            count = _small(match["ko"])
        elif match["times"]:
            count = float(data()["times"][match["times"].lower()])
        elif before := _TIMES_BEFORE.search(text, max(0, start - 16), start):
            count, start = _small(before["n"]), before.start()
        value = round(per * count, 6)
        yield Quantity(Span(start, match.end()), value, value, "/d", "frequency")


def every(text: str, numeral: Numeral) -> Quantity | None:
    """`every 8 hours`, `q8h`, `alle 2 Tage` as times a day."""
    before = _EVERY.search(text, max(0, numeral.start - 8), numeral.start)
    unit = _HOURS.match(text, numeral.end)
    if not unit or not numeral.value or not (before or unit.group().endswith("마다")):
        return None
    word = unit.group().strip(" -").lower()
    days = (
        30.4375
        if word[0] == "m" or word.startswith("개월")
        else 7.0
        if word[0] in "w주"
        else 1.0
        if word[0] in "dt일"
        else 1 / 24
    )
    value = round(1 / (days * numeral.value), 6)
    return Quantity(Span(before.start() if before else numeral.start, unit.end()), value, value, "/d", "frequency")
