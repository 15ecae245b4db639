"""Which of the languages with rules a passage is in, where nobody said. A few hundred characters decide."""

from __future__ import annotations

import re

from ingest.meaning.words import word_list

_SAMPLE = 2_000
_WORD = re.compile(r"[^\W\d_]+")
_HANGUL = re.compile(r"[가-힣]")
_UMLAUT = re.compile(r"[äöüß]")


def rule_language(text: str, language: str | None) -> str:
    """`en`, `de` or `ko` by which rules to read a text, or the language as given where there are none for it.

    Hangul decides for Korean, even in records that are mostly written in English.
    """
    if language not in (None, "", "und"):
        return str(language)[:2].lower()
    sample = text[:_SAMPLE]
    if _HANGUL.search(sample):
        return "ko"
    words = _WORD.findall(sample.lower())
    german = len([w for w in words if w in word_list("german")]) + bool(_UMLAUT.search(sample.lower()))
    english = len([w for w in words if w in word_list("english")])
    return "de" if german > english else "en"
