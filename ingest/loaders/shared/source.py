"""What a loader is given and what it returns.

A loader turns the bytes of one file into a `Reading`. It is a plain function; `ingest.loaders.LOADERS` maps media
types to them. The contract, to which `tests/test_ingest_formats.py` holds the loaders:

* `text` is canonical: line ends are `\\n`, no BOM, no `\\x00`, no lone surrogates; otherwise as the file has it.
* `pages` are in order and cover `text` but for the `PAGE_BREAK`s between them; a format without pages has one page.
* every span in `sections`, `furniture` and `rows` lies inside `text`.
* what cannot be read raises a `ReadingError` that says why; a single bad page is a `Page` with source `unread`.
* text that a reader of the file cannot see is left out and counted in `hidden`.
* nothing is fetched from a network and no code in the file runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from casefolio.ingest.document import Page, Row, Section, Span


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read.

    Attributes:
        path: relative to the folder; only its name and suffix matter to a loader.
        data: all bytes of the file.
        passwords: tried in order on an encrypted file.
        ocr: whether Tesseract may be used.
    """

    path: str
    data: bytes
    passwords: tuple[str, ...] = ()
    ocr: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What a loader got out of one file; the fields are those of `Document`.

    `attachments` are pairs of file name and bytes, to be read as documents of their own.
    """

    text: str
    pages: tuple[Page, ...]
    media_type: str
    title: str = ""
    sections: tuple[Section, ...] = ()
    furniture: tuple[Span, ...] = ()
    rows: tuple[Row, ...] = ()
    hidden: int = 0
    notes: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    attachments: tuple[tuple[str, bytes], ...] = ()


class Loader(Protocol):
    """Reads one family of files."""

    def __call__(self, source: Source) -> Reading:
        """Read `source`.

        Raises:
            ReadingError: where nothing can be read.
        """
