"""`rag show`: the page or pages around a span, the span marked."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from casefolio.cli.common import add_folder, add_reading, open_library, say_changed
from casefolio.cli.screen import below, on_one_line, put, shown
from casefolio.ingest.document import Document, Page, Span
from casefolio.ingest.errors import UsageError

if TYPE_CHECKING:
    from casefolio.library import Library

_REVERSE, _PLAIN = "\x1b[7m", "\x1b[0m"
_NAMED_SPAN = re.compile(r"(?P<path>.*):(?P<start>[0-9]{1,15})-(?P<end>[0-9]{1,15})", re.DOTALL)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_folder(parser)
    parser.add_argument("document", metavar="DOCUMENT[:START-END]", help="path of a document, and a span of its text")
    parser.add_argument("--picture", metavar="FILE.png", help="write the page as a picture, the span boxed")
    parser.add_argument("--page", type=int, metavar="N", help="with --picture: the page, where there is no span")
    add_reading(parser)


def run(args: argparse.Namespace) -> int:
    """Print the pages."""
    with open_library(args, create=False) as library:
        paths = {entry.path for entry in library.ledger()}
        path, span = split_span(args.document, paths)
        document = library.document(path)
        say_changed(library, [path])
        _check(document, span)
        if args.picture:
            return _draw(library, document, span, args)
    below(sys.stdout).write(marked_pages(document, span, colour=sys.stdout.isatty()))
    return 0


def _check(document: Document, span: Span | None) -> None:
    if span is not None and span.end > len(document.text):
        raise UsageError(f"{document.path} has {len(document.text)} characters, the span ends at {span.end}")


def _draw(library: Library, document: Document, span: Span | None, args: argparse.Namespace) -> int:
    """Write the picture of the page on which a span begins."""
    from casefolio.boxes import boxed_png, boxes_of

    page = args.page or (document.page_of(span.start) if span else 1)
    view = library.view(document.path, page)
    boxes = [box for box in boxes_of(document, span, library.view) if box.page == page] if span else []
    Path(args.picture).write_bytes(boxed_png(view.png, view.size, boxes))
    for box in boxes:
        put(f"page {box.page}: " + " ".join(f"{x},{y}" for x, y in box.corners))
    return 0


def split_span(named: str, paths: set[str]) -> tuple[str, Span | None]:
    """`path` or `path:start-end`; a file whose own name ends like a span wins.

    Raises:
        UsageError: for a span that runs backwards.
    """
    match = _NAMED_SPAN.fullmatch(named)
    if named in paths or match is None:
        return named, None
    start, end = int(match["start"]), int(match["end"])
    if start > end:
        raise UsageError(f"the span {start}-{end} runs backwards")
    return match["path"], Span(start, end)


def marked_pages(document: Document, span: Span | None, *, colour: bool) -> str:
    """The pages that a span touches, each under its number, the span marked; all pages where there is no span."""
    before, after = (_REVERSE, _PLAIN) if colour else (">>>", "<<<")
    out = []
    for page in _touched(document, span):
        named = on_one_line(f"{document.path}, page {page.number} of {len(document.pages)}")
        out.append(f"--- {named}{_how(page.source, page.reason)}\n")
        text = page.span.of(document.text)
        if span is not None:
            start = max(span.start, page.span.start) - page.span.start
            end = min(span.end, page.span.end) - page.span.start
            text = f"{shown(text[:start])}{before}{shown(text[start:end])}{after}{shown(text[end:])}"
        out.append(f"{text if span is not None else shown(text)}\n")
    return "".join(out)


def _touched(document: Document, span: Span | None) -> list[Page]:
    if span is None:
        return list(document.pages)
    pages = [p for p in document.pages if p.span.overlaps(span) or (len(span) == 0 and p.span.contains(span))]
    # what stands between two pages belongs to the former
    return pages or [p for p in document.pages if p.number == document.page_of(span.start)]


def _how(source: str, reason: str) -> str:
    return {"ocr": " (read by OCR)", "unread": f" (unread: {reason})"}.get(source, "")
