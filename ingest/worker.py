"""The process that opens files: one request after another, under a limit of memory, until its parent is gone."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

BEAT, RESULT = b"b", b"r"


def main(descriptor: int) -> None:
    """Serve the connection behind a file descriptor: first the settings, then paths."""
    connection, settings = opened(descriptor)

    from casefolio.ingest import document_json as wire
    from casefolio.ingest import limits
    from casefolio.ingest.reading import read_file

    limits.on_beat(_Pulse(connection))
    root, passwords = Path(settings["root"]), tuple(settings["passwords"])
    for path in requests(connection):
        documents = read_file(root, path, passwords=passwords, ocr=settings["ocr"])
        connection.send_bytes(RESULT + wire.pack(documents))


def opened(descriptor: int) -> tuple[Connection, dict[str, Any]]:
    """The connection behind a file descriptor and the settings that it brings first; this process is kept to itself."""
    connection = Connection(descriptor)
    settings = json.loads(connection.recv_bytes())
    keep_to_ourselves()
    limit_memory(settings["memory"])
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    return connection, settings


def requests(connection: Connection) -> Iterator[Any]:
    """What is asked for, until nobody asks any more."""
    while True:
        try:
            asked = json.loads(connection.recv_bytes())
        except (EOFError, OSError):
            return
        yield asked


class _Pulse:
    """Sends a sign of life at most once a second."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        now = time.monotonic()
        with self._lock:
            if now - self._last < 1.0:
                return
            self._last = now
            self._connection.send_bytes(BEAT)


def keep_to_ourselves() -> None:
    """Send what libraries print to nowhere: it may quote the document."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def limit_memory(n_bytes: int) -> None:
    """Cap the address space, so that a bomb ends in a MemoryError here and not in a machine that swaps."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY or n_bytes <= hard:
        resource.setrlimit(resource.RLIMIT_AS, (n_bytes, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end_with_parent(parent: int) -> None:
    """End this process and its helpers when the parent was killed while a file hangs."""
    while os.getppid() == parent:
        time.sleep(2.0)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]))
