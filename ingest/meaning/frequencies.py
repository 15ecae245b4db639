"""How often: `1-0-1`, `b.i.d.`, `2x tgl.`, `하루 2회`, `every 8 hours`, all as times a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from casefolio.ingest.data import alternation
from casefolio.ingest.document import Span
from casefolio.ingest.languages import all_of
from casefolio.ingest.languages import every as every_language
from casefolio.ingest.meaning.assertion import Quantity
from casefolio.ingest.meaning.numerals import Numeral, plain_letters

_MOST_TIMES = 6  # a day
_SCHEME = re.compile(r"(?<![\w/-])(?:1/2|½|\d)(?:\s?-\s?(?:1/2|½|\d)){2,3}(?![\w/-])")
_EVERY_SHORT = re.compile(r"(?i)(?<!\w)q\.?\s?(\d{1,2})\s?h(?:rs?|ours?)?(?!\w)")

_PERIODS = re.compile(r"(?<![\w.,-])([2-9]|1[0-2])-$")  # "6-monthly": every six months; "6 monthly sessions" are six
_HOURS = re.compile(r"(?<![\w.,-])([2-9]|1[0-2])[- ]?$")  # "8-stündlich", "6 hourly"
_HOURLY = 24.0


@cache
def _table(name: str) -> dict[str, float]:
    """Words and values of this name in all languages' numbers."""
    return {
        word: float(value) for _, numbers in every_language("numbers") for word, value in numbers.get(name, {}).items()
    }


@cache
def _amount_before() -> re.Pattern[str]:
    """ "100 mg ", "2 puffs ", "5 mg tablets po "."""
    forms = alternation(all_of("numbers", "forms"))
    return re.compile(rf"\d\s?[^\W\d_]{{1,12}}\.?\s(?:(?i:{forms})\.?\s){{0,2}}$")


@cache
def _small_numbers() -> dict[str, float]:
    """Numbers to six in words."""
    return {word: value for word, value in (_table("units") | _table("digits")).items() if value <= _MOST_TIMES}


@cache
def _frequency_words() -> re.Pattern[str]:
    words = list(_table("frequency"))
    open_ended = [w for w in words if not w[-1].isalnum() or w[-1] >= "가"]
    closed = [w for w in words if w not in open_ended]
    times, small = alternation(_table("times")), alternation(w for w in _small_numbers() if w >= "가")
    return re.compile(
        rf"(?i:(?<![^\W_])(?:(?P<times>{times})\s)?(?:(?P<closed>{alternation(closed)})(?![^\W_])|(?P<open>{alternation(open_ended)}))"
        rf"(?:\s?(?P<counted>\d|{small})\s?(?:{alternation(all_of('numbers', 'count_words'))}))?)"
    )


@cache
def _times_before() -> re.Pattern[str]:
    small = alternation(w for w in _small_numbers() if w < "가")
    times, per = alternation(["x", "×", *all_of("numbers", "times_words")]), alternation(all_of("numbers", "per"))
    return re.compile(rf"(?i)(?P<n>\d{{1,2}}|{small})\s?(?:{times})\s?(?:(?:{per})\s)?$")


@cache
def _number_before() -> re.Pattern[str]:
    numbers = alternation([*_table("times"), *all_of("numbers", "times_words"), *_table("units"), *_table("tens")])
    return re.compile(rf"(?i)(?:\d|(?<!\w)(?:{numbers})(?!\w))[^.;:!?\n]{{0,24}}$")


@cache
def _length_before() -> re.Pattern[str]:
    """ "for a week" is a length of time; "once a week" says how often."""
    return re.compile(rf"(?i)(?<!\w)(?:{alternation(all_of('numbers', 'length_after'))})\s$")


@cache
def _length_behind() -> re.Pattern[str]:
    """ "a week later", "a day off"."""
    return re.compile(rf"(?i)\s(?:{alternation(all_of('numbers', 'length_before'))})(?!\w)")


def may_say_how_often(word: str, text: str, start: int) -> bool:
    """Whether a length of time at `start` says how often: "5 mg a day", "once a week", not "a notice of a week"."""
    if word not in all_of("numbers", "lengths"):
        return True
    if _length_behind().match(text, start + len(word)):
        return False
    before = text[max(0, start - 40) : start]
    return _number_before().search(before) is not None and not _length_before().search(before)


@cache
def _every() -> re.Pattern[str]:
    apart, joined = alternation(all_of("numbers", "every")), alternation(all_of("numbers", "every_joined"))
    return re.compile(rf"(?i)(?<!\w)(?:{apart})\s?$|(?:{joined})\s?$")


@cache
def _lengths() -> re.Pattern[str]:
    western, joined = alternation(_table("every_units")), alternation(_table("each_units"))
    return re.compile(rf"(?i)\s?-?(?P<unit>{western})(?!\w)|\s?(?P<each>{joined})")


def _small(word: str) -> float:
    return _small_numbers().get(word.lower(), 0) or float(word)


def frequencies(text: str) -> Iterator[Quantity]:
    """Schemes (`1-0-1`) and words (`b.i.d.`, `2x tgl.`, `하루 2회`) that say how often, in times a day."""
    text = plain_letters(text)
    for match in _SCHEME.finditer(text):
        slots = [s.strip() for s in match.group().split("-")]
        values = [0.5 if s in ("½", "1/2") else float(s) for s in slots]
        taken = [v for v in values if v]
        if not taken or max(taken) > _MOST_TIMES:
            continue
        unit = "/d" if set(taken) == {1.0} else "-".join(slots)
        yield Quantity(Span(match.start(), match.end()), float(len(taken)), float(len(taken)), unit, "frequency")
    for match in _EVERY_SHORT.finditer(text):
        hours = float(match[1]) or 24.0
        yield Quantity(Span(match.start(), match.end()), round(24 / hours, 6), round(24 / hours, 6), "/d", "frequency")
    for match in _frequency_words().finditer(text):
        word = (match["closed"] or match["open"]).lower()
        per, count, start = _table("frequency")[word], 1.0, match.start()
        if word in all_of("numbers", "with_count") and not match["counted"]:
            continue
        if word in all_of("numbers", "after_amount") and not _amount_before().search(text, max(0, start - 40), start):
            continue
        if not may_say_how_often(word, text, match.start("closed") if match["closed"] else match.start("open")):
            continue
        if match["counted"]:
            count = _small(match["counted"])
        elif match["times"]:
            count = _table("times")[match["times"].lower()]
        elif before := _times_before().search(text, max(0, start - 16), start):
            count, start = _small(before["n"]), before.start()
        elif (per < 1 and (before := _PERIODS.search(text, max(0, start - 3), start))) or (
            per == _HOURLY and (before := _HOURS.search(text, max(0, start - 3), start))
        ):
            count, start = 1 / float(before[1]), before.start()
        value = round(per * count, 6)
        yield Quantity(Span(start, match.end()), value, value, "/d", "frequency")


def every(text: str, numeral: Numeral) -> Quantity | None:
    """`every 8 hours`, `q8h`, `alle 2 Tage` as times a day."""
    before = _every().search(text, max(0, numeral.start - 8), numeral.start)
    unit = _lengths().match(text, numeral.end)
    if not unit or not numeral.value or not (before or unit["each"]):
        return None
    days = _table("each_units")[unit["each"]] if unit["each"] else _table("every_units")[unit["unit"].lower()]
    value = round(1 / (days * numeral.value), 6)
    return Quantity(Span(before.start() if before else numeral.start, unit.end()), value, value, "/d", "frequency")
