"""Connections to a server of OpenAI's protocol, for which nothing it sends is taken for granted.

A prompt holds words of the documents, so it goes to the address that was given and nowhere else: redirects are not
followed, and on this machine no proxy is asked. An answer has an end, whatever the server thinks of it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx

from casefolio.ingest.errors import GeneratorError

MOST_BYTES = 16 * 2**20  # a hundred times what the longest answer takes with all that the protocol says around it
_BOM = b"\xef\xbb\xbf"
_ADDRESS = "check --base-url (many servers want it to end in /v1)"


def clients(base_url: str | None) -> dict[str, Any]:
    """Keyword arguments of `ChatOpenAI`: the clients that it is to use."""
    settings: dict[str, Any] = {
        "follow_redirects": False,
        "trust_env": not (base_url and is_here(base_url)),
        "headers": {"Accept-Encoding": "identity"},
    }
    return {
        "http_async_client": httpx.AsyncClient(**settings, event_hooks={"response": [_checked]}),
        "http_client": httpx.Client(**settings),
    }


def is_here(url: str) -> bool:
    """Whether a URL is of this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _checked(response: httpx.Response) -> None:
    """Refuses what is no stream of events and bounds what is."""
    if not response.is_success:
        response.stream = _Bounded(response.stream)  # type: ignore[arg-type]
        return
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        raise GeneratorError("the server answers with a web page, not as a model does", _ADDRESS)
    if kind == "application/json":
        raise GeneratorError("the server answers in one piece, not in a stream of events", _ADDRESS)
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed not in ("", "identity"):
        # a few bytes may unpack to gigabytes
        raise GeneratorError(f"the server packs its answer ({packed[:20]}), which it was not asked to", _ADDRESS)
    response.stream = _Bounded(response.stream)  # type: ignore[arg-type]


class _Bounded(httpx.AsyncByteStream):
    """A body without the byte order mark that it must not begin with, and not without end."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for piece in self._inner:
            read += len(piece)
            if read > MOST_BYTES:
                raise GeneratorError("the server sends more than any answer holds", "look at its log, or use another")
            # asked for by the standard of event streams; a library that leaves it there loses the first event
            yield piece.removeprefix(_BOM) if read == len(piece) else piece

    async def aclose(self) -> None:
        await self._inner.aclose()
