"""Figures of a ranking with several right passages a question: mAP@100, recall@k, nDCG@10.

Cross-patient: every passage is a candidate. Patient-centred: those of the question's own group.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casefolio.training.pairs import Pair

DEPTH = 100
RECALLS = (1, 5, 10, 100)
SETTINGS = ("cross-patient", "patient-centred")
PRIMARY = "mAP@100"


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Questions over passages.

    Attributes:
        queries: as asked.
        passages: as embedded.
        titles: of the passages.
        relevant: positions of the passages that answer each question, at least one.
        query_groups: patient or contract of each question.
        passage_groups: of each passage.
    """

    queries: tuple[str, ...]
    passages: tuple[str, ...]
    titles: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]
    query_groups: tuple[str, ...]
    passage_groups: tuple[str, ...]


def set_of_pairs(pairs: Sequence[Pair], others: Sequence[Pair] = ()) -> RetrievalSet:
    """The questions of some pairs over their passages, and over those of others as distractors."""
    place: dict[str, int] = {}
    titles: list[str] = []
    groups: list[str] = []
    for pair in [*pairs, *others]:
        for text in (*pair.positive, *pair.negative):
            if text not in place:
                place[text] = len(place)
                titles.append(pair.title)
                groups.append(pair.group)
    asked: dict[tuple[str, str], set[int]] = {}
    for pair in pairs:
        asked.setdefault((pair.query, pair.group), set()).update(place[text] for text in pair.positive)
    return RetrievalSet(
        tuple(query for query, _ in asked),
        tuple(place),
        tuple(titles),
        tuple(frozenset(found) for found in asked.values()),
        tuple(group for _, group in asked),
        tuple(groups),
    )


def measure(relevant: frozenset[int], ranked: Sequence[int]) -> dict[str, float]:
    """Figures of one question. `ranked` are positions, best first, at least `DEPTH` of them where there are so many."""
    hits = [i in relevant for i in ranked[:DEPTH]]
    found, precision = 0, 0.0
    for rank, hit in enumerate(hits, 1):
        if hit:
            found += 1
            precision += found / rank
    gain = sum(1 / math.log2(rank + 1) for rank, hit in enumerate(hits[:10], 1) if hit)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(relevant)) + 1))
    out = {PRIMARY: precision / min(len(relevant), DEPTH), "nDCG@10": gain / best}
    return out | {f"recall@{k}": sum(hits[:k]) / len(relevant) for k in RECALLS}


def measure_all(
    data: RetrievalSet, queries: NDArray[np.float32], passages: NDArray[np.float32]
) -> dict[str, list[dict[str, float]]]:
    """Figures of every question in both settings; empty for a question whose group has no relevant passage.

    Args:
        data: the set.
        queries: vectors (n, dim).
        passages: vectors (m, dim).
    """
    groups = np.array(data.passage_groups, dtype=object)
    out: dict[str, list[dict[str, float]]] = {name: [] for name in SETTINGS}
    for i, relevant in enumerate(data.relevant):
        scores = passages @ queries[i]
        order = np.lexsort((np.arange(len(scores)), -scores))
        out[SETTINGS[0]].append(measure(relevant, order[:DEPTH].tolist()))
        own = order[groups[order] == data.query_groups[i]]
        inside = relevant & set(own.tolist())
        out[SETTINGS[1]].append(measure(frozenset(inside), own[:DEPTH].tolist()) if inside else {})
    return out


def mean(values: Sequence[dict[str, float]], name: str = PRIMARY) -> float:
    """Mean of a figure over the questions that have it; 0 of none."""
    kept = [v[name] for v in values if name in v]
    return math.fsum(kept) / len(kept) if kept else 0.0
