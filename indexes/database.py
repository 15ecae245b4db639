"""The SQLite file under the store: its layout, transactions, settings, and errors that say what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ingest.errors import StoreError

FILE_NAME = "casefolio.sqlite"
SCHEMA_VERSION = 2
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
    asked INTEGER NOT NULL DEFAULT 0, -- questions it was a candidate for before it had all its vectors
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


class NoIndex(StoreError):
    """There is no index, or one whose making was broken off before anything was committed."""


class Moved(Exception):
    """What a question was reading has been changed by another thread or process: it must be asked again."""


class Database:
    """The open SQLite file of an index: transactions, settings, errors in one line. Not thread-safe.

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
