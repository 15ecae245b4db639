"""OCR over the pages of one document: the first page settles the language, the others are read in parallel."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from casefolio.ingest import limits
from casefolio.ingest.errors import ReadingError
from casefolio.ingest.ocr_text import page_text
from casefolio.ingest.paging import NO_WORDS, PageText

if TYPE_CHECKING:
    from PIL import Image

    from casefolio.ingest.ocr import Ocr

_THREADS = min(4, os.cpu_count() or 1)


def recognise(
    wanted: Mapping[int, PageText], images: Iterable[tuple[int, Image.Image]], language: str, allowed: bool
) -> dict[int, PageText]:
    """Read pages from their pictures.

    Args:
        wanted: index of each page and what is known of it: its reason says why it needs OCR, its text is kept where
            OCR cannot be had.
        images: index and picture of the same pages; drawn one after another, in the calling thread.
        language: of the rest of the document, or `und`.
        allowed: whether Tesseract may be used.

    Returns:
        For every index a page read by OCR, or unread with the reason.
    """
    if not wanted:
        return {}
    if not allowed:
        return {index: _unread(page, "OCR is switched off") for index, page in wanted.items()}
    from casefolio.ingest.ocr import Ocr

    try:
        ocr = Ocr(language)
    except ReadingError as error:
        return {index: _unread(page, str(error)) for index, page in wanted.items()}
    done: dict[int, PageText] = {}
    waiting: deque[tuple[int, Future[PageText]]] = deque()
    with ThreadPoolExecutor(_THREADS) as threads:
        for index, image in images:
            waiting.append((index, threads.submit(_read, ocr, image, wanted[index])))
            # The first page is waited for: it settles the language. Later, few pictures are held at a time.
            while waiting and (len(done) == 0 or len(waiting) > 2 * _THREADS):
                first, future = waiting.popleft()
                done[first] = future.result()
                limits.beat()
        done.update((index, future.result()) for index, future in waiting)
    return done


def _read(ocr: Ocr, image: Image.Image, page: PageText) -> PageText:
    try:
        recognised = ocr.read(image)
    except ReadingError as error:
        return _unread(page, str(error))
    ocr.settle(recognised)
    if not recognised.words:
        return PageText("", "ocr", 0.0, f"{page.reason}; {NO_WORDS}")
    text, rows = page_text(recognised.words)
    return PageText(text, "ocr", round(recognised.confidence, 1), page.reason, rows)


def _unread(page: PageText, why: str) -> PageText:
    return replace(page, source="unread", reason=f"{page.reason}; {why}", rows=(), furniture=())
