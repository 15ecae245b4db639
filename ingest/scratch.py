"""Temporary folders of reading processes: the user's alone, gone when reading ends, swept where a kill left them."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"casefolio-\d+-\w+")
_HELD = "held"


class Scratch:
    """A folder for what must lie on disk while a file is read. Whoever made it holds a lock on it, which the system
    releases when he dies, and everything that is found without one is swept.
    """

    def __init__(self) -> None:
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"casefolio-{os.getpid()}-"))  # 0700, whatever the umask
        self._lock = os.open(self.folder / _HELD, os.O_CREAT | os.O_WRONLY, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Delete it and all that lies in it."""
        with suppress(OSError):
            os.close(self._lock)
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep() -> None:
    """Delete what killed processes of this user left."""
    place = Path(tempfile.gettempdir())
    for path in place.iterdir() if place.is_dir() else ():
        if _NAME.fullmatch(path.name) and _abandoned(path):
            shutil.rmtree(path, ignore_errors=True)


def _abandoned(folder: Path) -> bool:
    try:
        state = folder.stat(follow_symlinks=False)
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid():
            return False
        held = os.open(folder / _HELD, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return _is_dead(folder)  # killed between two steps, or just being made
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False
    finally:
        os.close(held)


def _is_dead(folder: Path) -> bool:
    try:
        os.kill(int(folder.name.split("-")[1]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return False
