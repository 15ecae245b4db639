"""The one transactional truth: documents, chunks, vectors and the coverage ledger in one SQLite file.

FAISS and BM25 files beside it are caches that carry the store's generation and are rebuilt when it moved. Deleted
content is overwritten (`secure_delete`), not only unlinked: patients' letters must not linger in free pages.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.packing import pack_document, unpack_document
from ingest.document import Chunk, Document, Span, Unread, document_id
from ingest.errors import ContractMismatch, StoreError

FILE_NAME = "casefolio.sqlite"
SCHEMA_VERSION = 1
_PATIENCE_S = 600.0  # how long another process may hold the file, for instance to build its caches from it

_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}

_SCHEMA = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents(
    key INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,        -- relative to the folder; an attachment is file/name
    file TEXT NOT NULL,               -- the file on disk that it comes from
    file_sha256 TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    language TEXT NOT NULL,
    reason TEXT NOT NULL,             -- why nothing was read; empty where something was
    hint TEXT NOT NULL,
    profile TEXT NOT NULL,            -- which document it is: kind, title, names, dates; JSON
    text TEXT,                        -- NULL where nothing was read
    body TEXT                         -- the other fields of Document, JSON
);
CREATE INDEX documents_file ON documents(file);
CREATE TABLE chunks(
    key INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    pages TEXT NOT NULL,
    section TEXT NOT NULL,
    language TEXT NOT NULL,
    columns TEXT NOT NULL,
    embedded TEXT NOT NULL,           -- what the encoder sees
    digest BLOB NOT NULL,             -- of `embedded`: identical passages share a vector
    terms TEXT NOT NULL               -- what BM25 sees, joined by blanks
);
CREATE INDEX chunks_document ON chunks(document);
CREATE INDEX chunks_digest ON chunks(digest);
CREATE TABLE vectors(digest BLOB PRIMARY KEY, vector BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as it goes into the store, with what the encoder and BM25 see of it."""

    chunk: Chunk
    embedded: str
    digest: bytes
    terms: str


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A file, or an attachment of one, as it goes into the store; `profile` is JSON."""

    part: Document | Unread
    profile: str = "{}"
    chunks: tuple[StoredChunk, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger: a file or attachment, and how much of it was read."""

    path: str
    file: str
    file_sha256: str
    sha256: str
    media_type: str
    language: str
    reason: str
    hint: str
    document: Document | None


@dataclass(frozen=True, slots=True)
class ChunkTable:
    """What ranking needs of all chunks, in order of (path, start): parallel arrays of length n."""

    keys: NDArray[np.int64]
    documents: NDArray[np.int64]
    digests: list[bytes]
    languages: list[str]


class NoIndex(StoreError):
    """There is no index, or one whose making was broken off before anything was committed."""


class Moved(Exception):
    """What a question was reading has been changed by another thread or process: it must be asked again."""


class Store:
    """One open store. Not thread-safe: each thread opens its own (reads are cheap).

    Raises:
        StoreError: where the file is damaged, of another version, locked for long, or cannot be written.
    """

    def __init__(self, folder: Path, *, create: bool, read_only: bool = False) -> None:
        self.folder = folder
        self.path = folder / FILE_NAME
        if not create and not self.path.is_file():
            raise self._none()
        try:
            if create and not read_only:
                folder.mkdir(parents=True, exist_ok=True)
            # where it may be written, a mere reader must undo what a killed writer left half done
            mode = "ro" if read_only and not os.access(folder, os.W_OK) else "rwc" if create else "rw"
            uri = f"{self.path.resolve().as_uri()}?mode={mode}"
            self._db = sqlite3.connect(
                uri, uri=True, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
            )
            self._prepare(create and not read_only)
        except (sqlite3.Error, OSError) as error:
            raise self._error(error) from error

    def _none(self) -> NoIndex:
        return NoIndex(f"no index in {self.folder}", "make one with `rag index FOLDER`")

    def _prepare(self, create: bool) -> None:
        db = self._db
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA cache_size = -65536")
        if not self._made():
            if not create:
                raise self._none()
            with self.transaction():
                if not self._made():  # another process may have been first
                    self._make()
        if self.meta("schema") != str(SCHEMA_VERSION):
            raise StoreError(
                f"{self.path} has layout {self.meta('schema')}, this program reads layout {SCHEMA_VERSION}",
                f"delete {self.folder} and run `rag index` again",
            )

    def _made(self) -> bool:
        return bool(self._rows("SELECT name FROM sqlite_master LIMIT 1"))

    def _make(self) -> None:
        for statement in _SCHEMA.split(";\n"):
            if statement.strip():
                self._db.execute(statement)
        self.set_meta("schema", str(SCHEMA_VERSION))
        self.set_meta("identity", uuid.uuid4().hex)
        self.set_meta("generation", "0")
        self.set_meta("vector_generation", "0")

    def _error(self, error: Exception) -> StoreError:
        text = str(error)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind of error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreError(f"{self.path} is locked by another process", "wait for it to end, then run again")
        if code == sqlite3.SQLITE_FULL or getattr(error, "errno", 0) == errno.ENOSPC:
            return StoreError(f"no space left where the index lies: {self.folder}", "free some, or use --index DIR")
        if isinstance(error, OSError) or code in _UNWRITABLE:
            return StoreError(
                f"cannot write the index in {self.folder}: {text}", "name a writable place with --index DIR"
            )
        if code == sqlite3.SQLITE_IOERR:
            return StoreError(
                f"reading or writing {self.path} failed: {text}", "check the disk and its limits, or use --index DIR"
            )
        return StoreError(f"{self.path} is damaged: {text}", f"delete {self.folder} and run `rag index` again")

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what is written inside is committed at the end, or not at all."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # where the disk is full, SQLite has rolled back already
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._error(error) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is of one state of the store, whatever other processes commit meanwhile."""
        if self._db.in_transaction:
            yield
            return
        self._rows("BEGIN")
        try:
            yield
        finally:
            if self._db.in_transaction:
                self._rows("COMMIT")

    def become(self, other: Path) -> None:
        """Take over all that the store in folder `other` holds, or, where that is broken off, nothing of it.

        A file that others have open must not be replaced under them: they would write the new one's journal.
        """
        try:
            with closing(sqlite3.connect(f"{(other / FILE_NAME).resolve().as_uri()}?mode=rw", uri=True)) as source:
                source.backup(self._db)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def _each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._db.execute(sql)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._error(error) from error

    # ------------------------------------------------------------ meta

    def meta(self, key: str) -> str | None:
        """Value of a setting, or None."""
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        """Set a setting."""
        self._db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", (key, value)
        )

    @property
    def identity(self) -> str:
        """Drawn when the store is made, so that nobody takes caches of another store for this one's."""
        return self.meta("identity") or "0"

    @property
    def untidy(self) -> bool:
        """Whether something was deleted since vectors and caches were last cleared of what is gone."""
        return self.meta("untidy") is not None

    @property
    def generation(self) -> int:
        """Grows with each committed change of documents; caches of words carry it."""
        return int(self.meta("generation") or 0)

    @property
    def vector_generation(self) -> int:
        """Grows with each committed change of vectors; caches of vectors carry both."""
        return int(self.meta("vector_generation") or 0)

    def _bump(self, counter: str = "generation") -> None:
        self._db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = ?", (counter,))

    # ------------------------------------------------------------ contract

    def contract(self) -> dict[str, Any] | None:
        """The contract under which the vectors were made, or None before the first."""
        stored = self.meta("contract")
        return json.loads(stored) if stored else None

    def check_contract(self, contract: dict[str, Any]) -> None:
        """Compare an encoder's contract with the stored one.

        Raises:
            ContractMismatch: printing both sides of each field that differs.
        """
        stored = self.contract()
        if stored is None or stored == contract:
            return
        fields = sorted(k for k in stored.keys() | contract.keys() if stored.get(k) != contract.get(k))
        told = "; ".join(f"{k}: index has {stored.get(k)!r}, encoder has {contract.get(k)!r}" for k in fields)
        raise ContractMismatch(
            f"the index in {self.folder} was built under another encoder's contract: {told}",
            f"build it anew with `rag index FOLDER --encoder {contract.get('name', 'NAME')}`",
        )

    def set_contract(self, contract: dict[str, Any]) -> None:
        """Record the encoder's contract; call inside a transaction."""
        self.set_meta("contract", json.dumps(contract, sort_keys=True))

    # ------------------------------------------------------------ documents

    def files(self) -> dict[str, str]:
        """Path of each file on disk that is in the store, and the hash of its bytes."""
        return dict(self._rows("SELECT DISTINCT file, file_sha256 FROM documents"))

    def put(self, file: str, file_sha256: str, parts: Iterable[StoredPart]) -> None:
        """Replace everything that came from `file`; call inside a transaction."""
        self.delete_file(file)
        for stored in parts:
            key = self._put_part(file, file_sha256, stored)
            self._db.executemany(
                "INSERT INTO chunks(document, start, end, pages, section, language, columns, embedded, digest, terms)"
                " VALUES (?,?,?,?,?,?,?,?,?,?)",
                [
                    (key, c.chunk.span.start, c.chunk.span.end, json.dumps(c.chunk.pages),
                     json.dumps(c.chunk.section, ensure_ascii=False), c.chunk.language,
                     json.dumps(c.chunk.columns, ensure_ascii=False), c.embedded, c.digest, c.terms)
                    for c in stored.chunks
                ],
            )  # fmt: skip
        self._bump()

    def _put_part(self, file: str, file_sha256: str, stored: StoredPart) -> int | None:
        part = stored.part
        values: tuple[str | None, ...]
        if isinstance(part, Document):
            values = (part.language, "", "", stored.profile, part.text, pack_document(part))
        else:
            values = ("und", part.reason, part.hint, "{}", None, None)
        return self._db.execute(
            "INSERT INTO documents"
            "(path, file, file_sha256, sha256, media_type, language, reason, hint, profile, text, body)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (part.path, file, file_sha256, part.sha256, part.media_type, *values),
        ).lastrowid

    def delete_file(self, file: str) -> None:
        """Remove all that came from a file; call inside a transaction."""
        if self._db.execute("DELETE FROM documents WHERE file = ?", (file,)).rowcount:
            self.set_meta("untidy", "1")
        self._bump()

    def rename_file(self, old: str, new: str) -> None:
        """A file moved, its bytes did not change; call inside a transaction."""
        self._db.execute(
            "UPDATE documents SET path = ? || substr(path, ?), file = ? WHERE file = ?", (new, len(old) + 1, new, old)
        )
        self._bump()

    def drop_orphans(self) -> None:
        """Remove vectors that no chunk refers to any more; call inside a transaction."""
        self._db.execute("DELETE FROM vectors WHERE digest NOT IN (SELECT digest FROM chunks)")
        self._db.execute("DELETE FROM meta WHERE key = 'untidy'")
        self._bump("vector_generation")

    def ledger(self) -> list[LedgerEntry]:
        """Every file and attachment, by path, with its document (without text) where one was read."""
        rows = self._rows(
            "SELECT path, file, file_sha256, sha256, media_type, language, reason, hint, body, text IS NOT NULL"
            " FROM documents ORDER BY path"
        )
        return [_entry(row) for row in rows]

    def document(self, path: str) -> Document | None:
        """The document at a path, whole, or None where there is none or nothing of it was read."""
        rows = self._rows(
            "SELECT body, path, sha256, media_type, language, text FROM documents WHERE path = ? AND text IS NOT NULL",
            (path,),
        )
        return unpack_document(*rows[0]) if rows else None

    def profiles(self) -> list[tuple[int, str, str, str]]:
        """Key, path, language and profile (JSON) of each document that was read, by path."""
        rows = self._rows("SELECT key, path, language, profile FROM documents WHERE text IS NOT NULL ORDER BY path")
        return [(key, path, language, profile) for key, path, language, profile in rows]

    def document_languages(self) -> dict[str, int]:
        """Number of documents of each language."""
        return dict(self._rows("SELECT language, COUNT(*) FROM documents WHERE text IS NOT NULL GROUP BY language"))

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Path, language and text of each document that was read, by path."""
        rows = self._each("SELECT path, language, text FROM documents WHERE text IS NOT NULL ORDER BY path")
        return ((path, language, text) for path, language, text in rows)

    def text_of(self, key: int) -> str:
        """Text of the document with a key.

        Raises:
            Moved: where it is gone.
        """
        rows = self._rows("SELECT text FROM documents WHERE key = ?", (key,))
        if not rows:
            raise Moved
        return str(rows[0][0])

    # ------------------------------------------------------------ chunks and vectors

    def chunk_table(self) -> ChunkTable:
        """Arrays over all chunks, ordered by path and start, so that ties break the same however files came in."""
        rows = self._rows(
            "SELECT c.key, c.document, c.digest, c.language FROM chunks c JOIN documents d ON d.key = c.document"
            " ORDER BY d.path, c.start, c.end"
        )
        keys = np.fromiter((r[0] for r in rows), np.int64, len(rows))
        documents = np.fromiter((r[1] for r in rows), np.int64, len(rows))
        return ChunkTable(keys, documents, [r[2] for r in rows], [r[3] for r in rows])

    def chunk_terms(self) -> Iterator[tuple[int, str]]:
        """Key and terms of each chunk, in the order of `chunk_table`."""
        rows = self._each(
            "SELECT c.key, c.terms FROM chunks c JOIN documents d ON d.key = c.document ORDER BY d.path, c.start, c.end"
        )
        return ((key, terms) for key, terms in rows)

    def chunks(self, keys: Sequence[int]) -> dict[int, tuple[Chunk, str, str, str]]:
        """Chunks by key, each with its text and the path and hash of its document."""
        rows = self._rows(
            "SELECT c.key, c.start, c.end, c.pages, c.section, c.language, c.columns, d.path, d.sha256,"
            " substr(d.text, c.start + 1, c.end - c.start) FROM chunks c"
            " JOIN documents d ON d.key = c.document WHERE c.key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        out = {}
        for key, start, end, pages, section, language, columns, path, sha256, text in rows:
            owner = document_id(path, sha256)
            chunk = Chunk(f"{owner}:{start}-{end}", owner, Span(start, end), tuple(json.loads(pages)),
                          tuple(json.loads(section)), language, tuple(json.loads(columns)))  # fmt: skip
            out[key] = (chunk, text, path, sha256)
        return out

    def pending(self, limit: int) -> list[tuple[bytes, str]]:
        """Up to `limit` passages without a vector: digest and what to embed, each once, in order of digest."""
        rows = self._rows(
            "SELECT digest, MIN(embedded) FROM chunks WHERE digest NOT IN (SELECT digest FROM vectors)"
            " GROUP BY digest ORDER BY digest LIMIT ?", (limit,)
        )  # fmt: skip
        return [(digest, embedded) for digest, embedded in rows]

    def embedded(self, keys: Sequence[int]) -> list[tuple[bytes, str]]:
        """Digest and text to embed of the chunks with these keys, in their order."""
        rows = self._rows(
            "SELECT key, digest, embedded FROM chunks WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        found = {key: (digest, embedded) for key, digest, embedded in rows}
        return [found[key] for key in keys if key in found]

    def put_vectors(self, digests: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep vectors of passages, but not of those deleted while they were encoded; call inside a transaction."""
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM chunks WHERE digest = ?1)",
            [(d, v.astype("<f4").tobytes()) for d, v in zip(digests, vectors, strict=True)],
        )
        self._bump("vector_generation")

    def vectors(self) -> Iterator[tuple[bytes, bytes]]:
        """Digest and little-endian float32 bytes of every vector."""
        return ((digest, vector) for digest, vector in self._each("SELECT digest, vector FROM vectors"))

    def counts(self) -> tuple[int, int]:
        """Number of distinct passages, and of those that have a vector."""
        total = self._rows("SELECT COUNT(DISTINCT digest) FROM chunks")[0][0]
        return total, self._rows("SELECT COUNT(*) FROM vectors")[0][0]


def _entry(row: tuple[Any, ...]) -> LedgerEntry:
    path, file, file_sha256, sha256, media_type, language, reason, hint, body, read = row
    document = unpack_document(body, path, sha256, media_type, language, "") if read else None
    return LedgerEntry(path, file, file_sha256, sha256, media_type, language, reason, hint, document)
