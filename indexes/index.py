"""`Index`: add, remove, encode, search. The only door other packages use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.analyzers import plain
from casefolio.indexes.caches import drop_caches, open_caches
from casefolio.indexes.dense import Dense
from casefolio.indexes.embedded_text import stored_part
from casefolio.indexes.encoders.base import Encoder
from casefolio.indexes.expansion import expand
from casefolio.indexes.filters import NO_FILTERS, Filters, scope_filter
from casefolio.indexes.fusing import Passages
from casefolio.indexes.hit import Hit
from casefolio.indexes.persons import several
from casefolio.indexes.ranking import DOCUMENT_WEIGHT, Ranking, both, candidates, rank
from casefolio.indexes.reading_questions import Named, Naming, identity_zone, long_zone
from casefolio.indexes.reordering import agreeing_first, same_words
from casefolio.indexes.reranking import Reranker, reranked
from casefolio.indexes.sparse import Sparse
from casefolio.indexes.store import ChunkTable, LedgerEntry, Moved, Store, StoredPart
from casefolio.indexes.stored_json import unpack_identity
from casefolio.indexes.switches import ALL, Parts
from casefolio.indexes.sync import Changes, compare
from casefolio.ingest.document import Document, Unread
from casefolio.ingest.errors import StoreError
from casefolio.ingest.identity import Identity
from casefolio.ingest.language import detect_language

_ATTEMPTS = 8  # a question is asked again where what it reads is changed meanwhile
ENCODE_BATCH = 256  # passages whose vectors are committed together: what a kill can cost
ASKED = 8  # best candidates of a question whose documents are completed before others
FIRST_BUDGET = 48  # passages encoded for one question where vectors are still missing
_ROUNDS = 4  # further stretches of the ranking read where passages repeat each other


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a query needs of one generation of the store."""

    generation: tuple[str, int, int]
    table: ChunkTable
    sparse: Sparse
    dense: Dense
    naming: Naming
    document_of: NDArray[np.int64]  # position of each passage's document in `paths`
    paths: tuple[str, ...]
    identities: tuple[Identity, ...]
    languages: tuple[str, ...]
    readable: NDArray[np.bool_]  # whether the encoder knows each passage's language, or nobody does

    @property
    def passages(self) -> Passages:
        """What ranking needs of them."""
        return Passages(self.sparse, self.dense, self.document_of, self.readable, self.table.lengths)


@dataclass(frozen=True, slots=True)
class Found:
    """Hits of a question, how it was read, and the share of the passages that had a vector."""

    hits: tuple[Hit, ...]
    named: Named
    documents: tuple[str, ...]  # paths of the documents it names
    vector_share: float
    persons: tuple[str, ...] = ()  # whom its names may mean, where these are several


class Index:
    """Passages of one folder under one encoder.

    Safe to use from several threads: the store is behind one lock, snapshots are immutable.
    """

    def __init__(
        self, folder: Path, encoder: Encoder, encoder_name: str, *, create: bool, read_only: bool = False
    ) -> None:
        self.encoder = encoder
        self.parts: Parts = ALL  # others only where a part is measured
        self._encoder_name = encoder_name  # under which `load_encoder` finds it again
        self.read_only = read_only
        self.reranker: Reranker | None = None
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

    def files(self) -> dict[str, str]:
        """Path of each file that is known, and the hash under which it is."""
        with self._lock:
            return self.store.files()

    def prepare(self, parts: Sequence[Document | Unread]) -> list[StoredPart]:
        """Identify and chunk what was read of one file."""
        return [self._part(part) if isinstance(part, Document) else StoredPart(part) for part in parts]

    def _part(self, document: Document) -> StoredPart:
        return stored_part(document, self.encoder.token_spans, self.encoder.max_tokens)

    def put(self, files: Sequence[tuple[str, str, Sequence[StoredPart]]]) -> None:
        """Commit what was read of some files (path, hash, parts), all or nothing."""
        with self._lock, self.store.transaction():
            self.store.check_contract(self.encoder.contract)
            if self.store.contract() is None:
                self.store.set_contract(self.encoder.contract)
                self.store.set_meta("encoder", self._encoder_name)
            for path, sha256, parts in files:
                self.store.put(path, sha256, parts)

    def move(self, renamed: Sequence[tuple[str, str]], removed: Sequence[str]) -> None:
        """Commit renames and removals, all or nothing; what was removed leaves no byte behind."""
        if not renamed and not removed:
            return
        with self._lock, self.store.transaction():
            # first, for a mail `m.eml` with an attachment may be gone and a folder of that name hold a file
            for path in removed:
                self.store.delete_file(path)
            # by way of names that no file has, as relative paths start with no slash: two files may swap theirs
            for number, (old, _) in enumerate(renamed):
                self.store.rename_file(old, f"/{number}")
            for number, (_, new) in enumerate(renamed):
                self.store.rename_file(f"/{number}", new)

    def tidy(self) -> None:
        """After deletions: drop all caches, and vectors nobody refers to; what a kill left undone is made up for."""
        with self._lock:
            if not self.store.untidy:
                return
            drop_caches(self.store.folder)
            with self.store.transaction():
                self.store.drop_orphans()

    def encode_pending(self, progress: Callable[[int, int], None] | None = None, limit: int | None = None) -> int:
        """Encode passages that have no vector yet, committing as it goes.

        Args:
            progress: called with the number of passages done and the total.
            limit: how many at most; None for all.

        Returns:
            How many were encoded.
        """
        encoded = 0
        while limit is None or encoded < limit:
            with self._lock:
                total, done = self.store.counts()
                batch = self.store.pending(ENCODE_BATCH if limit is None else min(ENCODE_BATCH, limit - encoded))
            if progress:
                progress(done, total)
            if not batch:
                break
            self._encode(batch)
            encoded += len(batch)
        return encoded

    def _encode(self, batch: Sequence[tuple[bytes, str]], asked: Sequence[int] = ()) -> None:
        vectors = self.encoder.encode_passages([text for _, text in batch])
        with self._lock, self.store.transaction():
            self.store.check_contract(self.encoder.contract)
            self.store.put_vectors([digest for digest, _ in batch], vectors)
            if asked:
                self.store.count_asked(asked)

    def remember(self, key: str, value: str) -> None:
        """Keep a setting in the store; one that stands already is not written again."""
        with self._lock:
            if self.store.meta(key) != value:
                with self.store.transaction():
                    self.store.set_meta(key, value)

    def recall(self, key: str) -> str | None:
        """A setting kept in the store, or None."""
        with self._lock:
            return self.store.meta(key)

    # ------------------------------------------------------------ reading

    def ledger(self) -> list[LedgerEntry]:
        """Every file and attachment, by path."""
        with self._lock:
            return self.store.ledger()

    def document(self, path: str) -> Document | None:
        """The document at a path, or None."""
        with self._lock:
            return self.store.document(path)

    def sources(self, documents: Sequence[str]) -> list[tuple[str, str, str]]:
        """Path of each document, of the file that it comes from, and the hash of that file when it was read."""
        with self._lock:
            return self.store.sources(documents)

    def counts(self) -> tuple[int, int]:
        """Number of distinct passages, and of those that have a vector."""
        with self._lock:
            return self.store.counts()

    def snapshot(self) -> Snapshot:
        """The current generation, loaded once."""
        with self._lock, self.store.reading():
            generation = (self.store.identity, self.store.generation, self.store.vector_generation)
            if self._snapshot is None or self._snapshot.generation != generation:
                self.store.check_contract(self.encoder.contract)
                self._snapshot = self._load(generation)
            return self._snapshot

    def _load(self, generation: tuple[str, int, int]) -> Snapshot:
        table = self.store.chunk_table()
        rows = self.store.profiles()
        place = {key: at for at, (key, _, _, _) in enumerate(rows)}
        document_of = np.fromiter((place[int(d)] for d in table.documents), np.int64, len(table.documents))
        keys, languages = [row[0] for row in rows], [row[2] for row in rows]
        caches = open_caches(self.store, table, self.encoder.dimension, keep=not self.read_only)
        known = {*self.encoder.languages, "und"}
        readable = np.array(["*" in known or tag in known for tag in table.languages], bool)

        def zone(at: int) -> str:
            with self._lock:
                return identity_zone(self.store.text_of(keys[at]), languages[at])

        def longer(at: int) -> str:
            with self._lock:
                return long_zone(self.store.text_of(keys[at]))

        naming = Naming(caches.zones, caches.names, caches.sparse, document_of, zone, longer, languages, caches.proper)
        paths = tuple(row[1] for row in rows)
        identities = tuple(unpack_identity(row[3]) for row in rows)
        return Snapshot(
            generation=generation,
            table=table,
            sparse=caches.sparse,
            dense=caches.dense,
            naming=naming,
            document_of=document_of,
            paths=paths,
            identities=identities,
            languages=tuple(languages),
            readable=readable,
        )

    def search(self, question: str, k: int, filters: Filters = NO_FILTERS) -> Found:
        """The k best passages.

        Args:
            question: in any language.
            k: how many hits at most.
            filters: which documents may be looked at; applied before ranking.

        Raises:
            StoreError: where the index changes faster than it can be read.
        """
        for _ in range(_ATTEMPTS):
            with suppress(Moved):
                return self._search(question, k, filters)
        raise StoreError(f"the index in {self.store.folder} keeps changing", "ask again when indexing has ended")

    def _search(self, question: str, k: int, filters: Filters) -> Found:
        snapshot, parts, question = self.snapshot(), self.parts, plain(question)
        language = detect_language(question)
        named = snapshot.naming.read(question, language, parts)
        inside = _inside(snapshot, filters)
        allowed = None if inside is None else inside[snapshot.document_of]
        weights = expand(named.terms, language, snapshot.sparse, parts)
        lexical, words = candidates(named, weights, snapshot.sparse, snapshot.document_of, allowed, parts)
        if not snapshot.dense.complete and not self.read_only:
            snapshot = self._encode_first(snapshot, lexical, named, allowed)
        query = self.encoder.encode_queries(both(named, question)) if parts.dense and len(snapshot.dense) else None
        ranking = rank(named, words, lexical, snapshot.passages, query, allowed, parts)
        documents = tuple(snapshot.paths[d] for d in named.documents if inside is None or inside[d])
        if self.reranker is None:
            hits = self._hits(snapshot, ranking, k)
        else:
            deep = self._hits(snapshot, ranking, max(k, self.reranker.depth))
            hits = reranked(named.asked, deep, self.reranker, DOCUMENT_WEIGHT)[:k]
        if parts.twins:
            hits = agreeing_first(named.asked, hits)
        numbered = tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1))
        persons = self._several(snapshot, named, language, inside)
        return Found(numbered, named, documents, _vector_share(snapshot, allowed), persons)

    @staticmethod
    def _several(snapshot: Snapshot, named: Named, language: str, inside: NDArray[np.bool_] | None) -> tuple[str, ...]:
        if named.who is None:
            return ()
        meant = np.flatnonzero(named.who >= named.who.max())
        meant = meant if inside is None else meant[inside[meant]]
        people = [name for at in meant.tolist() for name in snapshot.identities[at].values("patient")]
        return several(named.names, people, language)

    def _encode_first(
        self, snapshot: Snapshot, lexical: NDArray[np.int64], named: Named, allowed: NDArray[np.bool_] | None
    ) -> Snapshot:
        """Give the best candidates their vectors now; the rest can wait.

        Those come first that words found, then what else the named documents hold, then any others: after an edit a
        passage that says it in other words has no vector yet, and words do not find it.
        """
        missing = np.ones(snapshot.dense.n, bool) if allowed is None else allowed.copy()
        missing[snapshot.dense.positions] = False
        rest = np.flatnonzero(missing)
        inside = np.isin(snapshot.document_of[rest], named.documents)
        order = np.concatenate([lexical[missing[lexical]], rest[inside][:FIRST_BUDGET], rest[~inside][:FIRST_BUDGET]])
        keys = [int(snapshot.table.keys[p]) for p in dict.fromkeys(order.tolist())][:FIRST_BUDGET]
        with self._lock, self.store.reading():
            batch = list(dict(self.store.embedded(keys)).items())
        if batch:
            self._encode(batch, asked=[int(snapshot.table.keys[p]) for p in lexical[:ASKED]])
        fresh = self.snapshot()
        if fresh.generation[:2] != snapshot.generation[:2]:
            raise Moved  # its documents are others than those that the candidates were taken from
        return fresh

    def _hits(self, snapshot: Snapshot, ranking: Ranking, k: int) -> list[Hit]:
        """The first k passages of different words; the same words again only where there are no others."""
        seen: set[str] = set()
        hits: list[Hit] = []
        repeats: list[Hit] = []
        for start in range(0, len(ranking.positions), max(1, k)):
            for hit in self._read(snapshot, ranking, start, start + k):
                said = same_words(hit.text)
                (repeats if self.parts.repeats and said in seen else hits).append(hit)
                seen.add(said)
            if len(hits) >= k or start >= _ROUNDS * k:
                break
        least = hits[-1].score if hits else 0.0
        return [*hits, *(replace(hit, score=min(hit.score, least)) for hit in repeats)][:k]

    def _read(self, snapshot: Snapshot, ranking: Ranking, start: int, end: int) -> Iterator[Hit]:
        keys = [int(snapshot.table.keys[p]) for p in ranking.positions[start:end]]
        with self._lock, self.store.reading():
            if (self.store.identity, self.store.generation) != snapshot.generation[:2]:
                raise Moved
            rows = self.store.chunks(keys)
        for at, key in enumerate(keys, start=start):
            piece, text, path, sha256 = rows[key]
            parts = (("dense", float(ranking.dense[at])), ("sparse", float(ranking.sparse[at])),
                     ("document", float(ranking.document[at])))  # fmt: skip
            via = tuple(name for name, score in parts if score > 0)
            yield Hit(piece, path, sha256, text, float(ranking.scores[at]), at + 1, via, parts)


def _vector_share(snapshot: Snapshot, allowed: NDArray[np.bool_] | None) -> float:
    """Share of the passages that may be looked at which have a vector."""
    n = snapshot.dense.n if allowed is None else int(allowed.sum())
    with_vector = snapshot.dense.positions if allowed is None else np.flatnonzero(allowed[snapshot.dense.positions])
    return len(with_vector) / n if n else 1.0


def _inside(snapshot: Snapshot, filters: Filters) -> NDArray[np.bool_] | None:
    """Documents that pass the filters, or None where nothing is filtered."""
    if not filters.any:
        return None
    in_scope, within = scope_filter(filters.scope), scope_filter(filters.wall)
    return np.fromiter(
        (
            in_scope(path) and within(path) and filters.admits(identity.kind, language, identity.day)
            for path, identity, language in zip(snapshot.paths, snapshot.identities, snapshot.languages, strict=True)
        ),
        bool,
        len(snapshot.paths),
    )
