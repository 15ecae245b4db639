"""Losses over the vectors of one batch. Rows of length 1 in, a scalar out; tested against sums written by hand.

Each takes torch tensors and returns one, so that the gradient to the vectors can be had before any encoder is run
with gradients (see `cached`).
"""

from __future__ import annotations

from typing import Any

from casefolio.training.recipes import Recipe


def softmax_loss(queries: Any, passages: Any, allowed: Any, temperature: float, symmetric: bool = False) -> Any:
    """In-batch softmax (van den Oord et al. 2018): query i has passage i as its positive among all passages.

    Args:
        queries: (n, dim).
        passages: (m, dim), m >= n; the first n are the positives in order, the rest negatives.
        allowed: bool (n, m), False where a passage answers query i too and so is no negative of it.
        temperature: cosines are divided by it.
        symmetric: whether positives also choose among the queries; the mean of both directions then.
    """
    import torch
    from torch.nn import functional

    n = len(queries)
    target = torch.arange(n, device=queries.device)
    scores = (queries @ passages.T / temperature).masked_fill(~allowed, -torch.inf)
    loss = functional.cross_entropy(scores, target)
    if symmetric:
        loss = (loss + functional.cross_entropy(scores[:, :n].T, target)) / 2
    return loss


def multi_similarity_loss(vectors: Any, labels: Any, recipe: Recipe) -> Any:
    """Multi-similarity (Wang et al., CVPR 2019) over all pairs of a batch, without mining, as SapBERT-KO-EN has it.

    Args:
        vectors: (n, dim).
        labels: int (n,); equal ones are positives of each other.
        recipe: temperature, scales and threshold; similarities are cosine / temperature.
    """
    import torch

    scores = vectors @ vectors.T / recipe.temperature - recipe.threshold
    same = labels[:, None] == labels[None, :]
    itself = torch.eye(len(labels), dtype=torch.bool, device=vectors.device)
    a, b = recipe.positive_scale, recipe.negative_scale
    positive = _log_one_plus(-a * scores, same & ~itself) / a
    negative = _log_one_plus(b * scores, ~same) / b
    return (positive + negative).mean()


def _log_one_plus(exponents: Any, kept: Any) -> Any:
    """log(1 + sum of exp) over the kept entries of each row."""
    import torch

    zero = torch.zeros_like(exponents[:, :1])
    return torch.logsumexp(torch.cat([zero, exponents.masked_fill(~kept, -torch.inf)], 1), 1)


def triplet_loss(queries: Any, positives: Any, negatives: Any, margin: float) -> Any:
    """Mean of max(0, |q - p| - |q - n| + margin), Euclidean.

    Args:
        queries: (n, dim).
        positives: (n, dim).
        negatives: (n, k, dim), k of each query's own.
        margin: at most 2 makes sense for vectors of length 1.
    """
    import torch

    near = torch.linalg.vector_norm(queries - positives + 1e-8, dim=-1)
    far = torch.linalg.vector_norm(queries[:, None] - negatives + 1e-8, dim=-1)
    return torch.relu(near[:, None] - far + margin).mean()
