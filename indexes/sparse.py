"""BM25 over the terms of all passages, through bm25s. A cache: it can be rebuilt from the store at any time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

K1, B = 0.9, 0.4  # the defaults of Anserini (Yang et al., SIGIR 2017), made for passages of much the same length
_TERMS, _COLUMNS = "terms.json", ("starts", "passages", "gains")  # files of the cache
_KEPT_PARTS = 1_000  # parts of words whose words are remembered


@dataclass(frozen=True, slots=True)
class _Postings:
    """Each term's passages and its gain in them, as columns of one sparse matrix."""

    numbers: Mapping[str, int]
    starts: NDArray[np.int32]
    passages: NDArray[np.int32]
    gains: NDArray[np.float32]


class Sparse:
    """Scores of all passages for a bag of terms."""

    def __init__(self, postings: _Postings | None, n: int) -> None:
        self._postings = postings
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
        matrix = scorer.scores
        columns = (matrix["indptr"], matrix["indices"], matrix["data"])
        return cls(_Postings(scorer.vocab_dict, *columns), len(tokens))

    def save(self, folder: Path) -> None:
        """Write the cache; a crash in between leaves a folder that `load` refuses."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if (found := self._postings) is not None:
            (folder / _TERMS).write_text(json.dumps(dict(found.numbers), ensure_ascii=False), "utf-8")
            for name in _COLUMNS:
                np.save(folder / f"{name}.npy", getattr(found, name))
        (folder / "complete.json").write_text(json.dumps({"n": self.n, "empty": found is None}))

    @classmethod
    def load(cls, folder: Path) -> Sparse | None:
        """The cache in `folder`, or None where there is none that is whole.

        What reads it is ours: bm25s, which made it, brings SciPy along, a third of a cold question.
        """
        try:
            state = json.loads((folder / "complete.json").read_text())
            if state["empty"]:
                return cls(None, state["n"])
            numbers = json.loads((folder / _TERMS).read_text("utf-8"))
            columns = [np.load(folder / f"{name}.npy", mmap_mode="r") for name in _COLUMNS]
            return cls(_Postings(numbers, *columns), state["n"])
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
        return self._postings is not None and term in self._postings.numbers

    def containing(self, part: str) -> list[str]:
        """Terms of the collection with `part` somewhere inside."""
        if part not in self._found:
            if len(self._found) >= _KEPT_PARTS:
                self._found.clear()
            self._found[part] = self._search(part)
        return self._found[part]

    def _search(self, part: str) -> list[str]:
        if self._postings is None:
            return []
        if self._joined is None:
            # one string searched at C speed; terms hold no blanks
            self._joined = f" {' '.join(t for t in self._postings.numbers if len(t) > 5)} "
        found, at = [], self._joined.find(part)
        while at >= 0:
            start, end = self._joined.rfind(" ", 0, at) + 1, self._joined.find(" ", at)
            found.append(self._joined[start:end])
            at = self._joined.find(part, end)
        return found

    def postings(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Positions of the passages that hold a term, and its BM25 gain in each."""
        found = self._postings
        number = found.numbers.get(term) if found is not None else None
        if found is None or number is None:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        start, end = found.starts[number], found.starts[number + 1]
        return found.passages[start:end], found.gains[start:end]
