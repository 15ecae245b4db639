"""Nearest vectors: exact up to `EXACT_LIMIT` passages, FAISS's HNSW beyond. A cache of what the store holds.

Exact search is one product of matrix and vector. FAISS's flat index gives one question one thread and holds the
vectors a second time.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexes.fusion import best

if TYPE_CHECKING:
    from collections.abc import Iterable

EXACT_LIMIT = 100_000
_HNSW_LINKS, _HNSW_BUILD, _HNSW_SEARCH = 32, 200, 128


class Dense:
    """Vectors of those passages that have one; `rows[i]` is the vector of passage `positions[i]`.

    Similarity is the inner product; vectors are normalised where the encoder's contract says so.
    """

    def __init__(self, rows: NDArray[np.float32], positions: NDArray[np.int64], n: int, graph: Any = None) -> None:
        self.rows = rows
        self.positions = positions
        self.n = n
        self._row_of = np.full(n, -1, np.int64)
        self._row_of[positions] = np.arange(len(positions))
        self._graph = graph

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
        rows = matrix if len(positions) == len(digests) else matrix[positions]
        return cls(rows, positions, len(digests), _hnsw(rows) if len(rows) > EXACT_LIMIT else None)

    def save(self, folder: Path) -> None:
        """Write the cache; a crash in between leaves a folder that `load` refuses."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        np.save(folder / "rows.npy", self.rows)
        np.save(folder / "positions.npy", self.positions)
        if len(self.rows) > EXACT_LIMIT:
            import faiss

            faiss.write_index(self._graph, str(folder / "hnsw.faiss"))
        (folder / "complete.json").write_text(json.dumps({"n": self.n}))

    @classmethod
    def load(cls, folder: Path) -> Dense | None:
        """The cache in `folder`, or None where there is none that is whole."""
        try:
            n = json.loads((folder / "complete.json").read_text())["n"]
            rows = np.load(folder / "rows.npy", mmap_mode="r")
            graph = None
            if len(rows) > EXACT_LIMIT:
                import faiss

                graph = faiss.read_index(str(folder / "hnsw.faiss"))
            return cls(rows, np.load(folder / "positions.npy"), n, graph)
        except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RuntimeError):
            return None  # whatever is wrong with a cache, it can be built anew

    @property
    def complete(self) -> bool:
        """Whether every passage has a vector."""
        return len(self.positions) == self.n

    def search(
        self, query: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` nearest passages among the allowed ones: positions and similarities, best first.

        Args:
            query: shape (dimension,).
            k: how many.
            allowed: shape (n,), or None for all; applied before ranking, not after.
        """
        keep = None if allowed is None else np.flatnonzero(allowed[self.positions])
        if self._graph is None or (keep is not None and len(keep) <= EXACT_LIMIT):
            similar = (self.rows if keep is None else self.rows[keep]) @ query
            order = best(similar, k)
            return self.positions[order if keep is None else keep[order]], similar[order]
        import faiss

        selector = None if keep is None else faiss.IDSelectorBatch(keep)
        # its own type stubs miss this name
        parameters = faiss.SearchParametersHNSW(  # type: ignore[attr-defined]
            sel=selector, efSearch=max(_HNSW_SEARCH, 2 * k)
        )
        similar, found = self._graph.search(query[None, :], min(k, len(self.rows)), params=parameters)
        found, similar = found[0][found[0] >= 0], similar[0][found[0] >= 0]
        return self.positions[found], similar

    def vectors(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of those of the passages that have one, in their order."""
        rows = self._row_of[positions]
        return np.asarray(self.rows[rows[rows >= 0]])

    def similarity(self, query: NDArray[np.float32], positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Similarities to given passages, NaN where a passage has no vector yet."""
        rows = self._row_of[positions]
        out = np.full(len(positions), np.nan, np.float32)
        has = rows >= 0
        if has.any():
            out[has] = self.rows[rows[has]] @ query
        return out


def _hnsw(rows: NDArray[np.float32]) -> Any:
    import faiss

    graph = faiss.IndexHNSWFlat(rows.shape[1], _HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = _HNSW_BUILD
    graph.add(np.ascontiguousarray(rows))
    return graph
