"""By which language's rules a passage is read, where nobody said."""

from __future__ import annotations

import re

from ingest.language import detect_language

_SAMPLE = 2_000
_HANGUL = re.compile(r"[가-힣]")


def rule_language(text: str, language: str | None) -> str:
    """`en`, `de` or `ko`, or the language as given where there are no rules for it.

    Hangul decides for Korean, even in records that are mostly written in English, since the Korean rules hold the
    English ones as well. A few words in which no language shows are taken for English.
    """
    if language not in (None, "", "und"):
        return str(language)[:2].lower()
    if _HANGUL.search(text, 0, _SAMPLE):
        return "ko"
    found = detect_language(text)
    return "en" if found == "und" else found
