"""The one reader of data files: tables (TOML) and lines, each file once; words as one pattern."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(path: Path) -> dict[str, Any]:
    """A TOML file, read once; nobody may change what is returned.

    Raises:
        OSError: the file is missing.
        tomllib.TOMLDecodeError: it is no TOML.
    """
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def lines(path: Path) -> tuple[str, ...]:
    """The lines of a file that say something: neither empty nor a comment (`#`), read once.

    Raises:
        OSError: the file is missing.
    """
    return tuple(line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))


def alternation(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
