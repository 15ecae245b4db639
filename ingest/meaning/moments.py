"""Dates and durations: `3.4.2021`, `April 3, 2021`, `2021년 4월 3일`, `thirty (30) days`, `vor 3 Tagen`.

A Korean month without a year (`3월`) is `--03`.

`04/03/2021` is 3 April to some and 4 March to others: English is read month first, the other reading is kept in
`Moment.alternative`, so that nobody calls the two a contradiction.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from casefolio.ingest.data import alternation
from casefolio.ingest.document import Span
from casefolio.ingest.languages import about, all_of, any_of, every, known, own
from casefolio.ingest.meaning.assertion import Moment
from casefolio.ingest.meaning.frequencies import may_say_how_often
from casefolio.ingest.meaning.numerals import Numeral, half_behind, number, numerals, plain_letters

# Two digits name a year of this century up to here, of the last one above.
_PIVOT = 40
_ISO = len("2021-04-03")


@cache
def months() -> dict[str, int]:
    """Names of months in all languages, in lower case, with their abbreviations, and their numbers."""
    return {name.lower(): number for _, dates in every("dates") for name, number in dates.get("months", {}).items()}


def _months() -> str:
    return f"(?:{alternation(months())})(?![^\\W\\d_])\\.?"


@cache
def signs() -> dict[str, str]:
    """What stands behind year, month and day where each has its own sign: 2021년 4월 3일."""
    return {
        part: alternation(d["written"][part] for _, d in every("dates") if "written" in d)
        for part in ("year", "month", "day")
    }


@cache
def _dates() -> re.Pattern[str]:
    month = _months()
    year, ordinal = r"(?:1[6-9]|20|21)\d\d(?!\d)", _ordinal()
    y, m, d = signs().values()
    no_year, between, of_year = any_of("dates", "no_year"), f"(?:{any_of('dates', 'of')})", any_of("dates", "of_year")
    forms = [
        r"(?<![\d-])(?P<iso>\d{4}-\d{1,2}-\d{1,2})(?!\d|-\d)",
        rf"(?<!\d)(?P<signed>\d{{4}}\s?{y}(?:\s?\d{{1,2}}\s?{m}(?:\s?\d{{1,2}}\s?{d})?)?|\d{{1,2}}\s?{m}\s?\d{{1,2}}\s?{d})",
        rf"(?<![\d.])(?P<signed_month>(?:1[0-2]|0?[1-9])\s?{m})(?!{any_of('dates', 'no_month_before')})",
        r"(?<![\d.])(?P<dotted_y>(?:19|20)\d\d\.\s?\d{1,2}\.\s?\d{1,2})(?!\d)",
        r"(?<![\d.])(?P<dotted>\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{4}|\d{2}))(?![\d]|\.\d)",
        r"(?<![\d/])(?P<slash>\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})|\d{4}/\d{1,2}/\d{1,2})(?![\d/])",
        rf"(?i:\b(?P<mdy>{month}\s?\d{{1,2}}{ordinal}(?:,?\s{year}|(?!\d|[.,:]\d)))(?!\w))",
        rf"(?i:(?<![\d.])(?P<dmy>\d{{1,2}}{ordinal}\.?(?:\s?-\s?|\s){between}{month}(?:(?:,?\s|-){year})?)(?!\w))",
        rf"(?i:\b(?P<my>{month}(?:,?\s|-|{of_year}){year})(?!\w))",
        rf"(?<![\d./])(?P<numeric_my>\d{{1,2}}/{year})(?!/)",
        r"(?<![\d.,])(?P<day_month>\d{1,2}\.\s?\d{1,2}\.)(?=\s|,|$|\))",
        rf"(?<![\w.,/§$€₩£+-])(?P<year>{year})(?![\w/]|[.,-]\d|\s?(?:{no_year}|mg|ml|g\b|EUR|USD|€|%))",
    ]
    return re.compile("|".join(forms))


def _ordinal() -> str:
    return f"(?:{alternation(all_of('dates', 'ordinals'))})?"


@cache
def _before_month() -> re.Pattern[str]:
    """Day and what leads from it to the month."""
    return re.compile(rf"^\d{{1,2}}{_ordinal()}\.?[\s-]*(?:{any_of('dates', 'of')})")


def _year(digits: str) -> int:
    value = int(digits)
    if len(digits) > 2:
        return value
    return value + (2000 if value <= _PIVOT else 1900)


def _iso(year: int | None, month: int | None, day: int | None) -> tuple[str, str] | None:
    """First and last day of a date, month or year; None where the calendar has no such day."""
    if year is None:
        if month and day and 1 <= month <= 12 and 1 <= day <= 31:
            return (f"--{month:02}-{day:02}",) * 2
        return None
    try:
        first = date(year, month or 1, day or 1)
        last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    except (ValueError, IndexError):
        return None
    return first.isoformat(), last.isoformat()


def _moment(span: Span, year: int | None, month: int | None, day: int | None, alternative: str = "") -> Moment | None:
    days = _iso(year, month, day)
    if days is None:
        return None
    kind = "date" if day else "month" if month else "year"
    return Moment(span, kind, days[0], days[1], None, alternative)  # type: ignore[arg-type]


def _named(text: str) -> int:
    return months()[re.search(r"[^\W\d_]+", text).group()]  # type: ignore[union-attr]


def _slash(span: Span, text: str, language: str) -> Moment | None:
    a, b, c = re.findall(r"\d+", text)
    if len(a) == 4:
        return _moment(span, int(a), int(b), int(c))
    first, second, year = int(a), int(b), _year(c)
    month_first = _moment(span, year, first, second)
    day_first = _moment(span, year, second, first)
    best, other = (day_first, month_first) if about(language)["first"] == "day" else (month_first, day_first)
    if best and other and best.start != other.start:
        return Moment(span, "date", best.start, best.end, None, other.start)
    return best or other


def _date(match: re.Match[str], language: str) -> Moment | None:
    kind, text, span = str(match.lastgroup), match.group().lower(), Span(match.start(), match.end())
    n = re.findall(r"\d+", text)
    if kind in ("iso", "dotted_y"):
        return _moment(span, int(n[0]), int(n[1]), int(n[2]))
    if kind == "signed":
        if len(n[0]) < 4:
            return _moment(span, None, int(n[0]), int(n[1]))
        return _moment(span, int(n[0]), int(n[1]) if len(n) > 1 else None, int(n[2]) if len(n) > 2 else None)
    if kind == "signed_month":
        return Moment(span, "month", f"--{int(n[0]):02}", f"--{int(n[0]):02}")
    if kind == "dotted":
        return _moment(span, _year(n[2]), int(n[1]), int(n[0]))
    if kind == "slash":
        return _slash(span, text, language)
    if kind in ("mdy", "my") and re.match(r"[^\W\d_]+", match.group())[0] in all_of("dates", "words_too"):  # type: ignore[index]
        return None  # the verb: "the tenant may 14 days later"
    if kind == "mdy":
        return _moment(span, int(n[1]) if len(n) > 1 else None, _named(text), int(n[0]))
    if kind == "dmy":
        name = _before_month().sub("", text)
        return _moment(span, int(n[1]) if len(n) > 1 else None, _named(name), int(n[0]))
    if kind == "my":
        return _moment(span, int(n[-1]), _named(text), None)
    if kind == "numeric_my":
        return _moment(span, int(n[1]), int(n[0]), None)
    if kind == "day_month":
        return _moment(span, None, int(n[1]), int(n[0])) if about(language)["first"] == "day" else None
    return _moment(span, int(n[0]), None, None)


@cache
def _unit_words(language: str) -> dict[str, float]:
    units = own("en", "dates")["units"] | own(language, "dates").get("units", {})
    return {word.lower(): float(days) for word, days in units.items()}


def _adjectives() -> str:
    return f"(?:{alternation(all_of('dates', 'adjectives'))})"


@cache
def _unit(language: str) -> re.Pattern[str]:
    words = _unit_words(language)
    korean = [w for w in words if not w.isascii() and w[0] >= "가"]
    western = [w for w in words if w not in korean]
    tail = rf"|\s?(?:{alternation(korean)})(?!{any_of('dates', 'not_after_unit')})" if korean else ""
    return re.compile(rf"(?i:[\s-]?(?:{_adjectives()}\s)?(?:{alternation(western)})(?!\w)\.?{tail})")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(f"(?i:{any_of('dates', name)})")


@cache
def _before(name: str, language: str) -> re.Pattern[str]:
    """What stands before a length of time that counts from now, in this language alone."""
    return re.compile(f"(?i:{own(language, 'dates').get(name, '(?!)')})$")


def age_end(text: str, numeral: Numeral) -> int:
    """Where an age ends that starts with `numeral` (`64-year-old`, `64세`), or -1 where it is none."""
    match = _pattern("age").match(text, numeral.end)
    return match.end() if match else -1


def _days(days: float, unit: str) -> float:
    return round(days, 6) if unit else days


def _lengths(text: str, language: str, found: list[Numeral]) -> Iterator[tuple[Span, float]]:
    """Stretches that say a length of time, and its days: "two weeks", "a fortnight", "6/52", 보름."""
    words, pattern = _unit_words(language), _unit(language)
    for numeral in found:
        match = pattern.match(text, numeral.end)
        if not match or _pattern("age").match(text, numeral.end):
            continue
        word = re.sub(rf"(?i)^[\s-]*(?:{_adjectives()}\s)?", "", match.group()).rstrip(".").lower()
        half = half_behind().match(text, match.end())
        value, end = (numeral.value + 0.5, half.end()) if half else (numeral.value, match.end())
        yield Span(numeral.start, end), _days(value * words[word], word)
    spelled = {word.lower(): float(days) for word, days in own(language, "dates").get("lengths", {}).items()}
    for match in _spelled_lengths(language).finditer(text):
        word = match.group().lower()
        if word in all_of("numbers", "lengths") and may_say_how_often(word, text, match.start()):
            continue
        yield Span(match.start(), match.end()), spelled[word]
    for form, days in own(language, "dates").get("short_lengths", {}).items():
        for match in re.finditer(form, text):
            yield Span(match.start(1), match.end()), _days(number(match[1], language) * float(days), form)


@cache
def _spelled_lengths(language: str) -> re.Pattern[str]:
    words = own(language, "dates").get("lengths", {})
    end = own(language, "dates").get("length_end", r"(?!\w)")
    return re.compile(rf"(?i)(?<!\w)(?:{alternation(words)})(?:{end})" if words else "(?!)")


def _durations(text: str, language: str, found: list[Numeral], anchor: date | None) -> Iterator[Moment]:
    end = 0
    for span, days in sorted(_lengths(text, language, found), key=lambda length: (length[0].start, -length[0].end)):
        if span.start < end:
            continue
        end = span.end
        before = text[max(0, span.start - 12) : span.start]
        past, future = _pattern("after_past").match(text, span.end), _pattern("after_future").match(text, span.end)
        if past or _before("before_past", language).search(before):
            yield _relative(Span(span.start, past.end() if past else span.end), -days, anchor)
        elif future or _before("before_future", language).search(before):
            yield _relative(Span(span.start, future.end() if future else span.end), days, anchor)
        else:
            yield Moment(span, "duration", "", "", days)


@cache
def _between_lengths() -> re.Pattern[str]:
    return re.compile(rf"\s(?:(?i:{alternation(all_of('numbers', 'and'))})\s)?")


def _compound(text: str, found: list[Moment]) -> list[Moment]:
    """Lengths that stand together as one: "2 hours 40 minutes", "1 year and 6 months", "2시간 40분"."""
    out: list[Moment] = []
    for moment in found:
        last = out[-1] if out else None
        if (
            last is not None
            and last.kind == moment.kind == "duration"
            and last.days is not None
            and moment.days is not None
            and moment.days < last.days
            and _between_lengths().fullmatch(text, last.span.end, moment.span.start)
        ):
            days = round(last.days + moment.days, 6)
            out[-1] = Moment(Span(last.span.start, moment.span.end), "duration", "", "", days)
        else:
            out.append(moment)
    return out


def _relative(span: Span, days: float, anchor: date | None) -> Moment:
    day = ""
    if anchor is not None and abs(days) < 200_000:
        day = (anchor + timedelta(days=round(days))).isoformat()
    return Moment(span, "relative", day, day, days)


@cache
def _relative_words(language: str) -> re.Pattern[str]:
    words = alternation(own(language, "dates")["relative"])
    return re.compile(rf"(?i:(?<!\w)(?:{words}))" + ("" if about(language).get("particles") else r"(?!\w)"))


@cache
def _months_alone() -> re.Pattern[str]:
    return re.compile(
        rf"(?i)(?<!\w)(?:(?P<led>{alternation(all_of('dates', 'before_month'))})\s)?(?P<month>{_months()})"
    )


def months_named(text: str) -> list[int]:
    """Months that are named without day and year ("creatinine in January"); those that are people too, behind "in"."""
    found = ((match["led"], match["month"].lower().rstrip(".")) for match in _months_alone().finditer(text))
    return [months()[name] for led, name in found if led or name not in all_of("dates", "names_too")]


def _dated(text: str, language: str) -> list[Moment]:
    return [m for match in _dates().finditer(text) if (m := _date(match, language))]


def full_days(text: str, language: str = "en") -> list[str]:
    """The days, with their year, that stand in a text, in order, as ISO dates."""
    if not any(map(str.isdigit, text)):  # most cells of a table
        return []
    found = (m.start for m in _dated(text, known(language)) if m.kind == "date")
    return [day for day in found if len(day) == _ISO and day[0].isdigit()]


def moments(
    text: str, language: str = "en", anchor: date | None = None, found: list[Numeral] | None = None
) -> list[Moment]:
    """Dates, months, years, durations and days counted from now, in order of their start, without overlap.

    Args:
        text: any text.
        language: decides the order of day and month in `04/03/2021` and the words that are known.
        anchor: the day that `two weeks ago` counts from; without it such a moment has `days` alone.
        found: the numbers of `text`, when the caller has them already.
    """
    language, text = known(language), plain_letters(text)
    out = _dated(text, language)
    taken = {position for m in out for position in range(m.span.start, m.span.end)}
    found = numerals(text, language) if found is None else found
    for moment in _compound(text, list(_durations(text, language, found, anchor))):
        # "April 3 days"? A day of the month is no length; a year is none either.
        if moment.span.start not in taken:
            out.append(moment)
    table = {k.lower(): float(v) for k, v in own(language, "dates")["relative"].items()}
    for match in _relative_words(language).finditer(text):
        if match.start() not in taken:
            out.append(_relative(Span(match.start(), match.end()), table[match.group().lower()], anchor))
    return sorted(out, key=lambda m: (m.span.start, m.span.end))
