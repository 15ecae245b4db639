"""Opening files of a folder that others may change meanwhile: not through a link out of it, and without waiting."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from casefolio.ingest import limits

NO_FILE = "not a regular file"
LEAVES = "a symbolic link that leaves the folder is not followed"
_BLOCK = 1 << 20
_TRIES = 3  # times a file is read that changes while it is read


class Refused(OSError):
    """What is there is no file of the folder."""


class Changing(OSError):
    """The file was changed each time while it was read."""


def open_inside(root: Path, relative: str) -> BinaryIO:
    """A file of a folder, open to read. What was listed as a file may be a pipe or a link by now.

    Raises:
        Refused: it is no regular file, or lies outside of the folder.
        OSError: it cannot be opened.
    """
    path = root / relative
    if not stat.S_ISREG(path.stat().st_mode):
        raise Refused(errno.EINVAL, NO_FILE)
    # a pipe or a terminal of that name must not be waited for
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Refused(errno.EINVAL, NO_FILE)
        if not _real(handle, path).is_relative_to(os.path.realpath(root)):
            raise Refused(errno.ELOOP, LEAVES)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _real(handle: int, path: Path) -> Path:
    """Where an open file lies."""
    try:
        return Path(os.readlink(f"/proc/self/fd/{handle}"))
    except OSError:  # no /proc on this system
        return Path(os.path.realpath(path))


def read_inside(root: Path, relative: str) -> bytes:
    """All bytes of a file of a folder, as they were at one moment.

    Raises:
        Changing: it never held still.
        Refused: see `open_inside`.
        OSError: it cannot be read.
    """
    for _ in range(_TRIES):
        with open_inside(root, relative) as file:
            before = _state(os.fstat(file.fileno()))
            data = file.read(min(before[2], limits.MAX_BYTES) + 1)
            if _state(os.fstat(file.fileno())) == before and _state((root / relative).stat()) == before:
                return data
    raise Changing(errno.EBUSY, "it changes while it is read")


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def file_sha256(root: Path, relative: str) -> str:
    """Hash of a file's bytes, hexadecimal. One that cannot be opened hashes as its error, so that it is retried; one
    that is too large to be read is told by its size and times, for reading it at each question would take minutes.
    """
    digest = hashlib.sha256()
    try:
        with open_inside(root, relative) as file:
            state = os.fstat(file.fileno())
            if state.st_size > limits.MAX_BYTES:
                return f"too large: {state.st_size} {state.st_mtime_ns} {state.st_ino}"
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        return f"unreadable: {error.strerror}"
    return digest.hexdigest()
