"""Amounts in text: doses, laboratory values, sizes, money, percentages, frequencies, plain counts.

A number that is part of a name is no amount: codes (ICD-10, L3), clause numbers, dates, telephone and file numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from ingest.document import Span
from ingest.meaning.assertion import Moment, Quantity, Reference
from ingest.meaning.moments import age_end, moments
from ingest.meaning.numerals import Numeral, number, numerals
from ingest.meaning.references import references
from ingest.meaning.units import Unit, after_number, alternation, before_number, compose, data, lookup

_PHONE = re.compile(
    r"(?<!\w)(?:\+|\(0|0)\d{1,5}\)?(?:[ /-]\d{1,8}){1,5}(?!\w)|(?<!\w)\d{2,6}-\d{2,8}(?:-\d{1,8})+(?!\w)"
)
_CODE = re.compile(
    r"(?<!\w)[A-Za-z]\w{0,7}[-_]\d{1,12}\w{0,4}(?!\w)|(?<![\w.])[A-ZÄÖÜ]{1,5}\d{1,4}(?:\.\d{1,3})?(?:[-/]\d{1,4})?(?![\w%])"
    r"|(?<!\w)(?:LWK|BWK|HWK|SWK|ICD|ISO|DIN|OPS)\s?-?\d{1,5}(?:\.\d{1,2})?(?!\w)"
    r"|(?<!\w)(?:No|Nr|Nos|ID|Az|Aktenzeichen|PLZ|번호|호)\.?:?\s?[\w./-]{0,12}\d[\w./-]{0,20}"
    r"|(?<!\w)\d{1,3}\s[A-Z][A-Za-z]{0,3}\s\d{1,6}/\d{2,4}(?!\w)|(?<![\w.,])\d{9,40}(?![\w.,])|\d{1,2}:\d{2}(?::\d{2})?(?!\w)"
    r"|(?<!\w)(?=\w{0,30}\d)(?=\w{0,30}[A-Za-z])[A-Za-z]+\d\w{0,30}(?!\w)"
)
_MARKER = re.compile(
    r"(?m)^\s{0,8}(?:\(?\d{1,3}\)|\d{1,3}\.(?=\s+[^\d\s])|\d{1,3}(?:\.\d{1,3}){1,3}\.?(?=\s+[A-ZÄÖÜ][a-zäöü]{2}))"
    r"|(?<=\s)\(\d{1,2}\)(?=\s[A-Za-z])"
)
_RANGE = re.compile(r"\s?(?:-|–|~|∼|to|bis|and|und|에서)\s?$")
_CROSS = re.compile(r"\s?(?:x|×|by|mal|\*)\s?$")
_SCHEME = re.compile(r"(?<![\w/-])(?:1/2|½|\d)(?:\s?-\s?(?:1/2|½|\d)){2,3}(?![\w/-])")
_RATIO = re.compile(r"(?<![\w/])(\d{1,3}(?:[.,]\d)?)\s?/\s?(\d{1,3})(?![\w/]|[.,]\d)")
_EVERY = re.compile(r"(?i)(?<!\w)(?:every|q|alle|each)\s?$|매\s?$")
_HOURS = re.compile(
    r"(?i)\s?-?(?:hours?|hrs?|h|stunden|std\.?|days?|tage|weeks?|wochen|months?|monate)(?!\w)|\s?(?:시간|일|주|개월)마다"
)
_EVERY_SHORT = re.compile(r"(?i)(?<!\w)q\.?\s?(\d{1,2})\s?h(?:rs?|ours?)?(?!\w)")
_WORD = re.compile(r"[^\W\d_][\w-]*")
_SKIP = frozenset(
    [
        "is",
        "was",
        "are",
        "were",
        "be",
        "been",
        "of",
        "at",
        "the",
        "a",
        "an",
        "with",
        "to",
        "from",
        "for",
        "in",
        "on",
        "by",
        "and",
        "or",
        "about",
        "approximately",
        "up",
        "down",
        "total",
        "amounts",
        "amounted",
        "dose",
        "dosage",
        "beträgt",
        "betrug",
        "lag",
        "liegt",
        "ist",
        "war",
        "bei",
        "von",
        "auf",
        "mit",
        "in",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einer",
        "einem",
        "und",
        "oder",
        "etwa",
        "ca",
        "circa",
        "rund",
        "x",
        "mal",
        "은",
        "는",
        "이",
        "가",
        "을",
        "를",
        "의",
        "에",
        "약",
        "총",
        "각각",
    ]
)


def _blocked(text: str, dates: list[Moment], clauses: list[Reference]) -> list[tuple[int, int]]:
    """Merged stretches whose digits are no amounts."""
    spans = [(m.span.start, m.span.end) for m in dates] + [(r.span.start, r.span.end) for r in clauses]
    for pattern in (_PHONE, _CODE, _MARKER):
        spans += [(m.start(), m.end()) for m in pattern.finditer(text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class _Blocks:
    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._spans = spans
        self._starts = [s for s, _ in spans]

    def covers(self, position: int) -> bool:
        i = bisect_right(self._starts, position) - 1
        return i >= 0 and position < self._spans[i][1]


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


def _frequencies(text: str) -> Iterator[Quantity]:
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


def _every(text: str, numeral: Numeral) -> Quantity | None:
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


def _measured(text: str, start: int, end: int) -> str:
    """The word that names what is measured: the nearest before the amount in its clause, else the next one."""
    left = re.split(r"[.;:!?\n](?:\s|$)|,\s", text[max(0, start - 60) : start])
    words = [w for w in _WORD.findall(left[-1]) if w.lower() not in _SKIP]
    if words:
        return str(words[-1])
    right = [
        w for w in _WORD.findall(re.split(r"[.,;!?\n](?:\s|$)", text[end : end + 40])[0]) if w.lower() not in _SKIP
    ]
    return str(right[0]) if right else ""


def _unit_at(text: str, numeral: Numeral) -> tuple[Unit, int, int] | None:
    """Unit of the number, and where number and unit start and end."""
    if numeral.written == "digits" and (sign := before_number().search(text, max(0, numeral.start - 5), numeral.start)):
        money = lookup(sign.group().strip())
        if money is not None:
            end = numeral.end
            scale = re.compile(r"(?i)\s?(k|m|bn)(?!\w)").match(text, end)
            factor = {"k": 1e3, "m": 1e6, "bn": 1e9}[scale[1].lower()] if scale else 1.0
            return Unit(money.canonical, "money", factor), sign.start(), scale.end() if scale else end
    match = after_number().match(text, numeral.end)
    if not match or (numeral.written == "words" and match["top"] in ("m", "M", "l", "g", "d", "E", "U")):
        return None
    return compose(match), numeral.start, match.end()


def _amounts(text: str, found: list[Numeral], blocks: _Blocks) -> Iterator[Quantity]:
    pending: list[Numeral] = []  # numbers that share the unit of the next one: 3 x 4 cm, 5-10 mg
    for i, numeral in enumerate(found):
        if (every := _every(text, numeral)) is not None:
            yield every
            continue
        age = age_end(text, numeral)
        if age < 0 and (blocks.covers(numeral.start) or text[numeral.end : numeral.end + 1] == ":"):
            pending = []
            continue
        if age > 0:
            yield Quantity(Span(numeral.start, age), numeral.value, numeral.value, "a", "age")
            continue
        unit = _unit_at(text, numeral)
        after = found[i + 1] if i + 1 < len(found) else None
        if unit is None and after is not None and after.start - numeral.end <= 6:
            between = text[numeral.end : after.start]
            if (_RANGE.match(between) or _CROSS.match(between)) and _unit_at(text, after):
                pending.append(numeral)
                continue
        yield from _emit(text, numeral, unit, pending)
        pending = []


def _emit(
    text: str, numeral: Numeral, unit: tuple[Unit, int, int] | None, pending: list[Numeral]
) -> Iterator[Quantity]:
    if unit is None:
        small_word = numeral.written == "words" and numeral.value <= 1
        if not small_word:
            name = _measured(text, numeral.start, numeral.end)
            yield Quantity(Span(numeral.start, numeral.end), numeral.value, numeral.value, "", "count", name)
        return
    kind, start, end = unit
    value = kind.convert(numeral.value)
    if (
        len(pending) == 1
        and _RANGE.match(text[pending[0].end : numeral.start].lstrip())
        and pending[0].value <= numeral.value
    ):
        low = kind.convert(pending[0].value)
        yield Quantity(
            Span(pending[0].start, end),
            low,
            value,
            kind.canonical,
            kind.dimension,
            _measured(text, pending[0].start, end),
        )
        return
    for other in pending:
        low = kind.convert(other.value)
        yield Quantity(
            Span(other.start, other.end), low, low, kind.canonical, kind.dimension, _measured(text, other.start, end)
        )
    yield Quantity(Span(start, end), value, value, kind.canonical, kind.dimension, _measured(text, start, end))


def _ratios(text: str, blocks: _Blocks) -> Iterator[Quantity]:
    for match in _RATIO.finditer(text):
        if blocks.covers(match.start()):
            continue
        top, bottom = number(match[1], "en"), float(match[2])
        unit = after_number().match(text, match.end())
        if top < bottom <= 8 and unit and bottom and not unit["bare"]:
            kind = compose(unit)
            value = kind.convert(top / bottom)
            yield Quantity(Span(match.start(), unit.end()), value, value, kind.canonical, kind.dimension)
        else:
            yield Quantity(
                Span(match.start(), match.end()),
                top,
                top,
                f"/{match[2]}",
                "ratio",
                _measured(text, match.start(), match.end()),
            )


def quantities(
    text: str,
    language: str = "en",
    found: list[Numeral] | None = None,
    dates: list[Moment] | None = None,
    clauses: list[Reference] | None = None,
) -> list[Quantity]:
    """Amounts in order of their start, without overlap, in canonical units (`0.5 g` is 500 mg).

    Args:
        text: any text.
        language: decides what separators in numbers mean and which number words are known.
        found, dates, clauses: numbers, moments and references of `text`, when the caller has them already.
    """
    found = numerals(text, language) if found is None else found
    dates = moments(text, language, found=found) if dates is None else dates
    clauses = references(text, language) if clauses is None else clauses
    blocks = _Blocks(_blocked(text, dates, clauses))
    everything = [*_frequencies(text), *_ratios(text, blocks), *_amounts(text, found, blocks)]
    out: list[Quantity] = []
    rank = {"frequency": 0, "ratio": 1}
    for quantity in sorted(everything, key=lambda q: (q.span.start, rank.get(q.dimension, 2), -q.span.end)):
        if out and quantity.span.start < out[-1].span.end:
            continue
        out.append(quantity)
    return out
