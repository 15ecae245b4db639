"""PDF: the text layer where there is a usable one, OCR where there is not; pypdf for what PDFium does not open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pypdfium2 as pdfium
from PIL import Image

from ingest import limits
from ingest.errors import BrokenFile, EncryptedFile, LimitExceeded
from ingest.furniture import mark_furniture
from ingest.language import detect_language
from ingest.loaders.base import Reading, Source
from ingest.loaders.pdf_fallback import pages_with_lost_text, read_with_pypdf
from ingest.loaders.pdf_page import Look, look_at, picture
from ingest.paging import PageText, join
from ingest.recognising import recognise
from ingest.text import canonical

_MEDIA_TYPE = "application/pdf"
_MAX_ATTACHMENT = 64 * limits.MIB


def read_pdf(source: Source) -> Reading:
    """Read a PDF page by page.

    Raises:
        EncryptedFile: where no given password opens it.
        BrokenFile: where neither PDFium nor pypdf finds a page in it.
        LimitExceeded: where it has more pages than one file may.
    """
    document = open_pdf(source)
    if document is None:
        return read_with_pypdf(source)
    try:
        check_pages(len(document))
        if document.get_formtype():
            document.init_forms()
        looks = [_look(document, index) for index in range(len(document))]
        pages = _with_ocr(document, looks, source.ocr)
        for index in pages_with_lost_text(source, [i for i, look in enumerate(looks) if look.blank]):
            pages[index] = PageText("", "unread", reason="blank, though it was written to have text")
        metadata = _metadata(document)
        attachments, notes = _attachments(document)
        return join(
            mark_furniture(pages),
            _MEDIA_TYPE,
            title=dict(metadata).get("title", ""),
            notes=notes,
            metadata=metadata,
            attachments=attachments,
        )
    finally:
        document.close()


def open_pdf(source: Source) -> pdfium.PdfDocument | None:
    """The open document, or None where PDFium cannot make sense of it.

    Raises:
        EncryptedFile: where no given password opens it.
    """
    for password in (None, *source.passwords):
        try:
            return pdfium.PdfDocument(source.data, password=password)
        except pdfium.PdfiumError as error:
            if "password" not in str(error).lower():
                return None
    raise EncryptedFile("the PDF is encrypted", "give its password with --password or CASEFOLIO_PASSWORD")


def check_pages(n_pages: int) -> None:
    """Refuse documents without pages and those with too many.

    Raises:
        BrokenFile: where there is none.
        LimitExceeded: where there are more than one file may have.
    """
    if n_pages > limits.MAX_PAGES:
        raise LimitExceeded(f"{n_pages} pages, and one file may have {limits.MAX_PAGES}", "split the file")
    if n_pages == 0:
        raise BrokenFile("the PDF has no page")


def _look(document: pdfium.PdfDocument, index: int) -> Look:
    limits.beat()
    try:
        return look_at(document, index)
    except pdfium.PdfiumError:
        return Look(PageText("", "unread", reason="the page is damaged"))


def _with_ocr(document: pdfium.PdfDocument, looks: Sequence[Look], ocr: bool) -> list[PageText]:
    """The pages, those that ask for it read by OCR."""
    wanted = {index: look.page for index, look in enumerate(looks) if look.wants_ocr}
    known = " ".join(look.page.text for look in looks if not look.wants_ocr)
    language = detect_language(known) if wanted and len(known) > 200 else "und"
    read = recognise(wanted, _pictures(document, looks, wanted), language, ocr)
    return [read.get(index, look.page) for index, look in enumerate(looks)]


def _pictures(
    document: pdfium.PdfDocument, looks: Sequence[Look], wanted: dict[int, PageText]
) -> Iterator[tuple[int, Image.Image]]:
    for index in wanted:
        yield index, picture(document, index, looks[index].dpi)


def _metadata(document: pdfium.PdfDocument) -> tuple[tuple[str, str], ...]:
    """What the file says of itself, with lower-case names."""
    values = document.get_metadata_dict(skip_empty=True)
    return tuple((name.lower(), canonical(value).strip()) for name, value in values.items())


def _attachments(document: pdfium.PdfDocument) -> tuple[tuple[tuple[str, bytes], ...], list[str]]:
    """Embedded files as pairs of name and bytes, and a note on those that could not be had."""
    found: list[tuple[str, bytes]] = []
    lost = 0
    for index in range(min(document.count_attachments(), limits.MAX_ATTACHMENTS)):
        try:
            attachment = document.get_attachment(index)
            found.append((attachment.get_name(), bytes(attachment.get_data())))
        except pdfium.PdfiumError:
            lost += 1
    small = [pair for pair in found if len(pair[1]) <= _MAX_ATTACHMENT]
    lost += len(found) - len(small)
    return tuple(small), [f"{lost} attachments could not be read"] if lost else []
