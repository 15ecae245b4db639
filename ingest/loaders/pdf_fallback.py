"""PDF through pypdf, which repairs files whose structure PDFium rejects. Slow, and without geometry."""

from __future__ import annotations

import io

import pypdf

from ingest import limits
from ingest.errors import BrokenFile, EncryptedFile, LimitExceeded
from ingest.loaders.base import Reading, Source
from ingest.paging import NO_TEXT, PageText, join
from ingest.text import canonical


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


def _decrypt(reader: pypdf.PdfReader, passwords: tuple[str, ...]) -> None:
    if reader.is_encrypted and not any(reader.decrypt(password) for password in ("", *passwords)):
        raise EncryptedFile("the PDF is encrypted", "give its password with --password or CASEFOLIO_PASSWORD")


def _page(reader: pypdf.PdfReader, index: int) -> PageText:
    limits.beat()
    try:
        text = canonical(reader.pages[index].extract_text())
    except Exception as error:  # one bad page is not to cost the others
        return PageText("", "unread", reason=f"the page is damaged ({type(error).__name__})")
    return PageText(text) if text.strip() else PageText("", "unread", reason=NO_TEXT)
