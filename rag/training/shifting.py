"""Dates moved by a number of days, written as they were: `3.4.2021`, `04/03/2021`, `3 April 2021`, `2021년 4월 3일`.

A year alone, or a month with its year, stays: it names nobody.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from casefolio.ingest.data import alternation
from casefolio.ingest.languages import about, every
from casefolio.ingest.meaning.moments import signs

_UNDATED = 2023  # the year in which a day without one is moved; none in which a day of February more would matter


@cache
def _months() -> dict[str, int]:
    return {name.lower(): number for _, dates in every("dates") for name, number in dates.get("months", {}).items()}


def _names(number: int, like: str) -> str:
    """The name of a month in the language of another one, whole or cut short as that one is."""
    month = _months()[like.lower()]
    tables: list[dict[str, int]] = [dates["months"] for _, dates in every("dates") if "months" in dates]
    table = next(t for t in tables if like.lower() in (name.lower() for name in t))
    whole = {m: max((n for n, at in table.items() if at == m), key=len) for m in (month, number)}
    if len(like) >= len(whole[month]):
        return whole[number]
    return min((name for name, at in table.items() if at == number), key=len)


@cache
def _pattern() -> re.Pattern[str]:
    month = alternation(_months())
    y, m, d = signs().values()
    forms = [
        r"(?<![\d.-])(?P<y1>(?:19|20)\d\d)(?P<s1>[-./] ?)(?P<m1>\d{1,2})(?P<t1>[-./] ?)(?P<d1>\d{1,2})(?!\d)",
        r"(?<![\d.])(?P<d2>\d{1,2})(?P<s2>\. ?)(?P<m2>\d{1,2})(?P<t2>\. ?)(?P<y2>\d{4}|\d{2})?(?!\d|\.\d)(?<=[\d. ])",
        r"(?<![\d/])(?P<a3>\d{1,2})/(?P<b3>\d{1,2})/(?P<y3>\d{4}|\d{2})(?![\d/])",
        rf"(?<!\d)(?P<d4>\d{{1,2}})(?P<s4>(?:st|nd|rd|th)?\.?\s(?:of\s)?)(?P<m4>{month})(?P<t4>\.?,?\s)(?P<y4>\d{{4}})",
        rf"\b(?P<m5>{month})(?P<s5>\.?\s)(?P<d5>\d{{1,2}})(?P<t5>(?:st|nd|rd|th)?,?\s)(?P<y5>\d{{4}})",
        rf"(?<!\d)(?:(?P<y6>\d{{4}})(?P<s6>\s?{y}\s?))?(?P<m6>\d{{1,2}})(?P<t6>\s?{m}\s?)(?P<d6>\d{{1,2}})(?P<u6>\s?{d})",
    ]
    return re.compile("|".join(forms), re.I)


def shifted(text: str, days: int, language: str = "en") -> str:
    """The text with every full date, and every day with its month, moved.

    Args:
        text: any.
        days: forward, or back where negative.
        language: says whether 04/03/2021 is read month first.
    """
    return _pattern().sub(lambda match: _moved(match, days, language) or match[0], text)


def _moved(match: re.Match[str], days: int, language: str) -> str | None:
    g = match.groupdict()
    form = next(k for k in "123456" if g.get(f"m{k}") or g.get(f"a{k}"))
    if form == "3":
        first, second = int(g["a3"]), int(g["b3"])
        month_first = about(language)["first"] == "month" and first <= 12
        new = _date(g["y3"], first if month_first else second, second if month_first else first, days)
        if new is None:
            return None
        a, b = (new.month, new.day) if month_first else (new.day, new.month)
        wide = _is_wide(g["a3"], g["b3"])
        return f"{_like(a, wide)}/{_like(b, wide)}/{_year(new, g['y3'])}"
    month = g[f"m{form}"]
    named = form in "45"
    new = _date(g[f"y{form}"], _months()[month.lower()] if named else int(month), int(g[f"d{form}"]), days)
    if new is None:
        return None
    wide = _is_wide(g[f"d{form}"], "" if named else month) if form in "12" else g[f"d{form}"].startswith("0")
    day, year = _like(new.day, wide), _year(new, g[f"y{form}"])
    told = _cased(_names(new.month, month), month) if named else _like(new.month, wide)
    s, t = g[f"s{form}"] or "", g[f"t{form}"] or ""
    if form == "1":
        return f"{year}{s}{told}{t}{day}"
    if form in "24":
        return f"{day}{s}{told}{t}{year}"
    return f"{told}{s}{day}{t}{year}" if form == "5" else f"{year}{s}{told}{t}{day}{g['u6']}"


def _date(year: str | None, month: int, day: int, days: int) -> date | None:
    number = _UNDATED if not year else int(year) + (0 if len(year) == 4 else 2000 if int(year) <= 40 else 1900)
    try:
        return date(number, month, day) + timedelta(days)
    except (ValueError, OverflowError):
        return None


def _is_wide(*written: str) -> bool:
    """Whether day and month are written in two digits, as far as it shows."""
    return any(w.startswith("0") for w in written) or all(len(w) == 2 for w in written)


def _like(number: int, wide: bool) -> str:
    return f"{number:02}" if wide else str(number)


def _year(new: date, written: str | None) -> str:
    return "" if not written else str(new.year)[-len(written) :]


def _cased(name: str, like: str) -> str:
    return name.upper() if like.isupper() else name.capitalize() if like[0].isupper() else name
