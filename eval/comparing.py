"""Two runs case by case: what changed, whether that could be chance, and which cases won and lost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casefolio.eval.measures.registry import is_judged, is_lower_better
from casefolio.eval.report import Report, SetReport, gather
from casefolio.eval.statistics import Comparison, compare
from casefolio.ingest.errors import UsageError


@dataclass(frozen=True, slots=True)
class Pair:
    """One measure of one set under two configurations; `winner` is empty where the interval holds 0."""

    set_name: str
    measure: str
    a: str
    b: str
    value_a: float
    value_b: float
    comparison: Comparison

    @property
    def winner(self) -> str:
        """Name of the better one, where the interval of the difference excludes 0."""
        c = self.comparison
        if math.isnan(c.low) or c.low <= 0.0 <= c.high:
            return ""
        return self.b if (c.difference > 0) != is_lower_better(self.measure) else self.a

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        c = self.comparison
        plain = {k: None if math.isnan(v) else v for k, v in
                 {"difference": c.difference, "low": c.low, "high": c.high, "p": c.p,
                  "value_a": self.value_a, "value_b": self.value_b}.items()}  # fmt: skip
        return {
            "set": self.set_name, "measure": self.measure, "a": self.a, "b": self.b, **plain, "winner": self.winner,
            "cases": c.n, "unpaired": c.unpaired, "wins": list(c.wins), "losses": list(c.losses),
        }  # fmt: skip


def compare_runs(first: str, second: str) -> list[Pair]:
    """Compares two runs on the sets that both have.

    Args:
        first: a run's folder, or `FOLDER:CONFIGURATION`.
        second: likewise. Without configurations those of the same name are compared, or the only one with the only one.

    Raises:
        UsageError: where there is nothing to compare, or a set has changed between the runs.
    """
    (out_a, name_a), (out_b, name_b) = _place(first), _place(second)
    a, b = gather(out_a), gather(out_b)
    shared = [(x, y) for x in a.sets for y in b.sets if x.name == y.name]
    if not shared:
        raise UsageError(f"{first} and {second} have no set in common")
    changed = [x.name for x, y in shared if x.sha256 != y.sha256]
    if changed:
        raise UsageError(f"these sets differ between the two runs: {', '.join(changed)}", "run both on the same files")
    found = [pair for x, y in shared for pair in _compare_set(x, y, name_a, name_b)]
    if not found:
        raise UsageError(
            f"no configuration of {first} has its like in {second}: {_names(a)} and {_names(b)}",
            "name them: DIR:CONFIGURATION",
        )
    return found


def _place(text: str) -> tuple[Path, str]:
    if Path(text).is_dir():
        return Path(text), ""
    folder, colon, name = text.rpartition(":")
    return (Path(folder), name) if colon else (Path(text), "")


def _names(report: Report) -> str:
    return ", ".join(sorted({name for one in report.sets for name in one.scores})) or "none"


def _compare_set(x: SetReport, y: SetReport, name_a: str, name_b: str) -> list[Pair]:
    if name_a or name_b:
        pairs = [(a, b) for a in x.scores for b in y.scores if a == (name_a or a) and b == (name_b or b)]
        pairs = pairs if name_a and name_b else [(a, b) for a, b in pairs if len(pairs) == 1 or a == b]
    else:
        pairs = [(name, name) for name in x.scores if name in y.scores]
        if not pairs and len(x.scores) == len(y.scores) == 1:
            pairs = [(next(iter(x.scores)), next(iter(y.scores)))]
    return [pair for a, b in pairs for pair in _compare_scores(x, y, a, b)]


def _compare_scores(x: SetReport, y: SetReport, a: str, b: str) -> list[Pair]:
    of_a, of_b = x.scores[a], y.scores[b]
    groups = {**of_a.groups, **of_b.groups}
    out = []
    names = [of_a.primary, *(m for m in of_a.cases if m != of_a.primary)]
    for measure in names:
        if measure not in of_a.cases or measure not in of_b.cases or not is_judged(measure):
            continue
        lower = is_lower_better(measure)
        comparison = compare(of_a.cases[measure], of_b.cases[measure], groups, lower_is_better=lower)
        values = of_a.figures[measure].value, of_b.figures[measure].value
        out.append(Pair(x.name, measure, a, b, *values, comparison))
    return out


def as_text(pairs: list[Pair], *, every: bool = False, listed: int = 10) -> str:
    """A table for a reader, and the cases that won and lost by the primary measure of each set.

    Args:
        pairs: in the order of sets and measures.
        every: whether all measures are shown, or the primary one of each set alone.
        listed: how many cases are named.
    """
    shown = pairs if every else list({(p.set_name, p.a, p.b): p for p in reversed(pairs)}.values())[::-1]
    lines = ["| set | measure | a | b | difference b − a | p | wins / losses | better |", "|---" * 8 + "|"]
    for p in shown:
        c = p.comparison
        interval = "" if math.isnan(c.low) else f" [{c.low:+.3f}, {c.high:+.3f}]"
        both = f"{p.a} {p.value_a:.3f} | {p.b} {p.value_b:.3f} | {c.difference:+.3f}{interval}"
        counts = f"{len(c.wins)} / {len(c.losses)} of {c.n}"
        lines.append(f"| {p.set_name} | {p.measure} | {both} | {c.p:.4f} | {counts} | {p.winner or 'neither'} |")
    primary = list({(p.set_name, p.a, p.b): p for p in reversed(pairs)}.values())[::-1]
    for p in primary:
        for what, ids in (("won", p.comparison.wins), ("lost", p.comparison.losses)):
            if ids:
                more = f" and {len(ids) - listed} more" if len(ids) > listed else ""
                lines.append(f"\n{p.set_name}, {p.b} {what}: {', '.join(ids[:listed])}{more}")
        if p.comparison.unpaired:
            lines.append(f"\n{p.set_name}: {p.comparison.unpaired} cases were scored by one of the two only")
    return "\n".join(lines)
