"""One step: a batch of any size through encoders that hold the activations of a few texts only.

Vectors are computed without gradients first, the loss of the whole batch gives the gradient of each vector, then
each mini-batch is run again and carries its part of it back (GradCache, Gao et al. 2021, arXiv 2101.06983). Random
numbers are drawn from one seed a mini-batch, so dropout is the same in both runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from casefolio.indexes.encoders.tokens import Sequences
from casefolio.training.base import Reading
from casefolio.training.batching import Batch
from casefolio.training.losses import multi_similarity_loss, softmax_loss, triplet_loss
from casefolio.training.recipes import Recipe
from casefolio.training.tower import Tower

_SEEDS_A_STEP = 100_003


@dataclass(frozen=True, slots=True)
class Side:
    """Sequences and the tower that reads them."""

    tower: Tower
    sequences: Sequences


def backward(sides: Sequence[Side], loss_of: Callable[..., Any], mini_batch: int, seed: int) -> float:
    """Adds the gradient of a batch's loss to the towers' parameters.

    Args:
        sides: what the loss compares.
        loss_of: vectors of each side, in the order of its sequences, to a scalar.
        mini_batch: texts whose activations are held at once.
        seed: of dropout; another for each step.

    Returns:
        The loss.
    """
    import torch

    parts = [_parts(side.sequences, mini_batch) for side in sides]
    if all(len(p) == 1 for p in parts):
        found = [_run(side, p[0], seed, k) for k, (side, p) in enumerate(zip(sides, parts, strict=True))]
        loss = loss_of(*(_restored([v], [p[0]]) for v, p in zip(found, parts, strict=True)))
        loss.backward()
        return float(loss.detach())
    kept, number = [], 0
    with torch.no_grad():
        for side, orders in zip(sides, parts, strict=True):
            pieces = []
            for order in orders:
                pieces.append(_run(side, order, seed, number))
                number += 1
            kept.append(_restored(pieces, orders).requires_grad_())
    loss = loss_of(*kept)
    loss.backward()
    number = 0
    for side, orders, vectors in zip(sides, parts, kept, strict=True):
        for order in orders:
            (_run(side, order, seed, number) * vectors.grad[order]).sum().backward()
            number += 1
    return float(loss.detach())


def _parts(sequences: Sequences, size: int) -> list[list[int]]:
    """Positions in mini-batches of like length, so that little is padded."""
    order = sorted(range(len(sequences)), key=lambda i: (len(sequences.ids[i]), i))
    return [order[at : at + size] for at in range(0, len(order), size)]


def _run(side: Side, order: list[int], seed: int, number: int) -> Any:
    import torch

    torch.manual_seed(seed * _SEEDS_A_STEP + number)
    half = side.tower.device.startswith("cuda")
    with torch.autocast("cuda", torch.bfloat16) if half else nullcontext():
        return side.tower.vectors(side.sequences, order)


def _restored(pieces: list[Any], orders: list[list[int]]) -> Any:
    """Vectors of mini-batches in the order of their sequences."""
    import torch

    flat = [i for order in orders for i in order]
    places = torch.empty(len(flat), dtype=torch.long, device=pieces[0].device)
    places[torch.tensor(flat, device=places.device)] = torch.arange(len(flat), device=places.device)
    return torch.cat(pieces)[places]


def sides_and_loss(
    batch: Batch, recipe: Recipe, reading: Reading, towers: tuple[Tower, Tower]
) -> tuple[list[Side], Callable[..., Any]]:
    """What a recipe compares of a batch, and its loss over the vectors. `towers` are questions', passages'."""
    import torch

    asked, told = towers
    device = told.device
    queries = Side(asked, reading.queries(batch.queries))
    passages = Side(told, reading.passages(batch.passages, batch.titles))
    n = len(batch.queries)
    if recipe.loss == "softmax":
        allowed = torch.from_numpy(batch.allowed).to(device)
        return [queries, passages], lambda q, p: softmax_loss(q, p, allowed, recipe.temperature, recipe.symmetric)
    if recipe.loss == "triplet":
        return [queries, passages], lambda q, p: triplet_loss(
            q, p[:n], p[n:].reshape(n, -1, p.shape[-1]), recipe.margin
        )
    labels = torch.from_numpy(batch.labels).to(device).repeat(2)
    return [queries, Side(told, reading.passages(batch.passages[:n]))], lambda a, b: multi_similarity_loss(
        torch.cat([a, b]), labels, recipe
    )
