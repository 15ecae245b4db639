"""From a question to an order of passages: candidates are pooled, then ordered by their fused score (`fusing`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.fusing import Passages, featured, fused, of_question
from casefolio.indexes.reading_questions import Named
from casefolio.indexes.scaling import best
from casefolio.indexes.sparse import Sparse
from casefolio.indexes.switches import ALL, Parts

DOCUMENT_WEIGHT = 2.0  # what a document's evidence counts where candidates are chosen, and beside a reranker
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


def both(named: Named, question: str) -> list[str]:
    """What is asked and the whole question as the encoder reads them: in small letters, so that capitals do not count.

    Over 897 questions of our corpus that costs nothing (first passages .457 against .450).
    """
    return [named.asked.lower(), question.lower()]


def prior(named: Named, document_of: NDArray[np.int64]) -> NDArray[np.float32]:
    """Evidence for the document of each passage, 0 to 1: it is named, or about those who are."""
    found = named.confidence * named.evidence
    if named.who is not None:
        found = np.maximum(found, named.who)
    return np.asarray(found[document_of], np.float32)


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
    evidence = np.float32(DOCUMENT_WEIGHT) * prior(named, document_of)
    scaled = words / max(float(words.max(initial=0.0)), 1e-9)
    together = (np.sqrt(scaled) if parts.root else scaled) + evidence
    together[words + evidence <= 0] = -1.0
    if allowed is not None:
        together[~allowed] = -1.0
    order = best(together, DEPTH)
    return order[together[order] > 0], words


def rank(
    named: Named,
    words: NDArray[np.float32],
    lexical: NDArray[np.int64],
    passages: Passages,
    query: NDArray[np.float32] | None,
    allowed: NDArray[np.bool_] | None,
    parts: Parts = ALL,
) -> Ranking:
    """Order the candidates.

    Args:
        named: the question, read.
        words: sparse scores of all passages, with what was added to the question.
        lexical: candidates by words and document.
        passages: all passages.
        query: vectors of what is asked and of the whole question, shape (2, dimension), or None without an encoder.
        allowed: passages in scope, or None for all.
        parts: which parts take part.
    """
    positions = _pool(named, lexical, passages, query, allowed)
    features = featured(named, words, positions, passages, query, parts)
    by_document = prior(named, passages.document_of)[positions]
    if parts.sparse:
        scores = fused(features, of_question(named, features))
    else:  # vectors alone are measured, which nothing was learned for
        scores = features.moved_vector + np.float32(DOCUMENT_WEIGHT) * by_document
    order = np.lexsort((positions, -scores))
    seen = passages.dense.has(positions) & passages.readable[positions] & (query is not None)
    by_vector = np.where(seen, features.asked_vector, np.float32(0))
    return Ranking(positions[order], scores[order], by_vector[order], features.more_words[order], by_document[order])


def _pool(
    named: Named,
    lexical: NDArray[np.int64],
    passages: Passages,
    query: NDArray[np.float32] | None,
    allowed: NDArray[np.bool_] | None,
) -> NDArray[np.int64]:
    """Candidates by words, by vectors, and all passages of the documents that are named."""
    pool = [lexical]
    if query is not None:
        distinct = {vector.tobytes(): vector for vector in query}  # np.unique would load masked arrays for it
        pool += [passages.dense.search(vector, DEPTH, allowed)[0] for vector in distinct.values()]
    if named.documents:
        inside = np.flatnonzero(np.isin(passages.document_of, named.documents) & (True if allowed is None else allowed))
        pool.append(inside[:_EXHAUSTIVE])
    return np.array(sorted({int(position) for found in pool for position in found}), np.int64)
