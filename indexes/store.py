"""The one transactional truth: documents, chunks, vectors and the coverage ledger in one SQLite file.

FAISS and BM25 files beside it are caches that carry the store's generation and are rebuilt when it moved. Deleted
content is overwritten (`secure_delete`), not only unlinked: patients' letters must not linger in free pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.database import FILE_NAME, SCHEMA_VERSION, Database, Moved, NoIndex, Untrusted
from casefolio.indexes.stored_json import pack_document, unpack_document
from casefolio.ingest.document import Chunk, Document, Span, Unread, document_id
from casefolio.ingest.errors import ContractMismatch

__all__ = [
    "FILE_NAME",
    "SCHEMA_VERSION",
    "ChunkTable",
    "LedgerEntry",
    "Moved",
    "NoIndex",
    "Store",
    "StoredChunk",
    "StoredPart",
    "Untrusted",
]


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
    lengths: NDArray[np.int64]  # in characters


class Store(Database):
    """What an index knows, over its database. Not thread-safe: each thread opens its own (reads are cheap)."""

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

    def sources(self, paths: Sequence[str]) -> list[tuple[str, str, str]]:
        """Path, file, and hash of the file of the documents at some paths."""
        rows = self._rows(
            "SELECT path, file, file_sha256 FROM documents WHERE path IN (SELECT value FROM json_each(?))",
            (json.dumps(list(paths)),),
        )
        return [(path, file, sha256) for path, file, sha256 in rows]

    def profiles(self) -> list[tuple[int, str, str, str]]:
        """Key, path, language and profile (JSON) of each document that was read, by path."""
        rows = self._rows("SELECT key, path, language, profile FROM documents WHERE text IS NOT NULL ORDER BY path")
        return [(key, path, language, profile) for key, path, language, profile in rows]

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
            "SELECT c.key, c.document, c.digest, c.language, c.end - c.start"
            " FROM chunks c JOIN documents d ON d.key = c.document ORDER BY d.path, c.start, c.end"
        )
        keys = np.fromiter((r[0] for r in rows), np.int64, len(rows))
        documents = np.fromiter((r[1] for r in rows), np.int64, len(rows))
        lengths = np.fromiter((r[4] for r in rows), np.int64, len(rows))
        return ChunkTable(keys, documents, [r[2] for r in rows], [r[3] for r in rows], lengths)

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
        """Up to `limit` passages without a vector: digest and what to embed, each once.

        Those of the documents most asked for come first, then by digest.
        """
        rows = self._rows(
            "SELECT c.digest, MIN(c.embedded) FROM chunks c JOIN documents d ON d.key = c.document"
            " WHERE c.digest NOT IN (SELECT digest FROM vectors)"
            " GROUP BY c.digest ORDER BY MAX(d.asked) DESC, c.digest LIMIT ?",
            (limit,),
        )
        return [(digest, embedded) for digest, embedded in rows]

    def count_asked(self, chunks: Sequence[int]) -> None:
        """Note that a question looked for these chunks' documents; call inside a transaction."""
        marks = ",".join("?" * len(chunks))
        self._db.execute(
            f"UPDATE documents SET asked = asked + 1 WHERE key IN (SELECT document FROM chunks WHERE key IN ({marks}))",
            tuple(chunks),
        )

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
