"""Where rankings are fused: what speaks for a passage, as one row of numbers, and the weights that make a score of it.

Words, meaning and evidence for documents are features. Scores of words and vectors are min-max normalised over the
candidates of one question, those of words after a square root that keeps a few rare words from drowning everything
else. All features lie about between 0 and 1 within the candidates of one question.

The weights (`fusing.json`) are learned (benchmarks/train_fusing.py) from many wordings over many folders and kept as
data with their source; nothing here is set by hand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.dense import Dense
from casefolio.indexes.reading_questions import Named
from casefolio.indexes.scaling import best, normalised
from casefolio.indexes.sparse import Sparse
from casefolio.indexes.switches import ALL, Parts

Column = NDArray[np.float32]
_USUAL_TERMS, _USUAL_LENGTH = 5.0, 400.0  # of a question, and of a passage in characters: where the logarithms are 0
_CLIP = 1.5
FEEDBACK, FEEDBACK_WEIGHT = 3, 0.7  # passages of the first round that refine the question's vector, and how much
# What weighs differently in a short question and in a long one, and where the best passage holds few of its words.
BY_QUESTION = ("asked_vector", "whole_vector", "moved_vector", "asked_words", "more_words", "whole_words", "coverage")
# What weighs differently among many documents: all but the two that say how large things are.
BY_FOLDER = (*BY_QUESTION, "zone", "who", "who_here", "document_words")
_USUAL_MATCH, _USUAL_DOCUMENTS = 0.6, 10.0


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


@dataclass(frozen=True, slots=True)
class Features:
    """One column a feature, each of shape (n,) over the candidates.

    Attributes:
        asked_vector: likeness of the vectors of passage and question, without the names in it.
        whole_vector: the same with the question as it stands.
        moved_vector: the same with the question moved towards the best passages of a first round.
        asked_words: BM25 of the question's words without names.
        more_words: the same with synonyms and parts of compounds.
        whole_words: the same with the question as it stands.
        coverage: share of what the asked words weigh that stands in the passage.
        zone: evidence for the document, as far as the question names one.
        who: how much the document is about those who are named.
        who_here: BM25 of their names in the passage.
        document_vector: the best asked_vector in the document.
        document_words: share of what the asked words weigh that stands somewhere in the document.
        length: logarithm of the passage's length.
    """

    asked_vector: Column
    whole_vector: Column
    moved_vector: Column
    asked_words: Column
    more_words: Column
    whole_words: Column
    coverage: Column
    zone: Column
    who: Column
    who_here: Column
    document_vector: Column
    document_words: Column
    length: Column


NAMES = tuple(field.name for field in fields(Features))


@lru_cache(maxsize=1)
def weights() -> dict[str, float]:
    """Learned weights by feature; `NAME*length` and `NAME*match` are added times what the question is like."""
    found: dict[str, float] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))["weights"]
    return found


def of_question(named: Named, features: Features) -> dict[str, float]:
    """What a question is like, 0 for a usual one in a usual folder.

    `length`: how many terms it has. `match`: how well its best passage's words fit it; of a story told in other words
    than the passage's, the best passage by words holds few, and its lead says little. `documents`: among how many.
    """
    length = float(np.clip(np.log(max(1, len(named.terms)) / _USUAL_TERMS), -_CLIP, _CLIP))
    documents = float(np.clip(np.log(max(1, len(named.evidence)) / _USUAL_DOCUMENTS) / 2, -0.5, 2.0))
    match = float(features.coverage.max(initial=0.0)) - _USUAL_MATCH
    return {"length": length, "match": match, "documents": documents}


def fused(features: Features, question: dict[str, float]) -> Column:
    """The learned score of each candidate, shape (n,)."""
    learned = weights()
    total = np.zeros(len(features.length), np.float32)
    for name in NAMES:
        weight = learned.get(name, 0.0) + sum(v * learned.get(f"{name}*{what}", 0.0) for what, v in question.items())
        total += np.float32(weight) * getattr(features, name)
    return total


def featured(
    named: Named,
    words: NDArray[np.float32],
    positions: NDArray[np.int64],
    passages: Passages,
    query: NDArray[np.float32] | None,
    parts: Parts = ALL,
) -> Features:
    """What speaks for each candidate; the arguments are those of `ranking.rank`."""
    document_of, sparse = passages.document_of, passages.sparse

    def by_words(scores: NDArray[np.float32]) -> Column:
        scaled = normalised(scores[positions])
        return np.sqrt(scaled) if parts.root else scaled

    def of(terms: tuple[str, ...]) -> Column:
        return by_words(sparse.scores(dict.fromkeys(terms, 1.0) if parts.sparse else {}))

    asked, more = of(named.terms), by_words(words)

    def by_vector(vector: Column) -> Column:
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


def _nearer(query: Column, dense: Dense, first: NDArray[np.int64]) -> Column:
    """The question's vector moved towards the first round's best passages (Rocchio, 1971; Li et al., TOIS 2023)."""
    rows = dense.vectors(first)
    if not len(rows):
        return query
    moved = query + np.float32(FEEDBACK_WEIGHT) * rows.mean(axis=0)
    unit: Column = moved / np.float32(max(float(np.linalg.norm(moved)), 1e-9))
    return unit


def long_as(lengths: NDArray[np.int64]) -> Column:
    """The feature `length` of passages of so many characters."""
    found: Column = np.clip(np.log(np.maximum(lengths, 1) / _USUAL_LENGTH), -_CLIP, _CLIP).astype(np.float32)
    return found


def covered(terms: Sequence[str], sparse: Sparse, document_of: NDArray[np.int64]) -> tuple[Column, Column]:
    """Share of what the terms weigh by their rarity that stands in each passage, and in each passage's document."""
    n, documents = sparse.n, int(document_of.max(initial=-1)) + 1
    here, there, total = np.zeros(n, np.float32), np.zeros(documents, np.float32), 0.0
    for term in terms:
        where = sparse.postings(term)[0]
        worth = np.float32(np.log(1 + (n - len(where) + 0.5) / (len(where) + 0.5)))
        here[where] += worth
        there[np.unique(document_of[where])] += worth
        total += float(worth)
    scale = np.float32(max(total, 1e-9))
    return here / scale, (there / scale)[document_of]


def best_in_document(values: Column, documents: NDArray[np.int64]) -> Column:
    """For each candidate the best value in its document, on a scale from 0 to 1 over the documents."""
    unique, place = np.unique(documents, return_inverse=True)
    best = np.zeros(len(unique), np.float32)
    np.maximum.at(best, place, values)
    return normalised(best)[place]
