"""`Viewer`: pages drawn in a process of their own, so that a hostile file costs its picture and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType

from casefolio.ingest import limits
from casefolio.ingest.document import Document
from casefolio.ingest.errors import BrokenFile, ReadingError
from casefolio.ingest.viewing.view import PageView
from casefolio.ingest.viewing.wanted import Wanted

_PROGRAM = (
    "import sys; sys.path[:] = {path!r}; from casefolio.ingest.viewing.drawing_worker import main; main({descriptor})"
)
_SECONDS = 100.0  # a page that takes longer is given up
_KEPT_BYTES = 64 * limits.MIB


def has_picture(document: Document) -> bool:
    """Whether the pages of a document are pictures that can be shown; others are text."""
    return document.media_type == "application/pdf" or document.media_type.startswith("image/")


class Viewer:
    """Draws pages of the files of one folder, one at a time, and keeps the last ones. Safe to use from several threads.

    Args:
        root: the folder.
        passwords: tried on encrypted files.
    """

    def __init__(self, root: Path, passwords: Sequence[str] = ()) -> None:
        self._settings = {"root": str(root), "passwords": list(passwords), "memory": limits.MAX_MEMORY}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._kept: OrderedDict[Wanted, PageView] = OrderedDict()
        self._size = 0

    def __enter__(self) -> Viewer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def view(self, document: Document, file: str, number: int, dpi: float = 120.0) -> PageView:
        """A page of a document.

        Args:
            document: as it was read.
            file: of the folder that it comes from.
            number: of the page, from 1.
            dpi: how finely to draw it.

        Raises:
            ReadingError: where it cannot be drawn, or the file is no longer what was read.
        """
        page = next((p for p in document.pages if p.number == number), None)
        if page is None or not has_picture(document):
            raise BrokenFile(f"{document.path} has no picture of page {number}")
        wanted = Wanted(file, document.path, document.sha256, document.media_type, number, page.span.of(document.text),
                        page.source, document.language, dpi)  # fmt: skip
        with self._lock:
            kept = self._kept.get(wanted)
            if kept is not None:
                self._kept.move_to_end(wanted)
                return kept
            view = self._ask(wanted)
            self._keep(wanted, view)
            return view

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, wanted: Wanted) -> PageView:
        connection = self._started()
        try:
            connection.send_bytes(json.dumps(asdict(wanted)).encode())
            if not connection.poll(_SECONDS):
                raise EOFError
            answer = connection.recv_bytes()
        except (EOFError, OSError):
            self._end()
            raise ReadingError(f"page {wanted.number} of {wanted.path} cannot be drawn") from None
        if answer[:1] == b"f":
            message, hint = json.loads(answer[1:])
            raise ReadingError(message, hint)
        return PageView.unpack(answer[1:])

    def _keep(self, wanted: Wanted, view: PageView) -> None:
        self._kept[wanted] = view
        self._size += len(view.png)
        while self._size > _KEPT_BYTES and len(self._kept) > 1:
            self._size -= len(self._kept.popitem(last=False)[1].png)

    def _started(self) -> Connection:
        if self._process is not None and self._process.poll() is None and self._connection is not None:
            return self._connection
        self._end()
        ours, theirs = Pipe()
        program = _PROGRAM.format(path=sys.path, descriptor=theirs.fileno())
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", program],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        ours.send_bytes(json.dumps(self._settings).encode())
        self._connection = ours
        return ours

    def _end(self) -> None:
        if self._process is not None:
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None
