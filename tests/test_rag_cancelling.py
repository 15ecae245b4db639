"""Who asks may go at any time: the model stops then, and what is closed says so in one line."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from casefolio import Library
from casefolio.cli import main
from casefolio.events import Asking, Passages, Text
from casefolio.generators.base import Limits
from casefolio.generators.chat_models import ChatModel
from casefolio.generators.pumping import drawn
from casefolio.generators.scripted import Scripted
from casefolio.ingest.errors import GeneratorError, StoreError

QUESTION = "How much apixaban does Mr. Marlowe take?"
PATIENCE_S = 60  # for what comes at once on any machine that is not busy


@pytest.fixture
def library(tmp_path):
    (tmp_path / "a.txt").write_text("Mr. Marlowe takes apixaban 3 mg twice daily. He was seen in March.\n")
    with Library.open(tmp_path) as library:
        library.sync()
        yield library


class Endless:
    """A model that never ends of itself, and tells when it was made to."""

    name, window, limits = "endless", 8000, Limits(timeout_s=10 * PATIENCE_S, output_characters=10**9)

    def __init__(self, pause_s):
        self.pause_s, self.reached, self.ended = pause_s, threading.Event(), threading.Event()

    def counter(self):
        return Scripted("").counter()

    def stream(self, prompt):
        self.reached.set()
        try:
            while True:
                time.sleep(self.pause_s)
                yield "word "
        finally:
            self.ended.set()


async def left_after_the_first(library, generator, reached):
    async with aclosing(library.astream(QUESTION, generator=generator)) as events:
        async for event in events:
            assert isinstance(event, Passages)
            break


async def cancelled_while_it_writes(library, generator, reached):
    async def ask():
        async for _ in library.astream(QUESTION, generator=generator):
            pass

    task = asyncio.create_task(ask())
    assert await asyncio.to_thread(reached.wait, PATIENCE_S)
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def timed_out(library, generator, reached):
    task = asyncio.create_task(library.aask(QUESTION, generator=generator))
    assert await asyncio.to_thread(reached.wait, PATIENCE_S)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(task, 0.2)


async def left_after_the_quotes(library, generator, reached):
    """The quotes are there before the model is asked; who has them may go."""
    async with aclosing(library.astream(QUESTION, generator=generator)) as events:
        async for event in events:
            if isinstance(event, Asking):
                break
    assert not reached.is_set()


WAYS = [left_after_the_first, cancelled_while_it_writes, timed_out, left_after_the_quotes]


@pytest.mark.parametrize("way", WAYS)
def test_a_model_stops_when_nobody_waits(library, way):
    model = Endless(0.02)
    asyncio.run(way(library, model, model.reached))
    asked = way in (cancelled_while_it_writes, timed_out)
    assert model.reached.is_set() == asked
    assert model.ended.wait(PATIENCE_S if asked else 0) == asked


def test_a_cancellation_that_a_library_swallows_ends_the_stream_all_the_same():
    """As `asyncio.wait_for` does before Python 3.12, where a piece and the cancellation come together."""
    swallowed, ended = threading.Event(), threading.Event()

    async def stream():
        try:
            yield "word "
            while True:
                try:
                    await asyncio.sleep(0.01)
                except asyncio.CancelledError:
                    if swallowed.is_set():
                        raise
                    swallowed.set()
                yield "" if swallowed.is_set() else "word "
        finally:
            ended.set()

    pieces = drawn(stream)
    assert next(pieces) == "word "
    pieces.close()
    assert swallowed.wait(PATIENCE_S)
    assert ended.wait(PATIENCE_S)


class _Slow(BaseHTTPRequestHandler):
    gone, reached, over = threading.Event(), threading.Event(), threading.Event()
    silent = False

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.reached.set()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        piece = {"choices": [{"index": 0, "delta": {"content": "word "}}]}
        try:
            while not self.over.is_set():
                self.wfile.write(b": wait\n\n" if self.silent else f"data: {json.dumps(piece)}\n\n".encode())
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            self.gone.set()

    def log_message(self, *words):
        pass


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("way", WAYS[1:3])
def test_the_connection_to_a_server_is_given_up(library, way, silent):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    _Slow.silent = silent
    for event in (_Slow.gone, _Slow.reached, _Slow.over):
        event.clear()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        model = ChatModel("openai:slow", url, Limits(timeout_s=10 * PATIENCE_S, output_characters=10**9))
        asyncio.run(way(library, model, _Slow.reached))
        assert _Slow.gone.wait(PATIENCE_S)
    finally:
        _Slow.over.set()
        server.shutdown()
        server.server_close()


def broken(said):
    class Broken(Endless):
        def stream(self, prompt):
            yield from said
            raise GeneratorError("the model broke off", "ask again")

    return Broken(0)


def test_quotes_and_verified_sentences_survive_the_model(library):
    model = broken(["He takes apix", "aban 3 mg twice a day. He also takes apixaban 3"])
    answer = asyncio.run(library.aask(QUESTION, generator=model))
    assert answer.status == "supported"
    assert [c.text for c in answer.claims if c.written] == ["He takes apixaban 3 mg twice a day."]
    assert "apixaban 3 mg twice daily" in answer.text
    assert any("broke off" in note for note in answer.notes)


def test_a_verified_sentence_is_there_before_the_next_is_written(library):
    def slowly():
        yield "He takes apixaban 3 mg twice a day."
        yield " It"
        assert any("twice a day" in t for t in given)
        yield " is good for him."

    given = []
    for event in library.stream(QUESTION, generator=Scripted(slowly())):
        if isinstance(event, Text):
            given.append(event.text)
    assert any("twice a day" in t for t in given)


def test_a_model_that_breaks_off_with_nothing_to_show_is_an_error(library):
    with pytest.raises(GeneratorError, match="broke off"):
        library.ask(QUESTION, generator=broken(["word "]), threshold=0.999)


@pytest.mark.parametrize("words", [[], ["He takes apixaban 3 mg twice a day. And"]])
def test_the_exit_status_is_that_of_the_quotes(library, monkeypatch, capsys, words):
    monkeypatch.setattr("casefolio.generators.generator_from", lambda *_, **__: broken(words))
    assert main(["ask", str(library.folder), QUESTION, "--llm", "openai:x"]) == 0
    told = capsys.readouterr()
    assert "apixaban 3 mg twice daily" in told.out
    assert told.err.count("broke off") == 1


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
