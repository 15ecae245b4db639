"""From a file in the folder to documents: detection, loading, language, sections, attachments."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest import limits
from ingest.document import EMPTY_FILE, Document, Unread, document_id
from ingest.errors import FolderError, LimitExceeded, ReadingError
from ingest.language import detect_language
from ingest.loaders import detect, load
from ingest.loaders.base import Reading, Source
from ingest.pool import Reader, hash_file
from ingest.sections import find_sections
from ingest.speaking import speaking_to_machines

__all__ = ["PASSWORD_VARIABLE", "Reader", "list_files", "read_file"]

_LOOKED_THROUGH = 2_000_000  # characters in which orders to a machine are looked for
PASSWORD_VARIABLE = "CASEFOLIO_PASSWORD"


def read_file(
    root: Path, relative: str, *, passwords: Sequence[str] = (), ocr: bool = True
) -> list[Document | Unread]:
    """Read one file of the folder in this process.

    Returns the file first, then its attachments, depth first. Whatever is wrong with a file is an `Unread`.
    """
    path = root / relative
    try:
        size = path.stat().st_size
        if not path.is_file():
            return [Unread(relative, "", "", "not a regular file")]
        if size > limits.MAX_BYTES:
            reason = f"{size // limits.MIB} MiB, and one file may have {limits.MAX_BYTES // limits.MIB}"
            return [Unread(relative, hash_file(path), "", reason, "split the file")]
        data = path.read_bytes()
    except OSError as error:
        return [Unread(relative, "", "", f"cannot be opened: {error.strerror or error}")]
    environment = os.environ.get(PASSWORD_VARIABLE)
    known = (*passwords, *((environment,) if environment else ()))
    return list(_read(Source(relative, data, known, ocr), depth=0, budget=[limits.MAX_ATTACHMENTS]))


def list_files(root: Path) -> tuple[list[str], list[Unread]]:
    """The files of a folder, relative to it with `/` and sorted, and what cannot be a document of it, as unread:
    links that leave it or lead nowhere, named pipes, names that are not UTF-8, folders that may not be entered.

    Hidden files and folders (`.rag` among them) are passed over. Links within the folder are followed once: a folder
    that was seen under another name, or that holds itself, is not entered again.
    """
    base = root.resolve()
    refused: list[Unread] = []

    def shut(error: OSError) -> None:
        # in silence, its files would seem to be deleted
        if Path(error.filename) == base:
            raise FolderError(f"{root} cannot be opened: {error.strerror}", "check its permissions") from error
        refused.append(Unread(_utf8(_name(Path(error.filename), base)), "", "", f"cannot be opened: {error.strerror}"))

    files: list[str] = []
    out: set[str] = set()
    seen: set[Path] = set()
    for folder, folders, names in os.walk(base, onerror=shut, followlinks=True):
        here = Path(folder)
        real = here.resolve()
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        for name in [*folders, *names]:
            path = here / name
            if name.startswith(".") or not path.is_symlink() or _real(path).is_relative_to(base):
                continue
            out.add(_name(path, base))
            reason = "a symbolic link that leaves the folder is not followed"
            refused.append(Unread(_utf8(_name(path, base)), "", "", reason))
        folders[:] = sorted(f for f in folders if not f.startswith(".") and _name(here / f, base) not in out)
        for name in (_name(here / n, base) for n in names if not n.startswith(".")):
            if name in out:
                continue
            if why := _refusal(base, name):
                refused.append(Unread(_utf8(name), "", "", *why))
            else:
                files.append(name)
    return sorted(files), sorted(refused, key=lambda unread: unread.path)


def _refusal(base: Path, name: str) -> tuple[str, str] | None:
    """Why a file of the folder is not read, and the way out; None for one that is."""
    if _utf8(name) != name:
        return "its name is not UTF-8", "rename it, for instance with convmv"
    if (base / name).is_file():
        return None
    return ("a broken link" if (base / name).is_symlink() else "not a regular file"), ""


def _real(path: Path) -> Path:
    """Where a link leads; itself where that has no end."""
    try:
        return path.resolve()
    except RuntimeError:
        return path


def _utf8(name: str) -> str:
    """A name that can be stored and printed: bytes that are not UTF-8 as `\\xe9`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _name(path: Path, base: Path) -> str:
    return path.relative_to(base).as_posix()


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
            _check_nesting(depth + 1, budget)
        except LimitExceeded as error:
            yield Unread(path, hashlib.sha256(data).hexdigest(), "", error.message)
            return
        yield from _read(replace(source, path=path, data=data), depth + 1, budget)


def _check_nesting(depth: int, budget: list[int]) -> None:
    if depth > limits.MAX_DEPTH:
        raise LimitExceeded(f"nested deeper than {limits.MAX_DEPTH} documents")
    budget[0] -= 1
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
