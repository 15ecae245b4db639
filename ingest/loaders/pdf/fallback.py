"""PDF through pypdf, which repairs files whose structure PDFium rejects. Slow, and without geometry."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdf

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, EncryptedFile, LimitExceeded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.paging import NO_TEXT, PageText, join
from casefolio.ingest.text import canonical

_SETTING_UP = 300  # bytes of content that a program writes on a page before anything is drawn


def read_with_pypdf(source: Source) -> Reading:
    """Read the text layer of a damaged PDF.

    Raises:
        BrokenFile: where pypdf finds no page either.
        EncryptedFile: where no given password opens it.
    """
    try:
        reader = pypdf.PdfReader(io.BytesIO(source.data), strict=False)
        _decrypt(reader, source.passwords)
        if len(reader.pages) > limits.MAX_PAGES:
            raise LimitExceeded(f"{len(reader.pages)} pages, and one file may have {limits.MAX_PAGES}")
        pages = [_page(reader, index) for index in range(len(reader.pages))]
    except (LimitExceeded, EncryptedFile, MemoryError):
        raise
    except Exception as error:  # pypdf raises many kinds on damaged files
        raise BrokenFile("not a readable PDF: no page can be found in it") from error
    if not any(page.text.strip() for page in pages):
        raise BrokenFile("not a readable PDF: no text can be found in it")
    return join(pages, "application/pdf", notes=("damaged; read with pypdf",))


def pages_with_lost_text(source: Source, blank: Sequence[int]) -> list[int]:
    """Those of some blank pages whose text was taken out or is damaged.

    A blank page names no fonts, or has a few bytes of content that set up the page. One that names fonts and has no
    content at all, or plenty of it with nothing to see, had text once.

    Args:
        source: the file.
        blank: indices of pages on which nothing can be seen.
    """
    if not blank:
        return []
    try:
        reader = pypdf.PdfReader(io.BytesIO(source.data), strict=False)
        _decrypt(reader, source.passwords)
        return [index for index in blank if _had_text(reader.pages[index])]
    except MemoryError:
        raise
    except Exception:  # PDFium repaired what pypdf cannot read; then there is no telling
        return []


def _had_text(page: pypdf.PageObject) -> bool:
    resources = page.get("/Resources")
    fonts = resources.get_object().get("/Font") if resources is not None else None
    if fonts is None or not fonts.get_object():
        return False
    content = page.get_contents()
    size = len(content.get_data().strip()) if content is not None else 0
    return size == 0 or size > _SETTING_UP


def _decrypt(reader: pypdf.PdfReader, passwords: tuple[str, ...]) -> None:
    if reader.is_encrypted and not any(reader.decrypt(password) for password in ("", *passwords)):
        raise EncryptedFile("the PDF is encrypted", "give its password with --password or CASEFOLIO_PASSWORD")


def _page(reader: pypdf.PdfReader, index: int) -> PageText:
    limits.beat()
    try:
        text = canonical(reader.pages[index].extract_text(), False)
    except Exception as error:  # one bad page is not to cost the others
        return PageText("", "unread", reason=f"the page is damaged ({type(error).__name__})")
    return PageText(text) if text.strip() else PageText("", "unread", reason=NO_TEXT)
