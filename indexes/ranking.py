"""From a question to an order of passages: words, meaning, and evidence for documents, in one learned blend.

Scores of words and vectors are min-max normalised over the candidates of one question, those of words after a square
root that keeps a few rare words from drowning everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.blend import Features, best_in_document, blended, covered, long_as, of_question
from casefolio.indexes.dense import Dense
from casefolio.indexes.reading_questions import Named
from casefolio.indexes.scaling import best, normalised
from casefolio.indexes.sparse import Sparse
from casefolio.indexes.switches import ALL, Parts

DOCUMENT_WEIGHT = 2.0  # what a document's evidence counts where candidates are chosen, and beside a reranker
FEEDBACK, FEEDBACK_WEIGHT = 3, 0.7  # passages of the first round that refine the question's vector, and how much
DEPTH = 300  # candidates of each part
_EXHAUSTIVE = 2_000  # passages of the named documents that are all made candidates

_Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates best first, with what each part gave; all arrays of length n."""

    positions: NDArray[np.int64]
    scores: NDArray[np.float32]
    dense: NDArray[np.float32]
    sparse: NDArray[np.float32]
    document: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Passages:
    """What ranking knows of all passages of a snapshot.

    Attributes:
        sparse: their words.
        dense: their vectors.
        document_of: the document of each.
        readable: whether the encoder knows the language of each.
        lengths: characters of each.
    """

    sparse: Sparse
    dense: Dense
    document_of: NDArray[np.int64]
    readable: NDArray[np.bool_]
    lengths: NDArray[np.int64]


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
        scores = blended(features, of_question(named, features))
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
        pool += [passages.dense.search(vector, DEPTH, allowed)[0] for vector in np.unique(query, axis=0)]
    if named.documents:
        inside = np.flatnonzero(np.isin(passages.document_of, named.documents) & (True if allowed is None else allowed))
        pool.append(inside[:_EXHAUSTIVE])
    return np.unique(np.concatenate(pool))


def featured(
    named: Named,
    words: NDArray[np.float32],
    positions: NDArray[np.int64],
    passages: Passages,
    query: NDArray[np.float32] | None,
    parts: Parts = ALL,
) -> Features:
    """What speaks for each candidate; the arguments are those of `rank`."""
    document_of, sparse = passages.document_of, passages.sparse

    def by_words(scores: NDArray[np.float32]) -> _Vector:
        scaled = normalised(scores[positions])
        return np.sqrt(scaled) if parts.root else scaled

    def of(terms: tuple[str, ...]) -> _Vector:
        return by_words(sparse.scores(dict.fromkeys(terms, 1.0) if parts.sparse else {}))

    asked, more = of(named.terms), by_words(words)

    def by_vector(vector: _Vector) -> _Vector:
        similar = passages.dense.similarity(vector, positions)
        similar[~passages.readable[positions]] = np.nan
        # Where there is no vector to go by, its words stand in for it.
        return np.where(np.isfinite(similar), normalised(similar), more if parts.sparse else 0).astype(np.float32)

    meant = whole = moved = more
    if query is not None:
        meant, whole = (by_vector(vector) for vector in query)
        moved = meant
        if parts.feedback:
            first = positions[best(meant + more, FEEDBACK)]
            moved = by_vector(_nearer(query[0], passages.dense, first))
    here, there = covered(named.terms if parts.sparse else (), sparse, document_of)
    return Features(
        asked_vector=meant,
        whole_vector=whole,
        moved_vector=moved,
        asked_words=asked,
        more_words=more,
        whole_words=of(named.whole or named.terms),
        coverage=here[positions],
        zone=(named.confidence * named.evidence[document_of[positions]]).astype(np.float32),
        who=np.zeros(len(positions), np.float32) if named.who is None else named.who[document_of[positions]],
        who_here=of(named.who_terms),
        document_vector=best_in_document(meant, document_of[positions]),
        document_words=there[positions],
        length=long_as(passages.lengths[positions]),
    )


def _nearer(query: _Vector, dense: Dense, first: NDArray[np.int64]) -> _Vector:
    """The question's vector moved towards the first round's best passages (Rocchio, 1971; Li et al., TOIS 2023)."""
    rows = dense.vectors(first)
    if not len(rows):
        return query
    moved = query + np.float32(FEEDBACK_WEIGHT) * rows.mean(axis=0)
    unit: _Vector = moved / np.float32(max(float(np.linalg.norm(moved)), 1e-9))
    return unit
