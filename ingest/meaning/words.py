"""Lists of words that are data and no rules: numbers, months."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "rules"


@cache
def word_list(name: str) -> frozenset[str]:
    """One list of `rules/words.toml`, in lower case.

    Raises:
        KeyError: there is no list of that name.
    """
    lists: dict[str, str] = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))
    return frozenset(lists[name].split())
