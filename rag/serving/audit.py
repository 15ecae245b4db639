"""The audit log: who asked what when, and which documents were shown. One line of JSON each, chained and keyed.

The `mac` of a line is a keyed hash of the line and the `mac` before it, so a line that was edited, removed, added or
moved breaks the chain; a file beside the log knows how long it was, so its end cannot be cut off either. The key is
this machine's (`$CASEFOLIO_HOME`), without which nobody can mend the chain.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from casefolio.indexes.home import machine_key, write_private
from casefolio.ingest.errors import StoreError

_FIRST = "0" * 64
_LONGEST = 4_000_000  # bytes of one line


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look through a log found: how many lines stand, and what is wrong (empty where nothing is)."""

    lines: int
    fault: str


class AuditLog:
    """Appends to one log; safe to use from several threads. Only one process may write to a log.

    Args:
        path: of the log; made where there is none.

    Raises:
        StoreError: where it cannot be written, or its chain is broken.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._key = _key()
        _drop_torn(path)
        checked = verify(path) if path.exists() else Verified(0, "")
        if checked.fault:
            raise StoreError(f"the audit log {path} is broken: {checked.fault}", "keep it, and name a new one")
        last = _last(path)
        self._n, self._mac = (int(last["n"]), str(last["mac"])) if last else (0, _FIRST)
        try:
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600), "ab")
        except OSError as error:
            raise StoreError(f"cannot write the audit log {path}: {error.strerror}") from error

    def add(self, entry: Mapping[str, Any]) -> None:
        """Append an entry; it is on disk when this returns.

        Raises:
            StoreError: where the disk is full or gone: nothing may be shown that cannot be written down.
        """
        with self._lock:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            line = {"n": self._n + 1, "at": at, **entry}
            mac = _mac(self._key, self._mac, line)
            try:
                self._file.write(json.dumps({**line, "mac": mac}, ensure_ascii=True).encode() + b"\n")
                self._file.flush()
                os.fsync(self._file.fileno())
                self._n, self._mac = self._n + 1, mac
                write_private(_end_of(self._path), json.dumps({"n": self._n, "mac": mac}).encode())
            except OSError as error:
                raise StoreError(f"cannot write the audit log {self._path}: {error.strerror}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def verify(path: Path) -> Verified:
    """Look through a log for the first line that was not written so by this machine.

    Raises:
        StoreError: where it cannot be read.
    """
    key, mac, n, end = _key(), _FIRST, 0, _end(path)
    passed = end is None
    try:
        for number, line in enumerate(_lines(path), start=1):
            if line is None:
                return Verified(n, f"line {number} is no entry")
            told = str(line.pop("mac", ""))
            if line.get("n") != number or not hmac.compare_digest(_mac(key, mac, line).encode(), told.encode()):
                return Verified(n, f"line {number} is not as it was written, or one before it is gone")
            mac, n = told, number
            passed = passed or (end == {"n": n, "mac": mac})
    except OSError as error:
        raise StoreError(f"cannot read the audit log {path}: {error.strerror}") from error
    if n and end is None:
        return Verified(n, f"{_end_of(path).name}, which knows where it ends, is gone")
    return Verified(n, "" if passed else f"it has {n} lines, and had {(end or {}).get('n')}: its end is gone")


def _mac(key: bytes, before: str, line: Mapping[str, Any]) -> str:
    said = before.encode() + json.dumps(line, ensure_ascii=True, sort_keys=True).encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def _key() -> bytes:
    return hmac.new(machine_key(), b"casefolio audit", hashlib.sha256).digest()


def _end_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.end")


def _end(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(_end_of(path).read_bytes())
        return found if isinstance(found, dict) else {}
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}


def _lines(path: Path) -> Iterator[dict[str, Any] | None]:
    with path.open("rb") as file:
        while line := file.readline(_LONGEST):
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            yield entry if isinstance(entry, dict) and line.endswith(b"\n") else None


def _last(path: Path) -> dict[str, Any] | None:
    last: dict[str, Any] | None = None
    if path.exists():
        for line in _lines(path):
            last = line
    return last


def _drop_torn(path: Path) -> None:
    """Cut off the half line that a kill left: what it speaks of was never shown."""
    try:
        with path.open("r+b") as file:
            file.seek(0, os.SEEK_END)
            size = file.tell()
            file.seek(max(0, size - _LONGEST))
            tail = file.read()
            if tail and not tail.endswith(b"\n"):
                file.truncate(size - len(tail) + tail.rfind(b"\n") + 1)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"cannot write the audit log {path}: {error.strerror}") from error
