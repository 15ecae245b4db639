"""Whether two values of one family can both be true: 5 mg and 10 mg cannot, 3 April 2021 and April 2021 can."""

from __future__ import annotations

from casefolio.ingest.meaning.assertion import Moment, Quantity
from casefolio.ingest.meaning.facts import Fact

AGREE, CONFLICT, APART = 1, -1, 0
# "3 months" and "90 days" are meant as one length, as are "a month" and "4 weeks"; "60 days" and "61 days" are not, nor
# are 15 days a fortnight or 33 a month.
_MONTH = 30.4375
_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31
_EXACT = 1e-6


def relation(a: Fact, b: Fact, text_a: str, text_b: str) -> int:
    """`AGREE`, `CONFLICT`, or `APART` where the two cannot be compared.

    Args:
        a, b: facts of one family, or an amount and one that is told per hour, day, … .
        text_a, text_b: the texts they stand in.
    """
    if isinstance(a.value, Quantity) and isinstance(b.value, Quantity):
        return _amounts(a.value, b.value, a.family) if a.family == b.family else _per(a.value, b.value)
    if isinstance(a.value, Moment) and isinstance(b.value, Moment):
        if a.family == "date":
            return _dates(a.value, b.value)
        return _lengths(a.value, b.value, a.span.of(text_a), b.span.of(text_b))
    if a.family == "reference":
        return _places(str(a.value), str(b.value))
    if a.family == "name":
        return _names(str(a.value), str(b.value))
    if a.family == "clock":
        if min(a.value) == min(b.value):
            return AGREE
        return APART if a.value & b.value else CONFLICT  # "eight o'clock" may be 20:00, but nobody says so
    return AGREE if a.value == b.value else CONFLICT


def _near(a: float, b: float, tolerance: float = _EXACT) -> bool:
    return abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-12)


def _amounts(a: Quantity, b: Quantity, family: str) -> int:
    same_unit = a.unit == b.unit
    if not same_unit and family == "count":
        # "two tablets" and "two" may be one thing; "two tablets" and "20 employees" are not.
        if a.unit and b.unit:
            return APART
        return AGREE if _near(a.value, b.value) else APART
    if not same_unit and family == "concentration":
        return APART
    if "bp" in (a.unit, b.unit) and {a.unit, b.unit} <= {"%", "point", "bp"} and _near(a.value, b.value, 1e-4):
        return AGREE  # "50 basis points" are half a per cent, or half a point of them
    inside = b.value <= a.value and a.high <= b.high and (b.value != b.high) and same_unit
    equal = same_unit and _near(a.value, b.value, 1e-4) and _near(a.high, b.high, 1e-4)
    return AGREE if equal or inside else CONFLICT


def _per(a: Quantity, b: Quantity) -> int:
    """An amount and a rate: "an hourly rate of 95 euros" may be "95 EUR je Stunde"; nothing else can be compared."""
    return AGREE if a.unit.partition("/")[0] == b.unit.partition("/")[0] and _near(a.value, b.value) else APART


_BARE_MONTH = len("--04")


def _dates(a: Moment, b: Moment) -> int:
    if _BARE_MONTH in (len(a.start), len(b.start)):
        if "year" in (a.kind, b.kind):
            return APART
        if _month_numbers(a) & _month_numbers(b):
            return AGREE
        return CONFLICT if len(a.start) == len(b.start) else APART
    if a.start.startswith("--") or b.start.startswith("--"):
        days = {m[-5:] for m in (a.start, a.alternative) if m} & {m[-5:] for m in (b.start, b.alternative) if m}
        if a.kind == b.kind == "date":
            return AGREE if days else CONFLICT
        return APART
    for start_a, end_a in ((a.start, a.end), (a.alternative, a.alternative)):
        for start_b, end_b in ((b.start, b.end), (b.alternative, b.alternative)):
            if start_a and start_b and start_a <= end_b and start_b <= end_a:
                return AGREE
    return CONFLICT


def _month_numbers(moment: Moment) -> set[str]:
    """Two digits of the month, in either reading."""
    days = (moment.start, moment.alternative)
    return {day[2:4] if day.startswith("--") else day[5:7] for day in days if day}


def _lengths(a: Moment, b: Moment, words_a: str, words_b: str) -> int:
    if a.days is None or b.days is None:
        return APART
    if _near(a.days, b.days):
        return AGREE
    different_units = _unit(words_a) != _unit(words_b)
    if not different_units or _in_months(a.days) == _in_months(b.days):  # eleven months are no year
        return CONFLICT
    months, days = (a.days, b.days) if _in_months(a.days) else (b.days, a.days)
    number = months / _MONTH
    return AGREE if _SHORTEST_MONTH * number <= days <= _LONGEST_MONTH * number else CONFLICT


def _in_months(days: float) -> bool:
    """Whether a length is so many months or years, whose days vary."""
    halves = 2 * days / _MONTH
    return halves >= 1 and _near(halves, round(halves), _EXACT)


def _unit(words: str) -> str:
    letters = "".join(c if c.isalpha() else " " for c in words).split()
    return letters[-1][:3].lower() if letters else ""


def _places(a: str, b: str) -> int:
    if a == b:
        return AGREE
    head_a, _, rest_a = a.partition(" ")
    head_b, _, rest_b = b.partition(" ")
    if head_a != head_b and {head_a, head_b} - {"section", "clause", "article", "paragraph", "para"}:
        return (
            APART
            if rest_a == rest_b or {head_a, head_b} & {"schedule", "annex", "exhibit", "appendix"} == set()
            else CONFLICT
        )
    short, long = sorted((rest_a, rest_b), key=len)
    if long == short or (long.startswith(short) and not long[len(short)].isalnum()):
        return AGREE
    return CONFLICT


def _names(a: str, b: str) -> int:
    parts_a, parts_b = set(a.split()), set(b.split())
    if parts_a & parts_b:
        # "Anna Weber" and "Weber" are one; "Anna Weber" and "Anna Schmidt" are two.
        return AGREE if parts_a <= parts_b or parts_b <= parts_a or a.split()[-1] == b.split()[-1] else CONFLICT
    if a.startswith(b) or b.startswith(a):
        return AGREE
    return CONFLICT
