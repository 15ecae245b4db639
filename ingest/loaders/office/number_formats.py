"""Numbers as a workbook shows them: decimals, per cent, currencies, units in quotes, hours beyond a day.

The language of number formats is that of ECMA-376, part 1, 18.8.31; what is read of it is what changes a value's words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<bracket>[^\]]*)\]'
    r"|_(?P<pad>.)|\*(?P<fill>.)|(?P<exponent>[Ee][+-]0+)|(?P<digits>[0#?][0#?,]*(?:\.[0#?]+)?|\.[0#?]+)"
    r"|(?P<fraction>/)|(?P<percent>%)|(?P<text>@)|(?P<general>General)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_CONDITION = re.compile(r"\[(?:[<>=]|[<>]=|<>)")


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the sections of a format: the words before and behind the digits, and how these are written."""

    before: str
    behind: str
    digits: str
    percent: int
    exponent: bool
    fraction: bool
    general: bool


def elapsed(days: float, form: str) -> str | None:
    """A duration in days as `26:30` where the format counts hours beyond a day, or None where it does not."""
    match = _ELAPSED.search(form)
    if match is None:
        return None
    unit = match[1][0].lower()
    seconds = round(abs(Decimal(repr(days)) * 86_400))
    sign = "-" if days < 0 else ""
    if unit == "s":
        return f"{sign}{seconds}"
    minutes = seconds // 60
    shows_seconds = "s" in form[match.end() :].lower()
    behind = f":{seconds % 60:02d}" if shows_seconds else ""
    if unit == "m":
        return f"{sign}{minutes:0{len(match[1])}d}{behind}"
    return f"{sign}{minutes // 60:0{len(match[1])}d}:{minutes % 60:02d}{behind}"


def formatted(value: float, form: str) -> str | None:
    """A number as its format shows it; empty where it shows nothing; None where the format has no digits of its own."""
    if not form or form.lower() == "general" or _CONDITION.search(form):
        return None
    sections = _sections(form)
    exact = Decimal(repr(value))
    index = 0
    if exact < 0 and len(sections) > 1:
        index = 1
    elif exact == 0 and len(sections) > 2:
        index = 2
    section = sections[index]
    if section.general or section.exponent or section.fraction:
        return None
    if not section.digits:
        return f"{section.before}{section.behind}".strip() if len(sections) > 1 or section.before else None
    number, nonzero = _digits(abs(exact) * 100**section.percent, section.digits)
    said = f"{section.before}{number}{section.behind}".strip()
    # a section for negative numbers says so in its own way, by brackets or a sign; where it does by colour alone,
    # the sign is kept all the same
    own = index == 1 and any(c in f"{section.before}{section.behind}" for c in "-(−")
    return f"-{said}" if exact < 0 and nonzero and not own else said


def _digits(value: Decimal, form: str) -> tuple[str, bool]:
    """Digits by a pattern as `#,##0.00`, and whether any of them is not 0."""
    whole, _, decimals = form.partition(".")
    while whole.endswith(","):  # thousands that are not shown
        whole, value = whole[:-1], value / 1000
    places, needed = len(decimals), decimals.count("0")
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:{',' if ',' in whole else ''}.{places}f}"
    left, _, right = text.partition(".")
    while len(right) > needed and right.endswith("0"):
        right = right[:-1]
    left = left.rjust(whole.count("0"), "0") if "," not in whole else left
    return (f"{left}.{right}" if right else left), rounded != 0


@lru_cache(maxsize=512)
def _sections(form: str) -> tuple[_Section, ...]:
    return tuple(_section(part) for part in _parts(form))


def _parts(form: str) -> list[str]:
    """The sections of a format, parted by semicolons that stand in no quotes."""
    parts, last, quoted = [], 0, False
    for at, character in enumerate(form):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted and form[at - 1 : at] != "\\":
            parts.append(form[last:at])
            last = at + 1
    return [*parts, form[last:]]


def _section(part: str) -> _Section:
    before, behind, digits = "", "", ""
    percent = 0
    exponent = fraction = general = False
    for match in _TOKEN.finditer(part):
        kind, said = match.lastgroup or "other", match[match.lastgroup or "other"]
        literal = said if kind in ("quoted", "escaped", "currency", "other") else ""
        if kind == "digits":
            digits = digits or said
        elif kind == "percent":
            percent, literal = percent + 1, "%"
        exponent = exponent or kind == "exponent"
        fraction = fraction or kind == "fraction"
        general = general or kind in ("general", "text")
        if digits:
            behind += literal
        else:
            before += literal
    return _Section(before, behind, digits, percent, exponent, fraction, general)
