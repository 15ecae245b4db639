"""What form of answer a question wants: yes or no, a list, the latest. By `questions.toml`; nothing here chooses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from casefolio.ingest.languages import own


@dataclass(frozen=True, slots=True)
class Form:
    """How a question is put.

    Attributes:
        yes_no: yes or no would answer it.
        many: it asks for all there are.
        latest: it asks for what holds now, or came last.
    """

    yes_no: bool
    many: bool
    latest: bool


def form_of(question: str, language: str) -> Form:
    """The form of a question; one in a language without data has none."""
    patterns = _patterns(language)
    asked = " ".join(question.split())

    def has(name: str) -> bool:
        return name in patterns and patterns[name].search(asked) is not None

    return Form(has("yes_no") and not has("not_yes_no"), has("many"), has("latest"))


@lru_cache(maxsize=8)
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    table = own(language, "questions")
    return {
        name: re.compile("|".join(alternatives), re.IGNORECASE)
        for name, alternatives in table.items()
        if isinstance(alternatives, list)
    }
