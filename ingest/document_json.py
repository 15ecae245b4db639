"""Documents as bytes, for the pipe between a reading process and the one that asked.

JSON, not pickle: a process that opens hostile files must not be able to send back something that runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from casefolio.ingest.document import Document, Page, Row, Section, Span, Unread


def pack(documents: Sequence[Document | Unread]) -> bytes:
    """The bytes of some documents."""
    values = [[type(d).__name__, *(_plain(getattr(d, f.name)) for f in fields(d))] for d in documents]
    return json.dumps(values).encode()


def unpack(data: bytes) -> list[Document | Unread]:
    """The documents of some bytes."""
    return [Unread(*values) if name == "Unread" else _document(values) for name, *values in json.loads(data)]


def _plain(value: Any) -> Any:
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, Page | Section | Row):
        return [_plain(getattr(value, f.name)) for f in fields(value)]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def shared() -> Callable[[Sequence[str]], tuple[str, ...]]:
    """A function that gives equal names of columns as one tuple: a table has them once, and a row for each line."""
    known: dict[tuple[str, ...], tuple[str, ...]] = {}

    def once(columns: Sequence[str]) -> tuple[str, ...]:
        key = tuple(columns)
        return known.setdefault(key, key)

    return once


def _document(values: list[Any]) -> Document:
    """A document from its fields in order, with the tuples that JSON made lists."""
    once = shared()
    names = [f.name for f in fields(Document)]
    given = dict(zip(names, values, strict=True))
    given["pages"] = tuple(Page(n, Span(*span), *rest) for n, span, *rest in given["pages"])
    given["sections"] = tuple(Section(t, n, Span(*s), Span(*h), kind) for t, n, s, h, kind in given["sections"])
    given["furniture"] = tuple(Span(*span) for span in given["furniture"])
    given["rows"] = tuple(Row(Span(*span), once(columns)) for span, columns in given["rows"])
    given["notes"] = tuple(given["notes"])
    given["metadata"] = tuple((name, value) for name, value in given["metadata"])
    return Document(**given)
