"""Classes of drugs: "which anticoagulant" is answered by apixaban, and not by the next drug on the list."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _classes() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    tables = tomllib.loads(Path(__file__).with_name("drug_classes.toml").read_text(encoding="utf-8"))
    return tuple(
        (re.compile("|".join(t["ask"]), re.IGNORECASE), re.compile("|".join(t["members"]), re.IGNORECASE))
        for t in tables.values()
    )


def members_asked(question: str) -> re.Pattern[str] | None:
    """Pattern of the members of the class of drugs that a question asks for, or None where it asks for none."""
    return next((members for ask, members in _classes() if ask.search(question)), None)


def is_drug(word: str) -> bool:
    """Whether a word names a drug of one of the classes, or such a class."""
    return len(word) > 4 and any(members.search(word) for _, members in _classes())
