"""A second look at the best passages, by a model that reads question and passage together; off unless one is named.

Cross-encoders do not understand negation or sides by themselves (NevIR, EACL 2023), so the order of twins comes after
them; and they never see more than the first `depth` passages, whose documents' evidence still counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.hit import Hit
from casefolio.indexes.scaling import normalised
from casefolio.ingest.errors import EncoderError

DEPTH = 30


class Reranker(Protocol):
    """Scores passages against a question, higher is better; shape (n,), comparable within one call only."""

    @property
    def depth(self) -> int:
        """How many of the best passages it is shown."""

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """One score for each passage."""


class CrossEncoder:
    """A cross-encoder from a local folder or the hub's cache, through sentence-transformers (extra `torch`).

    Raises:
        EncoderError: where sentence-transformers or the weights are missing.
    """

    def __init__(self, source: str, depth: int = DEPTH) -> None:
        try:
            from sentence_transformers import CrossEncoder as Model
        except ImportError as error:
            raise EncoderError("a reranker needs sentence-transformers", "pip install 'casefolio[torch]'") from error
        try:
            self._model = Model(source, local_files_only=True)
        except (OSError, ValueError) as error:
            place = "folder" if Path(source).exists() else "name of a model in the local cache"
            raise EncoderError(f"no reranker could be loaded from {source}", f"check the {place}") from error
        self.depth = depth

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """One logit for each passage."""
        pairs = [(question, passage) for passage in passages]
        return np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float32).reshape(len(pairs))


def reranked(question: str, hits: Sequence[Hit], reranker: Reranker, document_weight: float) -> list[Hit]:
    """The hits in the reranker's order, its normalised score beside the evidence for their documents.

    Args:
        question: what is asked, without the names of documents.
        hits: best first; those beyond the reranker's depth keep their place behind.
        reranker: scores the first ones.
        document_weight: what a document's evidence counts against the reranker's score.
    """
    seen, rest = list(hits[: reranker.depth]), list(hits[reranker.depth :])
    if not seen:
        return rest
    judged = normalised(reranker.scores(question, [h.text for h in seen]))
    scored = [
        replace(
            hit,
            score=float(score) + document_weight * dict(hit.parts).get("document", 0.0),
            via=(*hit.via, "rerank"),
            parts=(*hit.parts, ("rerank", float(score))),
        )
        for hit, score in zip(seen, judged, strict=True)
    ]
    order = sorted(scored, key=lambda h: (-h.score, h.rank))
    least = order[-1].score
    return order + [replace(hit, score=min(hit.score, least)) for hit in rest]
