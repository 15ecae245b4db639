"""How a server says how it counts, and that nobody else is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from casefolio.generators.base import advice
from casefolio.generators.served import Server
from casefolio.prompts.estimating import estimate


class Handler(BaseHTTPRequestHandler):
    kind: ClassVar[str] = "llama.cpp"
    asked: ClassVar[list[tuple[str, Any]]] = []
    waiting: ClassVar[threading.Event]

    def do_GET(self) -> None:
        self.asked.append((self.path, None))
        self.say({"default_generation_settings": {"n_ctx": 3072}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, body))
        if self.kind == "slow":
            self.waiting.wait(60)
        if self.kind == "elsewhere":
            self.send_response(307)
            self.send_header("Location", "http://192.0.2.1/tokenize")
            self.end_headers()
        elif self.kind == "vLLM":
            words = body["prompt"].split()
            self.say({"count": len(words), "max_model_len": 2048, "tokens": list(range(len(words)))})
        elif self.kind == "llama.cpp":
            self.say({"tokens": list(range(len(body.get("content", "").split())))})
        else:
            self.say({"anything": "else"} if self.kind == "other" else [])

    def say(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # who asked may have gone
            self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def url() -> Iterator[str]:
    Handler.asked.clear()
    Handler.waiting = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    Handler.waiting.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("kind", "window"), [("llama.cpp", 3072), ("vLLM", 2048)])
def test_a_server_that_counts_is_asked_and_remembered(
    url: str, monkeypatch: pytest.MonkeyPatch, kind: str, window: int
) -> None:
    monkeypatch.setattr(Handler, "kind", kind)
    server = Server(url, "m", timeout_s=60)
    counter = server.counter()
    assert counter.exact
    assert counter.count("four words of text") == 4
    assert server.window() == window
    before = len(Handler.asked)
    assert counter.count("four words of text") == 4
    assert len(Handler.asked) == before
    assert {path for path, _ in Handler.asked} <= {"/tokenize", "/props"}


@pytest.mark.parametrize("kind", ["other", "list", "elsewhere", "slow"])
def test_a_server_that_does_not_is_told_no_word_of_a_document(
    url: str, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(Handler, "kind", kind)
    counter = Server(url, "m", timeout_s=0.3 if kind == "slow" else 60).counter()
    assert not counter.exact
    assert counter.count("Mr. Marlowe takes apixaban") == estimate("Mr. Marlowe takes apixaban")
    assert not Handler.waiting.is_set()
    assert "Marlowe" not in str(Handler.asked)


def test_a_server_that_goes_leaves_an_estimate(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "kind", "llama.cpp")
    counter = Server(url, "m", timeout_s=60).counter()
    assert counter.count("one two") == 2
    monkeypatch.setattr(Handler, "kind", "other")
    assert counter.count("apixaban 3 mg twice daily") == estimate("apixaban 3 mg twice daily")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens", "--context 4096"),
        ("request (5210 tokens) exceeds the available context size (2048 tokens), try increasing it", "--context 2048"),
        ("{'type': 'exceed_context_size_error', 'n_ctx': 1024}", "--context 1024"),
        ("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000", "--context 4096"),
        ("context_length_exceeded", "--context N"),
    ],
)
def test_a_prompt_that_was_too_long_gets_the_advice_that_helps(said: str, told: str) -> None:
    assert told in advice(ValueError(said))
