"""Reader: files read in processes of their own, so that a bad one costs itself and nothing else.

A process is started with `subprocess`, not with `multiprocessing`: forking a parent that runs threads of torch or ONNX
may deadlock, and spawning imports the user's main script again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import TracebackType

from casefolio.ingest import document_json as wire
from casefolio.ingest import limits
from casefolio.ingest.document import Document, Unread
from casefolio.ingest.opening import file_sha256
from casefolio.ingest.scratch import Scratch

_PROGRAM = "import sys; sys.path[:] = {path!r}; from casefolio.ingest.worker import main; main({descriptor})"
# Ends of a process that say nothing about the file: somebody, or the system short of memory, stopped it.
_STOPPED = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})


class Reader:
    """Reads files of one folder in worker processes with limits on time and memory.

    Args:
        root: the folder.
        jobs: processes at most; by default one for each processor, and no more than eight.
        passwords: tried on encrypted files.
        ocr: whether Tesseract may be used.
        memory: bytes of address space of one process.
        seconds: a process that shows no progress for so long is stopped and its file is unread.
    """

    def __init__(
        self,
        root: Path,
        jobs: int | None = None,
        passwords: Sequence[str] = (),
        ocr: bool = True,
        *,
        memory: int = limits.MAX_MEMORY,
        seconds: float = limits.SECONDS_WITHOUT_PROGRESS,
    ) -> None:
        self._jobs = jobs or min(os.cpu_count() or 1, 8)
        self._settings = {"root": str(root), "passwords": list(passwords), "ocr": ocr, "memory": memory}
        self._root = root
        self._seconds = seconds
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []
        self._waiting: deque[str] = deque()
        self._retried: set[str] = set()
        self._scratch: Scratch | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, also those that are reading."""
        for worker in [*self._idle, *self._busy]:
            worker.kill()
        self._idle, self._busy = [], []
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None

    def read(self, paths: Iterable[str]) -> Iterator[list[Document | Unread]]:
        """Read files, yielding each file's documents as it is done: the file first, then its attachments."""
        self._waiting, self._retried = deque(paths), set()
        self._scratch = self._scratch or Scratch()
        while self._waiting or self._busy:
            while self._waiting and len(self._busy) < self._jobs:
                worker = self._idle.pop() if self._idle else _Worker(self._settings, self._scratch.folder)
                worker.start_reading(self._waiting.popleft())
                self._busy.append(worker)
            yield from self._collect()

    def _collect(self) -> Iterator[list[Document | Unread]]:
        """Wait for the next results, and give up on processes that are past their time."""
        # A result may have waited in its pipe while the consumer was busy: messages come before deadlines.
        ready = set(wait([w.connection for w in self._busy], timeout=1.0))
        for worker in list(self._busy):
            outcome = worker.receive() if worker.connection in ready else worker.overdue(self._seconds)
            if outcome is None:
                continue
            self._busy.remove(worker)
            if isinstance(outcome, str):
                worker.kill()
                if worker.stopped and worker.path not in self._retried:
                    self._retried.add(worker.path)
                    self._waiting.appendleft(worker.path)
                    continue
                yield [self._unread(worker.path, outcome, passing=worker.stopped)]
            else:
                self._idle.append(worker)
                yield outcome

    def _unread(self, path: str, reason: str, *, passing: bool) -> Unread:
        """The ledger's entry for a file whose process ended without a result."""
        return Unread(path, file_sha256(self._root, path), "", reason, passing=passing)


class _Worker:
    """One process, its connection, and the file it is at."""

    def __init__(self, settings: dict[str, object], scratch: Path) -> None:
        ours, theirs = Pipe()
        program = _PROGRAM.format(path=sys.path, descriptor=theirs.fileno())
        # -P keeps modules that lie in the current folder, which may be the user's, out of the process.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", program],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(scratch)},
            start_new_session=True,
        )
        theirs.close()
        self.connection: Connection = ours
        self.path = ""
        self.stopped = False  # whether somebody else ended it
        self._started = self._beaten = 0.0
        with suppress(OSError):
            self.connection.send_bytes(json.dumps(settings).encode())

    def start_reading(self, path: str) -> None:
        self.path = path
        self._started = self._beaten = time.monotonic()
        with suppress(OSError):  # a process that died is noticed when its answer is awaited
            self.connection.send_bytes(json.dumps(path).encode())

    def receive(self) -> list[Document | Unread] | str | None:
        """Documents, or why there are none, or None where it was but a sign of life."""
        try:
            message = self.connection.recv_bytes(limits.MAX_RESULT)
        except (EOFError, OSError):
            return f"the process that read it ended: {self._end()}"
        if message[:1] == b"b":
            self._beaten = time.monotonic()
            return None
        try:
            return wire.unpack(message[1:])
        except (ValueError, KeyError, TypeError, MemoryError) as error:
            return f"what was read of it is damaged ({type(error).__name__})"

    def overdue(self, seconds: float) -> str | None:
        """Why this process is to be stopped, or None while it is in time."""
        now = time.monotonic()
        if now - self._beaten > seconds:
            return f"reading it made no progress for {seconds:.0f} s"
        if now - self._started > limits.SECONDS_IN_ALL:
            return f"reading it took longer than {limits.SECONDS_IN_ALL:.0f} s"
        return None

    def _end(self) -> str:
        try:
            code = self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            return "its answer was too large"
        self.stopped = -code in _STOPPED
        return signal.strsignal(-code) or f"signal {-code}" if code < 0 else f"exit status {code}"

    def kill(self) -> None:
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.connection.close()
