"""Amounts in text: doses, laboratory values, sizes, money, percentages, frequencies, plain counts.

A number that is part of a name is no amount: codes (ICD-10, L3), clause numbers, dates, telephone and file numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from casefolio.ingest.data import alternation
from casefolio.ingest.document import Span
from casefolio.ingest.languages import all_of, any_of
from casefolio.ingest.meaning.assertion import Moment, Quantity, Reference
from casefolio.ingest.meaning.frequencies import every, frequencies
from casefolio.ingest.meaning.moments import age_end, moments
from casefolio.ingest.meaning.numerals import Numeral, half_behind, number, numerals
from casefolio.ingest.meaning.references import references
from casefolio.ingest.meaning.units import Unit, after_number, before_number, compose, lookup, over_time_before

_PHONE = re.compile(
    r"(?<!\w)(?:\+|\(0|0)\d{1,5}\)?(?:[ /-]\d{1,8}){1,5}(?!\w)|(?<!\w)\d{2,6}-\d{2,8}(?:-\d{1,8})+(?!\w)"
)
_MARKER = re.compile(
    r"(?m)^\s{0,8}(?:\(?\d{1,3}\)|\d{1,3}\.(?=\s+[^\d\s])|\d{1,3}(?:\.\d{1,3}){1,3}\.?(?=\s+[A-ZÄÖÜ][a-zäöü]{2}))"
    r"|(?<=\s)\(\d{1,2}\)(?=\s[A-Za-z])"
)
_RATIO = re.compile(r"(?<![\w/])(\d{1,3}(?:[.,]\d)?)\s?/\s?(\d{1,3})(?![^\W가-힣]|/|[.,]\d)")
_SHARES = {(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (1, 5), (1, 10)}  # no 6/12 of sight, no 4/5 of strength
_WORD = re.compile(r"[^\W\d_][\w-]*")
_BOLD = r"[*_]{0,3}"  # Markdown's, before the second of two amounts
_APART = 9  # most characters between two amounts of one unit
_LEADING = 12  # characters before an amount in which a word leads to it


@cache
def _code() -> re.Pattern[str]:
    """Numbers that are part of a name."""
    codes = alternation(["ICD", "ISO", "DIN", *all_of("numbers", "codes")])
    return re.compile(
        r"(?<!\w)[A-Za-z]\w{0,7}[-_]\d{1,12}\w{0,4}(?!\w)|(?<![\w.])[A-ZÄÖÜ]{1,5}\d{1,4}(?:\.\d{1,3})?(?:[-/]\d{1,4})?(?![\w%])"
        rf"|(?<!\w)(?:{codes})\s?-?\d{{1,5}}(?:\.\d{{1,2}})?(?!\w)"
        rf"|(?<!\w)(?:{alternation(all_of('numbers', 'labels'))})\.?:?\s?[\w./-]{{0,12}}\d[\w./-]{{0,20}}"
        r"|(?<!\w)\d{1,3}\s[A-Z][A-Za-z]{0,3}\s\d{1,6}/\d{2,4}(?!\w)|(?<![\w.,])\d{9,40}(?![\w.,])|\d{1,2}:\d{2}(?::\d{2})?(?!\w)"
        r"|(?<!\w)(?=\w{0,30}\d)(?=\w{0,30}[A-Za-z])[A-Za-z]+\d\w{0,30}(?!\w)"
    )


@cache
def _range() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:-|–|~|∼|{alternation(all_of('numbers', 'range'))})\s?{_BOLD}$")


@cache
def _listed() -> re.Pattern[str]:
    """Between amounts that have the unit of the last: "4 and 7 mm", "75 → 100 mcg", "von 18 auf 14 IE"."""
    words = alternation([*all_of("numbers", "listed"), *all_of("numbers", "steps")])
    return re.compile(rf"\s?(?:→|⇒|->|=>|{words})\s?{_BOLD}$")


@cache
def _led(name: str) -> re.Pattern[str]:
    """What leads to the first of two amounts: `between`, `from`."""
    return re.compile(rf"(?i)\b(?:{alternation(all_of('numbers', name))})\s$")


@cache
def _cross() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:x|×|\*|{alternation(all_of('numbers', 'cross'))})\s?$")


@cache
def _share(name: str) -> re.Pattern[str]:
    return re.compile(f"(?i){any_of('numbers', name)}")


def _is_share(text: str, start: int, end: int) -> bool:
    """Whether a fraction is a share of something: "half of the deposit", 보증금의 절반; not "the first half of"."""
    before = text[max(0, start - _LEADING) : start]
    if _share("no_share_after").search(before):
        return False
    return _share("share_after").search(before) is not None or _share("share_of").match(text, end) is not None


@cache
def _unmeasured() -> frozenset[str]:
    """Words beside an amount that do not name what is measured."""
    return frozenset(all_of("words", "unmeasured"))


def _blocked(text: str, dates: list[Moment], clauses: list[Reference]) -> list[tuple[int, int]]:
    """Merged stretches whose digits are no amounts."""
    spans = [(m.span.start, m.span.end) for m in dates] + [(r.span.start, r.span.end) for r in clauses]
    for pattern in (_PHONE, _code(), _MARKER):
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


def _measured(text: str, start: int, end: int) -> str:
    """The word that names what is measured: the nearest before the amount in its clause, else the next one."""
    left = re.split(r"[.;:!?\n](?:\s|$)|,\s", text[max(0, start - 60) : start])
    words = [w for w in _WORD.findall(left[-1]) if w.lower() not in _unmeasured()]
    if words:
        return str(words[-1])
    right = [
        w
        for w in _WORD.findall(re.split(r"[.,;!?\n](?:\s|$)", text[end : end + 40])[0])
        if w.lower() not in _unmeasured()
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
    unit = compose(match)
    if rate := over_time_before(text, numeral.start, unit):
        return *rate, match.end()
    return unit, numeral.start, match.end()


def _amounts(text: str, found: list[Numeral], blocks: _Blocks) -> Iterator[Quantity]:
    pending: list[Numeral] = []  # numbers that share the unit of the next one: 3 x 4 cm, 5-10 mg
    for i, numeral in enumerate(found):
        if (often := every(text, numeral)) is not None:
            yield often
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
        if unit is None and after is not None and after.start - numeral.end <= _APART:
            between = text[numeral.end : after.start]
            if any(joint().match(between) for joint in (_range, _cross, _listed)) and _unit_at(text, after):
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
        elif 0 < numeral.value < 1 and _is_share(text, numeral.start, numeral.end):
            yield _percent(text, numeral.start, numeral.end, numeral.value)
        return
    kind, start, end = unit
    half = half_behind().match(text, end)
    if half:
        end = half.end()
    value = kind.convert(numeral.value + (0.5 if half else 0.0))
    if len(pending) == 1 and pending[0].value <= numeral.value and _is_range(text, pending[0], numeral):
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


def _percent(text: str, start: int, end: int, share: float) -> Quantity:
    value = round(100 * share, 4)
    return Quantity(Span(start, end), value, value, "%", "percent", _measured(text, start, end))


def _is_range(text: str, first: Numeral, last: Numeral) -> bool:
    """Whether two numbers are the ends of a range ("between 5 and 10 mg"), no change ("from 5 to 10 mg")."""
    joint, before = text[first.end : last.start], text[max(0, first.start - _LEADING) : first.start]
    if _listed().match(joint):
        return _led("between").search(before) is not None
    return _range().match(joint.lstrip()) is not None and not _led("from").search(before)


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
        elif (top, bottom) in _SHARES and _is_share(text, match.start(), match.end()):
            yield _percent(text, match.start(), match.end(), top / bottom)
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
    everything = [*frequencies(text), *_ratios(text, blocks), *_amounts(text, found, blocks)]
    out: list[Quantity] = []
    rank = {"frequency": 0, "ratio": 1}
    for quantity in sorted(everything, key=lambda q: (q.span.start, rank.get(q.dimension, 2), -q.span.end)):
        if out and quantity.span.start < out[-1].span.end:
            continue
        out.append(quantity)
    return out
