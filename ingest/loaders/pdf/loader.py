"""PDF: the text layer where there is a usable one, OCR where there is not; pypdf for what PDFium does not open."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from casefolio.ingest import limits
from casefolio.ingest.continuing import continue_tables
from casefolio.ingest.errors import BrokenFile, EncryptedFile, LimitExceeded
from casefolio.ingest.language import detect_language
from casefolio.ingest.loaders.detecting import PDF
from casefolio.ingest.loaders.pdf.beside import with_pictures
from casefolio.ingest.loaders.pdf.fallback import pages_with_lost_text, read_with_pypdf
from casefolio.ingest.loaders.pdf.page import Look, look_at, picture
from casefolio.ingest.loaders.pdf.xfa import is_dynamic, xfa_lines
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.ocr_pages import recognise
from casefolio.ingest.paging import PageText, join
from casefolio.ingest.running_headers import mark_furniture
from casefolio.ingest.text import canonical


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
        if is_dynamic(document):
            return _read_xfa(document)
        if document.get_formtype():
            _init_forms(document)
        looks = [_look(document, index) for index in range(len(document))]
        pages = _with_ocr(document, looks, source.ocr)
        for index in pages_with_lost_text(source, [i for i, look in enumerate(looks) if look.blank]):
            pages[index] = PageText("", "unread", reason="blank, though it was written to have text")
        metadata = _metadata(document)
        attachments, notes = _attachments(document, [handle for look in looks for handle in look.pinned])
        return join(
            mark_furniture(continue_tables(pages)),
            PDF,
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
    if not wanted and not any(look.ink.regions for look in looks):
        return [look.page for look in looks]
    known = " ".join(look.page.text for look in looks if not look.wants_ocr)
    language = detect_language(known) if len(known) > 200 else "und"
    read = recognise(wanted, _pictures(document, looks, wanted), language, ocr)
    pages = [read.get(index, look.page) for index, look in enumerate(looks)]
    return with_pictures(document, looks, pages, language, ocr)


def _pictures(
    document: pdfium.PdfDocument, looks: Sequence[Look], wanted: dict[int, PageText]
) -> Iterator[tuple[int, Image.Image]]:
    for index in wanted:
        yield index, picture(document, index, looks[index].dpi)


def _init_forms(document: pdfium.PdfDocument) -> None:
    """Have PDFium know the fields; that it draws no XFA need not be told again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document.init_forms()


def _read_xfa(document: pdfium.PdfDocument) -> Reading:
    """The contents of a form whose pages only ask to wait.

    Raises:
        BrokenFile: where its XML holds no filled field.
    """
    lines = xfa_lines(document)
    if not lines:
        raise BrokenFile("an XFA form without a filled field", "open it in Adobe Reader and print it to PDF")
    notes = ("an XFA form: its fields were read, its printed wording was not",)
    return join([PageText("\n".join(lines))], PDF, notes=notes, metadata=_metadata(document))


def _attachment_handles(document: pdfium.PdfDocument, pinned: Sequence[Any]) -> Iterator[pdfium.PdfAttachment]:
    """Files that the document holds, and those that are pinned to its pages."""
    for index in range(document.count_attachments()):
        yield document.get_attachment(index)
    for handle in pinned:
        yield pdfium.PdfAttachment(handle, document)


def _metadata(document: pdfium.PdfDocument) -> tuple[tuple[str, str], ...]:
    """What the file says of itself, with lower-case names."""
    values = document.get_metadata_dict(skip_empty=True)
    return tuple((name.lower(), canonical(value).strip()) for name, value in values.items())


def _attachments(
    document: pdfium.PdfDocument, pinned: Sequence[Any]
) -> tuple[tuple[tuple[str, bytes], ...], list[str]]:
    """Embedded files as pairs of name and bytes, and a note on those that could not be had."""
    found: list[tuple[str, bytes]] = []
    lost = 0
    for attachment in _attachment_handles(document, pinned):
        try:
            name, data = attachment.get_name(), bytes(attachment.get_data())
        except pdfium.PdfiumError:
            lost += 1
            continue
        if len(data) > limits.MAX_PDF_ATTACHMENT:
            lost += 1
            continue
        found.append((name, data))
        if len(found) > limits.MAX_ATTACHMENTS:
            break  # one more than may be: who reads them says in the ledger that the rest is left out
    return tuple(found), [f"{lost} attachments could not be read"] if lost else []
