"""Sides that changed places: "the defendant pays the claimant" does not support "the claimant pays the defendant"."""

from __future__ import annotations

import re
from functools import lru_cache

from casefolio.ingest.languages import about, table


@lru_cache(maxsize=4)
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = table(language, "words")
    edge = "(?<![가-힣])" if about(language).get("particles") else r"\b"
    roles = re.compile(rf"{edge}({'|'.join(words['roles'])})", re.IGNORECASE)
    return roles, re.compile("|".join(words["by"]), re.IGNORECASE)


def swapped(claim: str, quote: str, language: str) -> bool:
    """Whether two sides stand in a claim in the opposite order of the quote, both speaking in the same voice.

    Args:
        claim: a sentence.
        quote: the words it rests on.
        language: of both.
    """
    roles, passive = _patterns(language)
    mine = list(dict.fromkeys(m.group(1).lower() for m in roles.finditer(claim)))[:2]
    theirs = [r for r in dict.fromkeys(m.group(1).lower() for m in roles.finditer(quote)) if r in mine]
    same_voice = bool(passive.search(claim)) == bool(passive.search(quote))
    return len(mine) == 2 and theirs == mine[::-1] and same_voice
