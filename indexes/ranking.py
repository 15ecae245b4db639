"""From a question to an order of passages: evidence for documents, for words and for meaning, combined.

    score(passage) = blend(dense, sparse)(passage) + confidence · DOCUMENT_WEIGHT · evidence(document)

Dense and sparse scores are min-max normalised over the candidates of one question, the sparse ones after a square root
that keeps a few rare words from drowning everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.dense import Dense
from indexes.fusion import best, normalised
from indexes.naming import Named
from indexes.parts import ALL, Parts
from indexes.sparse import Sparse

DOCUMENT_WEIGHT = 2.0
FEEDBACK, FEEDBACK_WEIGHT = 3, 0.7  # passages of the first round that refine the question's vector, and how much
# What a vector counts less where names were taken out of the question: the passages of one contract are all near each
# other, and its words tell them apart (benchmarks/ablation.py)
NAMED_LESS = 0.5
DEPTH = 300  # candidates of each part
_EXHAUSTIVE = 2_000  # passages of the named documents that are all made candidates


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates best first, with what each part gave; all arrays of length n."""

    positions: NDArray[np.int64]
    scores: NDArray[np.float32]
    dense: NDArray[np.float32]
    sparse: NDArray[np.float32]
    document: NDArray[np.float32]


def candidates(
    named: Named,
    weights: Mapping[str, float],
    sparse: Sparse,
    document_of: NDArray[np.int64],
    allowed: NDArray[np.bool_] | None,
    parts: Parts = ALL,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Passages worth a vector, best first, by words and document alone; and the sparse scores of all passages."""
    words = sparse.scores(weights if parts.sparse else {})
    prior = DOCUMENT_WEIGHT * named.confidence * named.evidence[document_of]
    scaled = words / max(float(words.max(initial=0.0)), 1e-9)
    together = (np.sqrt(scaled) if parts.root else scaled) + prior
    together[words + prior <= 0] = -1.0
    if allowed is not None:
        together[~allowed] = -1.0
    order = best(together, DEPTH)
    return order[together[order] > 0], words


def rank(
    named: Named,
    words: NDArray[np.float32],
    lexical: NDArray[np.int64],
    dense: Dense,
    query: NDArray[np.float32] | None,
    document_of: NDArray[np.int64],
    allowed: NDArray[np.bool_] | None,
    dense_weight: NDArray[np.float32],
    parts: Parts = ALL,
) -> Ranking:
    """Order the candidates.

    Args:
        named: the question, read.
        words: sparse scores of all passages.
        lexical: candidates by words and document.
        dense: vectors.
        query: vector of the question, or None where there is no encoder for it.
        document_of: document of each passage.
        allowed: passages in scope, or None for all.
        dense_weight: per passage, what its vector counts against its words (0 to 1).
        parts: which parts take part.
    """
    pool = [lexical]
    if query is not None:
        pool.append(dense.search(query, DEPTH, allowed)[0])
        if named.documents:
            inside = np.flatnonzero(np.isin(document_of, named.documents) & (True if allowed is None else allowed))
            pool.append(inside[:_EXHAUSTIVE])
    positions = np.unique(np.concatenate(pool))
    by_word = normalised(words[positions])
    if parts.root:
        by_word = np.sqrt(by_word)
    by_document = named.confidence * named.evidence[document_of[positions]]
    weight = np.float32(1 - NAMED_LESS * bool(named.names)) * dense_weight[positions]
    if not parts.sparse:
        weight = np.ones(len(positions), np.float32)

    def fused(vector: NDArray[np.float32] | None) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        similar = np.full(len(positions), np.nan, np.float32) if vector is None else dense.similarity(vector, positions)
        by_vector = normalised(similar)
        share = np.where(np.isfinite(similar), weight, np.float32(0))
        return share * by_vector + (1 - share) * by_word + np.float32(DOCUMENT_WEIGHT) * by_document, by_vector

    scores, by_vector = fused(query)
    if query is not None and parts.feedback:
        scores, by_vector = fused(_nearer(query, dense, positions[best(scores, FEEDBACK)]))
    order = np.lexsort((positions, -scores))
    return Ranking(positions[order], scores[order], by_vector[order], by_word[order], by_document[order])


def _nearer(query: NDArray[np.float32], dense: Dense, first: NDArray[np.int64]) -> NDArray[np.float32]:
    """The question's vector moved towards the first round's best passages (Rocchio, 1971; Li et al., TOIS 2023)."""
    rows = dense.vectors(first)
    if not len(rows):
        return query
    moved = query + np.float32(FEEDBACK_WEIGHT) * rows.mean(axis=0)
    unit: NDArray[np.float32] = moved / np.float32(max(float(np.linalg.norm(moved)), 1e-9))
    return unit
