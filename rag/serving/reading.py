"""What comes in: bodies and parameters, checked before anything is done with them."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from casefolio.indexes.filters import Filters
from casefolio.ingest.document import Span
from casefolio.ingest.errors import UsageError
from casefolio.serving.walls import NOBODY, Wall

_MOST_K = 50
_FILTERS = ("kind", "language", "since", "until")


def wall_of(request: Request) -> Wall:
    """Who asks."""
    return getattr(request.state, "wall", NOBODY)


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        UsageError: where it is none.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise UsageError("the body is no application/json")
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise UsageError("the body is no JSON object")
    return body


def text_in(body: Any, name: str) -> str | None:
    """A text of a body or of parameters; None where it is missing or empty.

    Raises:
        UsageError: where it is something else.
    """
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise UsageError(f"{name} is a text, got {type(value).__name__}")
    return value


def count_in(body: Any, name: str, default: int, most: int = _MOST_K) -> int:
    """A whole number from 1 of a body or of parameters.

    Raises:
        UsageError: where it is none, or more than `most`.
    """
    value = body.get(name)
    if value is None or value == "":
        return default
    try:
        number = int(value)
        if isinstance(value, float | bool) or not 1 <= number <= most:
            raise ValueError
    except (TypeError, ValueError):
        raise UsageError(f"{name} is a number from 1 to {most}") from None
    return number


def filters_in(body: Any) -> Filters:
    """Kind, language and dates of a body or of parameters."""
    return Filters(None, *(text_in(body, name) for name in _FILTERS))


def span_in(parameters: Any) -> Span | None:
    """`start` and `end`; None where they are missing.

    Raises:
        UsageError: where they are no span.
    """
    if parameters.get("start") is None and parameters.get("end") is None:
        return None
    try:
        return Span(int(parameters["start"]), int(parameters["end"]))
    except (KeyError, ValueError):
        raise UsageError("start and end are no span") from None
