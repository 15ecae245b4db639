"""Passages, documents, pages and their pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from casefolio.boxes import boxed_png, boxes_of
from casefolio.ingest.document import Document, Page, Span
from casefolio.ingest.errors import ReadingError, UsageError
from casefolio.ingest.viewing.viewer import has_picture
from casefolio.question import checked
from casefolio.serving.desk import Desk
from casefolio.serving.reading import count_in, filters_in, span_in, text_in, wall_of

if TYPE_CHECKING:
    from casefolio.indexes.store import LedgerEntry
    from casefolio.ingest.identity import Identity

_MOST_TEXT = 200_000  # characters of one page that are sent; a text file is one page
_AROUND = 50_000  # of them before the span that is asked for
_DPI = 120


async def search(request: Request) -> Response:
    """`GET /v1/search?q=…`: the passages for a question, best first."""
    desk: Desk = request.app.state.desk
    wall, asked = wall_of(request), request.query_params
    question = checked(text_in(asked, "q") or "")
    name, _ = desk.shelf.library(wall, text_in(asked, "library"))
    view = desk.shelf.walled(wall, name, filters_in(asked))
    k, scope = count_in(asked, "k", 10), text_in(asked, "scope")
    found = await desk.work(lambda: view.find(question, k, scope))
    shown = [{"document": h.document, "sha256": h.sha256, "start": h.chunk.span.start, "end": h.chunk.span.end}
             for h in found.hits]  # fmt: skip
    await desk.note(wall, name, "search", question=question, shown=shown)
    return JSONResponse({"query": question, "library": name, "hits": [h.as_json() for h in found.hits]})


async def documents(request: Request) -> Response:
    """`GET /v1/documents`: the ledger: every file, how much of it was read, and what it says it is."""
    desk: Desk = request.app.state.desk
    wall = wall_of(request)
    name, _ = desk.shelf.library(wall, text_in(request.query_params, "library"))
    view = desk.shelf.walled(wall, name)

    def ledger() -> list[dict[str, Any]]:
        identities = view.identities()
        return [entry_json(entry, identities.get(entry.path)) for entry in view.ledger()]

    entries = await desk.work(ledger)
    await desk.note(wall, name, "ledger")
    return JSONResponse({"library": name, "libraries": desk.shelf.names(wall), "documents": entries})


def entry_json(entry: LedgerEntry, identity: Identity | None) -> dict[str, Any]:
    """One line of the ledger as plain values."""
    document = entry.document
    told: dict[str, Any] = {
        "path": entry.path,
        "sha256": entry.sha256,
        "media_type": entry.media_type,
        "language": entry.language,
        "reason": entry.reason,
        "hint": entry.hint,
    }
    if document is None:
        return {**told, "status": "unread", "pages": 0, "unread_pages": []}
    told |= {"title": document.title, "pages": len(document.pages), "unread_pages": list(document.unread_pages)}
    told |= {"status": "partly" if document.unread_pages else "read", "notes": list(document.notes)}
    return {**told, "kind": identity.kind if identity else "", "date": identity.day if identity else ""}


async def document(request: Request) -> Response:
    """`GET /v1/documents/{path}`: one document, without its text."""
    desk: Desk = request.app.state.desk
    wall, path = wall_of(request), request.path_params["path"]
    name, _ = desk.shelf.library(wall, text_in(request.query_params, "library"))
    found = await desk.work(lambda: desk.shelf.walled(wall, name).document(path))
    pages = [{"number": p.number, "start": p.span.start, "end": p.span.end, "source": p.source, "reason": p.reason}
             for p in found.pages]  # fmt: skip
    return JSONResponse(
        {"path": path, "sha256": found.sha256, "media_type": found.media_type, "language": found.language,
         "title": found.title, "picture": has_picture(found), "pages": pages}
    )  # fmt: skip


async def page(request: Request) -> Response:
    """`GET /v1/documents/{path}/pages/{n}?start=&end=`: the text of a page, and the boxes of a span on its picture."""
    desk: Desk = request.app.state.desk
    wall = wall_of(request)
    name, found, number = await _page(request)
    asked = span_in(request.query_params)
    sheet = _sheet(found, number)
    text, start = _cut(sheet, found.text, asked)
    told: dict[str, Any] = {
        "path": found.path, "sha256": found.sha256, "page": number, "pages": len(found.pages), "start": start,
        "text": text, "source": sheet.source, "reason": sheet.reason, "picture": has_picture(found),
        "language": found.language, "cut": len(text) < len(sheet.span),
    }  # fmt: skip
    if has_picture(found):
        library = desk.shelf.library(wall, name)[1]
        try:
            view = await desk.work(lambda: library.view(found.path, number, _DPI))
            boxes = (
                await desk.work(lambda: list(boxes_of(found, asked, lambda p, n: library.view(p, n, _DPI))))
                if asked
                else []
            )
            told |= {"size": list(view.size), "boxes": [box.as_json() for box in boxes if box.page == number]}
        except ReadingError as error:
            told |= {"picture": False, "why": error.message}
    await desk.note(wall, name, "page", shown=[{"document": found.path, "sha256": found.sha256, "page": number}])
    return JSONResponse(told)


async def picture(request: Request) -> Response:
    """`GET /v1/documents/{path}/pages/{n}.png?start=&end=`: the picture of a page, a span of it boxed."""
    desk: Desk = request.app.state.desk
    wall = wall_of(request)
    name, found, number = await _page(request)
    library = desk.shelf.library(wall, name)[1]
    dpi = count_in(request.query_params, "dpi", _DPI, most=300)
    asked = span_in(request.query_params)

    def draw() -> bytes:
        view = library.view(found.path, number, dpi)
        boxes = (
            [b for b in boxes_of(found, asked, lambda p, n: library.view(p, n, dpi)) if b.page == number]
            if asked
            else []
        )
        return boxed_png(view.png, view.size, boxes) if boxes else view.png

    data = await desk.work(draw)
    await desk.note(wall, name, "page", shown=[{"document": found.path, "sha256": found.sha256, "page": number}])
    return Response(data, media_type="image/png")


async def _page(request: Request) -> tuple[str, Document, int]:
    """Library, document and page number of a request."""
    desk: Desk = request.app.state.desk
    wall = wall_of(request)
    name, _ = desk.shelf.library(wall, text_in(request.query_params, "library"))
    path, number = request.path_params["path"], request.path_params["number"]
    found = await desk.work(lambda: desk.shelf.walled(wall, name).document(path))
    wanted = text_in(request.query_params, "sha256")
    if wanted is not None and wanted != found.sha256:
        raise ReadingError(f"{path} was changed since it was quoted", "ask again")
    _sheet(found, number)
    return name, found, number


def _sheet(found: Document, number: int) -> Page:
    sheet = next((p for p in found.pages if p.number == number), None)
    if sheet is None:
        raise UsageError(f"{found.path} has no page {number}", f"it has {len(found.pages)}")
    return sheet


def _cut(sheet: Page, text: str, asked: Span | None) -> tuple[str, int]:
    """Text of a page and where it begins; of a very long page the part around a span."""
    start = sheet.span.start
    if len(sheet.span) > _MOST_TEXT and asked is not None:
        start = max(start, min(asked.start - _AROUND, sheet.span.end - _MOST_TEXT))
    return text[start : min(sheet.span.end, start + _MOST_TEXT)], start
