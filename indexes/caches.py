"""Caches of the store's generation: what FAISS and BM25 keep on disk so that a cold question starts at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexes.analyzers import terms
from indexes.dense import Dense
from indexes.naming import identity_zone
from indexes.packing import unpack_identity
from indexes.persons import FIELDS, names_in_documents, ordinary_words
from indexes.sparse import Sparse
from indexes.store import ChunkTable, Store

FOLDER = "cache"
_PARTS = ("sparse", "zones", "names", "proper")


@dataclass(frozen=True, slots=True)
class Caches:
    """Words and vectors of all passages; of each document the words of its identity zone, and its names."""

    sparse: Sparse
    dense: Dense
    zones: Sparse
    names: Sparse
    proper: Sparse


def open_caches(store: Store, table: ChunkTable, dimension: int, *, keep: bool) -> Caches:
    """The caches of the store's state: from disk where they are whole, else rebuilt and, if `keep`, written."""
    state = store.identity, store.generation, store.vector_generation
    text, vectors = f"words2-{state[0]}-{state[1]}", f"vectors-{state[0]}-{state[1]}-{state[2]}"
    root = store.folder / FOLDER
    n = len(table.keys)
    sparse, zones, names, proper = (Sparse.load(root / text / part) for part in _PARTS)
    dense = Dense.load(root / vectors)
    fresh: dict[str, Sparse | Dense] = {}
    if sparse is None or zones is None or names is None or proper is None or sparse.n != n:
        fresh[f"{text}/sparse"] = sparse = Sparse.build(terms for _, terms in store.chunk_terms())
        fresh[f"{text}/zones"] = zones = Sparse.build(_zone_terms(store))
        rows = list(_names(store))
        fresh[f"{text}/names"] = names = Sparse.build(row for row, _ in rows)
        fresh[f"{text}/proper"] = proper = Sparse.build(row for _, row in rows)
    if dense is None or dense.n != n:
        fresh[vectors] = dense = Dense.build(table.digests, store.vectors(), dimension)
    if keep and fresh:
        _keep(root, {text, vectors}, fresh)
    return Caches(sparse, dense, zones, names, proper)


def drop_caches(folder: Path) -> None:
    """Delete all caches: what was deleted from the store must not live on in them."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def _zone_terms(store: Store) -> Iterator[str]:
    for path, language, text in store.texts():
        yield " ".join(terms(f"{path}\n{identity_zone(text, language)}", language))


def _names(store: Store) -> Iterator[tuple[str, str]]:
    ordinary = ordinary_words((language, text) for _, language, text in store.texts())
    profiles = (
        (language, unpack_identity(profile).values(*FIELDS), identity_zone(text, language))
        for (_, _, language, profile), (_, _, text) in zip(store.profiles(), store.texts(), strict=True)
    )
    return names_in_documents(profiles, ordinary)


def _keep(root: Path, current: set[str], fresh: dict[str, Sparse | Dense]) -> None:
    try:
        for old in root.iterdir() if root.is_dir() else ():
            if old.name not in current:
                shutil.rmtree(old, ignore_errors=True)
        for name, part in fresh.items():
            part.save(root / name)
    except OSError:
        # A cache is a convenience: on a full or read-only disk the answer must still come.
        for name in fresh:
            shutil.rmtree(root / name, ignore_errors=True)
