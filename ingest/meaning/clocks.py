"""Times of day: `14:20`, `2.20 pm`, `half past nine`, `halb zehn`, `오후 2시 20분`, as minutes after midnight.

"Half past nine" may be either half of the day: such a time has both readings. The forms and words are the data
`clock.toml` of each language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from casefolio.ingest.data import alternation
from casefolio.ingest.document import Span
from casefolio.ingest.languages import any_of, applying, every, known, own
from casefolio.ingest.languages import table as table_of
from casefolio.ingest.meaning.numerals import plain_letters

# Hours and minutes as every language writes them.
_WRITTEN = r"(?<![\d:.,/])(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])"
_LEADING = 24  # characters before a time in which a word tells that it is none
_HALF_DAY = 12 * 60
_DAY = 24 * 60
_EVENING = 6  # hour from which "at night" is before midnight


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day.

    Attributes:
        span: its words.
        minutes: after midnight; two where nothing says which half of the day is meant.
    """

    span: Span
    minutes: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    minutes: int
    exact: bool  # whether digits alone count 24 hours


@cache
def _hours(language: str) -> dict[str, int]:
    units = table_of(language, "numbers").get("units", {})
    return {word.lower(): int(value) for word, value in units.items() if 1 <= value <= 12}


@cache
def _halves(language: str) -> dict[str, str]:
    return {word.lower(): half for word, half in own(language, "clock").get("halves", {}).items()}


@cache
def _forms(language: str) -> tuple[_Form, ...]:
    clock = own(language, "clock")
    end = "" if any(word[-1] >= "가" for word in _halves(language)) else r"(?!\w)"
    halves = rf"(?:{alternation(_halves(language))}){end}"
    out = [_Form(re.compile(_WRITTEN), 0, False)]
    for row in clock.get("form", []):
        pattern = row["pattern"].replace("{hour}", rf"(?P<hour>\d{{1,2}}|{alternation(_hours(language))})")
        pattern = pattern.replace("{minute}", r"(?P<minute>[0-5]\d)")
        short = alternation(word for word in _halves(language) if " " not in word)
        pattern = pattern.replace("{short}", rf"(?P<half0>(?:{short}){end})")
        for number in range(1, pattern.count("{half}") + 1):
            pattern = pattern.replace("{half}", f"(?P<half{number}>{halves})", 1)
        out.append(_Form(re.compile(f"(?i:{pattern})"), row.get("minutes", 0), clock.get("digits") == _DAY // 60))
    if clock.get("whole"):
        closed = clock.get("whole_end", end)
        out.append(_Form(re.compile(rf"(?i)(?<!\w)(?P<whole>{alternation(clock['whole'])})(?:{closed})"), 0, True))
    return tuple(out)


def _minutes(match: re.Match[str], form: _Form, language: str) -> frozenset[int]:
    """The readings of a match, none where the clock has no such time."""
    said = match.groupdict()
    if said.get("whole"):
        whole = {word.lower(): value for word, value in own(language, "clock")["whole"].items()}
        return frozenset((whole[said["whole"].lower()],))
    written = said["hour"]
    hour = int(written) if written.isdigit() else _hours(language)[written.lower()]
    if hour > _DAY // 60:
        return frozenset()
    past = int(said.get("minute") or 0) + form.minutes
    half = next((_halves(language)[w.lower()] for n, w in said.items() if n.startswith("half") and w), "")
    at = hour * 60 + past
    if hour > 12 or hour == 0 or written.startswith("0") or (form.exact and written.isdigit() and not half):
        return frozenset((at % _DAY,))
    first = at % _HALF_DAY
    return frozenset(
        {
            "am": (first,),
            "pm": (first + _HALF_DAY,),
            "noon": (first if hour == 11 else first + _HALF_DAY,),
            "night": (first if hour % 12 < _EVENING else first + _HALF_DAY,),
        }.get(half, (first, first + _HALF_DAY))
    )


def _is_none(text: str, start: int, end: int) -> bool:
    """Whether digits are a ratio, a clause or a length of time: "titre 1:40", "2:30 hours"."""
    return _before().search(text, max(0, start - _LEADING), start) is not None or is_length(text, end)


def is_length(text: str, end: int) -> bool:
    """Whether a unit of time follows digits that end here: "2.30 hours"."""
    return _behind().match(text, end) is not None


@cache
def _before() -> re.Pattern[str]:
    return re.compile(f"(?i:{any_of('clock', 'none_behind')})$")


@cache
def _behind() -> re.Pattern[str]:
    units = alternation(word for _, dates in every("dates") for word in dates.get("units", {}))
    return re.compile(rf"(?i)\s?(?:{units})(?![^\W\d_])")


def clocks(text: str, language: str) -> Iterator[Clock]:
    """Times of day in order of their start, without overlap; of two that start alike, the longer."""
    found: list[Clock] = []
    text = plain_letters(text)
    for each in applying(known(language)):
        for form in _forms(each):
            for match in form.pattern.finditer(text):
                minutes = _minutes(match, form, each)
                if minutes and not _is_none(text, match.start(), match.end()):
                    found.append(Clock(Span(match.start(), match.end()), minutes))
    end = -1
    for clock in sorted(found, key=lambda c: (c.span.start, -c.span.end)):
        if clock.span.start >= end:
            yield clock
            end = clock.span.end
