"""JSON lines in and out, one answered before the next is read: what `annotate` and `verify` share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TextIO

from casefolio.cli.screen import escaped
from casefolio.ingest.data import record
from casefolio.ingest.errors import UsageError

Record = dict[str, Any]
_LONGEST = 16_000_000  # characters of one line


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
    for number, line in enumerate(lines_of(name), 1):
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


def lines_of(name: str | None) -> Iterator[str]:
    """Lines of a file, or of standard input where there is no name or `-`; never more than one in memory.

    Raises:
        UsageError: it cannot be read, has no end, or holds a line longer than any record.
    """
    try:
        with _opened(name) as file:
            while line := file.readline(_LONGEST + 1):
                if len(line) > _LONGEST:
                    raise UsageError(f"cannot read {name or '-'}: a line has more than {_LONGEST} characters")
                yield line
    except OSError as error:
        raise UsageError(f"cannot read {name or '-'}: {error.strerror or error}", "check the path") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read {name or '-'}: {error}", "write it in UTF-8") from error


def _opened(name: str | None) -> AbstractContextManager[TextIO]:
    if name is None or name == "-":
        return nullcontext(sys.stdin)
    path = Path(name)
    if path.is_char_device() or path.is_block_device():
        raise UsageError(f"cannot read {name}: it is a device")
    return path.open(encoding="utf-8-sig")


def _record(line: str, number: int) -> Record:
    try:
        return record(line)
    except ValueError as error:
        raise UsageError(f"line {number} is no JSON object: {str(error)[:200]}") from error
