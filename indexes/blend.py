"""What speaks for a passage, as one row of numbers, and the weights that make one score of them.

The weights are learned (benchmarks/train_blend.py) from many wordings over many folders and kept as data with their
source; nothing here is set by hand. All features lie about between 0 and 1 within the candidates of one question.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.reading_questions import Named
from casefolio.indexes.scaling import normalised
from casefolio.indexes.sparse import Sparse

Column = NDArray[np.float32]
_USUAL_TERMS, _USUAL_LENGTH = 5.0, 400.0  # of a question, and of a passage in characters: where the logarithms are 0
_CLIP = 1.5
# What weighs differently in a short question and in a long one, and where the best passage holds few of its words.
BY_QUESTION = ("asked_vector", "whole_vector", "moved_vector", "asked_words", "more_words", "whole_words", "coverage")
# What weighs differently among many documents: all but the two that say how large things are.
BY_FOLDER = (*BY_QUESTION, "zone", "who", "who_here", "document_words")
_USUAL_MATCH, _USUAL_DOCUMENTS = 0.6, 10.0


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
    found: dict[str, float] = json.loads((Path(__file__).parent / "data" / "blend.json").read_text("utf-8"))["weights"]
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


def blended(features: Features, question: dict[str, float]) -> Column:
    """The learned score of each candidate, shape (n,)."""
    learned = weights()
    total = np.zeros(len(features.length), np.float32)
    for name in NAMES:
        weight = learned.get(name, 0.0) + sum(v * learned.get(f"{name}*{what}", 0.0) for what, v in question.items())
        total += np.float32(weight) * getattr(features, name)
    return total


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
