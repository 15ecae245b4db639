"""How old what a candidate says is: the day of its own row or sentence, else that of its document."""

from __future__ import annotations

from collections.abc import Callable

from casefolio.ingest.meaning.moments import full_days
from casefolio.reader.reading import Candidate


def day_of(candidate: Candidate, dated: Callable[[str], str]) -> str:
    """ISO day, or empty.

    Args:
        candidate: a sentence or row.
        dated: ISO day of a document by its path, empty where it says none.
    """
    if candidate.day:
        return candidate.day
    own = _latest(candidate.text, candidate.hit.chunk.language)
    document = dated(candidate.hit.document)
    if candidate.hit.chunk.columns or not document:
        return own or document
    return document


def _latest(text: str, language: str) -> str:
    """The last full day that stands in a text and is no birth date by its year alone."""
    return max(full_days(text, language), default="")
