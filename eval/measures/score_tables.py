"""What scoring gives, whatever was scored: figures, values case by case, curves, and the cases that went worst."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from casefolio.eval.statistics import Figure, mean_figure

Record = dict[str, Any]
Curve = tuple[tuple[float, float], ...]
WORST = 12


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage for a reader: `marks` are half-open characters of `text` that are gold (or were flagged)."""

    title: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Worst:
    """One of the cases that went worst: what was asked, what should have been found, and what was."""

    id: str
    question: str
    value: float
    note: str
    gold: tuple[Passage, ...]
    found: tuple[Passage, ...]


@dataclass(slots=True)
class Scores:
    """Scores of one configuration on one set.

    Attributes:
        primary: the measure that worst cases, breakdowns and comparisons go by.
        figures: by measure, in the order in which they are shown.
        cases: by measure, the value of each case by id; NaN where it could not be scored.
        groups: group of each case by id.
        curves: by name, points (x, y).
        breakdown: the primary measure by language, group or kind.
        worst: worst first.
        failed: cases in which the system broke off, with the reason by id.
    """

    primary: str
    figures: dict[str, Figure] = field(default_factory=dict)
    cases: dict[str, dict[str, float]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
    breakdown: dict[str, dict[str, Figure]] = field(default_factory=dict)
    worst: tuple[Worst, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)

    def add_means(self, rows: dict[str, dict[str, float]]) -> None:
        """Adds per-case values and their means, given measures by id of the case.

        A measure that is absent does not apply to the case; one that is NaN applies and could not be scored.
        """
        for name in dict.fromkeys(n for row in rows.values() for n in row):
            values = {i: row[name] for i, row in rows.items() if name in row}
            self.cases[name] = values
            self.figures[name] = mean_figure(list(values.values()), [self.groups[i] for i in values])

    def break_down(self, by: str, keys: dict[str, str]) -> None:
        """Adds the primary measure for each value of a property of cases; nothing where all share one value."""
        values = self.cases.get(self.primary, {})
        names = sorted({keys[i] for i in values})
        if len(names) < 2:
            return
        self.breakdown[by] = {}
        for name in names:
            ids = [i for i in values if keys[i] == name]
            # Inside one group there are no groups to draw: its cases stand alone.
            groups: Sequence[Hashable] = ids if by == "group" else [self.groups[i] for i in ids]
            figure = mean_figure([values[i] for i in ids], groups)
            if figure.n:
                self.breakdown[by][name] = figure


class Scorer(Protocol):
    """Turns the records of a run into scores; nothing but the records is needed."""

    def __call__(self, records: Sequence[Record]) -> Scores:
        """Scores of records in the order of the set."""


def failed_of(records: Sequence[Record]) -> dict[str, str]:
    """Why a case has no score, of each that has none."""
    return {r["id"]: r.get("error") or r["unscored"] for r in records if "error" in r or "unscored" in r}


def worst_first(records: Sequence[Record], scores: Scores) -> list[Record]:
    """The cases that went worst by the primary measure."""
    values = scores.cases.get(scores.primary, {})
    kept = [r for r in records if not math.isnan(values.get(r["id"], math.nan))]
    return sorted(kept, key=lambda r: (values[r["id"]], r["id"]))[:WORST]
