"""The report as one HTML page that opens anywhere: no script, no font, no picture, nothing from a network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from casefolio.eval.measures.registry import is_detail, is_judged, is_lower_better, meaning
from casefolio.eval.measures.score_tables import Curve, Passage, Scores, Worst
from casefolio.eval.plots import interval_plot, line_plot
from casefolio.eval.runner import BASELINES
from casefolio.eval.statistics import Figure, percentile

if TYPE_CHECKING:
    from casefolio.eval.report import Report, SetReport

TEMPLATES = Path(__file__).parent / "templates"
MANY_FAILED = 5
KINDS = {
    "cases": "case set",
    "beir": "BEIR folder",
    "grounding": "grounding set",
    "assertions": "assertion set",
    "pairs": "pairs of claim and quote",
    "twins": "twins to be ranked",
}


def page(report: Report, *, timings: bool = True) -> str:
    """The whole page."""
    names = ", ".join(one.name for one in report.sets)
    body = [
        "<h1>Evaluation</h1>",
        f'<p class="lead">{escape(_told(report))}</p>',
        _provenance(report),
        "<nav>" + "".join(f'<a href="#{_anchor(s)}">{escape(s.name)}</a>' for s in report.sets) + "</nav>",
        *(_section(one) for one in report.sets),
    ]
    if timings:
        body.append(_timings(report))
    return Template((TEMPLATES / "page.html").read_text("utf-8")).substitute(
        title=escape(f"Evaluation: {names}"),
        style=(TEMPLATES / "report.css").read_text("utf-8"),
        body="\n".join(part for part in body if part),
    )


def _told(report: Report) -> str:
    cases = sum(one.n for one in report.sets)
    columns = len({name for one in report.sets for name in one.scores})
    many = f"{len(report.sets)} sets" if len(report.sets) > 1 else "1 set"
    return f"{many}, {cases:,} cases, {columns} configuration{'s' if columns > 1 else ''}"


def _provenance(report: Report) -> str:
    from casefolio.eval.report import facts

    pairs = [*facts(report.run)]
    for c in report.run.get("configurations", []):
        settings = ", ".join(f"{k} {v}" for k, v in c.items() if k != "name" and v not in ([], ""))
        pairs.append((f"configuration {c['name']}", settings))
    for one in report.sets:
        pairs.append((f"set {one.name}", f"SHA-256 {one.sha256}"))
        for name, about in one.about.items():
            contract = about.get("encoder")
            if contract:
                pairs.append((f"encoder of {name} on {one.name}", ", ".join(f"{k} {v}" for k, v in contract.items())))
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in pairs)
    return f'<details><summary>What the figures were measured with</summary><dl class="facts">{rows}</dl></details>'


def _anchor(one: SetReport) -> str:
    return "set-" + "".join(c if c.isalnum() else "-" for c in one.name)


def _section(one: SetReport) -> str:
    parts = [
        f'<h2 id="{_anchor(one)}">{escape(one.name)}</h2>',
        f'<p class="meta">{KINDS[one.kind]}, {one.n:,} cases, SHA-256 {one.sha256[:12]}</p>',
        *_warnings(one),
        _table(one, [m for m in one.measures if not is_detail(m)]),
        _details(one),
        _plots(one),
        *_breakdowns(one),
        *(_worst(name, scores) for name, scores in one.scores.items() if name not in BASELINES),
    ]
    return "\n".join(p for p in parts if p)


def _warnings(one: SetReport) -> list[str]:
    out = []
    for name, scores in one.scores.items():
        if one.done[name] < one.n:
            out.append(f'<p class="bad">{escape(name)}: only {one.done[name]:,} of {one.n:,} cases were run</p>')
        if scores.failed:
            shown = "; ".join(f"{i}: {why}" for i, why in sorted(scores.failed.items())[:MANY_FAILED])
            more = f" and {len(scores.failed) - MANY_FAILED} more" if len(scores.failed) > MANY_FAILED else ""
            told = f"{name}: {len(scores.failed)} cases without a result ({shown}{more})"
            out.append(f'<p class="bad">{escape(told)}</p>')
    return out


def _details(one: SetReport) -> str:
    measures = [m for m in one.measures if is_detail(m)]
    if not measures:
        return ""
    table = _table(one, measures)
    return f"<details><summary>By number of passages</summary>{table}</details>"


def _table(one: SetReport, measures: Sequence[str]) -> str:
    names = list(one.scores)
    head = "<th>measure</th>" + "".join(f"<th>{escape(n)}</th>" for n in names)
    rows = []
    for measure in measures:
        best = one.best(measure)
        cells = "".join(f"<td>{_cell(one.scores[n].figures.get(measure), best)}</td>" for n in names)
        primary = any(s.primary == measure for s in one.scores.values())
        arrow = "" if not is_judged(measure) else " ↓" if is_lower_better(measure) else " ↑"
        kind = ' class="primary"' if primary else ""
        told = f'{escape(measure)}<span class="arrow">{arrow}</span>'
        rows.append(f'<tr{kind}><th title="{escape(meaning(measure))}">{told}</th>{cells}</tr>')
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _cell(figure: Figure | None, best: float) -> str:
    from casefolio.eval.report import shown

    if figure is None:
        return '<span class="n">–</span>'
    value, _, interval = shown(figure).partition(" ")
    text = f"<b>{value}</b>" if figure.value == best else value
    unscored = f" · {figure.unscored} unscored" if figure.unscored else ""
    return f'{text} <small>{escape(interval)}</small> <span class="n">n {figure.n}{unscored}</span>'


def _plots(one: SetReport) -> str:
    figures, names = [], list(one.scores)
    recall = _curves(one, "recall-k")
    deep = max((x for points in recall.values() for x, _ in points), default=0) > 30
    what = "documents" if one.kind == "beir" else "passages"
    figures.append(("Recall against k", line_plot(recall, f"first k {what}", "recall", log=deep, order=names)))
    risk = _curves(one, "risk-coverage")
    top = max((y for points in risk.values() for _, y in points), default=0.0)
    high = 1.0 if top > 0.5 else 0.5
    svg = line_plot(risk, "share of questions answered", "share of wrong answers", y_high=high, order=names)
    figures.append(("Risk against coverage", svg))
    rows: dict[str, dict[str, Figure]] = {}
    for name, scores in one.scores.items():
        for group, figure in scores.breakdown.get("group", {}).items():
            rows.setdefault(group, {})[name] = figure
    primary = next((s.primary for s in one.scores.values()), "")
    figures.append((f"{primary} by group", interval_plot(rows, primary, names if rows else ())))
    drawn = [f"<figure><figcaption>{escape(title)}</figcaption>{svg}</figure>" for title, svg in figures if svg]
    return f'<div class="plots">{"".join(drawn)}</div>' if drawn else ""


def _curves(one: SetReport, which: str) -> dict[str, Curve]:
    return {name: scores.curves[which] for name, scores in one.scores.items() if scores.curves.get(which)}


def _breakdowns(one: SetReport) -> list[str]:
    out = []
    for by in ("kind", "language"):
        rows = sorted({g for s in one.scores.values() for g in s.breakdown.get(by, {})})
        if not rows:
            continue
        names = list(one.scores)
        head = f"<th>{by}</th>" + "".join(f"<th>{escape(n)}</th>" for n in names)
        body = "".join(
            f"<tr><th>{escape(row)}</th>"
            + "".join(f"<td>{_cell(one.scores[n].breakdown.get(by, {}).get(row), math.nan)}</td>" for n in names)
            + "</tr>"
            for row in rows
        )
        primary = next(iter(one.scores.values())).primary
        out.append(
            f'<h3>{escape(primary)} by {by}</h3><div class="scroll"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
    return out


def _worst(name: str, scores: Scores) -> str:
    if not scores.worst:
        return ""
    cases = "".join(_case(w) for w in scores.worst)
    return f"<h3>Where {escape(name)} did worst <span class='n'>by {escape(scores.primary)}</span></h3>{cases}"


def _case(worst: Worst) -> str:
    note = f'<p class="note">{escape(worst.note)}</p>' if worst.note else ""
    columns = []
    if worst.gold:
        columns.append(f"<div><h4>Gold</h4>{_passages(worst.gold)}</div>")
    columns.append(f"<div><h4>Found</h4>{_passages(worst.found)}</div>")
    return (
        f'<details><summary><span class="id">{escape(worst.id)}</span><span class="value">{worst.value:.2f}</span> '
        f'{escape(worst.question)}</summary><div class="case">{"".join(columns)}</div>'
        f'<div class="case">{note}</div></details>'
    )


def _passages(passages: Sequence[Passage]) -> str:
    if not passages:
        return '<p class="note">nothing</p>'
    return "".join(
        f'<div class="passage"><div class="where">{escape(p.title)}</div><p>{marked(p)}</p></div>' for p in passages
    )


def marked(passage: Passage) -> str:
    """Text of a passage with its marks, safe to put into a page. Marks that overlap are joined."""
    out, at = [], 0
    for start, end in sorted(passage.marks):
        if end <= at:
            continue
        start = max(start, at)
        out.append(f"{escape(passage.text[at:start])}<mark>{escape(passage.text[start:end])}</mark>")
        at = end
    return "".join(out) + escape(passage.text[at:])


def _timings(report: Report) -> str:
    """The one part of the page that differs from run to run."""
    figures, rows = [], []
    for one in report.sets:
        curves: dict[str, Curve] = {}
        for name, parts in one.timings.items():
            for part, values in parts.items():
                if not values:
                    continue
                label = f"{name}, {part}"
                curves[label] = tuple((share / 100, percentile(values, share / 100)) for share in range(5, 100, 5))
                p50, p95, p99 = (percentile(values, s) for s in (0.5, 0.95, 0.99))
                rows.append(
                    f"<tr><th>{escape(one.name)}</th><td>{escape(label)}</td><td>{p50:.1f}</td><td>{p95:.1f}</td>"
                    f'<td>{p99:.1f}</td><td class="n">{len(values)}</td></tr>'
                )
        top = max((y for points in curves.values() for _, y in points), default=0.0)
        svg = line_plot(curves, "share of questions", "milliseconds", y_high=_round_up(top))
        if svg:
            figures.append(f"<figure><figcaption>{escape(one.name)}</figcaption>{svg}</figure>")
    if not rows:
        return ""
    head = "<th>set</th><th>what</th><th>p50 ms</th><th>p95 ms</th><th>p99 ms</th><th>questions</th>"
    return (
        '<section id="timings"><h2>Latency</h2><p class="meta">One question at a time, on the machine of the run; '
        "these figures differ from run to run.</p>"
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        f'<h3>Percentiles</h3><div class="plots">{"".join(figures)}</div></section>'
    )


def _round_up(value: float) -> float:
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(m * unit for m in (1, 2, 5, 10) if m * unit >= value)
