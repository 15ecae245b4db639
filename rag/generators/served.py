"""What a model's server says of itself: how it counts tokens, and how many it holds.

llama.cpp's server and vLLM count for those who ask at `/tokenize`; OpenAI's protocol has no such thing. Asked is
the server of `--base-url` alone, which is sent the same text with the question anyway: no proxy, no redirect, no
other host. First with a few words of ours; only one that answers them sensibly is sent more.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from casefolio.prompts.budget import Counter, estimating
from casefolio.prompts.estimating import estimate

TIMEOUT_S = 0.4  # it counts in a few milliseconds; who cancels the question waits as long
_PROBE = "one two three"
_LONGEST = 8_000_000  # bytes of an answer: ten for each of the most tokens that a prompt may have
_KEPT = 4_096  # texts whose counts are remembered
_FAULTS = (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class Server:
    """The host of a base URL.

    Args:
        base_url: as clients of OpenAI's protocol are given it, with or without `/v1`.
        model: name of the model there.
        key: sent as a bearer token; empty for none.
        timeout_s: for each request.
    """

    def __init__(self, base_url: str, model: str, key: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self._place = urlsplit(base_url)
        self._model, self._key, self._timeout_s = model, key, timeout_s
        self._lock = threading.Lock()
        self._known: tuple[Counter, int | None] | None = None
        self._gone = False

    def counter(self) -> Counter:
        """The server's own tokenizer where it lends it, else an estimate."""
        return self._asked()[0]

    def window(self) -> int | None:
        """Tokens that prompt and answer may have together, where the server says."""
        return self._asked()[1]

    def _asked(self) -> tuple[Counter, int | None]:
        with self._lock:
            if self._known is None:
                self._known = self._ask()
            return self._known

    def _ask(self) -> tuple[Counter, int | None]:
        for body in (self._vllm, self._llama_cpp):
            try:
                said = self._post("/tokenize", body(_PROBE))
                count = _number_of(said)
                # for anything that tokenizes them: more than one token, and no more than their letters
                if 2 <= count <= len(_PROBE) + 4:
                    return Counter(self._counting(body), True), _window_of(said) or self._props()
            except _FAULTS as error:
                if isinstance(error, OSError):  # nobody there, or silent: not asked a second time
                    break
        return estimating(), None

    def _vllm(self, text: str) -> dict[str, Any]:
        return {"model": self._model, "prompt": text, "add_special_tokens": False}

    def _llama_cpp(self, text: str) -> dict[str, Any]:
        return {"content": text, "add_special": False, "parse_special": False}

    def _counting(self, body: Callable[[str], dict[str, Any]]) -> Callable[[str], int]:
        @lru_cache(maxsize=_KEPT)
        def asked(text: str) -> int:
            return _number_of(self._post("/tokenize", body(text)))

        def count(text: str) -> int:
            try:
                return asked(text) if text and not self._gone else estimate(text)
            except _FAULTS:  # it counted a moment ago and is not there now: the call for the answer will say so
                self._gone = True
                return estimate(text)

        return count

    def _props(self) -> int | None:
        """The context of llama.cpp's server: what one of its slots holds."""
        try:
            said = self._request("GET", "/props", None)
            found = said["default_generation_settings"]["n_ctx"]
            return found if isinstance(found, int) and found > 0 else None
        except _FAULTS:
            return None

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._request("POST", path, json.dumps(body).encode())

    def _request(self, method: str, path: str, body: bytes | None) -> Any:
        kind = http.client.HTTPSConnection if self._place.scheme == "https" else http.client.HTTPConnection
        connection = kind(_host(self._place), self._place.port, timeout=self._timeout_s)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            connection.connect()
            # held here: a connection lets go of its socket once the headers of an answer without length are read
            with _within(self._timeout_s, connection.sock):
                connection.request(method, _root(self._place) + path, body, headers)
                answer = connection.getresponse()
                if answer.status != http.client.OK or "json" not in answer.getheader("Content-Type", ""):
                    raise ValueError(answer.status)
                read = answer.read(_LONGEST + 1)
            if len(read) > _LONGEST:
                raise ValueError("too long")
            return json.loads(read)
        finally:
            connection.close()


@contextmanager
def _within(seconds: float, open_socket: socket.socket) -> Iterator[None]:
    """Ends a request after so many seconds: a socket's own time-out begins again with every byte."""

    def end() -> None:
        over.set()
        with suppress(OSError):
            open_socket.shutdown(socket.SHUT_RDWR)

    over = threading.Event()
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
        if over.is_set():
            raise TimeoutError
    except http.client.HTTPException as error:
        raise (TimeoutError() if over.is_set() else error) from error
    finally:
        timer.cancel()


def _host(place: SplitResult) -> str:
    if place.scheme not in ("http", "https") or not place.hostname:
        raise ValueError("no host")
    return place.hostname


def _root(place: SplitResult) -> str:
    return place.path.rstrip("/").removesuffix("/v1").rstrip("/")


def _number_of(said: Any) -> int:
    """Tokens that an answer of `/tokenize` tells: `count`, or the length of `tokens`."""
    count = said.get("count")
    return int(count) if isinstance(count, int) and not isinstance(count, bool) else len(said["tokens"])


def _window_of(said: Any) -> int | None:
    found = said.get("max_model_len")
    return found if isinstance(found, int) and found > 0 else None
