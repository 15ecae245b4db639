"""Errors as a client may see them: in OpenAI's form, without a word of a document or a path of the server."""

from __future__ import annotations

import logging
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from casefolio.ingest.errors import GeneratorError, PromptError, RagError, ReadingError, UsageError
from casefolio.serving.desk import Busy, TooLong

_log = logging.getLogger("casefolio.serve")
# what each error means for a client; the first that fits counts
_STATUS: tuple[tuple[type[RagError], int, str], ...] = (
    (Busy, 503, "busy"),
    (TooLong, 504, "timeout"),
    (UsageError, 400, "invalid_request_error"),
    (ReadingError, 404, "not_shown"),
    (GeneratorError, 502, "model_error"),
    (PromptError, 502, "model_error"),
)


def as_fault(error: RagError) -> tuple[int, dict[str, Any]]:
    """Status and body of an error."""
    for kind, status, name in _STATUS:
        if isinstance(error, kind):
            return status, body(str(error), name)
    _log.error("%s: %s", type(error).__name__, error)
    return 500, body("the service cannot answer at the moment", "server_error")


def body(message: str, kind: str) -> dict[str, Any]:
    """An error as OpenAI's clients read it."""
    return {"error": {"message": message, "type": kind, "code": None, "param": None}}


async def on_error(request: Request, error: Exception) -> Response:
    """The answer to an error of ours."""
    assert isinstance(error, RagError)
    status, told = as_fault(error)
    return JSONResponse(told, status, headers={"Retry-After": "1"} if status == 503 else None)


async def on_unknown(request: Request, error: Exception) -> Response:
    """The answer where nothing is there, or the method is wrong."""
    status = getattr(error, "status_code", 404)
    return JSONResponse(body("not found" if status == 404 else "not allowed", "invalid_request_error"), status)


def crashed(error: BaseException) -> JSONResponse:
    """The answer to a fault of the program: its name and place are logged, its message, which may quote, is not."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    _log.error("%s at %s", type(error).__name__, where)
    return JSONResponse(body("the service failed", "server_error"), 500)
