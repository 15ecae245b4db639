"""Nearest vectors through FAISS: an exact index up to `EXACT_LIMIT` passages, HNSW beyond. A cache of the store.

The vectors are held once, inside the index, which is mapped from its file: a cold question reads what it compares.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

EXACT_LIMIT = 100_000
_HNSW_LINKS, _HNSW_BUILD, _HNSW_SEARCH = 32, 200, 128


class Dense:
    """Vectors of those passages that have one; row `i` of the index is the vector of passage `positions[i]`.

    Similarity is the inner product; vectors are normalised where the encoder's contract says so.
    """

    def __init__(self, index: Any, positions: NDArray[np.int64], n: int) -> None:
        self.positions = positions
        self.n = n
        self._index = index
        self._exact = _exact_part(index)
        self._row_of = np.full(n, -1, np.int64)
        self._row_of[positions] = np.arange(len(positions))

    @classmethod
    def build(cls, digests: list[bytes], vectors: Iterable[tuple[bytes, bytes]], dimension: int) -> Dense:
        """Lay out the stored vectors in the order of the passages, given by digest."""
        place: dict[bytes, list[int]] = {}
        for position, digest in enumerate(digests):
            place.setdefault(digest, []).append(position)
        matrix = np.zeros((len(digests), dimension), np.float32)
        present = np.zeros(len(digests), bool)
        for digest, raw in vectors:
            where = place.get(digest, [])
            matrix[where] = np.frombuffer(raw, "<f4")
            present[where] = True
        positions = np.flatnonzero(present)
        return cls.of(matrix if len(positions) == len(digests) else matrix[positions], positions, len(digests))

    @classmethod
    def of(cls, rows: NDArray[np.float32], positions: NDArray[np.int64], n: int) -> Dense:
        """An index of some rows, which are the vectors of the passages at `positions` among `n`."""
        import faiss

        index: Any
        if len(rows) <= EXACT_LIMIT:
            index = faiss.IndexFlatIP(rows.shape[1])
        else:
            index = faiss.IndexHNSWFlat(rows.shape[1], _HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = _HNSW_BUILD
        index.add(np.ascontiguousarray(rows))
        return cls(index, positions, n)

    def save(self, folder: Path) -> None:
        """Write the cache; a crash in between leaves a folder that `load` refuses."""
        import faiss

        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            faiss.write_index(self._index, str(folder / "vectors.faiss"))
        except RuntimeError as error:  # what FAISS makes of a full disk
            raise OSError(str(error)) from None
        np.save(folder / "positions.npy", self.positions)
        (folder / "complete.json").write_text(json.dumps({"n": self.n}))

    @classmethod
    def load(cls, folder: Path) -> Dense | None:
        """The cache in `folder`, or None where there is none that is whole."""
        try:
            n = json.loads((folder / "complete.json").read_text())["n"]
            import faiss

            index = faiss.read_index(str(folder / "vectors.faiss"), faiss.IO_FLAG_MMAP_IFC)
            positions = np.load(folder / "positions.npy")
            return cls(index, positions, n) if index.ntotal == len(positions) else None
        except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RuntimeError):
            return None  # whatever is wrong with a cache, it can be built anew

    def __len__(self) -> int:
        """How many passages have a vector."""
        return len(self.positions)

    @property
    def complete(self) -> bool:
        """Whether every passage has a vector."""
        return len(self.positions) == self.n

    def search(
        self, query: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` nearest passages among the allowed ones: positions and similarities, best first, ties by position.

        Args:
            query: shape (dimension,).
            k: how many.
            allowed: shape (n,), or None for all; applied before ranking, not after.
        """
        keep = None if allowed is None else np.flatnonzero(allowed[self.positions])
        k = min(k, len(self.positions) if keep is None else len(keep))
        if k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if self._index is self._exact or (keep is not None and len(keep) <= EXACT_LIMIT):
            similar, found = self._exact.search(query[None, :], k, params=_among(keep))
        else:
            similar, found = self._index.search(query[None, :], k, params=_among(keep, max(_HNSW_SEARCH, 2 * k)))
        found, similar = found[0][found[0] >= 0], similar[0][found[0] >= 0]
        order = np.lexsort((found, -similar))
        return self.positions[found[order]], similar[order]

    def has(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the passages have a vector."""
        return np.asarray(self._row_of[positions] >= 0)

    def vectors(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of those of the passages that have one, in their order."""
        rows = self._row_of[positions]
        rows = rows[rows >= 0]
        return np.asarray(self._exact.reconstruct_batch(rows)) if len(rows) else np.empty((0, self._exact.d), "f4")

    def similarity(self, query: NDArray[np.float32], positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Similarities to given passages, NaN where a passage has no vector yet."""
        import faiss

        rows = self._row_of[positions]
        out = np.full(len(positions), np.nan, np.float32)
        wanted = np.ascontiguousarray(rows[rows >= 0])
        if len(wanted):
            asked, found = np.ascontiguousarray(query, np.float32), np.empty(len(wanted), np.float32)
            pointers = faiss.swig_ptr(found), faiss.swig_ptr(wanted)
            self._exact.compute_distance_subset(1, faiss.swig_ptr(asked), len(wanted), *pointers)
            out[rows >= 0] = found
        return out


def _exact_part(index: Any) -> Any:
    """The exact index that holds the vectors: the index itself, or what an HNSW graph lies over."""
    import faiss

    return faiss.downcast_index(index.storage) if isinstance(index, faiss.IndexHNSW) else index


def _among(keep: NDArray[np.int64] | None, reach: int = 0) -> Any:
    """Parameters of a search among some rows (all where None); `reach` is how far an HNSW graph is followed."""
    import faiss

    selector = None if keep is None else faiss.IDSelectorBatch(keep)
    if reach:
        # its own type stubs miss this name
        return faiss.SearchParametersHNSW(sel=selector, efSearch=reach)  # type: ignore[attr-defined]
    return None if selector is None else faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
