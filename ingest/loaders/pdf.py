"""PDF: the text layer through PDFium, with pypdf for files that PDFium does not open."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from ingest import limits
from ingest.document import PAGE_BREAK, Page, Span
from ingest.errors import BrokenFile, EncryptedFile, LimitExceeded
from ingest.loaders.base import Reading, Source
from ingest.text import canonical


def read_pdf(source: Source) -> Reading:
    """Read a PDF page by page.

    Raises:
        EncryptedFile: where no given password opens it.
        BrokenFile: where neither PDFium nor pypdf finds a page in it.
        LimitExceeded: where it has more pages than one file may.
    """
    document = _open(source)
    if document is None:
        return _read_with_pypdf(source)
    try:
        _check_pages(len(document))
        texts = [_page_text(document, i) for i in range(len(document))]
        return join_pages(texts, _metadata(document))
    finally:
        document.close()


def join_pages(texts: Sequence[str], metadata: tuple[tuple[str, str], ...]) -> Reading:
    """One reading of the texts of pages; a page without text is unread."""
    pages, start = [], 0
    for number, text in enumerate(texts, 1):
        span = Span(start, start + len(text))
        unread = "" if text.strip() else "no text layer"
        pages.append(Page(number, span, "unread" if unread else "text", reason=unread))
        start = span.end + len(PAGE_BREAK)
    return Reading(
        text=PAGE_BREAK.join(texts),
        pages=tuple(pages),
        media_type="application/pdf",
        title=dict(metadata).get("title", ""),
        metadata=metadata,
    )


def _open(source: Source) -> pdfium.PdfDocument | None:
    """The open document, or None where PDFium cannot make sense of it."""
    encrypted = False
    for password in (None, *source.passwords):
        try:
            return pdfium.PdfDocument(source.data, password=password)
        except pdfium.PdfiumError as error:
            encrypted = encrypted or "password" in str(error).lower()
            if not encrypted:
                return None
    raise EncryptedFile("the PDF is encrypted", "give its password with --password or CASEFOLIO_PASSWORD")


def _check_pages(n_pages: int) -> None:
    if n_pages > limits.MAX_PAGES:
        raise LimitExceeded(f"{n_pages} pages, and one file may have {limits.MAX_PAGES}", "split the file")
    if n_pages == 0:
        raise BrokenFile("the PDF has no page")


def _page_text(document: pdfium.PdfDocument, index: int) -> str:
    limits.beat()
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return ""
    try:
        text_page = page.get_textpage()
        return canonical(text_page.get_text_bounded())
    finally:
        page.close()


def _metadata(document: pdfium.PdfDocument) -> tuple[tuple[str, str], ...]:
    """What the file says of itself, with lower-case names."""
    values = document.get_metadata_dict(skip_empty=True)
    return tuple((name.lower(), canonical(value)) for name, value in values.items())


def _read_with_pypdf(source: Source) -> Reading:
    """Read a file whose structure PDFium rejects.

    Raises:
        BrokenFile: where pypdf finds no page either.
    """
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(source.data), strict=False)
        _check_pages(len(reader.pages))
        texts = [canonical(page.extract_text()) for page in reader.pages]
    except (LimitExceeded, BrokenFile):
        raise
    except Exception as error:  # pypdf raises many kinds on damaged files
        raise BrokenFile("not a readable PDF: no page can be found in it") from error
    return join_pages(texts, ())
