"""Reading a model that may be silent for long: what waits for it gets a sign of life, and can stop it at any time."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future
from contextlib import aclosing, closing
from functools import cache
from typing import Any

from casefolio.generators.base import BEAT_S, Generator, closable

_END = object()


class Stopped(Exception):
    """Whoever asked has gone; nobody waits for the answer."""


class Stoppable:
    """A generator that another thread can stop.

    Args:
        inner: the model.
        stop: set by the other thread; within a beat the model's stream is closed and `Stopped` raised.
    """

    def __init__(self, inner: Generator, stop: threading.Event) -> None:
        self._inner = inner
        self._stop = stop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def stream(self, prompt: Any) -> Iterator[str]:
        """Pieces of the answer; empty ones while there are none."""
        pieces: queue.Queue[Any] = queue.Queue()

        def work() -> None:
            try:
                with closing(closable(self._inner.stream(prompt))) as source:
                    for piece in source:
                        if self._stop.is_set() or gone.is_set():
                            return
                        pieces.put(piece)
                pieces.put(_END)
            except BaseException as error:  # handed to the reading thread
                pieces.put(error)

        gone = threading.Event()
        threading.Thread(target=work, name="casefolio-read", daemon=True).start()
        try:
            for piece in _taken(pieces):
                if self._stop.is_set():
                    raise Stopped
                yield piece
        finally:
            gone.set()


def drawn(open_stream: Callable[[], AsyncGenerator[str, None]]) -> Iterator[str]:
    """Pieces of an asynchronous stream, empty ones while it is silent. Closing it cancels the stream at once."""
    pieces: queue.Queue[Any] = queue.Queue()
    gone = threading.Event()

    async def read() -> None:
        try:
            async with aclosing(open_stream()) as stream:
                async for piece in stream:
                    if gone.is_set():
                        # `asyncio.wait_for` (before Python 3.12) swallows a cancellation that comes with a piece
                        return
                    pieces.put(piece)
            pieces.put(_END)
        except BaseException as error:  # handed to the reading thread
            pieces.put(error)
            if isinstance(error, asyncio.CancelledError):
                raise

    reading: Future[None] = asyncio.run_coroutine_threadsafe(read(), _loop())
    try:
        yield from _taken(pieces)
    finally:
        gone.set()
        reading.cancel()


def worked(work: Callable[[Callable[[str], None], threading.Event], None], turn: threading.Lock) -> Iterator[str]:
    """Pieces that a thread works out, empty ones while it is silent. Closing it stops the thread and waits for it.

    Args:
        work: is given where to put pieces, and an event after which it must return soon.
        turn: held while it works; whoever waits for it gets empty pieces too.
    """
    while not turn.acquire(timeout=BEAT_S):
        yield ""
    pieces: queue.Queue[Any] = queue.Queue()
    stopped = threading.Event()

    def run() -> None:
        try:
            work(pieces.put, stopped)
            pieces.put(_END)
        except BaseException as error:  # handed to the reading thread
            pieces.put(error)
        finally:
            turn.release()

    thread = threading.Thread(target=run, name="casefolio-generate", daemon=True)
    thread.start()
    try:
        yield from _taken(pieces)
    finally:
        stopped.set()
        thread.join()


def _taken(pieces: queue.Queue[Any]) -> Iterator[str]:
    while True:
        try:
            piece = pieces.get(timeout=BEAT_S)
        except queue.Empty:
            yield ""
            continue
        if piece is _END:
            return
        if isinstance(piece, BaseException):
            raise piece
        yield piece


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One loop for all models of the process: their clients keep connections that belong to it."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="casefolio-models", daemon=True).start()
    return loop
