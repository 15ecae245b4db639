"""One writer at a time: a lock on the index folder that the system releases when its process dies."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import StoreError

_PATIENCE_S = 600.0
_PAUSE_S = 0.1


@contextmanager
def folder_lock(folder: Path, patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Hold the writer's lock of an index folder, waiting for another process to end.

    Raises:
        StoreError: where the other process takes longer than `patience_s`, or the folder cannot be written.
    """
    try:
        file = (folder / "lock").open("a")
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
