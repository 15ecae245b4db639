"""The bytes of a document: a file of the folder, or an attachment found again in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders import detect, load
from casefolio.ingest.loaders.shared.source import Source
from casefolio.ingest.reading import PASSWORD_VARIABLE, free_name
from casefolio.ingest.viewing.wanted import Wanted


def source_of(root: Path, wanted: Wanted, passwords: Sequence[str]) -> Source:
    """The document as it was read.

    Raises:
        BrokenFile: where it is gone, or is another than the one that was read.
        LimitExceeded: where it is larger than a file may be.
    """
    path = root / wanted.file
    try:
        if not path.is_file():
            raise BrokenFile(f"{wanted.file} is gone", "`rag index` looks at the folder again")
        if path.stat().st_size > limits.MAX_BYTES:
            raise LimitExceeded(f"{wanted.file} is too large")
        data = path.read_bytes()
    except OSError as error:
        raise BrokenFile(f"{wanted.file} cannot be opened: {error.strerror}") from error
    environment = os.environ.get(PASSWORD_VARIABLE)
    known = (*passwords, *((environment,) if environment else ()))
    found = _within(Source(wanted.file, data, known, ocr=False), wanted.path, depth=0)
    if found is None or hashlib.sha256(found.data).hexdigest() != wanted.sha256:
        raise BrokenFile(f"{wanted.path} was changed since it was read", "`rag index` reads it again")
    return found


def _within(source: Source, path: str, depth: int) -> Source | None:
    """The document at a path, which is `source` or lies in it."""
    if source.path == path:
        return source
    if depth > limits.MAX_DEPTH or not path.startswith(f"{source.path}/"):
        return None
    taken: set[str] = set()
    for name, data in load(source, detect(source.data, source.path)).attachments:
        inner = replace(source, path=f"{source.path}/{free_name(name, taken)}", data=data)
        if path == inner.path or path.startswith(f"{inner.path}/"):
            found = _within(inner, path, depth + 1)
            if found is not None:
                return found
    return None
