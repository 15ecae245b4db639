"""`POST /v1/chat/completions` and `GET /v1/models`, as OpenAI's clients speak to them.

The answer's text carries its citations as they stand in it; whole, they are in the extra field `casefolio` of the
answer, and of the last piece of a stream. An abstention is an answer like others: its status is in that field.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from casefolio.ingest.errors import RagError, UsageError
from casefolio.serving.desk import Ask, Desk, unless_gone
from casefolio.serving.faults import as_fault
from casefolio.serving.reading import body_of, count_in, filters_in, text_in, wall_of

if TYPE_CHECKING:
    from casefolio.answer import Answer
    from casefolio.serving.walls import Wall

MODEL = "casefolio"
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_TURNS = 8  # last turns that are looked at
_MOST_MESSAGES = 2_000


async def models(request: Request) -> Response:
    """One model for each library; `casefolio` is the first."""
    desk: Desk = request.app.state.desk
    names = [MODEL, *(f"{MODEL}/{name}" for name in desk.shelf.names(wall_of(request)))]
    data = [{"id": name, "object": "model", "created": 0, "owned_by": MODEL} for name in names]
    return JSONResponse({"object": "list", "data": data})


async def completions(request: Request) -> Response:
    """An answer, whole or in pieces."""
    desk: Desk = request.app.state.desk
    wall, body = wall_of(request), await body_of(request)
    ask = read(body)
    desk.shelf.library(wall, ask.library)  # a wrong name is an error, not a broken stream
    head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": body.get("model") or MODEL}
    if body.get("stream"):
        usage = isinstance(body.get("stream_options"), dict) and bool(body["stream_options"].get("include_usage"))
        pieces = _pieces(desk, wall, ask, head, usage=usage)
        return StreamingResponse(pieces, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
    given = await unless_gone(request.state.gone, desk.answer(wall, ask))
    if given is None:
        return Response(status_code=499)
    answer = given
    if body.get("boxes"):
        answer = await desk.work(lambda: desk.shelf.library(wall, ask.library)[1].boxed(given))
    message = {"role": "assistant", "content": answer.text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return JSONResponse(
        {**head, "object": "chat.completion", "choices": [choice], "usage": _usage(), MODEL: told(answer)}
    )


def read(body: dict[str, Any]) -> Ask:
    """The question of a chat: the last words of the user; what was said before is its history.

    Raises:
        UsageError: where there is none, or a message is none.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or len(messages) > _MOST_MESSAGES:
        raise UsageError("messages is a list with the question in it")
    said = [_said(message) for message in messages]
    while said and said[-1][0] != "user":
        said.pop()
    if not said:
        raise UsageError("no message is of the user")
    model = text_in(body, "model") or MODEL
    if model != MODEL and not model.startswith(f"{MODEL}/"):
        raise UsageError(f"no model {model}", f"ask {MODEL}, or {MODEL}/ and the name of a library")
    return Ask(
        question=said[-1][1],
        library=model.removeprefix(MODEL).removeprefix("/") or None,
        k=count_in(body, "k", 8),
        scope=text_in(body, "scope"),
        filters=filters_in(body),
        history=_history(said[:-1]),
        as_of=text_in(body, "as_of"),
    )


def told(answer: Answer) -> dict[str, Any]:
    """The answer as its citations have it, for who knows more than a chat."""
    return {**answer.as_json(), "nearest": [nearest(hit) for hit in answer.hits[:5]] if not answer.citations else []}


def nearest(hit: Any) -> dict[str, Any]:
    """A passage that may be worth reading where nothing answers."""
    page = hit.chunk.pages[0] if hit.chunk.pages else 1
    span = hit.chunk.span
    return {"document": hit.document, "sha256": hit.sha256, "page": page, "start": span.start, "end": span.end,
            "text": hit.text}  # fmt: skip


def _said(message: Any) -> tuple[str, str]:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in _ROLES:
        raise UsageError(f"a message has one of the roles {', '.join(_ROLES)}")
    content = message.get("content")
    if isinstance(content, list):
        parts = [p.get("text") for p in content if isinstance(p, dict) and p.get("type") == "text"]
        content = "\n".join(p for p in parts if isinstance(p, str))
    return str(role), content if isinstance(content, str) else ""


def _history(said: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Pairs of question and answer, oldest first."""
    pairs, question = [], None
    for role, content in said:
        if role == "user":
            question = content
        elif role == "assistant" and question is not None:
            pairs.append((question, content))
            question = None
    return tuple(pairs[-_TURNS:])


async def _pieces(desk: Desk, wall: Wall, ask: Ask, head: dict[str, Any], *, usage: bool) -> AsyncIterator[str]:
    from casefolio.events import Done, Text

    def piece(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _event({**head, "object": "chat.completion.chunk", "choices": [choice], **more})

    yield piece({"role": "assistant", "content": ""})
    try:
        async with aclosing(desk.events(wall, ask)) as events:
            async for event in events:
                if isinstance(event, Text):
                    yield piece({"content": event.text})
                elif isinstance(event, Done):
                    yield piece({}, "stop", **{MODEL: told(event.answer)})
    except RagError as error:
        yield _event(as_fault(error)[1])
        return
    if usage:
        yield _event({**head, "object": "chat.completion.chunk", "choices": [], "usage": _usage()})
    yield "data: [DONE]\n\n"


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _usage() -> dict[str, int]:
    """No tokens are counted: quotes have none."""
    return {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
