"""Does an encoder tell what belongs together from what does not? By relation, in a number that a collapse cannot hide.

The mean cosine of related pairs alone says nothing: an encoder that maps all texts to one point has 1.0. The area under
the ROC curve (AUC: how often a related pair scores above an unrelated one) is then .5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.base import Encoder
from casefolio.indexes.encoders.pairs import Pair


@dataclass(frozen=True, slots=True)
class RelationScore:
    """Pairs of one relation: how many, mean cosine of related and of unrelated ones, and AUC."""

    relation: str
    n: int
    related: float
    unrelated: float
    auc: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One encoder on a set of pairs: all of them together, then relation by relation in the set's order."""

    encoder: str
    overall: RelationScore
    relations: tuple[RelationScore, ...]


def score_pairs(encoder: Encoder, pairs: Sequence[Pair]) -> Comparison:
    """Scores an encoder.

    The first text of a pair is encoded as a question and the others as passages, so that two towers and prefixes are
    used as in a search.
    """
    first = encoder.encode_queries([pair.first for pair in pairs])
    related, unrelated = (
        _cosines(first, encoder.encode_passages(texts))
        for texts in ([pair.related for pair in pairs], [pair.unrelated for pair in pairs])
    )
    names = dict.fromkeys(pair.relation for pair in pairs)
    groups = {name: [i for i, pair in enumerate(pairs) if pair.relation == name] for name in names}
    relations = tuple(_score(name, related[rows], unrelated[rows]) for name, rows in groups.items())
    return Comparison(encoder.name, _score("all", related, unrelated), relations)


def auc(above: NDArray[np.float32], below: NDArray[np.float32]) -> float:
    """Probability that a value of `above` exceeds one of `below`; a tie counts one half."""
    difference = above[:, None].astype(np.float64) - below[None, :]
    return float(((difference > 0) + 0.5 * (difference == 0)).mean())


def _cosines(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    found: NDArray[np.float32] = np.sum(left * right, axis=1) / np.maximum(lengths, 1e-12)
    # Beyond the sixth place is rounding: a collapsed encoder must show ties, not an order among them.
    return np.round(found, 6)


def _score(relation: str, related: NDArray[np.float32], unrelated: NDArray[np.float32]) -> RelationScore:
    means = float(related.mean()), float(unrelated.mean())
    return RelationScore(relation, len(related), *means, auc(related, unrelated))
