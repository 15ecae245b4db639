"""From a file in the folder to documents: detection, loading, language, sections, attachments."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from casefolio.ingest import limits
from casefolio.ingest.document import EMPTY_FILE, Document, Unread, document_id
from casefolio.ingest.errors import LimitExceeded, ReadingError
from casefolio.ingest.folder_listing import list_files
from casefolio.ingest.language import detect_language
from casefolio.ingest.loaders import detect, load
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.opening import Refused, read_inside
from casefolio.ingest.pool import Reader
from casefolio.ingest.sections import find_sections
from casefolio.ingest.speaking import speaking_to_machines

__all__ = ["PASSWORD_VARIABLE", "Reader", "list_files", "read_file"]

_LOOKED_THROUGH = 2_000_000  # characters in which orders to a machine are looked for
PASSWORD_VARIABLE = "CASEFOLIO_PASSWORD"


def read_file(root: Path, relative: str, *, passwords: Sequence[str] = (), ocr: bool = True) -> list[Document | Unread]:
    """Read one file of the folder in this process.

    Returns the file first, then its attachments, depth first. Whatever is wrong with a file is an `Unread`.
    """
    try:
        data = read_inside(root, relative)
    except Refused as error:
        return [Unread(relative, "", "", str(error.strerror))]
    except OSError as error:
        return [Unread(relative, "", "", f"cannot be opened: {error.strerror or error}", passing=True)]
    except MemoryError:
        return [Unread(relative, "", "", "reading it takes more memory than one file may")]
    if len(data) > limits.MAX_BYTES:
        size, most = (root / relative).stat().st_size // limits.MIB, limits.MAX_BYTES // limits.MIB
        return [Unread(relative, "", "", f"{size} MiB, and one file may have {most}", "split the file")]
    environment = os.environ.get(PASSWORD_VARIABLE)
    known = (*passwords, *((environment,) if environment else ()))
    budget = [limits.MAX_ATTACHMENTS, limits.MAX_UNPACKED]
    return list(_within_limits(_read(Source(relative, data, known, ocr), depth=0, budget=budget)))


def _within_limits(read: Iterator[Document | Unread]) -> Iterator[Document | Unread]:
    """What was read, in which a document is unread that brings more text than one file may."""
    left = limits.MAX_FILE_CHARACTERS
    for part in read:
        if isinstance(part, Document):
            if len(part.text) > left:
                reason = f"more than {limits.MAX_FILE_CHARACTERS // 10**6} million characters in one file"
                yield Unread(part.path, part.sha256, part.media_type, reason, "split the file")
                continue
            left -= len(part.text)
        yield part


def _read(source: Source, depth: int, budget: list[int]) -> Iterator[Document | Unread]:
    """The document of `source`, then those of its attachments."""
    sha256 = hashlib.sha256(source.data).hexdigest()
    if not source.data:
        yield Unread(source.path, sha256, "", EMPTY_FILE)
        return
    media_type = ""
    try:
        media_type = detect(source.data, source.path)
        reading = load(source, media_type)
        document = _document(source, sha256, reading)
    except ReadingError as error:
        yield Unread(source.path, sha256, media_type, error.message, error.hint)
        return
    except MemoryError:
        yield Unread(source.path, sha256, media_type, "reading it takes more memory than one file may")
        return
    except Exception as error:  # a parser's own fault on a damaged file must not end the run
        yield Unread(source.path, sha256, media_type, f"could not be parsed ({type(error).__name__})")
        return
    yield document
    yield from _attachments(source, reading, depth, budget)


def _attachments(source: Source, reading: Reading, depth: int, budget: list[int]) -> Iterator[Document | Unread]:
    """The documents within a document, named `outer/inner`."""
    taken: set[str] = set()
    for name, data in reading.attachments:
        path = f"{source.path}/{free_name(name, taken)}"
        try:
            _check_nesting(depth + 1, len(data), budget)
        except LimitExceeded as error:
            yield Unread(path, hashlib.sha256(data).hexdigest(), "", error.message)
            return
        yield from _read(replace(source, path=path, data=data), depth + 1, budget)


def _check_nesting(depth: int, size: int, budget: list[int]) -> None:
    if depth > limits.MAX_DEPTH:
        raise LimitExceeded(f"nested deeper than {limits.MAX_DEPTH} documents")
    budget[0] -= 1
    budget[1] -= size
    if budget[1] < 0:
        raise LimitExceeded(f"more than {limits.MAX_UNPACKED // limits.MIB} MiB within one file; the rest is left out")
    if budget[0] < 0:
        raise LimitExceeded(f"more than {limits.MAX_ATTACHMENTS} attachments in one file; the rest is left out")


def free_name(name: str, taken: set[str]) -> str:
    """A name for an attachment that is one path component and not yet used in its parent."""
    plain = name.replace("/", "_").replace("\\", "_").replace("\0", "").strip() or "attachment"
    plain = f"_{plain}" if plain in (".", "..") else plain
    stem, dot, suffix = plain.rpartition(".") if "." in plain[1:] else (plain, "", "")
    free, n = plain, 1
    while free in taken:
        n += 1
        free = f"{stem} ({n}){dot}{suffix}"
    taken.add(free)
    return free


def _speaking(text: str) -> list[str]:
    """A remark for the ledger where a text speaks to a machine and not to its reader."""
    found = len(speaking_to_machines(text[:_LOOKED_THROUGH]))
    return [f"speaks to a machine in {found} place{'s' if found > 1 else ''}"] if found else []


def _document(source: Source, sha256: str, reading: Reading) -> Document:
    """The document of a reading, with its language and sections found where the loader gave none."""
    language = detect_language(reading.text)
    sections = find_sections(reading.text, language, reading.pages, reading.sections)
    # a heading in mid-text titles its section, not the document
    titled = bool(sections) and not reading.text[: sections[0].span.start].strip()
    title = reading.title or (sections[0].title if titled else "")
    return Document(
        id=document_id(source.path, sha256),
        path=source.path,
        sha256=sha256,
        media_type=reading.media_type,
        language=language,
        title=title,
        text=reading.text,
        pages=reading.pages,
        sections=sections,
        furniture=reading.furniture,
        rows=reading.rows,
        hidden=reading.hidden,
        notes=(*reading.notes, *_speaking(reading.text)),
        metadata=reading.metadata,
    )
