"""`Library`: a folder of files that answers. The one place where the stages are wired together.

from rag import Library
library = Library.open("letters/")
answer = library.ask("Which anticoagulant was he discharged on?", scope="patient_7/**")
for c in answer.citations: print(c.document, c.page, c.span, c.quote)
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from indexes.caches import FOLDER as CACHE_FOLDER
from indexes.caches import drop_caches
from indexes.index import Found, Index
from indexes.scope import NO_FILTERS, Filters, scope_filter
from indexes.store import FILE_NAME, NoIndex, Store
from indexes.sync import Changes, file_sha256
from ingest.document import Document, Unread
from ingest.errors import FolderError, StoreError, UsageError
from rag.answer import Answer, UnreadPages
from rag.locking import ENCODING_LOCK, LOCK, NEXT_LOCK, folder_lock
from rag.question import checked

if TYPE_CHECKING:
    from indexes.encoders import Profile
    from indexes.encoders.base import Encoder
    from indexes.hit import Hit
    from indexes.store import LedgerEntry
    from ingest.identity import Identity
    from rag.conversation import History
    from rag.events import Event
    from rag.gate import Unsupported
    from rag.generators.base import Generator

INDEX_FOLDER = ".rag"
CALIBRATION = "calibration.json"  # inside the index folder, written by `rag eval calibrate`
NEXT_FOLDER = "next"  # inside the index folder: an index under another encoder, while it is being built
_OURS = {CALIBRATION, NEXT_FOLDER, CACHE_FOLDER, LOCK, ENCODING_LOCK, NEXT_LOCK, FILE_NAME, f"{FILE_NAME}-journal"}
EMPTY_FILE = "the file is empty"  # there is nothing in it that could have answered
DEFAULT_ENCODER = "minilm"
Progress = Callable[[str, int, int], None]  # stage (`read`, `encode`), done, total

READING_VERSION = 3  # raise it when files would be read or cut into passages differently: all are then read again
_COMMIT_FILES = 32  # files whose reading is committed together: what a kill can cost


@dataclass(frozen=True, slots=True)
class Summary:
    """What a sync did."""

    changes: Changes
    encoder: str
    encoded: int
    passages: int
    with_vector: int
    read: int
    partly: int
    not_read: int
    unread: tuple[UnreadPages, ...]
    elapsed_s: float
    warnings: tuple[str, ...] = ()


class Asking(TypedDict, total=False):
    """Keyword arguments of `Library.ask` and its kin; `rag.asking.stream` explains them."""

    history: History
    generator: Generator | None
    unsupported: Unsupported
    as_of: str | None
    threshold: float | None
    support_threshold: float | None


class Library:
    """A folder, its index and an encoder. Open it with `Library.open`; safe to use from several threads.

    Attributes:
        folder: the folder of files.
        index_folder: where the index lies.
    """

    def __init__(
        self,
        folder: Path,
        index_folder: Path,
        index: Index,
        profile: Profile,
        *,
        passwords: tuple[str, ...] = (),
        ocr: bool = True,
    ) -> None:
        self.folder = folder
        self._profile = profile
        self.index_folder = index_folder
        self._index = index
        self._passwords = passwords
        self._ocr = ocr

    @classmethod
    def open(
        cls,
        folder: str | Path,
        *,
        index: str | Path | None = None,
        encoder: str | None = None,
        int8: bool | None = None,
        create: bool = True,
        tell: Callable[[str], None] | None = None,
        passwords: Sequence[str] = (),
        ocr: bool = True,
    ) -> Library:
        """Open the library of a folder.

        Args:
            folder: the folder of files.
            index: where the index lies; `FOLDER/.rag` unless named.
            encoder: name or path of an encoder; the index's own, else `minilm`.
            int8: whether its weights are quantised on the CPU; as the index has it unless given.
            create: whether an index is made where there is none.
            tell: told in a sentence when a model is converted, which happens once.
            passwords: tried on encrypted files, beside those in `CASEFOLIO_PASSWORD`.
            ocr: whether pages without text go to Tesseract.

        Raises:
            FolderError: where the folder is missing or not a folder.
            StoreError: where the index is damaged or cannot be written.
            ContractMismatch: where the index was built with another encoder.
        """
        from indexes.encoders import load_encoder

        root = Path(folder)
        if not root.exists():
            raise FolderError(f"no such folder: {root}", "check the path")
        if not root.is_dir():
            raise FolderError(f"{root} is a file, not a folder", "name the folder that holds it")
        place = Path(index) if index is not None else root / INDEX_FOLDER
        stored, quantised = stored_encoder(place)
        name = encoder or stored or DEFAULT_ENCODER
        loaded = load_encoder(name, int8=(quantised if int8 is None else int8), tell=tell)
        read_only = not create and not os.access(place, os.W_OK)
        opened = Index(place, loaded, name, create=create, read_only=read_only)
        return cls(root, place, opened, loaded.profile, passwords=tuple(passwords), ocr=ocr)

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def encoder(self) -> Encoder:
        """The encoder of the index."""
        return self._index.encoder

    # ------------------------------------------------------------ the folder is the truth

    def sync(self, progress: Progress | None = None, *, encode: bool = False) -> Summary:
        """Make the index mirror the folder: read what is new or changed, drop what is gone.

        Args:
            progress: told the stage, what is done and the total.
            encode: whether every passage gets its vector now; without, passages are found by their words at once
                and get vectors when they are asked for.

        Raises:
            StoreError: where the index cannot be written, or another process indexes for long.
        """
        started = time.perf_counter()
        with folder_lock(self.index_folder):
            changes = self._mirror(progress)
        encoded = 0
        if encode:
            # under a lock of its own: who only asks need not wait for vectors
            with folder_lock(self.index_folder, ENCODING_LOCK):
                encoded = self.encode_pending(progress)
                self._index.snapshot()  # so that the next question finds the caches on disk
        return self._summary(changes, encoded, time.perf_counter() - started)

    def _summary(self, changes: Changes, encoded: int, elapsed_s: float) -> Summary:
        passages, with_vector = self._index.counts()
        documents = [entry.document for entry in self._index.ledger()]
        read = [d for d in documents if d is not None and not d.unread_pages]
        return Summary(
            changes=changes,
            encoder=self.encoder.name,
            encoded=encoded,
            passages=passages,
            with_vector=with_vector,
            read=len(read),
            partly=sum(d is not None for d in documents) - len(read),
            not_read=documents.count(None),
            unread=self.unread(),
            elapsed_s=elapsed_s,
            warnings=tuple(w for w in (self._language_warning(d.language for d in documents if d),) if w),
        )

    def _language_warning(self, languages: Iterable[str]) -> str | None:
        from indexes.encoders import language_warning

        return language_warning(self._profile, Counter(languages))

    def _mirror(self, progress: Progress | None) -> Changes:
        from ingest.reading import list_files

        files, refused = list_files(self.folder)
        files = [path for path in files if not self._is_ours(path)]
        found = {path: file_sha256(self.folder / path) for path in files} | {u.path: u.sha256 for u in refused}
        changes = self._index.changes(found, self._again())
        self._index.move(changes.renamed, changes.removed)
        todo = {*changes.added, *changes.changed}
        self._commit([(u.path, u.sha256, [u]) for u in refused if u.path in todo])
        self._read(sorted(todo - {u.path for u in refused}), found, progress)
        if changes.removed or changes.changed:
            _drop_next(self.index_folder)
        self._index.tidy()
        self._index.remember("reader", self._reader())
        return changes

    def _is_ours(self, path: str) -> bool:
        """Whether a file is part of the index; the user's own files may lie beside it, in its very folder."""
        place, file = self.index_folder.resolve(), (self.folder / path).resolve()
        return file.is_relative_to(place) and file.relative_to(place).parts[0] in _OURS

    def _reader(self) -> str:
        """What decides how much of a file can be read: when it changes, what was unread is tried again."""
        tools = [tool for tool in ("tesseract", "soffice") if shutil.which(tool)]
        return f"{READING_VERSION} {' '.join(tools)} ocr={self._ocr}"

    def _again(self) -> list[str]:
        """Files to read once more although their bytes are the same."""
        before = self._index.recall("reader")
        if before is None:
            return []
        if before.split()[0] != str(READING_VERSION):
            return [entry.file for entry in self._index.ledger()]
        if before == self._reader() and not self._passwords:
            return []
        return [e.file for e in self._index.ledger() if e.document is None or e.document.unread_pages]

    def _read(self, paths: list[str], found: dict[str, str], progress: Progress | None) -> None:
        from ingest.reading import Reader

        if not paths:
            return
        waiting: list[tuple[str, str, list[Document | Unread]]] = []
        with Reader(self.folder, passwords=self._passwords, ocr=self._ocr) as reader:
            for done, parts in enumerate(reader.read(paths), start=1):
                waiting.append((parts[0].path, parts[0].sha256 or found[parts[0].path], parts))
                if len(waiting) >= _COMMIT_FILES or done == len(paths):
                    self._commit(waiting)
                    waiting = []
                if progress:
                    progress("read", done, len(paths))

    def _commit(self, waiting: list[tuple[str, str, list[Document | Unread]]]) -> None:
        self._index.put([(path, sha256, self._index.prepare(parts)) for path, sha256, parts in waiting])

    def encode_pending(self, progress: Progress | None = None, limit: int | None = None) -> int:
        """Give passages without a vector theirs; can be stopped and taken up again at any time.

        Returns:
            How many were encoded.
        """
        told = None if progress is None else (lambda done, total: progress("encode", done, total))
        return self._index.encode_pending(told, limit)

    def forget(self) -> None:
        """Delete the index from disk; the folder's files stay. The library cannot be used afterwards."""
        self.close()
        for name in _OURS:
            part = self.index_folder / name
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)
        with suppress(OSError):
            self.index_folder.rmdir()  # unless the user's own files lie there too

    # ------------------------------------------------------------ questions

    def find(self, question: str, k: int = 10, scope: str | None = None, filters: Filters = NO_FILTERS) -> Found:
        """Hits, and how the question was read.

        Args:
            question: in any language.
            k: how many hits at most.
            scope: a path or pattern of paths; the same as `filters.scope`.
            filters: which documents may be looked at; applied before ranking.

        Raises:
            UsageError: for a question without a word, a `k` below 1, or a filter that cannot be read.
        """
        if k < 1:
            raise UsageError(f"-k must be at least 1, got {k}")
        return self._index.search(checked(question), k, filters if scope is None else replace(filters, scope=scope))

    def search(self, question: str, k: int = 10, scope: str | None = None) -> list[Hit]:
        """The k best passages for a question, best first."""
        return list(self.find(question, k, scope).hits)

    def ask(self, question: str, k: int = 8, scope: str | None = None, **settings: Unpack[Asking]) -> Answer:
        """An answer whose every sentence is a quote, or an abstention.

        Args:
            question: in any language; with `history` it may be a follow-up.
            k: passages to retrieve.
            scope: path or pattern of paths.
            settings: those of `Asking`; `rag.asking.stream` explains them.

        Raises:
            UsageError: for an empty question, a `k` below 1, or a scope that is no pattern.
            GeneratorError: where a model cannot be reached or breaks off.
        """
        from rag.asking import ask

        return ask(self, question, k, scope, **self._calibrated(settings))

    def stream(
        self, question: str, k: int = 8, scope: str | None = None, **settings: Unpack[Asking]
    ) -> Iterator[Event]:
        """The same answer as events: the passages, verified pieces of text, the whole answer."""
        from rag.asking import stream

        return stream(self, question, k, scope, **self._calibrated(settings))

    async def aask(self, question: str, k: int = 8, scope: str | None = None, **settings: Unpack[Asking]) -> Answer:
        """`ask` for asynchronous backends."""
        from rag.asking import aask

        return await aask(self, question, k, scope, **self._calibrated(settings))

    def astream(
        self, question: str, k: int = 8, scope: str | None = None, **settings: Unpack[Asking]
    ) -> AsyncIterator[Event]:
        """`stream` for asynchronous backends; closing it early stops the model."""
        from rag.asking import astream

        return astream(self, question, k, scope, **self._calibrated(settings))

    def _calibrated(self, settings: Asking) -> Asking:
        """The settings with the abstention threshold that `rag eval calibrate` chose for this library."""
        if settings.get("threshold") is not None:
            return settings
        try:
            chosen = float(json.loads((self.index_folder / CALIBRATION).read_text("utf-8"))["threshold"])
        except FileNotFoundError:
            return settings
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self.index_folder / CALIBRATION} is damaged", "delete it, or calibrate anew") from error
        return {**settings, "threshold": chosen}

    # ------------------------------------------------------------ documents

    def identities(self) -> dict[str, Identity]:
        """What each document that was read says it is, by path."""
        snapshot = self._index.snapshot()
        return dict(zip(snapshot.paths, snapshot.identities, strict=True))

    def passages(self) -> tuple[int, int]:
        """Number of distinct passages, and of those that have a vector."""
        return self._index.counts()

    def document(self, path: str) -> Document:
        """A document by its path.

        Raises:
            UsageError: where there is none, or nothing of it could be read.
        """
        document = self._index.document(path)
        if document is None:
            entry = next((e for e in self._index.ledger() if e.path == path), None)
            why = f"{path} could not be read: {entry.reason}" if entry else f"no document {path} in {self.folder}"
            raise UsageError(why, entry.hint if entry else "`rag doctor` lists them all")
        return document

    def ledger(self) -> list[LedgerEntry]:
        """Every file and attachment and how much of it was read, by path."""
        return self._index.ledger()

    def unread(self, scope: str | None = None) -> tuple[UnreadPages, ...]:
        """Files and pages in scope that could not be read."""
        inside = scope_filter(scope)
        return tuple(_unread_pages(e for e in self._index.ledger() if inside(e.path)))


def index_folder(
    folder: str | Path,
    *,
    index: str | Path | None = None,
    encoder: str | None = None,
    int8: bool | None = None,
    passwords: Sequence[str] = (),
    ocr: bool = True,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> Summary:
    """Read and encode a folder, as `rag index` does; the arguments are those of `Library.open` and `Library.sync`.

    Another encoder than the index's is built beside it and takes its place when it is complete; until then, and
    where it fails, the old one stands untouched.
    """
    place = Path(index) if index is not None else Path(folder) / INDEX_FOLDER

    def build(target: Path) -> Summary:
        with Library.open(
            folder, index=target, encoder=encoder, int8=int8, passwords=passwords, ocr=ocr, tell=tell
        ) as library:
            return library.sync(progress, encode=True)

    if not _under_another(place, encoder, int8):
        return build(place)
    target = place / NEXT_FOLDER
    with folder_lock(place, NEXT_LOCK):
        summary = build(target)
        with folder_lock(place), closing(Store(place, create=False)) as store:
            store.become(target)
            drop_caches(place)
        shutil.rmtree(target)
    return summary


def _drop_next(place: Path) -> None:
    """Drop what a broken off change of encoder left: it may hold what has just been deleted."""
    beside = place / NEXT_FOLDER
    if not beside.is_dir():
        return
    # while another process builds it, it stays: that one brings it in step with the folder when it is next asked
    with suppress(StoreError), folder_lock(place, NEXT_LOCK, patience_s=0):
        shutil.rmtree(beside, ignore_errors=True)


def _under_another(place: Path, encoder: str | None, int8: bool | None) -> bool:
    """Whether an index stands that was built under another contract than the encoder asked for."""
    stored, quantised = stored_encoder(place)
    if stored is None or (encoder in (None, stored) and int8 in (None, quantised)):
        return False
    from indexes.encoders import load_encoder

    with closing(Store(place, create=False, read_only=True)) as store:
        contract = store.contract()
    wanted = load_encoder(encoder or stored, int8=quantised if int8 is None else int8)
    return contract is not None and contract != wanted.contract


def stored_encoder(index_folder: Path) -> tuple[str | None, bool]:
    """Name of the encoder that an index was built with (None where there is no index), and whether it is quantised."""
    if not (index_folder / FILE_NAME).is_file():
        return None, False
    try:
        with closing(Store(index_folder, create=False, read_only=True)) as store:
            contract = store.contract() or {}
            return store.meta("encoder"), bool(contract.get("int8"))
    except NoIndex:
        return None, False


def _unread_pages(entries: Iterable[LedgerEntry]) -> Iterator[UnreadPages]:
    for entry in entries:
        if entry.document is None:
            if entry.reason != EMPTY_FILE:
                yield UnreadPages(entry.path, (), entry.reason)
        elif entry.document.unread_pages:
            reasons = sorted({p.reason for p in entry.document.pages if p.source == "unread"})
            yield UnreadPages(entry.path, entry.document.unread_pages, "; ".join(reasons))
