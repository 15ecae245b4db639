"""Caches of the store's generation: what FAISS and BM25 keep on disk so that a cold question starts at once."""

from __future__ import annotations

import shutil
from pathlib import Path

from indexes.dense import Dense
from indexes.sparse import Sparse
from indexes.store import ChunkTable, Store

FOLDER = "cache"


def open_caches(store: Store, table: ChunkTable, dimension: int, generation: int) -> tuple[Sparse, Dense]:
    """Sparse and dense index of a generation, from the cache where it is whole, else rebuilt and (if possible) kept."""
    root = store.folder / FOLDER
    folder = root / str(generation)
    sparse = Sparse.load(folder / "sparse")
    dense = Dense.load(folder / "dense")
    fresh = sparse is None or dense is None or sparse.n != len(table.keys) or dense.n != len(table.keys)
    if sparse is None or sparse.n != len(table.keys):
        sparse = Sparse.build(terms for _, terms in store.chunk_terms())
    if dense is None or dense.n != len(table.keys):
        dense = Dense.build(table.digests, store.vectors(), dimension)
    if fresh:
        _keep(root, generation, sparse, dense)
    return sparse, dense


def drop_caches(folder: Path) -> None:
    """Delete all caches: what was deleted from the store must not live on in them."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def _keep(root: Path, generation: int, sparse: Sparse, dense: Dense) -> None:
    try:
        for old in root.iterdir() if root.is_dir() else ():
            if old.name != str(generation):
                shutil.rmtree(old, ignore_errors=True)
        sparse.save(root / str(generation) / "sparse")
        dense.save(root / str(generation) / "dense")
    except OSError:
        # A cache is a convenience: on a full or read-only disk the answer must still come.
        shutil.rmtree(root / str(generation), ignore_errors=True)
