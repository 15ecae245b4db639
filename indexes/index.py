"""`Index`: add, remove, encode, search. The only door other packages use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexes.caches import drop_caches, open_caches
from indexes.dense import Dense
from indexes.encoders.base import Encoder
from indexes.hit import Hit
from indexes.passages import stored_chunk
from indexes.ranking import Candidate, Ranking, rank
from indexes.sparse import Sparse
from indexes.store import ChunkTable, LedgerEntry, Store, StoredPart
from indexes.sync import Changes, compare
from ingest.chunking import chunk
from ingest.document import Document, Unread

ENCODE_BATCH = 256  # passages whose vectors are committed together: what a kill can cost


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a query needs of one generation of the store."""

    generation: int
    table: ChunkTable
    sparse: Sparse
    dense: Dense


class Index:
    """Passages of one folder under one encoder.

    Safe to use from several threads: the store is behind one lock, snapshots are immutable.
    """

    def __init__(self, folder: Path, encoder: Encoder, *, create: bool, read_only: bool = False) -> None:
        self.encoder = encoder
        self.store = Store(folder, create=create, read_only=read_only)
        self._lock = threading.RLock()
        self._snapshot: Snapshot | None = None
        self.store.check_contract(encoder.contract)

    def close(self) -> None:
        """Close the store."""
        with self._lock:
            self.store.close()

    # ------------------------------------------------------------ writing

    def changes(self, found: dict[str, str], again: Iterable[str] = ()) -> Changes:
        """What must happen so that the store mirrors a folder, given the hash of each file."""
        with self._lock:
            return compare(self.store.files(), found, again)

    def prepare(self, parts: Sequence[Document | Unread]) -> list[StoredPart]:
        """Chunk what was read of one file."""
        return [
            StoredPart(part, "{}", self._chunks(part)) if isinstance(part, Document) else StoredPart(part) for part in parts
        ]
