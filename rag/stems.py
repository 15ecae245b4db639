"""Words of questions and sentences in the form in which they are compared: the analysis of the lexical index."""

from __future__ import annotations

import re
from functools import lru_cache

from indexes import analyzers

_WORD = re.compile(r"[^\W_]+(?:[.,/][0-9]+)*")
# Words that shape a question or address a person and say nothing of what is asked.
_ASKING = frozenset(
    """
    what which who whom whose when where why how many much far long name named give list tell mention mentioned
    other else someone party else side patient mr mrs ms dr
    wer wen wem wessen wann wo wie was welch welche welcher welches welchem welchen warum wieso herr herrn frau
    patientin heisst heißt lautet name
    무엇 무엇인가 누구 누구인가 언제 언제인가 어디 어디인가 어떤 어느 얼마
    있는 대한 위한 무엇인가요 언제인가요 누구인가요
    """.split()  # noqa: SIM905
)


def words(text: str) -> list[str]:
    """Lower-case words of `text`, numbers with their decimals in one piece."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=8192)
def terms(text: str, language: str) -> tuple[str, ...]:
    """Stems of the words of a passage, in order, with repetitions."""
    return tuple(analyzers.terms(text, language))


def asked_terms(question: str, language: str) -> tuple[str, ...]:
    """Distinct stems of the words that say what is asked."""
    bare = " ".join(w for w in re.findall(r"[^\s?!,;]+", question) if w.lower().strip(".:\"'()") not in _ASKING)
    return tuple(dict.fromkeys(terms(bare, language)))
