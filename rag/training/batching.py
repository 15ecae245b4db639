"""Which pairs meet in a batch, and which passages of it are no negatives. The same seed gives the same batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casefolio.training.pairs import Pair
from casefolio.training.recipes import Recipe


def epoch_batches(pairs: Sequence[Pair], size: int, seed: int, epoch: int) -> list[list[int]]:
    """Positions of the pairs of each batch of an epoch; what is left of less than a batch is dropped.

    Two pairs of one question or of one passage do not meet: each would be the other's negative. One that must wait
    comes in the next batch.

    Args:
        pairs: all.
        size: of a batch; all of them where they are fewer.
        seed: of the training.
        epoch: from 0.
    """
    order = np.random.default_rng([seed, epoch]).permutation(len(pairs)).tolist()
    size = min(size, len(pairs))
    batches: list[list[int]] = []
    waiting: list[int] = []
    source = iter(order)
    while True:
        batch: list[int] = []
        seen: set[str] = set()
        held, waiting = waiting, []
        for i in held:
            _place(i, pairs, size, batch, seen, waiting)
        for i in source:
            _place(i, pairs, size, batch, seen, waiting)
            if len(batch) == size:
                break
        if len(batch) < size:
            # Where so many rows share their texts that no full batch is left, a small one would weigh as a full one.
            return batches if batches or len(batch) < 2 else [batch]
        batches.append(batch)


def _place(i: int, pairs: Sequence[Pair], size: int, batch: list[int], seen: set[str], waiting: list[int]) -> None:
    texts = {pairs[i].query, *pairs[i].positive}
    if len(batch) == size or seen & texts:
        waiting.append(i)
    else:
        batch.append(i)
        seen |= texts


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of one step.

    Attributes:
        queries: n of them.
        passages: their positives in order, then negatives.
        titles: of the passages.
        allowed: bool (n, len(passages)): False where a passage answers a query and is not its own positive.
        labels: int (n,), equal where the pairs' labels are.
    """

    queries: tuple[str, ...]
    passages: tuple[str, ...]
    titles: tuple[str, ...]
    allowed: NDArray[np.bool_]
    labels: NDArray[np.int64]


def make_batch(rows: Sequence[Pair], recipe: Recipe, seed: int, step: int) -> Batch:
    """The texts of a step: of each pair one positive, and as many of its negatives as the recipe says, drawn anew."""
    rng = np.random.default_rng([seed, 1_000_003, step])
    positives = [row.positive[int(rng.integers(len(row.positive)))] for row in rows]
    owners, negatives = [], []
    for i, row in enumerate(rows):
        if recipe.negatives and row.negative:
            k = len(row.negative)
            taken = (
                rng.permutation(k)[: recipe.negatives]
                if k >= recipe.negatives
                else rng.integers(0, k, recipe.negatives)
            )
            owners += [i] * recipe.negatives
            negatives += [row.negative[int(j)] for j in taken]
    passages = [*positives, *negatives]
    titles = [rows[i].title for i in [*range(len(rows)), *owners]]
    allowed = np.ones((len(rows), len(passages)), dtype=bool)
    for i, row in enumerate(rows):
        for j, text in enumerate(passages):
            if j != i and answers(row, text, rows[j].document if j < len(rows) else ""):
                allowed[i, j] = False
    names = {label: k for k, label in enumerate(dict.fromkeys(row.label for row in rows))}
    labels = np.array([names[row.label] for row in rows], dtype=np.int64)
    return Batch(tuple(row.query for row in rows), tuple(passages), tuple(titles), allowed, labels)


def answers(pair: Pair, text: str, document: str) -> bool:
    """Whether a passage is known to answer a pair's question: one of its positives, or its answer in its document."""
    if text in pair.positive:
        return True
    return bool(pair.answer and document and document == pair.document and pair.answer in text)
