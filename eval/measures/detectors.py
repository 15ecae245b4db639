"""Scores of grounding detectors: response and span F1, AUC, balanced accuracy. Positive is what is not supported."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from casefolio.eval.measures.retrieval import Place, common, merge, size
from casefolio.eval.measures.score_tables import WORST, Passage, Record, Scores, Worst
from casefolio.eval.statistics import Floats, f1_of, figure_of, figure_over_cases, kappa_of

FOLDS = 5
DECISION = 0.5  # a response less probably grounded than this is flagged


def auc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Probability that a positive scores above a negative, ties counting half; NaN where either is missing.

    Args:
        scores: shape (n,), higher for what is more probably positive.
        positive: shape (n,).
    """
    n_positive, n = int(positive.sum()), len(scores)
    if n_positive in (0, n):
        return math.nan
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    upper = np.cumsum(counts)
    ranks = (upper - (counts - 1) / 2.0)[place]
    return float((ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * (n - n_positive)))


def balanced_accuracy(sums: Floats) -> Floats:
    """Mean of both recalls, from summed true positives, false positives, false negatives, true negatives."""
    tp, fp, fn, tn = (sums[..., i] for i in range(4))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((tp / (tp + fn) + tn / (tn + fp)) / 2)


def best_threshold(doubt: Floats, positive: NDArray[np.bool_]) -> float:
    """The value of `doubt` from which on to flag, so that F1 is highest; the higher one of two as good."""
    best, chosen = -1.0, math.inf
    for value in np.unique(doubt)[::-1]:
        flagged = doubt >= value
        tp = float((flagged & positive).sum())
        f1 = 2 * tp / (flagged.sum() + positive.sum()) if tp else 0.0
        if f1 > best:
            best, chosen = f1, float(value)
    return chosen


def cross_fitted(doubt: Floats, positive: NDArray[np.bool_], groups: Sequence[str]) -> NDArray[np.bool_]:
    """Flags with a threshold that was chosen on the other folds; a group lies in one fold, by the hash of its name."""
    fold = np.array([int(hashlib.sha256(g.encode()).hexdigest(), 16) % FOLDS for g in groups])
    flags = np.zeros(len(doubt), dtype=bool)
    for i in range(FOLDS):
        here = fold == i
        if here.any():
            flags[here] = doubt[here] >= best_threshold(doubt[~here], positive[~here])
    return flags


def score_grounding(records: Sequence[Record]) -> Scores:
    """Scores of a detector. A response on which it broke off counts as not flagged."""
    scores = Scores("decision right", groups={r["id"]: r["group"] for r in records})
    scores.failed = {r["id"]: r["error"] for r in records if "error" in r}
    positive = np.array([bool(r["labels"]) for r in records], dtype=bool)
    doubt = np.array([1.0 - r.get("grounded", 1.0) for r in records], dtype=np.float64)
    groups = [r["group"] for r in records]
    flagged = doubt > 1.0 - DECISION
    counts = _counts(flagged, positive)
    scores.figures["response F1"] = figure_of(counts[:, :3], groups, f1_of)
    fitted = _counts(cross_fitted(doubt, positive, groups), positive)
    scores.figures["response F1, threshold cross-fitted"] = figure_of(fitted[:, :3], groups, f1_of)
    scores.figures["AUC"] = figure_over_cases(lambda drawn: auc(doubt[drawn], positive[drawn]), groups)
    scores.figures["balanced accuracy"] = figure_of(counts, groups, balanced_accuracy)
    scores.figures["kappa with people"] = figure_of(counts, groups, kappa_of)
    spans = np.array([_span_counts(r) for r in records], dtype=np.float64).reshape(-1, 3)
    scores.figures["span F1"] = figure_of(spans, groups, f1_of)
    right = flagged == positive
    scores.add_means({r["id"]: {"decision right": float(x)} for r, x in zip(records, right, strict=True)})
    scores.break_down("language", {r["id"]: r["language"] for r in records})
    scores.worst = _worst(records, doubt, positive)
    return scores


def _counts(flagged: NDArray[np.bool_], positive: NDArray[np.bool_]) -> Floats:
    """True positives, false positives, false negatives, true negatives, one row a response."""
    return np.stack(
        [flagged & positive, flagged & ~positive, ~flagged & positive, ~flagged & ~positive], axis=1
    ).astype(np.float64)


def _span_counts(record: Record) -> tuple[float, float, float]:
    """Characters marked by both, by the detector alone, by people alone."""
    found = merge(Place("", s, e) for s, e in record.get("flagged", []))
    wanted = merge(Place("", s, e) for s, e in record["labels"])
    both = common(found, wanted)
    return float(both), float(size(found) - both), float(size(wanted) - both)


def _worst(records: Sequence[Record], doubt: Floats, positive: NDArray[np.bool_]) -> tuple[Worst, ...]:
    """The responses whose score is farthest from the truth."""
    error = np.where(positive, 1.0 - doubt, doubt)
    order = sorted(range(len(records)), key=lambda i: (-error[i], str(records[i]["id"])))[:WORST]
    out = []
    for i in order:
        record = records[i]
        marks = tuple((s, e) for s, e in record["labels"])
        flagged = tuple((s, e) for s, e in record.get("flagged", []))
        label = "unsupported" if positive[i] else "grounded"
        note = f"probability of being grounded {1 - doubt[i]:.2f}, labelled {label}"
        gold = (Passage("marked by people", record["response"], marks),)
        found = (
            Passage("flagged", record["response"], flagged),
            *(Passage(f"context {n}", text) for n, text in enumerate(record["contexts"], start=1)),
        )
        out.append(Worst(record["id"], record["question"], float(1.0 - error[i]), note, gold, found))
    return tuple(out)
