"""The one reader of data files: tables (TOML) and lines, each file once; words as one pattern."""

from __future__ import annotations

import json
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


def record(line: str) -> dict[str, Any]:
    """The object that one line of a JSONL file holds.

    Raises:
        ValueError: saying why it is none; a `json.JSONDecodeError` where it is no JSON at all.
    """
    try:
        found = json.loads(line, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # a number of thousands of digits, or none
        raise ValueError(f"is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"must be an object, is {kind_of(found)}")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def kind_of(value: object) -> str:
    """What a JSON value is, in a user's words."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "null")


def alternation(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
