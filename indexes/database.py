"""The SQLite file under the store: its layout, transactions, settings, and errors that say what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from casefolio.indexes.home import machine_key, private_folder
from casefolio.indexes.sealing import Seal
from casefolio.indexes.witness import file_state, is_known, note
from casefolio.ingest.errors import StoreError

FILE_NAME = "casefolio.sqlite"
SCHEMA_VERSION = 2
_PATIENCE_S = 600.0  # how long another process may hold the file, for instance to build its caches from it

_MAGIC = b"SQLite format 3\0"
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_LAYOUT = "SELECT type, name, sql FROM main.sqlite_master WHERE sql IS NOT NULL"
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


class Untrusted(StoreError):
    """The index was not made by this user on this machine, or was changed or damaged since: it has to be made anew."""


class Moved(Exception):
    """What a question was reading has been changed by another thread or process: it must be asked again."""


class Database:
    """The open SQLite file of an index: transactions, settings, errors in one line. Not thread-safe.

    Raises:
        Untrusted: where the file is damaged, of another version, or was written by anybody else than this program.
        StoreError: where it is locked for long, or cannot be written.
    """

    def __init__(self, folder: Path, *, create: bool, read_only: bool = False) -> None:
        self.folder = folder
        self.path = folder / FILE_NAME
        if not create and not self.path.is_file():
            raise self._none()
        key = machine_key()
        try:
            self._check_files()
            if create and not read_only:
                private_folder(folder)
                _make_private(self.path)
            # where it may be written, a mere reader must undo what a killed writer left half done
            mode = "ro" if read_only and not os.access(folder, os.W_OK) else "rwc" if create else "rw"
            uri = f"{self.path.resolve().as_uri()}?mode={mode}"
            self._db = sqlite3.connect(
                uri, uri=True, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
            )
            self._seal = Seal(self._db, key)
            self._seen: tuple[int, ...] = ()
            try:
                self._prepare(create and not read_only)
            except BaseException:
                self._db.close()
                raise
        except (sqlite3.Error, OSError) as error:
            raise self._error(error) from error

    def _none(self) -> NoIndex:
        return NoIndex(f"no index in {self.folder}", "make one with `rag index FOLDER`")

    def _prepare(self, create: bool) -> None:
        db = self._db
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
        db.execute("PRAGMA cache_size = -65536")
        if not self._made():
            if not create:
                raise self._none()
            with self._begun():
                if not self._made():  # another process may have been first
                    self._make()
        self.check()
        self._seal.watch()
        if self.meta("schema") != str(SCHEMA_VERSION):
            raise self._untrusted(f"it has layout {self.meta('schema')}, this program reads layout {SCHEMA_VERSION}")

    def _check_files(self) -> None:
        """Refuse what SQLite must not open, as it would act on the files that it names, or wait for ever."""
        journal = self.path.with_name(f"{FILE_NAME}-journal")
        for path in (self.path, journal):
            with suppress(FileNotFoundError):
                if not stat.S_ISREG(path.stat(follow_symlinks=False).st_mode):
                    raise StoreError(f"{path} is no file", "nothing was done; remove it, or use --index DIR")
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            head = file.read(20)
            if head and (not head.startswith(_MAGIC) or head[18:20] != b"\1\1"):
                raise self._untrusted("it is damaged")
        # another process that ends what it writes takes the journal away at any moment
        with suppress(FileNotFoundError), journal.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - len(_JOURNAL_MAGIC)))
            # rolled back, a journal that names a super-journal deletes the file of that name; ours name none
            if file.read() == _JOURNAL_MAGIC and size > len(_JOURNAL_MAGIC):
                raise self._untrusted("its journal is not ours")

    def check(self) -> None:
        """Make sure that what the file holds was written by this program on this machine.

        A file that is known again costs nothing; of another, every row is read.

        Raises:
            Untrusted: it was not.
        """
        state = file_state(self.path)
        if state == self._seen:
            return
        inside = self._inside
        try:
            if not inside:
                self._db.execute("BEGIN")
            self._db.execute("SELECT count(*) FROM main.sqlite_master").fetchone()  # undoes what was left half done
            state = file_state(self.path)
            if not is_known(self._subject, [self.path]):
                self._check_all()
                note(self._subject, [self.path])
        except sqlite3.Error as error:
            raise self._error(error) from error
        finally:
            if not inside and self._db.in_transaction:
                self._db.execute("COMMIT")
        self._seen = state

    @property
    def _inside(self) -> bool:
        """Whether a transaction is open."""
        try:
            return self._db.in_transaction
        except sqlite3.ProgrammingError as error:
            raise self._error(error) from error

    @property
    def _subject(self) -> str:
        return f"database {self.path.resolve()}"

    def _check_all(self) -> None:
        if sorted(self._db.execute(_LAYOUT)) != _layout():
            raise self._untrusted("it is of another layout")
        if not self._seal.stands():
            raise self._untrusted("it was not made by you on this machine, or was changed since")
        if self._db.execute("PRAGMA main.integrity_check(1)").fetchone() != ("ok",):
            raise self._untrusted("it is damaged")

    def _untrusted(self, why: str) -> Untrusted:
        return Untrusted(f"the index in {self.folder} is not trusted: {why}", "`rag index FOLDER` makes it anew")

    def _made(self) -> bool:
        return self._db.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone() is not None

    def _make(self) -> None:
        for statement in _SCHEMA.split(";\n"):
            if statement.strip():
                self._db.execute(statement)
        self._seal.watch()
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
        if isinstance(error, sqlite3.ProgrammingError):
            return StoreError(f"the index in {self.folder} is closed", "open the library again")
        return self._untrusted(f"{FILE_NAME} is damaged: {text}")

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what is written inside is committed at the end, or not at all."""
        with self._begun():
            self.check()  # what others wrote meanwhile would else be sealed with what is written now
            yield

    @contextmanager
    def _begun(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._seal.begin()
                yield
                self._seal.close()
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # where the disk is full, SQLite has rolled back already
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._error(error) from error
        self._written()

    def _written(self) -> None:
        """What was just committed is known."""
        self._seen = file_state(self.path)
        note(self._subject, [self.path])

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is of one state of the store, whatever other processes commit meanwhile."""
        if self._inside:
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
            self.check()
        except sqlite3.Error as error:
            raise self._error(error) from error

    def _each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        try:
            if not self._inside:
                self.check()
            yield from self._db.execute(sql)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            if not self._inside:
                self.check()
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


def _make_private(path: Path) -> None:
    """Make the file, or close it to others; SQLite gives its journal the same rights."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        if os.fstat(handle).st_mode & 0o077:
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)


@cache
def _layout() -> list[tuple[str, str, str]]:
    """What the schema of an index looks like to SQLite."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(_SCHEMA)
        return sorted(db.execute(_LAYOUT))
