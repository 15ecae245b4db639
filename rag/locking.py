"""One writer at a time: a lock on the index folder that the system releases when its process dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casefolio.indexes.owned import ENCODING_LOCK, LOCK, NEXT_LOCK
from casefolio.ingest.errors import StoreError

__all__ = ["ENCODING_LOCK", "LOCK", "NEXT_LOCK", "folder_lock"]

_PATIENCE_S = 600.0
_PAUSE_S = 0.1


@contextmanager
def folder_lock(folder: Path, name: str = LOCK, patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Hold a writer's lock of an index folder, waiting for another process to end.

    Args:
        folder: the index folder.
        name: which of its locks.
        patience_s: how long to wait.

    Raises:
        StoreError: where the other process takes longer than `patience_s`, or the folder cannot be written.
    """
    try:
        # not through a link, and without waiting for who reads a pipe of that name
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        file = os.fdopen(os.open(folder / name, flags, 0o600), "ab")
    except OSError as error:
        raise StoreError(
            f"cannot write the index in {folder}: {error.strerror}", "name a writable place with --index DIR"
        ) from error
    with file:
        deadline = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise StoreError(
                        f"another process has been indexing into {folder} for long", "wait for it or end it"
                    ) from error
                time.sleep(_PAUSE_S)
        yield
