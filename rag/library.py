"""`Library`: a folder of files that answers. The one place where the stages are wired together.

from casefolio import Library
library = Library.open("letters/")
answer = library.ask("Which anticoagulant was he discharged on?", scope="patient_7/**")
for c in answer.citations: print(c.document, c.page, c.span, c.quote)
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from casefolio.answer import Answer, UnreadPages
from casefolio.index_files import CALIBRATION, index_place, make_way
from casefolio.indexes.filters import NO_FILTERS, Filters, scope_filter
from casefolio.indexes.index import Found, Index
from casefolio.indexes.owned import remove_index
from casefolio.indexes.sealing import is_sealed
from casefolio.indexes.shaping import SHAPED, stale
from casefolio.indexes.store import FILE_NAME, NoIndex, Store
from casefolio.indexes.sync import Changes, Hashes, is_file
from casefolio.ingest.document import EMPTY_FILE, Document
from casefolio.ingest.errors import StoreError, UsageError
from casefolio.locking import ENCODING_LOCK, folder_lock
from casefolio.mirroring import LEFT, Mirror, Progress
from casefolio.question import checked
from casefolio.wishes import Wishes

if TYPE_CHECKING:
    from casefolio.conversation import History
    from casefolio.events import Event
    from casefolio.generators.base import Generator
    from casefolio.indexes.encoders import Profile
    from casefolio.indexes.encoders.base import Encoder
    from casefolio.indexes.hit import Hit
    from casefolio.indexes.reranking import Reranker
    from casefolio.indexes.store import LedgerEntry
    from casefolio.ingest.identity import Identity
    from casefolio.ingest.viewing.view import PageView
    from casefolio.ingest.viewing.viewer import Viewer


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


class Asking(Wishes, total=False):
    """Keyword arguments of `Library.ask` and its kin; `casefolio.wishes.Wishes` explains the others.

    `history`: earlier answers, oldest first, or pairs of question and answer. `filters`: which documents may be looked
    at (kind, language, dates). `model`: the model that phrases the quotes, a name as `rag ask --llm` takes it, or a
    generator (`generator` is the same without names).
    """

    history: History
    filters: Filters
    model: str | Generator | None


@lru_cache(maxsize=1)
def _opened(name: str) -> Generator | None:
    """The model of a name, which stays open for the next question: a file of weights takes seconds to load."""
    from casefolio.generators import generator_from

    return generator_from(name)


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
        self._hashes = Hashes()
        self._viewer: Viewer | None = None
        self._viewing = threading.Lock()
        self._made_anew = ""  # why an index that was there could not be used

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
        reranker: Reranker | None = None,
        passwords: Sequence[str] = (),
        ocr: bool = True,
        trust_remote_code: bool = False,
    ) -> Library:
        """Open the library of a folder.

        Args:
            folder: the folder of files.
            index: where the index lies; `FOLDER/.rag` unless named.
            encoder: name or path of an encoder; the index's own, else the embedded default.
            int8: whether its weights are quantised on the CPU; as the index has it unless given.
            create: whether an index is made where there is none.
            tell: told in a sentence when a model is converted, which happens once.
            reranker: takes a second look at the best passages, e.g. `indexes.reranking.CrossEncoder(PATH)`.
            passwords: tried on encrypted files, beside those in `CASEFOLIO_PASSWORD`.
            ocr: whether pages without text go to Tesseract.
            trust_remote_code: whether Python code that comes with the encoder may run, this once.

        Raises:
            FolderError: where the folder is missing or not a folder.
            StoreError: where the index is damaged or cannot be written.
            ContractMismatch: where the index was built with another encoder.
        """
        from casefolio.indexes.encoders import default_encoder, load_encoder
        from casefolio.indexes.encoders.trust import check_named, full_name, remember

        root = Path(folder)
        place = index_place(root, index)
        made_anew = make_way(place, tell) if create else ""
        stored, quantised = stored_encoder(place)
        name = full_name(encoder) if encoder else stored
        if name is None:
            name, missing = default_encoder()
            if missing and tell:
                tell(missing)
        if not encoder:
            check_named(name)  # what an index says loads nothing that the user did not name here himself
        loaded = load_encoder(name, int8=(quantised if int8 is None else int8), tell=tell, code=trust_remote_code)
        if encoder:
            remember(name)
        read_only = not create and not os.access(place, os.W_OK)
        opened = Index(place, loaded, name, create=create, read_only=read_only)
        opened.reranker = reranker
        library = cls(root, place, opened, loaded.profile, passwords=tuple(passwords), ocr=ocr)
        library._made_anew = made_anew
        return library

    def close(self) -> None:
        """Close the index."""
        if self._viewer is not None:
            self._viewer.close()
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
            mirror = Mirror(self.folder, self.index_folder, self._index, passwords=self._passwords, ocr=self._ocr)
            changes = mirror.update(progress)
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
        warnings = self._made_anew, self._language_warning(d.language for d in documents if d)
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
            warnings=tuple(w for w in warnings if w),
        )

    def _language_warning(self, languages: Iterable[str]) -> str | None:
        from casefolio.indexes.encoders import language_warning

        return language_warning(self._profile, Counter(languages))

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
        remove_index(self.index_folder)

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
            settings: those of `Asking`.

        Raises:
            UsageError: for an empty question, a `k` below 1, or a scope that is no pattern.
            GeneratorError: where a model cannot be reached or breaks off.
        """
        from casefolio.asking import ask

        seen, scope, told = self._seen(scope, settings)
        return ask(seen, question, k, scope, **told)

    def stream(
        self, question: str, k: int = 8, scope: str | None = None, **settings: Unpack[Asking]
    ) -> Iterator[Event]:
        """The same answer as events: the passages, verified pieces of text, the whole answer."""
        from casefolio.asking import stream

        seen, scope, told = self._seen(scope, settings)
        return stream(seen, question, k, scope, **told)

    async def aask(self, question: str, k: int = 8, scope: str | None = None, **settings: Unpack[Asking]) -> Answer:
        """`ask` for asynchronous backends."""
        from casefolio.asking import aask

        seen, scope, told = self._seen(scope, settings)
        return await aask(seen, question, k, scope, **told)

    def astream(
        self, question: str, k: int = 8, scope: str | None = None, **settings: Unpack[Asking]
    ) -> AsyncIterator[Event]:
        """`stream` for asynchronous backends; closing it early stops the model."""
        from casefolio.asking import astream

        seen, scope, told = self._seen(scope, settings)
        return astream(seen, question, k, scope, **told)

    def _seen(self, scope: str | None, settings: Asking) -> tuple[Any, str | None, Any]:
        """The library and the scope as a question's filters leave them, and the other settings, the model opened."""
        told: Any = dict(self.calibrated(settings))
        filters, model = told.pop("filters", NO_FILTERS), told.pop("model", None)
        if model is not None:
            told["generator"] = _opened(model) if isinstance(model, str) else model
        if not filters.any:
            return self, scope, told
        from casefolio.walled import Walled

        return Walled(self, filters.wall, filters), scope if scope is not None else filters.scope, told

    def calibrated(self, settings: Asking) -> Asking:
        """The settings with the abstention threshold that `rag eval calibrate` chose for this library."""
        if settings.get("threshold") is not None:
            return settings
        try:
            path = self.index_folder / CALIBRATION
            chosen = float(json.loads(path.read_text("utf-8"))["threshold"])
            if not (is_sealed(path) and 0.0 <= chosen <= 1.0):
                raise ValueError
        except FileNotFoundError:
            return settings
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{path} is damaged, or not of this machine", "delete it, or calibrate anew") from error
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

    def changed(self, documents: Iterable[str]) -> frozenset[str]:
        """Those of the documents whose file is at hand and no longer what it was when it was read."""
        return frozenset(
            path
            for path, file, sha256 in self._index.sources(sorted(set(documents)))
            if is_file(self.folder / file) and self._hashes.sha256(self.folder, file) != sha256
        )

    def view(self, path: str, page: int, dpi: float = 120.0) -> PageView:
        """A page of a PDF or picture as it is shown, and where its text stands on it.

        Raises:
            UsageError: where there is no such document.
            ReadingError: where the page cannot be drawn, or the file is no longer what was read.
        """
        from casefolio.ingest.viewing.viewer import Viewer

        document = self.document(path)
        file = self._index.sources([path])[0][1]
        with self._viewing:
            if self._viewer is None:
                self._viewer = Viewer(self.folder, self._passwords)
        return self._viewer.view(document, file, page, dpi)

    def boxed(self, answer: Answer) -> Answer:
        """The answer, its citations with their boxes on the pictures of their pages."""
        from casefolio.boxes import boxed

        return boxed(answer, self.document, self.view)

    def ledger(self) -> list[LedgerEntry]:
        """Every file and attachment and how much of it was read, by path."""
        return self._index.ledger()

    def pending(self) -> str:
        """What the next sync does again since the program was upgraded: `reading`, `passages`, or nothing (empty)."""
        return stale(self._index.recall(SHAPED)) if self.ledger() else ""

    def missing(self) -> int:
        """How many files are still to be read, because indexing goes on or was broken off; -1 where nobody knows."""
        left = self._index.recall(LEFT)
        return int(left) if left is not None else -1

    def unread(self, scope: str | None = None) -> tuple[UnreadPages, ...]:
        """Files and pages in scope that could not be read."""
        inside = scope_filter(scope)
        return tuple(_unread_pages(e for e in self._index.ledger() if inside(e.path)))


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
            reasons = sorted({p.reason for p in entry.document.pages if p.lacks_text})
            yield UnreadPages(entry.path, entry.document.unread_pages, "; ".join(reasons))
