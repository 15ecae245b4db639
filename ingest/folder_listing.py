"""The files of a folder, and what in it is none: whatever is odd is a line of the ledger and stops nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from casefolio.ingest.document import Unread
from casefolio.ingest.errors import FolderError
from casefolio.ingest.opening import LEAVES, NO_FILE

_DEEPEST = 2_000  # folders within folders


def list_files(root: Path) -> tuple[list[str], list[Unread]]:
    """The files of a folder, relative to it with `/` and sorted, and what cannot be a document of it, as unread:
    links that leave it or lead nowhere, named pipes, names that are not UTF-8, folders that may not be entered.

    Hidden files and folders (`.rag` among them) are passed over. Links within the folder are followed once: a folder
    that was seen under another name, or that holds itself, is not entered again.

    Raises:
        FolderError: where the folder itself cannot be opened.
    """
    base = os.path.realpath(root)
    files: list[str] = []
    refused: list[Unread] = []
    seen: set[tuple[int, int]] = set()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = _entries(base, folder, seen)
        except OSError as error:
            if not folder:
                raise FolderError(f"{root} cannot be opened: {error.strerror}", "check its permissions") from error
            # in silence, its files would seem to be deleted
            refused.append(_unread(folder, f"cannot be opened: {error.strerror}"))
            continue
        inner: list[str] = []
        for name, is_link in entries:
            path = f"{folder}/{name}" if folder else name
            kind = _kind(base, path, is_link=is_link)
            if kind == "folder" and path.count("/") < _DEEPEST:
                inner.append(path)
            elif kind == "file" and _utf8(path) == path:
                files.append(path)
            elif kind == "file":
                refused.append(_unread(path, "its name is not UTF-8", "rename it, for instance with convmv"))
            else:
                refused.append(_unread(path, "too deep in the folder" if kind == "folder" else kind))
        waiting.extend(sorted(inner, reverse=True))
    return sorted(files), sorted(refused, key=lambda unread: unread.path)


def _entries(base: str, folder: str, seen: set[tuple[int, int]]) -> list[tuple[str, bool]]:
    """Names in a folder that are not hidden, each with whether it is a link; none where it was seen already."""
    place = os.path.join(base, folder)
    state = os.stat(place)
    if (state.st_dev, state.st_ino) in seen:
        return []
    seen.add((state.st_dev, state.st_ino))
    with os.scandir(place) as found:
        return sorted((entry.name, entry.is_symlink()) for entry in found if not entry.name.startswith("."))


def _kind(base: str, path: str, *, is_link: bool) -> str:
    """`file`, `folder`, or why it is neither."""
    place = os.path.join(base, path)
    try:
        if is_link and not Path(os.path.realpath(place)).is_relative_to(base):
            return LEAVES
        mode = os.stat(place).st_mode
    except FileNotFoundError:
        return "a broken link" if is_link else "it was gone when it was looked at"
    except OSError as error:
        return "a broken link" if is_link else f"cannot be opened: {error.strerror}"
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else NO_FILE


def _unread(path: str, reason: str, hint: str = "") -> Unread:
    return Unread(_utf8(path), "", "", reason, hint)


def _utf8(name: str) -> str:
    """A name that can be stored and printed: bytes that are not UTF-8 as `\\xe9`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
