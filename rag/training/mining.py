"""Hard negatives: passages that rank high for a question and do not answer it.

Neither miner takes a passage that is a positive of the question, that holds its answer in the same document, or that
stands in the same document where the pair names no answer: there the next passage may well answer too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from casefolio.training.pairs import Pair

FIRST, LAST = 10, 110  # ranks that the dense miner draws from, as RAGatouille does

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


class Pool:
    """The distinct passages of some pairs, and where each stands."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        owners: dict[str, set[str]] = {}
        for pair in pairs:
            for text in pair.positive:
                owners.setdefault(text, set()).add(pair.document)
        self.texts = list(owners)
        self._owners = owners

    def fits(self, pair: Pair, text: str) -> bool:
        """Whether a passage may be a negative of a pair."""
        if text in pair.positive:
            return False
        if pair.document and pair.document in self._owners[text]:
            return bool(pair.answer) and pair.answer not in text
        return True


def mine_bm25(pairs: Sequence[Pair], n: int) -> list[Pair]:
    """Each pair with the n best passages by words that may be its negatives, beside those it has."""
    from casefolio.indexes.analyzers import terms
    from casefolio.indexes.sparse import Sparse

    pool = Pool(pairs)
    languages = {text: pair.language or "en" for pair in pairs for text in pair.positive}
    index = Sparse.build(" ".join(terms(text, languages[text])) for text in pool.texts)
    out = []
    for pair in pairs:
        counted: dict[str, float] = {}
        for term in terms(pair.query, pair.language or "en"):
            counted[term] = counted.get(term, 0.0) + 1.0
        scores = index.scores(counted)
        out.append(_with(pair, [pool.texts[i] for i in _fitting(pair, pool, np.argsort(-scores, kind="stable"), n)]))
    return out


def mine_dense(pairs: Sequence[Pair], n: int, queries: Encode, passages: Encode, seed: int) -> list[Pair]:
    """Each pair with n passages of the ranks `FIRST` to `LAST`, drawn for each question anew, that may be negatives."""
    pool = Pool(pairs)
    vectors = passages(pool.texts)
    first = FIRST if len(pool.texts) > 2 * FIRST else 0
    out = []
    for at in range(0, len(pairs), 256):
        block = pairs[at : at + 256]
        scores = queries([pair.query for pair in block]) @ vectors.T
        for i, pair in enumerate(block):
            order = np.argsort(-scores[i], kind="stable")[first:LAST]
            drawn = np.random.default_rng([seed, at + i]).permutation(order)
            out.append(_with(pair, [pool.texts[j] for j in _fitting(pair, pool, drawn, n)]))
    return out


def _fitting(pair: Pair, pool: Pool, order: NDArray[np.intp], n: int) -> list[int]:
    found: list[int] = []
    for i in order.tolist():
        if pool.fits(pair, pool.texts[i]):
            found.append(i)
            if len(found) == n:
                break
    return found


def _with(pair: Pair, mined: list[str]) -> Pair:
    return replace(pair, negative=tuple(dict.fromkeys([*pair.negative, *mined])))
