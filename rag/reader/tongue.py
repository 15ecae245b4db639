"""The language of a question. A short one is taken in that of the passage it finds: "creatinine" is no language."""

from __future__ import annotations

from collections.abc import Sequence

from casefolio.indexes.hit import Hit
from casefolio.ingest.language import detect_language, script_language, tied_by_words, told_by_words
from casefolio.ingest.languages import LANGUAGES, about

_SHORT = 3  # words that tell no language by themselves
_FIRST = 8
_LATIN = tuple(code for code in LANGUAGES if "script" not in about(code))


def language_of(question: str, hits: Sequence[Hit]) -> str:
    """ISO 639-1 code of a question.

    Args:
        question: as it was put.
        hits: the passages that it found, best first.
    """
    script = script_language(question)
    if script:
        return script
    found = [h.chunk.language for h in hits[:_FIRST] if h.chunk.language in _LATIN]
    if found and found[0] in tied_by_words(question):
        return found[0]  # "is jonas gegen masern geimpft?" has a word of either
    detected = detect_language(question)
    if detected in _LATIN and len(question.split()) > _SHORT:
        return detected
    told = told_by_words(question)
    if told in _LATIN:
        return told
    if detected in _LATIN:
        return detected
    return found[0] if found else detected
