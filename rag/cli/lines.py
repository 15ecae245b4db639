"""JSON lines in and out, one answered before the next is read: what `annotate` and `verify` share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ingest.errors import UsageError
from rag.cli.screen import escaped

Record = dict[str, Any]


def answer_lines(name: str | None, answer: Callable[[Record, int], Record]) -> int:
    """Print the answer to each line of a file, or of standard input where there is no name or `-`.

    Args:
        name: of the file.
        answer: given a line's object and number.

    Returns:
        0, the exit status.

    Raises:
        UsageError: the file cannot be read, or a line is no JSON object; the lines before it were answered.
    """
    for number, line in enumerate(_lines(name), 1):
        if line.strip():
            print(json_text(answer(_record(line, number), number)), flush=True)
    return 0


def json_text(value: Any) -> str:
    """One line of JSON that UTF-8 can carry and that a terminal only shows."""
    line = escaped(json.dumps(value, ensure_ascii=False))
    try:
        line.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can hold and UTF-8 cannot
        return json.dumps(value)
    return line


def _lines(name: str | None) -> Iterator[str]:
    if name is None or name == "-":
        yield from sys.stdin
        return
    try:
        with Path(name).open(encoding="utf-8-sig") as file:
            yield from file
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {name}: {error}") from error


def _record(line: str, number: int) -> Record:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise UsageError(f"line {number} is no JSON: {error}") from error
    if not isinstance(record, dict):
        raise UsageError(f"line {number} is no JSON object")
    return record
