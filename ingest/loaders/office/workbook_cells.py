"""A cell of a workbook as a reader sees it: its value in its format, without what is struck out or white on white."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from casefolio.ingest.loaders.office.number_formats import elapsed, formatted
from casefolio.ingest.loaders.shared.building import one_line
from casefolio.ingest.loaders.shared.symbols import superscript

_WHITE = 0xF0


@dataclass(slots=True)
class Seen:
    """What was left out of the cells of a workbook."""

    struck: int = 0
    hidden: int = 0


def shown(cell: Any, seen: Seen | None = None, *, on_colour: bool = False) -> str:
    """The text of a cell.

    Args:
        cell: of openpyxl.
        seen: counts what is left out.
        on_colour: whether a style of the table colours the ground, so that white letters can be read.
    """
    seen = seen or Seen()
    value = cell.value
    if value is None:
        return ""
    if _is_list(value):
        return one_line(_rich(value, seen))
    text = valued(value, str(getattr(cell, "number_format", "") or ""))
    font = getattr(cell, "font", None)
    if font is not None and font.strike:
        seen.struck += bool(text)
        return ""
    if font is not None and not on_colour and _is_white(font.color) and not _is_filled(cell):
        seen.hidden += len(text)
        return ""
    raised = font is not None and font.vertAlign == "superscript"
    return superscript(text) if raised else text


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _rich(blocks: Any, seen: Seen) -> str:
    """Text in several fonts: raised digits stay raised, what is struck out is left out."""
    pieces = []
    for block in blocks:
        font = getattr(block, "font", None)
        text = str(getattr(block, "text", block))
        if font is not None and font.strike:
            seen.struck += bool(text.strip())
        else:
            pieces.append(superscript(text) if font is not None and font.vertAlign == "superscript" else text)
    return "".join(pieces)


def _is_white(colour: Any) -> bool:
    if colour is None:
        return False
    if colour.type == "theme":
        return colour.theme == 0 and not colour.tint
    if colour.type != "rgb" or not isinstance(colour.rgb, str) or len(colour.rgb) != 8:
        return False
    return all(int(colour.rgb[at : at + 2], 16) >= _WHITE for at in (2, 4, 6))


def _is_filled(cell: Any) -> bool:
    """Whether a colour other than white lies behind the text."""
    fill = cell.fill
    if fill is None or getattr(fill, "patternType", "gradient") is None:
        return False
    return not _is_white(getattr(fill, "fgColor", None))


def valued(value: Any, form: str) -> str:
    """A value in its number format; dates in ISO order."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        whole_day = value.time() == datetime.time() and "h" not in form.lower()
        return value.date().isoformat() if whole_day else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, datetime.timedelta):
        days = value / datetime.timedelta(days=1)
        return elapsed(days, form) or elapsed(days, "[h]:mm") or str(value)
    if isinstance(value, datetime.time) and (counted := elapsed(_days(value), form)) is not None:
        return counted
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return _number(value, form)
    return one_line(str(value))


def _days(value: datetime.time) -> float:
    return (value.hour * 3600 + value.minute * 60 + value.second) / 86_400


def _number(value: float, form: str) -> str:
    if isinstance(value, float) and not -1e300 < value < 1e300:
        return str(value)
    if (counted := elapsed(value, form)) is not None:
        return counted
    said = formatted(value, form)
    if said is not None:
        return said
    exact = Decimal(repr(value))
    if exact == exact.to_integral_value():
        return str(int(exact))
    return f"{Decimal(f'{value:.15g}'):f}"
