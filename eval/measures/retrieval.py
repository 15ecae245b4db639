"""Retrieval measured in characters: how much of the gold was found, and how much else had to be read.

Spans are merged before they are counted, so three overlapping passages never find the gold three times. `recall@k`
favours long passages; figures at a budget of characters (`recall@4000c`, `wrong@4000c`) compare passages of any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from casefolio.indexes.hit import Hit

KS = (1, 3, 5, 10)
BUDGETS = (2000, 4000)


class Place(NamedTuple):
    """A stretch of a document: half-open characters."""

    document: str
    start: int
    end: int


Merged = dict[str, list[tuple[int, int]]]


def places_of(hits: Iterable[Hit]) -> list[Place]:
    """Where hits stand, in their order."""
    return [Place(h.document, h.chunk.span.start, h.chunk.span.end) for h in hits]


def merge(places: Iterable[Place]) -> Merged:
    """Disjoint stretches of each document, in order; those that touch become one, empty ones vanish."""
    merged: Merged = {}
    for document, start, end in sorted(places):
        if start >= end:
            continue
        stretches = merged.setdefault(document, [])
        if stretches and stretches[-1][1] >= start:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], end))
        else:
            stretches.append((start, end))
    return merged


def size(merged: Merged) -> int:
    """Characters in all stretches."""
    return sum(end - start for stretches in merged.values() for start, end in stretches)


def common(a: Merged, b: Merged) -> int:
    """Characters that are in both."""
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for document in a.keys() & b.keys()
        for start, end in a[document]
        for other_start, other_end in b[document]
    )


def within(ranked: Sequence[Place], budget: int) -> Merged:
    """The ranking read down to `budget` distinct characters; the passage that goes past it is cut."""
    read: list[Place] = []
    for place in ranked:
        left = budget - size(merge(read))
        if left <= 0:
            break
        if size(merge([*read, place])) - size(merge(read)) > left:
            place = place._replace(end=min(place.end, place.start + left))
        read.append(place)
    return merge(read)


def score(
    ranked: Sequence[Place], gold: Sequence[Place], ks: Sequence[int] = KS, budgets: Sequence[int] = BUDGETS
) -> dict[str, float]:
    """All measures of one case; an empty ranking scores 0 (and 1 where lower is better).

    Args:
        ranked: best first.
        gold: at least one character.
        ks: how many passages are read.
        budgets: how many distinct characters are read.
    """
    wanted, documents = merge(gold), {g.document for g in gold}
    n_wanted = size(wanted)
    out: dict[str, float] = {}
    for k in ks:
        top = ranked[:k]
        read = merge(top)
        n_read, n_found = size(read), common(read, wanted)
        out[f"recall@{k}"] = n_found / n_wanted
        out[f"precision@{k}"] = n_found / n_read if n_read else 0.0
        out[f"hit@{k}"] = float(n_found > 0)
        out[f"mismatch@{k}"] = sum(p.document not in documents for p in top) / len(top) if top else 1.0
        out[f"chars@{k}"] = float(n_read)
    for budget in budgets:
        read = within(ranked, budget)
        n_read = size(read)
        n_wrong = size({d: s for d, s in read.items() if d not in documents})
        out[f"recall@{budget}c"] = common(read, wanted) / n_wanted
        out[f"wrong@{budget}c"] = n_wrong / n_read if n_read else 1.0
    out["rr"] = reciprocal_rank(ranked, gold)
    return out


def reciprocal_rank(ranked: Sequence[Place], gold: Sequence[Place]) -> float:
    """1 over the rank of the first passage that holds a character of gold; 0 without one."""
    wanted = merge(gold)
    for rank, place in enumerate(ranked, start=1):
        if common(merge([place]), wanted):
            return 1.0 / rank
    return 0.0
