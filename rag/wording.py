"""The few sentences that answers say by themselves, in the language of the question."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "wording.toml").read_text(encoding="utf-8"))


def say(key: str, language: str) -> str:
    """A sentence by its key; English where the language has none."""
    table = _table()
    return table.get(language, table["en"]).get(key) or table["en"][key]
