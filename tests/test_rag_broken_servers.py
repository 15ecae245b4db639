"""Servers of models that are broken in every way we know of: one line, the right exit status, and nothing hangs."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from casefolio import Library
from casefolio.cli import main
from casefolio.generators import generator_from
from casefolio.generators.base import Limits
from casefolio.ingest.errors import GeneratorError
from casefolio.prompts.prompt import Prompt

pytest.importorskip("langchain_openai")
pytestmark = pytest.mark.filterwarnings("ignore")  # LangChain warns about itself

QUESTION = "How much apixaban does Mr. Marlowe take?"
SAID = "Mr. Marlowe takes apixaban 3 mg twice daily [1]."
PATIENCE_S = 60  # for what comes at once on any machine that is not busy
Connection = socket.socket


def event(delta: dict[str, Any] | None, reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return data(json.dumps(chunk))


def data(text: str) -> bytes:
    return f"data: {text}\n\n".encode()


DONE = data("[DONE]")
STREAM = "Content-Type: text/event-stream"


def head(status: str = "200 OK", *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""]).encode()


def sized(status: str, body: bytes, kind: str = "application/json", *lines: str) -> bytes:
    return head(status, f"Content-Type: {kind}", f"Content-Length: {len(body)}", *lines) + body


def stream(*events: bytes) -> bytes:
    return head("200 OK", STREAM) + b"".join(events)


def error(message: str, **more: Any) -> bytes:
    return json.dumps({"error": {"message": message, "type": "invalid_request_error", **more}}).encode()


WHOLE = (event({"role": "assistant", "content": SAID}), event({}, "stop"), DONE)


def says(answer: bytes) -> Callable[[Connection], None]:
    return lambda connection: connection.sendall(answer)


def resets(connection: Connection) -> None:
    connection.sendall(stream(event({"content": "Mr. Marlowe takes "})))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endlessly(answer: bytes, piece: bytes, pause_s: float = 0.01) -> Callable[[Connection], None]:
    def send(connection: Connection) -> None:
        connection.sendall(answer)
        while True:
            connection.sendall(piece)
            time.sleep(pause_s)

    return send


def slowly(answer: bytes) -> Callable[[Connection], None]:
    def send(connection: Connection) -> None:
        for byte in answer:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)

    return send


def stalls(answer: bytes) -> Callable[[Connection], None]:
    def send(connection: Connection) -> None:
        connection.sendall(answer)
        connection.settimeout(2 * PATIENCE_S)
        with suppress(TimeoutError):
            connection.recv(1)

    return send


TOO_LONG = error(
    "request (5210 tokens) exceeds the available context size (4096 tokens), try increasing it",
    type="exceed_context_size_error", n_prompt_tokens=5210, n_ctx=4096,
)  # fmt: skip
TOO_LONG_VLLM = error(
    "This model's maximum context length is 2048 tokens. However, you requested 5722 tokens. Please reduce the length.",
    code=400,
)
TOOLS = {"tool_calls": [{"index": 0, "id": "x", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}
ANSI = event({"content": "\x1b[2J\x1b]0;owned\x07" + SAID})
DEEP = "[" * 100_000

# what the server does, and what the note beside the quotes holds (of an answer: its text), as a regular expression
KINDS: dict[str, tuple[Callable[[Connection], None], str]] = {
    "closes at once": (lambda c: None, "server running"),
    "closes in mid-stream": (says(stream(event({"content": "Mr. Marlowe "}))), "broke off"),
    "resets in mid-stream": (resets, "broke off"),
    "400 too long, llama.cpp": (says(sized("400 Bad Request", TOO_LONG)), "--context 4096"),
    "400 too long, vLLM": (says(sized("400 Bad Request", TOO_LONG_VLLM)), "--context 2048"),
    "401": (says(sized("401 Unauthorized", error("no key"))), "CASEFOLIO_API_KEY"),
    "403": (says(sized("403 Forbidden", b"", "text/plain")), "CASEFOLIO_API_KEY"),
    "404": (says(sized("404 Not Found", error("no such model"))), "/v1"),
    "429": (says(sized("429 Too Many Requests", error("slow down"))), "busy"),
    "500": (says(sized("500 Internal Server Error", error("oops"))), "server failed"),
    "502 as a page": (says(sized("502 Bad Gateway", b"<html>\n<h1>Bad</h1>", "text/html")), "server failed"),
    "204 without a body": (says(head("204 No Content")), "without an answer"),
    "a page": (says(sized("200 OK", b"<html>\n<body>Log in</body></html>", "text/html; charset=utf-8")), "web page"),
    "no stream": (says(sized("200 OK", b'{"choices": []}')), "one piece"),
    "half JSON": (says(stream(data('{"id": "1", "choices": [{"ind'))), "gave no answer"),
    "no JSON": (says(stream(data("hello"))), "gave no answer"),
    "deep JSON": (says(stream(data(DEEP))), "gave no answer"),
    "JSON of other things": (says(stream(data("[1, 2]"), data("null"), data("3"), DONE)), "gave no answer"),
    "no choices": (says(stream(data("{}"), DONE)), "gave no answer"),
    "empty choices": (says(stream(data('{"id": "1", "choices": []}'), DONE)), "gave no answer"),
    "choices of other things": (says(stream(data('{"id": "1", "choices": [7]}'), DONE)), "gave no answer"),
    "content of other things": (says(stream(event({"content": 7}), event({}, "stop"), DONE)), "gave no answer"),
    "nothing but the end": (says(stream(DONE)), "without an answer"),
    "no end": (says(stream(event({"content": SAID}), DONE)), "broke off"),
    "an error in mid-stream": (says(stream(event({"content": "Mr."}), data(error("died").decode()))), "broke off"),
    "endless words": (endlessly(stream(), event({"content": "word "})), "longer than 1 s|time-out"),
    "endless nothing": (endlessly(stream(), event({"content": ""})), "longer than 1 s|time-out"),
    "endless comments": (endlessly(stream(), b": wait\n\n"), "longer than 1 s|time-out"),
    "one byte at a time": (slowly(stream(*WHOLE)), "longer than 1 s|time-out"),
    "headers one byte at a time": (slowly(stream(*WHOLE)), "longer than 1 s|time-out"),
    "silent": (stalls(b""), "time-out"),
    "silent in mid-stream": (stalls(stream(event({"content": "Mr. Marlowe "}))), "broke off"),
    "another encoding": (says(stream(b'data: {"id": "\xe4\xf6\xfc"}\n\n')), "gave no answer"),
    "one endless line": (endlessly(stream(b"data: "), b"x" * 2**20, 0), "The quotes stand"),
    "content shorter than told": (says(head("200 OK", STREAM, "Content-Length: 99999") + WHOLE[0]), "broke off"),
    "content longer than told": (says(head("200 OK", STREAM, "Content-Length: 20") + b"".join(WHOLE)), "answer"),
    "sent on in a circle": (says(head("307 Temporary Redirect", "Location: /v1/chat/completions")), "not followed"),
    "sent on to another host": (says(head("308 Permanent Redirect", "Location: http://192.0.2.9/")), "not followed"),
    "null content": (says(stream(event({"content": None}), event({}, "stop"), DONE)), ""),
    "null delta": (says(stream(event(None), event({}, "stop"), DONE)), ""),
    "tool calls only": (says(stream(event(TOOLS), event({}, "tool_calls"), DONE)), ""),
    "a byte order mark": (says(stream(b"\xef\xbb\xbf", *WHOLE)), "apixaban 3 mg"),
    "carriage returns": (says(stream(*WHOLE).replace(b"\n\n", b"\r\n\r\n")), "apixaban 3 mg"),
    "broken gzip": (says(head("200 OK", STREAM, "Content-Encoding: gzip") + b"\x1f\x8b\x08garbage"), "packs"),
    "a bomb of gzip": (
        lambda c: c.sendall(head("200 OK", STREAM, "Content-Encoding: gzip") + gzip.compress(bytes(50_000_000))),
        "packs",
    ),
    "broken chunks": (says(head("200 OK", STREAM, "Transfer-Encoding: chunked") + b"zz\r\n" + WHOLE[0]), "answer"),
    "no HTTP": (says(b"220 mail.example ESMTP\r\n"), "gave no answer"),
    "a megabyte of headers": (says(head("200 OK", STREAM, *["X: " + "y" * 1000] * 1000)), "gave no answer"),
    "codes for the terminal": (says(stream(ANSI, event({}, "stop"), DONE)), "apixaban 3 mg"),
}  # fmt: skip


# those that end by the time-out alone; the first pieces of the last are to come before it
LASTING = {
    "endless words": 1,
    "endless nothing": 1,
    "endless comments": 1,
    "one byte at a time": 1,
    "headers one byte at a time": 1,
    "silent": 1,
    "one endless line": 1,
    "silent in mid-stream": 3,
}


class Broken:
    """A server that does one thing to whoever connects and sends a request."""

    def __init__(self, does: Callable[[Connection], None]) -> None:
        self._does = does
        self.left = threading.Event()  # the other side has gone
        self.asked = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: Connection) -> None:
        with connection:
            try:
                asked = _request(connection)
                self.asked += b"/chat/completions" in asked
                self._does(connection)
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                if b"/chat/completions" in asked:
                    self.left.set()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes who waits for connections
        self._socket.close()


def _request(connection: Connection) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(65536)
        if not piece:
            raise OSError
        got += piece
    top, _, body = got.partition(b"\r\n\r\n")
    length = next(
        (int(v) for k, _, v in (x.partition(b":") for x in top.split(b"\r\n")) if k.lower() == b"content-length"), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return top


@pytest.fixture
def broken() -> Iterator[Callable[[Callable[[Connection], None]], Broken]]:
    made: list[Broken] = []

    def make(does: Callable[[Connection], None]) -> Broken:
        made.append(Broken(does))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("chaos") / "files"
    root.mkdir()
    (root / "a.txt").write_text(
        "Mr. Marlowe takes apixaban 3 mg twice daily. He was seen in March.\n", encoding="utf-8"
    )
    with Library.open(root) as library:
        library.sync()
        # the libraries are loaded here, which may take longer than a model is given below
        server = Broken(says(stream(*WHOLE)))
        model = generator_from("openai:m", server.url)
        assert library.ask(QUESTION, generator=model).status == "supported"
        server.close()
    return root


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_server_costs_one_line(
    kind: str, broken: Any, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    does, told = KINDS[kind]
    server = broken(does)
    monkeypatch.setattr("casefolio.generators.base._pause", lambda seconds: iter([""]))  # before another attempt
    words = ["ask", str(folder), QUESTION, "--llm", "openai:m", "--base-url", server.url, "--no-sync"]
    assert main([*words, "--timeout", str(LASTING.get(kind, PATIENCE_S))]) == 0
    shown = capsys.readouterr()
    assert "Mr. Marlowe takes apixaban 3 mg twice daily." in shown.out
    assert "Traceback" not in shown.out + shown.err
    assert re.search(told, shown.out + shown.err)
    assert len(shown.out) + len(shown.err) < 3000
    assert "\x1b" not in shown.out + shown.err


def test_nobody_listens(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    words = [
        "ask",
        str(folder),
        QUESTION,
        "--llm",
        "openai:m",
        "--base-url",
        f"http://127.0.0.1:{port}/v1",
        "--no-sync",
    ]
    assert main(words) == 0
    shown = capsys.readouterr()
    assert "Mr. Marlowe takes apixaban 3 mg twice daily." in shown.out
    assert "server running" in shown.out + shown.err
    assert (shown.out + shown.err).count("gave no answer") == 1


def test_what_was_sent_on_is_not_sent_to_the_other_address(broken: Any) -> None:
    other = broken(says(stream(*WHOLE)))
    first = broken(says(head("307 Temporary Redirect", f"Location: {other.url}/chat/completions")))
    model = generator_from("openai:m", first.url, limits=Limits(timeout_s=PATIENCE_S, retries=0))
    assert model is not None
    with pytest.raises(GeneratorError, match="not followed"):
        list(model.stream(_prompt()))
    assert first.asked == 1
    assert other.asked == 0


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_no_proxy_stands_between_us_and_this_machine(
    broken: Any, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    proxy = broken(says(sized("200 OK", b"{}")))
    monkeypatch.setenv(variable, proxy.url.removesuffix("/v1"))
    model = generator_from("openai:m", broken(says(stream(*WHOLE))).url, limits=Limits(timeout_s=PATIENCE_S, retries=0))
    assert model is not None
    assert "".join(model.stream(_prompt())) == SAID
    assert proxy.asked == 0


def test_an_answer_has_an_end_though_its_line_has_none(broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casefolio.generators.connections.MOST_BYTES", 100_000)
    server = broken(endlessly(stream(b"data: "), b"x" * 10_000, 0))
    model = generator_from("openai:m", server.url, limits=Limits(timeout_s=PATIENCE_S))
    assert model is not None
    with pytest.raises(GeneratorError, match="more than any answer"):
        list(model.stream(_prompt()))
    assert server.asked == 1


@pytest.mark.parametrize("kind", LASTING)
def test_closing_the_stream_gives_the_connection_up_at_once(broken: Any, kind: str) -> None:
    server = broken(_until_left(KINDS[kind][0]))
    model = generator_from("openai:m", server.url, limits=Limits(timeout_s=10 * PATIENCE_S, output_characters=10**9))
    assert model is not None
    pieces = model.stream(_prompt())
    with suppress(GeneratorError):  # the endless line may have come to the end of what is read of it
        while not server.asked:
            next(pieces)
        next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert server.left.wait(5 * PATIENCE_S)  # half of what the model would wait; another process may have the processor


@pytest.mark.parametrize("kind", ["500", "429", "closes at once", "silent"])
def test_who_waits_for_another_attempt_can_be_cancelled(broken: Any, folder: Path, kind: str) -> None:
    server = broken(KINDS[kind][0])
    model = generator_from("openai:m", server.url, limits=Limits(10 * PATIENCE_S, retries=5, backoff_s=2 * PATIENCE_S))

    async def cancelled() -> None:
        with Library.open(folder) as library:
            task = asyncio.create_task(library.aask(QUESTION, generator=model))
            while not server.asked:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(task, PATIENCE_S)  # sooner than another attempt would be made

    asyncio.run(cancelled())


def _until_left(does: Callable[[Connection], None]) -> Callable[[Connection], None]:
    """Of a server that is silent: it hears when the other side goes."""

    def sends(connection: Connection) -> None:
        with suppress(OSError):  # the other side has gone
            does(connection)

    def send(connection: Connection) -> None:
        threading.Thread(target=sends, args=(connection,), daemon=True).start()
        connection.settimeout(2 * PATIENCE_S)
        try:
            connection.recv(1)
        except TimeoutError:  # it is still there
            return
        except OSError:
            pass
        raise OSError

    return send


def _prompt() -> Prompt:
    return Prompt("Answer.", QUESTION, (), (), "", "", 0, "")
