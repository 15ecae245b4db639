"""Making an index mirror its folder: read what is new or changed, drop what is gone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from casefolio.index_files import NEXT_FOLDER, is_ours
from casefolio.indexes.index import Index
from casefolio.indexes.owned import remove_index
from casefolio.indexes.shaping import PASSAGES, READING, SHAPED, renewed, stale
from casefolio.indexes.store import LedgerEntry, StoredPart
from casefolio.indexes.sync import Changes
from casefolio.ingest.document import Document, Unread
from casefolio.ingest.errors import RagError, StoreError
from casefolio.ingest.opening import file_sha256
from casefolio.locking import NEXT_LOCK, folder_lock

Progress = Callable[[str, int, int], None]  # stage (`read`, `encode`), done, total

_COMMIT_FILES = 32  # files whose reading is committed together: what a kill can cost
_COMMIT_CHARACTERS = 2_000_000  # or fewer, of so much text: what must be held
_TRIES = 5  # syncs that try a file which the machine failed to read
AGAIN = "again "  # begins the hash of such a file
LEFT = "left"  # setting: how many files are still to be read
_TOOLS = ("tesseract", "soffice")

Read = tuple[str, str, list[Document | Unread]]  # path of a file, hash of its bytes, what was read of it


class Mirror:
    """One folder and its index; the caller holds the folder's lock.

    Args:
        folder: of files.
        index_folder: where the index lies; its own files are not read.
        index: to write to.
        passwords: tried on encrypted files.
        ocr: whether Tesseract may be used.
    """

    def __init__(self, folder: Path, index_folder: Path, index: Index, *, passwords: Sequence[str], ocr: bool) -> None:
        self._folder = folder
        self._index_folder = index_folder
        self._index = index
        self._passwords = tuple(passwords)
        self._ocr = ocr

    def update(self, progress: Progress | None) -> Changes:
        """Read, rename and remove until the index says what the folder says.

        Returns:
            What had changed.
        """
        from casefolio.ingest.reading import list_files

        files, refused = list_files(self._folder)
        files = [path for path in files if not is_ours(self._folder / path, self._index_folder)]
        found = {path: file_sha256(self._folder, path) for path in files} | {u.path: u.sha256 for u in refused}
        self._before, before = self._index.files(), self._index.recall(SHAPED)
        self._stale = stale(before)
        changes = self._index.changes(found, self._again())
        self._leave(len(changes.added) + len(changes.changed))
        self._index.move(changes.renamed, changes.removed)
        todo = {*changes.added, *changes.changed}
        self._commit([(u.path, u.sha256, [u]) for u in refused if u.path in todo])
        self._read(sorted(todo - {u.path for u in refused}), found, progress)
        if self._stale == PASSAGES:
            self._cut_again(todo)
        if changes.removed or changes.changed:
            _drop_next(self._index_folder)
        self._index.tidy()
        self._index.remember("reader", self._reader())
        self._index.remember(SHAPED, renewed(before))
        self._leave(0)
        return changes

    def _leave(self, files: int) -> None:
        """Note how many files are still to be read, for who asks after a kill, or meanwhile."""
        self._index.remember(LEFT, str(files))

    def _reader(self) -> str:
        """What decides how much of a file can be read: when it changes, what was unread is tried again."""
        tools = [tool for tool in _TOOLS if shutil.which(tool)]
        return f"{' '.join(tools)} ocr={self._ocr}"

    def _again(self) -> list[str]:
        """Files to read once more although their bytes are the same."""
        from casefolio.ingest.reading import PASSWORD_VARIABLE

        before, entries = self._index.recall("reader"), self._index.ledger()
        if before is None:
            return []
        if self._stale == READING:
            return [entry.file for entry in entries]
        unread = [e for e in entries if e.document is None or e.document.unread_pages]
        if before != self._reader():
            return [e.file for e in unread]
        if self._passwords or os.environ.get(PASSWORD_VARIABLE):
            return [e.file for e in unread if "password" in f"{e.reason} {e.hint}"]
        return []

    def _read(self, paths: list[str], found: Mapping[str, str], progress: Progress | None) -> None:
        from casefolio.ingest.reading import Reader

        if not paths:
            return
        waiting: list[Read] = []
        with Reader(self._folder, passwords=self._passwords, ocr=self._ocr) as reader:
            for done, parts in enumerate(reader.read(paths), start=1):
                waiting.append(self._kept(parts, found[parts[0].path]))
                size = sum(len(part.text) for _, _, read in waiting for part in read if isinstance(part, Document))
                if len(waiting) >= _COMMIT_FILES or size >= _COMMIT_CHARACTERS or done == len(paths):
                    self._commit(waiting)
                    self._leave(len(paths) - done)
                    waiting = []
                if progress:
                    progress("read", done, len(paths))

    def _cut_again(self, fresh: Set[str]) -> None:
        """Identify and cut anew what an older program cut, from the texts as they were read.

        Args:
            fresh: files that have just been read.
        """
        ledger = sorted(self._index.ledger(), key=lambda entry: entry.file)
        for file, entries in groupby(ledger, key=lambda entry: entry.file):
            if file not in fresh:
                parts = list(entries)
                self._commit([(file, parts[0].file_sha256, [self._part(entry) for entry in parts])])

    def _part(self, entry: LedgerEntry) -> Document | Unread:
        document = self._index.document(entry.path) if entry.document else None
        return document or Unread(entry.path, entry.sha256, entry.media_type, entry.reason, entry.hint)

    def _kept(self, parts: list[Document | Unread], found: str) -> Read:
        """What was read of a file, with the hash that decides whether it is read again: where the machine failed and
        not the file, one that no file has, a few times.
        """
        first = parts[0]
        if isinstance(first, Unread) and first.passing and not found.startswith("unreadable"):
            _, _, times = self._before.get(first.path, "").partition(AGAIN)
            tried = int(times or 0) + 1
            if tried < _TRIES:
                return first.path, f"{AGAIN}{tried}", [replace(first, hint="it is tried again at the next sync")]
        return first.path, first.sha256 or found, parts

    def _commit(self, waiting: Sequence[Read]) -> None:
        """Commit some files; one that cannot be prepared is unread, and its line in the ledger says so."""
        ready = [(path, sha256, self._prepared(path, sha256, parts)) for path, sha256, parts in waiting]
        try:
            self._index.put(ready)
        except RagError:
            raise  # the store's own trouble is no file's
        except Exception:  # one file's values cannot be stored: the others are not to be lost with it
            for path, sha256, stored in ready:
                self._put_alone(path, sha256, stored)

    def _prepared(self, path: str, sha256: str, parts: Sequence[Document | Unread]) -> list[StoredPart]:
        try:
            return self._index.prepare(parts)
        except Exception as error:  # whatever a text drives the stages behind reading to, it is that file's fault
            return self._index.prepare([_failed(path, sha256, error)])

    def _put_alone(self, path: str, sha256: str, stored: list[StoredPart]) -> None:
        try:
            self._index.put([(path, sha256, stored)])
        except RagError:
            raise
        except Exception as error:
            self._index.put([(path, sha256, self._index.prepare([_failed(path, sha256, error)]))])


def _failed(path: str, sha256: str, error: Exception) -> Unread:
    """The ledger's line for a file that was read and could not be cut into passages or stored."""
    return Unread(path, sha256, "", f"read, but could not be indexed ({type(error).__name__})", "report it")


def _drop_next(place: Path) -> None:
    """Drop what a broken off change of encoder left: it may hold what has just been deleted."""
    beside = place / NEXT_FOLDER
    if not beside.is_dir():
        return
    # while another process builds it, it stays: that one brings it in step with the folder when it is next asked
    with suppress(StoreError), folder_lock(place, NEXT_LOCK, patience_s=0):
        remove_index(beside)
