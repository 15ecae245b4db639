"""Caches of the store's generation: what FAISS and BM25 keep on disk so that a cold question starts at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casefolio.indexes.analyzers import terms
from casefolio.indexes.dense import Dense
from casefolio.indexes.home import machine_key, private_folder, write_private
from casefolio.indexes.owned import CACHE_FOLDER, close_to_others, remove_caches
from casefolio.indexes.persons import FIELDS, names_in_documents, ordinary_words
from casefolio.indexes.reading_questions import identity_zone
from casefolio.indexes.sealing import seal_files
from casefolio.indexes.shaping import code
from casefolio.indexes.sparse import Sparse
from casefolio.indexes.store import ChunkTable, Store
from casefolio.indexes.stored_json import unpack_identity
from casefolio.indexes.witness import is_known, note

_SEAL = "seal"
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
    text, vectors = f"words-{state[0]}-{state[1]}-{code()}", f"vectors-{state[0]}-{state[1]}-{state[2]}"
    root = store.folder / CACHE_FOLDER
    n = len(table.keys)
    sparse = zones = names = proper = dense = None
    if _is_sealed(root / text):
        sparse, zones, names, proper = (Sparse.load(root / text / part) for part in _PARTS)
    if _is_sealed(root / vectors):
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
        _keep(store.folder, frozenset({text, vectors}), fresh)
    return Caches(sparse, dense, zones, names, proper)


def drop_caches(folder: Path) -> None:
    """Delete all caches: what was deleted from the store must not live on in them."""
    remove_caches(folder)


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


def _keep(folder: Path, current: frozenset[str], fresh: dict[str, Sparse | Dense]) -> None:
    root = folder / CACHE_FOLDER
    made = {name.partition("/")[0] for name in fresh}
    try:
        remove_caches(folder, keep=current - made)
        private_folder(root)
        for name, part in fresh.items():
            part.save(root / name)
        for name in made:
            _seal(root / name)
    except OSError:
        # A cache is a convenience: on a full or read-only disk the answer must still come.
        remove_caches(folder, keep=current - made)


def _seal(cache: Path) -> None:
    """Make a cache known as ours. One whose making was broken off has no seal, and is not read."""
    close_to_others(cache)
    write_private(cache / _SEAL, _seal_of(cache).encode())
    note(f"cache {cache.resolve()}", _files(cache))


def _is_sealed(cache: Path) -> bool:
    try:
        if is_known(f"cache {cache.resolve()}", _files(cache)):
            return True
        return (cache / _SEAL).read_text("ascii") == _seal_of(cache)
    except (OSError, ValueError):
        return False


def _seal_of(cache: Path) -> str:
    """Over all files, and the name of the cache, which says the state of the store that it was made of."""
    files = [path for path in _files(cache) if path.name != _SEAL]
    return seal_files(machine_key(), cache.name, [(str(p.relative_to(cache)), _sha256(p)) for p in files])


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _files(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if not path.is_dir() or path.is_symlink())
