"""The user's cache folder: converted models and remembered hashes. Everything in it can be made again."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from casefolio.indexes.home import made_folder, write_private
from casefolio.indexes.owned import close_to_others
from casefolio.ingest.errors import EncoderError


def cache_folder() -> Path:
    """`$CASEFOLIO_CACHE`, or `casefolio` in the platform's cache folder. Not created here."""
    if own := os.environ.get("CASEFOLIO_CACHE"):
        return Path(own).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "casefolio"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "casefolio" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "casefolio"


def file_hash(path: Path) -> str:
    """SHA-256 of a file, remembered by path, size, time and inode, so that 90 MB are not read at every start."""
    state = path.stat()
    seen = f"{path.resolve()}\0{state.st_size}\0{state.st_mtime_ns}\0{state.st_ctime_ns}\0{state.st_ino}"
    note = cache_folder() / "hashes" / hashlib.sha256(seen.encode()).hexdigest()
    with suppress(OSError):
        known = note.read_text(encoding="ascii").strip()
        if len(known) == 64:
            return known
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    with suppress(OSError):  # A read-only cache costs time, not the answer.
        write_private(note, found.encode("ascii"))
    return found


def build_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """Fills `folder` by `build` if it is not there; complete or absent at any moment.

    Two processes may build at once: both write beside, the first to finish wins, the other takes its result.

    Raises:
        EncoderError: the cache cannot be written.
    """
    if folder.is_dir():
        return folder
    try:
        made_folder(folder.parent)
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".building-"))
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        build(beside)
        close_to_others(beside)
        with suppress(OSError):
            beside.rename(folder)
        if not folder.is_dir():
            raise EncoderError(f"{folder} could not be put in place")
        return folder
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> EncoderError:
    reason = error.strerror or type(error).__name__
    return EncoderError(f"cannot write the cache {folder.parent}: {reason}", "CASEFOLIO_CACHE names another folder")
