"""`Desk`: where questions are taken: so many at once, so many waiting, so long each, and written down."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from casefolio.asking import astream
from casefolio.indexes.filters import NO_FILTERS, Filters
from casefolio.ingest.errors import RagError
from casefolio.serving.audit import AuditLog
from casefolio.serving.shelf import Shelf
from casefolio.serving.walls import Wall

if TYPE_CHECKING:
    from casefolio.answer import Answer
    from casefolio.conversation import History
    from casefolio.events import Event
    from casefolio.library import Asking

T = TypeVar("T")


class Busy(RagError):
    """More questions wait than can be answered in time."""


class TooLong(RagError):
    """It took longer than a question may."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question as it came in."""

    question: str
    library: str | None = None
    k: int = 8
    scope: str | None = None
    filters: Filters = NO_FILTERS
    history: History = ()
    as_of: str | None = None


@dataclass
class Desk:
    """Answers questions for all doors of the service.

    Attributes:
        shelf: the libraries.
        settings: for the answerer: the model, what happens to unsupported sentences.
        audit: the log; None where none is kept.
        audit_text: whether it holds quotes too.
        seconds: one question may take.
        at_once: questions answered at one time.
        waiting: questions that may wait.
    """

    shelf: Shelf
    settings: Asking = field(default_factory=dict)  # type: ignore[assignment]
    audit: AuditLog | None = None
    audit_text: bool = False
    seconds: float = 120.0
    at_once: int = 2 * (os.cpu_count() or 1)
    waiting: int = 400

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.at_once)
        self._queued = 0

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._queued >= self.waiting:
            raise Busy("too many questions are waiting", "ask again in a moment")
        self._queued += 1
        try:
            async with asyncio.timeout(self.seconds), self._slots:
                yield
        except TimeoutError:
            raise TooLong(f"it took longer than {self.seconds:.0f} s", "ask again, or for less") from None
        finally:
            self._queued -= 1

    async def events(self, wall: Wall, ask: Ask) -> AsyncGenerator[Event, None]:
        """The events of an answer; the last one comes when it is written down. Closing it early stops the work.

        Raises:
            RagError: see `casefolio.asking.stream`; `Busy` and `TooLong`.
        """
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        # in a task of its own: who reads slowly keeps no place at the desk
        work = asyncio.create_task(self._produce(wall, ask, queue))
        try:
            while (event := await queue.get()) is not None:
                yield event
            await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _produce(self, wall: Wall, ask: Ask, queue: asyncio.Queue[Event | None]) -> None:
        from casefolio.events import Done, Passages

        try:
            name, library = self.shelf.library(wall, ask.library)
            view: Any = self.shelf.walled(wall, name, ask.filters)  # it has what asking needs of a library
            settings: Any = library.calibrated({**self.settings, "history": ask.history, "as_of": ask.as_of})
            await self.note(wall, name, "ask", question=ask.question)
            considered: list[str] = []
            async with self._turn(), aclosing(astream(view, ask.question, ask.k, ask.scope, **settings)) as events:
                try:
                    async for event in events:
                        if isinstance(event, Passages):
                            considered = sorted({hit.document for hit in event.hits})
                        if isinstance(event, Done):
                            await self._write(wall, name, event.answer)
                            considered = []
                        queue.put_nowait(event)
                finally:
                    if considered:  # of what was said until then, any of these may be part
                        await self.note(wall, name, "broken off", considered=considered)
        finally:
            queue.put_nowait(None)

    async def answer(self, wall: Wall, ask: Ask) -> Answer:
        """The whole answer."""
        from casefolio.events import Done

        async with aclosing(self.events(wall, ask)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.answer
        raise AssertionError("a stream of events ends with the answer")

    async def work(self, call: Callable[[], T]) -> T:
        """Something else that takes a while, in its turn: a search, a picture."""
        async with self._turn():
            return await asyncio.to_thread(call)

    async def note(self, wall: Wall, library: str, what: str, **more: Any) -> None:
        """Write an entry into the audit log."""
        if self.audit is not None:
            entry = {"who": wall.name, "library": library, "what": what, **more}
            await asyncio.to_thread(self.audit.add, entry)

    async def _write(self, wall: Wall, library: str, answer: Answer) -> None:
        shown = [{"document": c.document, "sha256": c.sha256, "page": c.page, "start": c.span.start, "end": c.span.end,
                  **({"quote": c.quote} if self.audit_text else {})} for c in answer.citations]  # fmt: skip
        await self.note(wall, library, "answer", status=answer.status, shown=shown)


async def unless_gone(gone: Callable[[], Awaitable[None]], work: Awaitable[T]) -> T | None:
    """What some work gives, or None where who asked has gone meanwhile; the work is then stopped."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(gone())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)
