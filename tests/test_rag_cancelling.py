"""Who asks may go at any time: the model stops within half a second, and what is closed says so in one line."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ingest.errors import RagError, StoreError
from rag import Library
from rag.events import Passages
from rag.generators.base import Limits
from rag.generators.chat_models import ChatModel
from rag.generators.scripted import Scripted

QUESTION = "How much apixaban does Mr. Marlowe take?"


@pytest.fixture
def library(tmp_path):
    (tmp_path / "a.txt").write_text("Mr. Marlowe takes apixaban 3 mg twice daily. He was seen in March.\n")
    with Library.open(tmp_path) as library:
        library.sync()
        yield library


class Endless:
    """A model that never ends, and counts what it has written."""

    name, window, limits = "endless", 8000, Limits()

    def __init__(self, pause_s):
        self.pause_s, self.written, self.closed = pause_s, 0, False

    def counter(self):
        return Scripted("").counter()

    def stream(self, prompt):
        try:
            while True:
                time.sleep(self.pause_s)
                self.written += 1
                yield "word "
        finally:
            self.closed = True


async def left_after_the_first(library, generator):
    async with aclosing(library.astream(QUESTION, generator=generator)) as events:
        async for event in events:
            assert isinstance(event, Passages)
            break


async def cancelled_while_it_writes(library, generator):
    async def ask():
        async for _ in library.astream(QUESTION, generator=generator):
            pass

    task = asyncio.create_task(ask())
    await asyncio.sleep(0.4)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def timed_out(library, generator):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(library.aask(QUESTION, generator=generator), 0.4)


WAYS = [left_after_the_first, cancelled_while_it_writes, timed_out]


@pytest.mark.parametrize("way", WAYS)
def test_a_model_stops_when_nobody_waits(library, way):
    model = Endless(0.02)
    asyncio.run(way(library, model))
    time.sleep(0.5)
    written = model.written
    time.sleep(0.3)
    assert model.written == written
    assert model.closed or not written


class _Slow(BaseHTTPRequestHandler):
    gone = threading.Event()
    silent = False

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        piece = {"choices": [{"index": 0, "delta": {"content": "word "}}]}
        try:
            for _ in range(100):
                self.wfile.write(b": wait\n\n" if self.silent else f"data: {json.dumps(piece)}\n\n".encode())
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            self.gone.set()

    def log_message(self, *words):
        pass


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("way", WAYS[1:])
def test_the_connection_to_a_server_is_given_up(library, way, silent):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    _Slow.silent = silent
    _Slow.gone.clear()
    try:
        model = ChatModel("openai:slow", f"http://127.0.0.1:{server.server_address[1]}/v1")
        asyncio.run(way(library, model))
        assert _Slow.gone.wait(0.5)
    finally:
        server.shutdown()
        server.server_close()


def test_an_error_of_a_model_still_comes_through(library):
    class Broken(Endless):
        def stream(self, prompt):
            yield "word "
            raise RagError("the model broke off")

    with pytest.raises(RagError, match="broke off"):
        asyncio.run(library.aask(QUESTION, generator=Broken(0)))


def test_a_closed_library_says_that_it_is_closed(library):
    library.search("apixaban")
    library.close()
    calls = [
        lambda: library.search("apixaban"), lambda: library.ask(QUESTION), library.sync, library.ledger,
        library.encode_pending, lambda: library.document("a.txt"), library.passages, library.identities,
        library.unread, lambda: list(library.stream(QUESTION)), lambda: asyncio.run(library.aask(QUESTION)),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(StoreError, match="closed"):
            call()
    library.close()
