"""One part of the search alone: vectors by themselves, or BM25 by itself, on the whole question.

The library reads a question in two parts and combines the evidence; that cannot be seen in its scores. These rankings
are what the encoder or the words would find alone, over the same passages, so that a gain can be told from its parts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.analyzers import terms
from casefolio.indexes.filters import scope_filter
from casefolio.indexes.hit import Hit
from casefolio.indexes.index import Index, Snapshot
from casefolio.ingest.language import detect_language

Scores = NDArray[np.float32]


class OnePart:
    """Ranks the passages of an index by one part.

    Args:
        folder: of the index; it is not written.
        encoder: the one it was built with.
        name: under which the encoder was loaded.
        part: `dense` or `sparse`.
    """

    def __init__(self, folder: Path, encoder: Any, name: str, part: str) -> None:
        self._index = Index(folder, encoder, name, create=False, read_only=True)
        self._score: Callable[[str, Snapshot], Scores] = {"dense": self._dense, "sparse": self._sparse}[part]
        self._part = part

    def close(self) -> None:
        """Closes the index."""
        self._index.close()

    def search(self, question: str, k: int, scope: str | None = None) -> list[Hit]:
        """The k best passages by this part; those without any evidence are left out."""
        snapshot = self._index.snapshot()
        scores = self._score(question, snapshot)
        if scope is not None:
            inside = scope_filter(scope)
            allowed = np.fromiter((inside(p) for p in snapshot.paths), bool, len(snapshot.paths))
            scores = np.where(allowed[snapshot.document_of], scores, -np.inf).astype(np.float32)
        order = np.argsort(-scores, kind="stable")[:k]
        kept = [int(at) for at in order if np.isfinite(scores[at])]
        rows = self._index.store.chunks([int(snapshot.table.keys[at]) for at in kept])
        hits = []
        for rank, at in enumerate(kept, start=1):
            piece, text, path, sha256 = rows[int(snapshot.table.keys[at])]
            score = float(scores[at])
            hits.append(Hit(piece, path, sha256, text, score, rank, (self._part,), ((self._part, score),)))
        return hits

    def _dense(self, question: str, snapshot: Snapshot) -> Scores:
        """Inner products with the vector of the whole question; none for a passage without a vector."""
        scores = np.full(snapshot.dense.n, -np.inf, np.float32)
        positions = snapshot.dense.positions
        query = self._index.encoder.encode_queries([question])[0]
        scores[positions] = snapshot.dense.similarity(query, positions)
        return scores

    def _sparse(self, question: str, snapshot: Snapshot) -> Scores:
        """BM25 of the terms of the whole question, each counted once for each time it is asked."""
        weights: dict[str, float] = {}
        for term in terms(question, detect_language(question)):
            weights[term] = weights.get(term, 0.0) + 1.0
        scores = snapshot.sparse.scores(weights)
        return np.where(scores > 0, scores, -np.inf).astype(np.float32)
