"""`Guard`: what every request passes: host and origin, token, rate, size, time; and what every answer carries."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from casefolio.serving.faults import body, crashed
from casefolio.serving.walls import NOBODY, Walls

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LOCKED = ("/v1/", "/mcp")  # what needs a token; the page itself holds nothing
_READ_S, _WRITE_S = 20.0, 30.0  # a client that sends or reads nothing for so long is gone
_CALLERS = 4_096  # whose rates are remembered
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one caller may use.

    Attributes:
        most_bytes: of a request's body.
        per_minute: requests.
        burst: requests at once, beyond the rate.
    """

    most_bytes: int = 1_000_000
    per_minute: float = 1_200.0
    burst: float = 300.0


class Guard:
    """Wraps the application.

    Args:
        app: the application.
        walls: the tokens; where there are none, only this machine's own browser and programs are answered.
        limits: what one caller may use.
    """

    def __init__(self, app: ASGIApp, walls: Walls, limits: Limits) -> None:
        self._app, self._walls, self._limits = app, walls, limits
        self._budgets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or refuse it."""
        if scope["type"] != "http":
            # the lifespan; there are no web sockets here
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, *self._bounded(scope, receive, _with_headers(noted)))
        except ClientDisconnect:
            return
        except Exception as error:  # whatever else would write it into a log, message and all
            answer = crashed(error)
            if not begun:
                await answer(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._walls and (urlsplit(f"//{host}").hostname or "") not in LOOPBACK:
            return _refused(421, "without a token this service answers on this machine only")
        if _foreign(headers, host):
            return _refused(403, "calls from other sites are not answered")
        caller = str((scope.get("client") or ("?",))[0])
        state = scope.setdefault("state", {})
        state["wall"] = NOBODY
        if self._walls and scope["path"].startswith(_LOCKED):
            kind, _, token = headers.get("authorization", "").partition(" ")
            wall = self._walls.of(token.strip()) if kind.lower() == "bearer" else None
            if wall is None:
                # guessing is slow as well
                refused = _refused(429, "too many requests") if not self._pays(f"? {caller}") else None
                return refused or _refused(401, "a token is needed", **{"WWW-Authenticate": "Bearer"})
            state["wall"], caller = wall, wall.name
        if not self._pays(caller):
            return _refused(429, "too many requests", **{"Retry-After": "2"})
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._limits.most_bytes:
            return _refused(413, f"a request may have {self._limits.most_bytes} bytes")
        return None

    def _pays(self, caller: str) -> bool:
        """Whether a caller has a request left: the budget fills up at the rate."""
        now, rate = time.monotonic(), self._limits.per_minute / 60
        left, then = self._budgets.pop(caller, (self._limits.burst, now))
        left = min(self._limits.burst, left + (now - then) * rate)
        self._budgets[caller] = (left - 1 if left >= 1 else left, now)
        while len(self._budgets) > _CALLERS:
            self._budgets.popitem(last=False)
        return left >= 1

    def _bounded(self, scope: Scope, receive: Receive, send: Send) -> tuple[Receive, Send]:
        """The same channels with limits on size and time, and a word when the client is gone."""
        gone, size, whole = asyncio.Event(), 0, False

        async def limited() -> Message:
            nonlocal size, whole
            if whole:
                message = await receive()  # nothing but that the client has gone
            else:
                try:
                    message = await asyncio.wait_for(receive(), _READ_S)
                except TimeoutError:
                    message = {"type": "http.disconnect"}
            size += len(message.get("body", b""))
            whole = whole or not message.get("more_body", False)
            if message["type"] == "http.disconnect" or size > self._limits.most_bytes:
                gone.set()
                return {"type": "http.disconnect"}
            return message

        async def until_gone() -> None:
            while not gone.is_set():
                await limited()

        async def timed(message: Message) -> None:
            try:
                await asyncio.wait_for(send(message), _WRITE_S)
            except TimeoutError:
                raise ClientDisconnect from None

        scope["state"]["gone"] = until_gone
        return limited, timed


def _foreign(headers: Headers, host: str) -> bool:
    """Whether a page of another site asks: it may not, whatever it asks."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return True
    return headers.get("sec-fetch-site", "none") in ("cross-site", "same-site") and origin is None


def _refused(status: int, message: str, **headers: str) -> JSONResponse:
    return JSONResponse(body(message, "refused"), status, headers=headers or None)


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sent
