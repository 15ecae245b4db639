"""Words of questions and sentences in the form in which they are compared: the analysis of the lexical index."""

from __future__ import annotations

import re
from functools import lru_cache

from casefolio.indexes import analyzers
from casefolio.ingest.languages import all_of

_WORD = re.compile(r"[^\W_]+(?:[.,/][0-9]+)*")


@lru_cache(maxsize=1)
def _asking() -> frozenset[str]:
    """Words that shape a question or address a person and say nothing of what is asked."""
    return frozenset(all_of("words", "asking"))


def words(text: str) -> list[str]:
    """Lower-case words of `text`, numbers with their decimals in one piece."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=8192)
def terms(text: str, language: str) -> tuple[str, ...]:
    """Stems of the words of a passage, in order, with repetitions."""
    return tuple(analyzers.terms(text, language))


def asked_terms(question: str, language: str) -> tuple[str, ...]:
    """Distinct stems of the words that say what is asked."""
    bare = " ".join(w for w in re.findall(r"[^\s?!,;]+", question) if w.lower().strip(".:\"'()") not in _asking())
    return tuple(dict.fromkeys(terms(bare, language)))
