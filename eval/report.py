"""A report of a run: scores from the records, written as JSON, Markdown and one HTML page.

Nothing but the run's folder is needed. Figures come from the records alone, so a report made twice is the same to the
last byte; timings stand in a file and in a part of the page of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casefolio.eval.measures.registry import is_detail, is_judged, is_lower_better
from casefolio.eval.measures.score_tables import Scores
from casefolio.eval.results import read_run, records_of, timings_of, write_json, write_whole
from casefolio.eval.runner import SCORERS
from casefolio.eval.statistics import Figure, percentile

TIMED = ("search", "ask", "processor")
SHARES = (0.5, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class SetReport:
    """One set: scores by configuration, how many cases each has, and its timings in milliseconds by what was timed."""

    name: str
    kind: str
    sha256: str
    n: int
    scores: dict[str, Scores]
    done: dict[str, int]
    timings: dict[str, dict[str, list[float]]]
    about: dict[str, dict[str, Any]]

    @property
    def measures(self) -> list[str]:
        """Every measure of any configuration, in the order of the scorer; what counts passages comes last."""
        return sorted(dict.fromkeys(n for s in self.scores.values() for n in s.figures), key=is_detail)

    def best(self, measure: str) -> float:
        """The best value of a measure; NaN where it is not judged or all are the same."""
        values = [s.figures[measure].value for s in self.scores.values() if measure in s.figures]
        values = [v for v in values if not math.isnan(v)]
        if len(set(values)) < 2 or not is_judged(measure):
            return math.nan
        return min(values) if is_lower_better(measure) else max(values)


@dataclass(frozen=True, slots=True)
class Report:
    """A run and the scores of its sets."""

    run: dict[str, Any]
    sets: tuple[SetReport, ...]


def gather(out: Path) -> Report:
    """Scores every configuration on every set of a run, finished or not.

    Raises:
        UsageError: where the folder holds no run.
    """
    run = read_run(out)
    return Report(run, tuple(_gather_set(out, one) for one in run["sets"]))


def _gather_set(out: Path, one: dict[str, Any]) -> SetReport:
    scores, done, timings, about = {}, {}, {}, {}
    for name in one["configurations"]:
        records = records_of(out, one["name"], name, one["ids"])
        if not records:
            continue
        scores[name], done[name] = SCORERS[one["kind"]](records), len(records)
        lines = timings_of(out, one["name"], name)
        timings[name] = {part: [1000 * t[part] for t in lines if part in t] for part in TIMED}
        about[name] = next(iter(_about(out, one["name"], name)), {})
    return SetReport(one["name"], one["kind"], one["sha256"], len(one["ids"]), scores, done, timings, about)


def _about(out: Path, set_name: str, name: str) -> list[dict[str, Any]]:
    import json

    path = out / "results" / set_name / f"{name}.json"
    return [json.loads(path.read_text("utf-8"))] if path.exists() else []


def write_report(out: Path, *, timings: bool = True) -> Report:
    """Writes `report.html`, `report.md`, `report.json` and `timings.json` into a run's folder.

    Args:
        out: the folder.
        timings: whether the page has its part with timings; without them it is the same in every run.

    Raises:
        UsageError: where the folder holds no run.
    """
    from casefolio.eval.html_report import page

    report = gather(out)
    write_json(out / "report.json", as_json(report))
    write_whole(out / "report.md", as_markdown(report))
    write_json(out / "timings.json", timings_json(report))
    write_whole(out / "report.html", page(report, timings=timings))
    return report


# ---------------------------------------------------------------- JSON


def as_json(report: Report) -> dict[str, Any]:
    """Plain values; NaN is null."""
    run = {**report.run, "sets": [{k: v for k, v in one.items() if k != "ids"} for one in report.run["sets"]]}
    return {"run": run, "sets": [_set_json(one) for one in report.sets]}


def _set_json(one: SetReport) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "sha256": one.sha256,
        "cases": one.n,
        "configurations": [
            {
                "name": name,
                "about": one.about[name],
                "done": one.done[name],
                "failed": dict(sorted(scores.failed.items())),
                "primary": scores.primary,
                "figures": {m: figure_json(f) for m, f in scores.figures.items()},
                "breakdown": {
                    by: {g: figure_json(f) for g, f in rows.items()} for by, rows in scores.breakdown.items()
                },
                "curves": {c: [list(p) for p in points] for c, points in scores.curves.items()},
                "worst": [w.id for w in scores.worst],
            }
            for name, scores in one.scores.items()
        ],
    }


def figure_json(figure: Figure) -> dict[str, Any]:
    """Value, interval and counts."""
    return {
        "value": _number(figure.value),
        "low": _number(figure.low),
        "high": _number(figure.high),
        "n": figure.n,
        "unscored": figure.unscored,
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def timings_json(report: Report) -> dict[str, Any]:
    """Percentiles in milliseconds; what differs from run to run stands here and nowhere else."""

    def percentiles(values: list[float]) -> dict[str, float]:
        return {f"p{share * 100:g}": round(percentile(values, share), 3) for share in SHARES} | {"n": len(values)}

    return {
        one.name: {
            name: {part: percentiles(values) for part, values in parts.items() if values}
            for name, parts in one.timings.items()
        }
        for one in report.sets
    }


# ---------------------------------------------------------------- Markdown


def as_markdown(report: Report) -> str:
    """One table a set: measures down, configurations across."""
    lines = ["# Evaluation", "", *_facts(report.run), ""]
    for one in report.sets:
        lines += [f"## {one.name}", "", f"{one.n} cases, {one.kind}, SHA-256 `{one.sha256[:12]}`", ""]
        lines += markdown_table(one)
        lines += [f"- {name}: {one.done[name]} of {one.n} cases run" for name in one.scores if one.done[name] < one.n]
        lines += [f"- {name}: {len(s.failed)} cases without a result" for name, s in one.scores.items() if s.failed]
        lines.append("")
    return "\n".join(lines)


def markdown_table(one: SetReport) -> list[str]:
    """Lines of the table of a set."""
    names = list(one.scores)
    lines = ["| measure | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for measure in one.measures:
        best = one.best(measure)
        cells = [_cell(one.scores[name].figures.get(measure), best) for name in names]
        lines.append(f"| {measure} | " + " | ".join(cells) + " |")
    return lines


def _cell(figure: Figure | None, best: float) -> str:
    if figure is None:
        return "–"
    text = shown(figure)
    value, _, rest = text.partition(" ")
    text = f"**{value}**" + (f" {rest}" if rest else "") if figure.value == best else text
    return text + (f" ({figure.unscored} unscored)" if figure.unscored else "")


def shown(figure: Figure) -> str:
    """A figure for a reader; amounts of characters without decimals."""
    if figure.value <= 1.5 or math.isnan(figure.value):
        return str(figure)
    interval = "" if math.isnan(figure.low) else f" [{figure.low:.0f}, {figure.high:.0f}]"
    return f"{figure.value:.0f}{interval}"


def timings_markdown(report: Report) -> str:
    """Seconds of an answer, and of the processor for it, in the mean; empty where nothing was answered."""
    lines: list[str] = []
    for one in report.sets:
        rows = {n: p for n, p in one.timings.items() if p.get("ask")}
        if rows:
            lines += [f"## {one.name}: an answer takes", "", "| | seconds | processor seconds |", "|---|---|---|"]
            lines += [f"| {n} | {_mean_s(p['ask'])} | {_mean_s(p.get('processor', []))} |" for n, p in rows.items()]
            lines.append("")
    return "\n".join(lines)


def _mean_s(milliseconds: Sequence[float]) -> str:
    return f"{math.fsum(milliseconds) / len(milliseconds) / 1000:.2f}" if milliseconds else "–"


def _facts(run: dict[str, Any]) -> list[str]:
    return [f"- {name}: {value}" for name, value in facts(run)]


def facts(run: dict[str, Any]) -> Sequence[tuple[str, str]]:
    """Pairs of name and value that say what the figures were measured with."""
    dirty = {True: " with uncommitted changes", False: "", None: ""}[run.get("dirty")]
    found = [
        ("revision", (run.get("revision") or "not in a checkout") + dirty),
        ("source", f"SHA-256 {run.get('source_sha256', '')[:16]}"),
        ("Python", run.get("python", "")),
        ("versions", ", ".join(f"{n} {v}" for n, v in run.get("versions", {}).items())),
        ("prompts", ", ".join(f"{n} {h[:12]}" for n, h in run.get("prompts", {}).items())),
        ("seed", str(run["seed"])),
        ("intervals", "95 %, percentile bootstrap, 2000 draws of whole groups"),
    ]
    return [(name, value) for name, value in found if value]
