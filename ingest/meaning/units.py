"""Units from `common/units.toml`: what is written beside a number, and what it means in canonical units."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from casefolio.ingest.data import alternation
from casefolio.ingest.languages import common

_RAISED = str.maketrans("³⁶⁹", "369")
_MANY = {"": 1.0, "k": 1e3, "tsd": 1e3, "mio": 1e6, "g": 1e9, "t": 1e12}
_FLOWING = ("mass", "volume", "activity", "substance")
_PER_LITRE = {"l": 1.0, "ml": 1e3, "µl": 1e6, "nl": 1e9}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, or a compound of two or three: canonical name, dimension, and how to get there."""

    canonical: str
    dimension: str
    factor: float = 1.0
    offset: float = 0.0

    def convert(self, value: float) -> float:
        """`value` in the canonical unit, to 9 significant digits, so that 0.1 g and 100 mg are equal."""
        return float(f"{value * self.factor + self.offset:.9g}")


def _data() -> dict[str, Any]:
    return common("units")


@cache
def _per() -> str:
    """Between a unit and the one below it."""
    return rf"\s?(?:{'|'.join(_data()['per'])})\s?"


@cache
def _spellings() -> tuple[dict[str, Unit], dict[str, Unit]]:
    folded: dict[str, Unit] = {}
    exact: dict[str, Unit] = {}
    for row in _data()["unit"]:
        unit = Unit(row["canonical"], row["dimension"], float(row["factor"]), float(row.get("offset", 0.0)))
        folded.update({w.lower(): unit for w in row["words"]})
        exact.update(dict.fromkeys(row.get("exact", []), unit))
    return folded, exact


def _bounded(words: list[str]) -> str:
    """Latin spellings end at a word's end; Hangul ones may carry a particle."""
    hangul = [w for w in words if "가" <= w[-1] <= "힣"]
    others = [w for w in words if w not in hangul]
    open_ended = [w for w in others if not w[-1].isalnum()]
    latin = [w for w in others if w not in open_ended]
    return rf"(?:(?:{alternation(latin)})(?![0-9A-Za-zÀ-ɏ])|{alternation(open_ended)}|{alternation(hangul)})"


@cache
def after_number() -> re.Pattern[str]:
    """Matches right behind a number: unit and up to two denominators."""
    folded, exact = _spellings()
    unit = rf"(?:(?i:{_bounded(list(folded))})|(?:{alternation(list(exact))})(?![0-9A-Za-zÀ-ɏ]))"
    words = _bounded([*folded, *_data()["over_time"]])
    below = rf"(?:(?i:{words})|(?:{alternation(list(exact))})(?![0-9A-Za-zÀ-ɏ])|1[.,]73\s?m²|100)"
    power = r"(?:\s?(?:x|×|\*)\s?10\^?(?P<power>12|[³⁶⁹369]))?"
    giga = r"(?P<cells>(?:Mio\.?|G|T|Tsd\.?|K)\s?/\s?(?:[µμunm]?[lL])(?![0-9A-Za-z]))"
    return re.compile(
        rf"(?:\s|-)?(?:{power}\s?)(?:{giga}|(?P<top>{unit})(?P<below>(?:(?i:{_per()}){below}){{0,2}})|(?P<bare>/\s?(?i:µl|μl|ul|nl|ml|l|min|h)(?![0-9A-Za-z])))"
    )


@cache
def spelled(dimension: str = "", most: float = math.inf) -> str:
    """A pattern, to be matched without case, for the units of a dimension (any) up to a factor, in each spelling."""
    folded, _ = _spellings()
    units = folded.items()
    return _bounded([word for word, unit in units if dimension in ("", unit.dimension) and unit.factor <= most])


@cache
def before_number() -> re.Pattern[str]:
    """Matches a currency sign or code that ends where the number starts."""
    words = [
        w
        for row in _data()["unit"]
        if row["dimension"] == "money"
        for w in row["words"]
        if len(w) <= 4 and w not in _data()["behind"]
    ]
    return re.compile(rf"(?i:(?<!\w)(?:{alternation(words)})\s?)$")


def lookup(spelling: str) -> Unit | None:
    """The unit of one spelling."""
    folded, exact = _spellings()
    return exact.get(spelling) or folded.get(spelling.lower())


@cache
def _rate_before() -> re.Pattern[str]:
    return re.compile(rf"(?i:(?P<word>{alternation(_data()['rate_before'])})\s?)$")


def over_time_before(text: str, start: int, unit: Unit) -> tuple[Unit, int] | None:
    """The rate that a word right before an amount makes of it, and where that word starts."""
    match = _rate_before().search(text, max(0, start - 6), start)
    if match is None or "/" in unit.canonical or unit.dimension not in _FLOWING:
        return None
    time = _data()["rate_before"][match["word"].lower()]
    return Unit(f"{unit.canonical}/{time}", "rate", unit.factor), match.start()


def compose(match: re.Match[str]) -> Unit:
    """The unit of what `after_number` matched."""
    power = 10.0 ** int((match["power"] or "0").translate(_RAISED))
    if match["cells"] or match["bare"]:
        name = re.sub(r"[\s.]", "", match["cells"] or match["bare"]).lower().replace("μ", "µ").replace("/ul", "/µl")
        if name in ("/min", "/h"):
            return Unit(name, "rate")
        many, below = name.split("/")
        return Unit("/l", "concentration", power * _MANY[many] * _PER_LITRE[below])
    top = lookup(match["top"])
    assert top is not None
    parts = [p for p in re.split(rf"(?i){_per()}", match["below"]) if p]
    name, dimension, factor = top.canonical, top.dimension, top.factor * power
    for part in parts:
        under = lookup(part)
        if (time := _data()["over_time"].get(part.lower())) is not None:
            name, dimension = f"{name}/{time}", "rate"
        elif under is None:
            name = f"{name}/{part.replace(' ', '')}"
        else:
            name, factor = f"{name}/{under.canonical}", factor / under.factor
            dimension = "concentration" if under.dimension == "volume" else "rate"
    return Unit(name, dimension, factor, top.offset)
