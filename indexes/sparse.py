"""BM25 over the terms of all passages, through bm25s. A cache: it can be rebuilt from the store at any time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

K1, B = 0.9, 0.4  # the defaults of Anserini (Yang et al., SIGIR 2017), made for passages of much the same length
_KEPT_PARTS = 1_000  # parts of words whose words are remembered


class Sparse:
    """Scores of all passages for a bag of terms."""

    def __init__(self, scorer: Any, n: int) -> None:
        self._scorer = scorer
        self.n = n
        self._joined: str | None = None
        self._found: dict[str, list[str]] = {}

    @classmethod
    def build(cls, passages: Iterable[str]) -> Sparse:
        """Index passages given as terms joined by blanks, in the order of the store's chunk table."""
        import bm25s

        tokens = [p.split() for p in passages]
        if not any(tokens):
            return cls(None, len(tokens))
        scorer = bm25s.BM25(method="lucene", k1=K1, b=B)
        scorer.index(tokens, show_progress=False)
        return cls(scorer, len(tokens))

    def save(self, folder: Path) -> None:
        """Write the cache; a crash in between leaves a folder that `load` refuses."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if self._scorer is not None:
            self._scorer.save(folder)
        (folder / "complete.json").write_text(json.dumps({"n": self.n, "empty": self._scorer is None}))

    @classmethod
    def load(cls, folder: Path) -> Sparse | None:
        """The cache in `folder`, or None where there is none that is whole."""
        try:
            state = json.loads((folder / "complete.json").read_text())
            if state["empty"]:
                return cls(None, state["n"])
            import bm25s

            return cls(bm25s.BM25.load(folder, mmap=True), state["n"])
        except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError):
            return None  # whatever is wrong with a cache, it can be built anew

    def scores(self, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """BM25 of every passage, shape (n,): the sum over the terms, each times its weight."""
        total = np.zeros(self.n, np.float32)
        for term, weight in weights.items():
            where, gain = self.postings(term)
            # one term names a passage at most once, so plain indexing adds right (and far faster than np.add.at)
            total[where] += np.float32(weight) * gain
        return total

    def has(self, term: str) -> bool:
        """Whether any passage holds a term."""
        return self._scorer is not None and term in self._scorer.vocab_dict

    def containing(self, part: str) -> list[str]:
        """Terms of the collection with `part` somewhere inside."""
        if part not in self._found:
            if len(self._found) >= _KEPT_PARTS:
                self._found.clear()
            self._found[part] = self._search(part)
        return self._found[part]

    def _search(self, part: str) -> list[str]:
        if self._scorer is None:
            return []
        if self._joined is None:
            # one string searched at C speed; terms hold no blanks
            self._joined = f" {' '.join(t for t in self._scorer.vocab_dict if len(t) > 5)} "
        found, at = [], self._joined.find(part)
        while at >= 0:
            start, end = self._joined.rfind(" ", 0, at) + 1, self._joined.find(" ", at)
            found.append(self._joined[start:end])
            at = self._joined.find(part, end)
        return found

    def postings(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Positions of the passages that hold a term, and its BM25 gain in each."""
        number = self._scorer.vocab_dict.get(term) if self._scorer is not None else None
        if number is None:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        matrix = self._scorer.scores
        start, end = matrix["indptr"][number], matrix["indptr"][number + 1]
        return matrix["indices"][start:end], matrix["data"][start:end]
