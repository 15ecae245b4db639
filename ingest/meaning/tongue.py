"""By which language's rules a passage is read, where nobody said."""

from __future__ import annotations

from casefolio.ingest.language import detect_language, script_language
from casefolio.ingest.languages import DEFAULT

_SAMPLE = 2_000


def rule_language(text: str, language: str | None) -> str:
    """The language as given, else as it shows.

    Hangul decides for Korean, even in records that are mostly written in English, since the Korean rules hold the
    English ones as well. A few words in which no language shows are taken for English.
    """
    if language not in (None, "", "und"):
        return str(language)[:2].lower()
    found = script_language(text[:_SAMPLE]) or detect_language(text)
    return DEFAULT if found == "und" else found
