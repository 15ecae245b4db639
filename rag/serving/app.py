"""The application: which path leads where."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import resources

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from casefolio.ingest.errors import RagError
from casefolio.ingest.languages import every
from casefolio.serving import chat, documents
from casefolio.serving.desk import Desk
from casefolio.serving.faults import on_error, on_unknown
from casefolio.serving.guard import Guard, Limits
from casefolio.serving.reading import wall_of
from casefolio.serving.walls import Walls

_LANGUAGES = "languages.js"  # made of what the languages hold
_PAGE = {
    "": ("index.html", "text/html"),
    "page.js": ("page.js", "text/javascript"),
    "answer.js": ("answer.js", "text/javascript"),
    "source.js": ("source.js", "text/javascript"),
    "speaking.js": ("speaking.js", "text/javascript"),
    _LANGUAGES: (_LANGUAGES, "text/javascript"),
    "page.css": ("page.css", "text/css"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
}


def application(desk: Desk, walls: Walls | None = None, limits: Limits | None = None, *, watch: bool = True) -> Guard:
    """The service as an ASGI application.

    Args:
        desk: takes the questions.
        walls: the tokens; none where only this machine asks.
        limits: what one caller may use.
        watch: whether the folders are watched for changes.
    """
    from casefolio.serving.tools import http_routes

    tools, running = http_routes(desk)
    routes = [
        Route("/", _file),
        Route("/page/{name}", _file),
        Route("/v1/health", _health),
        Route("/v1/openapi.json", _openapi),
        Route("/v1/models", chat.models),
        Route("/v1/chat/completions", chat.completions, methods=["POST"]),
        Route("/v1/search", documents.search),
        Route("/v1/documents", documents.documents),
        Route("/v1/documents/{path:path}/pages/{number:int}.png", documents.picture),
        Route("/v1/documents/{path:path}/pages/{number:int}", documents.page),
        Route("/v1/documents/{path:path}", documents.document),
        *tools,
    ]
    app = Starlette(
        routes=routes,
        lifespan=_lifespan(desk, running, watch=watch),
        exception_handlers={RagError: on_error, HTTPException: on_unknown},
    )
    app.state.desk = desk
    return Guard(app, walls or Walls({}), limits or Limits())


def _lifespan(
    desk: Desk, running: Callable[[], AbstractAsyncContextManager[None]], *, watch: bool
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with running():
            watching = asyncio.create_task(desk.shelf.watch()) if watch else None
            try:
                yield
            finally:
                if watching is not None:
                    watching.cancel()
                    await asyncio.gather(watching, return_exceptions=True)

    return lifespan


async def _file(request: Request) -> Response:
    """A file of the page; it holds no word of a document."""
    found = _PAGE.get(request.path_params.get("name", ""))
    if found is None:
        raise HTTPException(404)
    name, media_type = found
    if name == _LANGUAGES:
        return Response(_languages(), media_type=media_type)
    data = (resources.files("casefolio.serving") / "page" / name).read_bytes()
    return Response(data, media_type=media_type)


def _languages() -> str:
    """What the page says in each language that it is offered in, as a script."""
    words = {language: said["page"] for language, said in every("messages") if "page" in said}
    return f"export const WORDS = {json.dumps(words, ensure_ascii=False)};\n"


async def _health(request: Request) -> Response:
    """Whether the service answers, and how much is ready within the caller's wall."""
    desk: Desk = request.app.state.desk
    wall = wall_of(request)
    libraries = []
    for name in desk.shelf.names(wall):
        view = desk.shelf.walled(wall, name)
        entries = await desk.work(view.ledger)
        libraries.append({"name": name, "documents": len(entries), "unread": sum(e.document is None for e in entries)})
    return JSONResponse({"status": "ok", "libraries": libraries})


async def _openapi(request: Request) -> Response:
    """What this service understands, as OpenAPI 3.1."""
    return JSONResponse(json.loads((resources.files("casefolio.serving") / "openapi.json").read_bytes()))
