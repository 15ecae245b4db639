"""Assertions of mentions: precision, recall and F1 of each aspect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from casefolio.eval.measures.score_tables import WORST, Passage, Record, Scores, Worst
from casefolio.eval.statistics import f1_of, figure_of, ratio

ASPECTS = ("negated", "historical", "other person")


def score_assertions(records: Sequence[Record]) -> Scores:
    """Precision, recall and F1 of each aspect. A mention on which the annotator broke off has nothing found."""
    scores = Scores("all aspects right", groups={r["id"]: r["group"] for r in records})
    scores.failed = {r["id"]: r["error"] for r in records if "error" in r}
    for aspect in ASPECTS:
        labelled = [r for r in records if aspect in r["labels"]]
        counts = np.array([_counts(r, aspect) for r in labelled], dtype=np.float64).reshape(-1, 3)
        groups = [r["group"] for r in labelled]
        scores.figures[f"{aspect} F1"] = figure_of(counts, groups, f1_of)
        for name, other in (("precision", 1), ("recall", 2)):
            pair = np.stack([counts[:, 0], counts[:, 0] + counts[:, other]], axis=1)
            scores.figures[f"{aspect} {name}"] = figure_of(pair, groups, ratio)
    right = {r["id"]: {"all aspects right": float(not _missed(r))} for r in records}
    scores.add_means(right)
    scores.break_down("language", {r["id"]: r["language"] for r in records})
    wrong = sorted((r for r in records if _missed(r)), key=lambda r: str(r["id"]))[:WORST]
    scores.worst = tuple(
        Worst(r["id"], "; ".join(_missed(r)), 0.0, "", (), (Passage("sentence", r["text"], ((r["start"], r["end"]),)),))
        for r in wrong
    )
    return scores


def _counts(record: Record, aspect: str) -> tuple[float, float, float]:
    label, found = record["labels"][aspect], bool(record.get("found", {}).get(aspect))
    return float(label and found), float(found and not label), float(label and not found)


def _missed(record: Record) -> list[str]:
    found = record.get("found", {})
    return [
        f"{aspect}: labelled {'yes' if label else 'no'}"
        for aspect, label in record["labels"].items()
        if bool(found.get(aspect)) != label
    ]
