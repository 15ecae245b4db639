"""Reads the pictures that stand beside the text of PDF pages, and joins what they say at their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
from PIL import Image

from casefolio.ingest.document import PARTLY, Row, Span
from casefolio.ingest.loaders.pdf.page import Look, picture
from casefolio.ingest.loaders.pdf.regions import cropped
from casefolio.ingest.ocr_pages import recognise
from casefolio.ingest.paging import PageText

_DPI = 220.0
_SURE = 55.0  # mean confidence below which what OCR makes of a picture are no words
_WORDS = 2  # that a picture must have at least to be text
_BETTER = 1.15  # times the words of a scan's own text layer: then OCR read more than it
_CERTAIN = 80.0  # mean confidence from which OCR is believed against a text layer
_LACKING = 0.25  # of the words read that the layer does not have
_REASON = "a picture beside text"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A region to be read, by the indices of its page and of itself; the whole page where `region` is None."""

    page: int
    region: int | None


def with_pictures(
    document: pdfium.PdfDocument, looks: Sequence[Look], pages: Sequence[PageText], language: str, ocr: bool
) -> list[PageText]:
    """The pages, with what OCR reads in their pictures; where it cannot, they are partly read.

    Args:
        document: open.
        looks: what a first look at each page found.
        pages: their texts so far.
        language: of the document, or `und`.
        ocr: whether Tesseract may be used.
    """
    asked = list(_asked(looks, pages))
    if not asked:
        return list(pages)
    wanted = {key: PageText("", "unread", reason=_REASON) for key in range(len(asked))}
    seen: dict[str, int] = {}
    same: dict[int, int] = {}
    read = recognise(wanted, _images(document, looks, asked, seen, same), language, ocr)
    done = list(pages)
    for number in {one.page for one in asked}:
        of_page = [(key, one) for key, one in enumerate(asked) if one.page == number and key not in same]
        found = [(one, read[key]) for key, one in of_page if key in read]
        done[number] = _joined(looks[number], pages[number], found)
    return done


def _asked(looks: Sequence[Look], pages: Sequence[PageText]) -> Iterator[_Asked]:
    for number, (look, page) in enumerate(zip(looks, pages, strict=True)):
        if look.wants_ocr or page.source != "text":
            continue
        if look.ink.of_scan:
            yield _Asked(number, None)
        else:
            yield from (_Asked(number, at) for at in range(len(look.ink.regions)))


def _images(
    document: pdfium.PdfDocument,
    looks: Sequence[Look],
    asked: Sequence[_Asked],
    seen: dict[str, int],
    same: dict[int, int],
) -> Iterator[tuple[int, Image.Image]]:
    """The pictures to be read; one that came before (a letterhead) is not read again."""
    drawn: tuple[int, Image.Image] | None = None
    for key, one in enumerate(asked):
        look = looks[one.page]
        if drawn is None or drawn[0] != one.page:
            drawn = one.page, picture(document, one.page, look.dpi if one.region is None else _DPI)
        image = drawn[1]
        if one.region is not None:
            image = cropped(image, look.ink.regions[one.region], look.size)
        digest = hashlib.sha256(image.tobytes()).hexdigest()
        if digest in seen:
            same[key] = seen[digest]
            continue
        seen[digest] = key
        yield key, image


def _joined(look: Look, page: PageText, found: Sequence[tuple[_Asked, PageText]]) -> PageText:
    """A page with what was read in its pictures."""
    silent = 0
    lost = ""
    texts: list[tuple[_Asked, PageText]] = []
    for one, read in found:
        if read.source == "unread":
            lost = read.reason.removeprefix(f"{_REASON}; ")
        elif not _says_something(read):
            silent += 1
        elif one.region is None:
            if _has_more(read, page):
                return replace(read, reason="a scan whose text layer lacks part of it")
        else:
            texts.append((one, read))
    # from the last to the first, so that the places of the others stay where they were
    for one, read in sorted(texts, key=lambda pair: look.ink.regions[pair[0].region or 0].box[1], reverse=True):
        page = _put_in(page, read, _place(look, page.text, look.ink.regions[one.region or 0].box[1]))
    if lost:
        return replace(page, reason=f"{PARTLY}: a picture beside the text was not read ({lost})")
    said = []
    if texts:
        said.append(f"{_count(len(texts))} beside the text read by OCR")
        page = replace(page, confidence=min(read.confidence or 0.0 for _, read in texts))
    if silent:
        said.append(f"{_count(silent)} in which no words were found")
    return replace(page, reason="; ".join(said) or page.reason)


def _has_more(read: PageText, page: PageText) -> bool:
    """Whether OCR read more of a scan than its text layer has: more words, or many that the layer lacks."""
    said, known = read.text.casefold().split(), page.text.casefold().split()
    there = set(known)
    lacking = sum(word not in there for word in said)
    return len(said) >= _BETTER * len(known) or (
        (read.confidence or 0.0) >= _CERTAIN and lacking > _LACKING * len(said)
    )


def _count(n: int) -> str:
    return "a picture" if n == 1 else f"{n} pictures"


def _says_something(read: PageText) -> bool:
    words = [word for word in read.text.split() if sum(map(str.isalnum, word)) >= 2]
    return len(words) >= _WORDS and (read.confidence or 0.0) >= _SURE


def _place(look: Look, text: str, top: float) -> int:
    """Where in the text a picture belongs: behind the last line that stands above it, else at an end of the page."""
    above = [line for bottom, line in look.lines if bottom <= top + 8.0]
    if not above:
        return 0
    at = 0
    places: dict[str, int] = {}
    for line in text.split("\n"):
        at += len(line)
        places[" ".join(line.split())] = at
        at += 1
    return next((places[line] for line in reversed(above) if line in places), len(text))


def _put_in(page: PageText, read: PageText, place: int) -> PageText:
    """A page with the text of a picture at a place, parted from the rest by empty lines."""
    head, tail = page.text[:place], page.text[place:].lstrip("\n")
    cut = len(page.text) - place - len(tail)
    before, after = ("\n\n" if head else ""), ("\n\n" if tail else "")
    start = len(head) + len(before)
    shift = len(before) + len(read.text) + len(after) - cut
    rows = [Row(_moved(r.span, shift if r.span.start >= place else 0), r.columns) for r in page.rows]
    new = [Row(_moved(r.span, start), r.columns) for r in read.rows]
    n_before = sum(r.span.start < place for r in page.rows)
    furniture = tuple(_moved(s, shift if s.start >= place else 0) for s in page.furniture)
    return replace(
        page,
        text=f"{head}{before}{read.text}{after}{tail}",
        rows=(*rows[:n_before], *new, *rows[n_before:]),
        furniture=furniture,
        tables=(),
    )


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
