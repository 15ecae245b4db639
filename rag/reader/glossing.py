"""Other names in a passage for what a question asks: "blood thinners" for a passage with "apixaban".

The reader is small and knows few brands and classes. What the tables of `indexes.meanings` know is put behind the
question, for each passage the names that stand in it, and the reader judges the rest.
"""

from __future__ import annotations

from functools import lru_cache

from casefolio.indexes.analyzers import terms
from casefolio.indexes.meanings import groups

_MOST = 3
_Name = tuple[str, frozenset[str]]


class Glossary:
    """What else the things in a question are called.

    Args:
        question: standing alone.
        language: ISO 639-1.
    """

    def __init__(self, question: str, language: str) -> None:
        self._question = question
        held = set(terms(question, language))
        self._names = [
            name
            for asked, found in _groups(language)
            if any(phrase <= held for _, phrase in asked)
            for name in found
            if not name[1] <= held
        ]

    def asked_of(self, passage: str, language: str) -> str:
        """The question, with the names that the passage uses for what it asks in brackets."""
        if not self._names:
            return self._question
        held = set(terms(passage, language))
        found = list(dict.fromkeys(name for name, phrase in self._names if phrase <= held))[:_MOST]
        return f"{self._question.rstrip(' ?')} ({', '.join(found)})?" if found else self._question


@lru_cache(maxsize=8)
def _groups(language: str) -> tuple[tuple[tuple[_Name, ...], tuple[_Name, ...]], ...]:
    def named(names: tuple[str, ...]) -> tuple[_Name, ...]:
        pairs = ((n, frozenset(terms(n, language))) for n in names)
        return tuple(pair for pair in pairs if pair[1])

    return tuple((named(g.asked), named(g.found)) for g in groups(language))
