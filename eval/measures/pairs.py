"""Verdicts on pairs of claim and quote: contradictions found, false alarms, three-way accuracy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from casefolio.eval.measures.score_tables import WORST, Passage, Record, Scores, Worst
from casefolio.eval.statistics import figure_of, ratio


def score_pairs(records: Sequence[Record]) -> Scores:
    """Contradictions found, false alarms, and three-way accuracy. A pair on which the verifier broke off is wrong."""
    scores = Scores("accuracy", groups={r["id"]: r["group"] for r in records})
    scores.failed = {r["id"]: r["error"] for r in records if "error" in r}
    scores.add_means({r["id"]: _row(r) for r in records})
    said = np.array([_contradiction_counts(r) for r in records], dtype=np.float64).reshape(-1, 2)
    groups = [r["group"] for r in records]
    scores.figures["contradiction precision"] = figure_of(said, groups, ratio)
    for by in ("kind", "language"):
        scores.break_down(by, {r["id"]: r[by] or "–" for r in records})
    wrong = sorted((r for r in records if scores.cases["accuracy"][r["id"]] == 0.0), key=lambda r: str(r["id"]))
    scores.worst = tuple(_worst(r) for r in wrong[:WORST])
    return scores


def _row(record: Record) -> dict[str, float]:
    verdict, label = record.get("verdict"), record["label"]
    row = {"accuracy": float(verdict == label)}
    if label == "contradicted":
        row["contradictions found"] = float(verdict == "contradicted")
        row["contradictions let through"] = float(verdict == "supported")
    if label == "supported":
        row["false alarms"] = float(verdict == "contradicted")
        row["support found"] = float(verdict == "supported")
    return row


def _contradiction_counts(record: Record) -> tuple[float, float]:
    said = record.get("verdict") == "contradicted"
    return float(said and record["label"] == "contradicted"), float(said)


def _worst(record: Record) -> Worst:
    note = f"{record['label']}, found {record.get('verdict', record.get('error', 'nothing'))}"
    return Worst(record["id"], record["claim"], 0.0, note, (), (Passage("quote", record["quote"]),))
