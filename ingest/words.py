"""Words without their inflection, in the one place that knows stems and particles.

A Korean word loses its particle in two ways. An index keeps what may be a noun of one syllable whole (`약을`), since
all pairs of syllables are indexed beside it; a comparison of two sentences takes the shorter particle off as well.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from casefolio.ingest.languages import about, all_of, every

_local = threading.local()


def stem(word: str, language: str) -> str:
    """The Snowball stem of a lower-case word in Latin script; English where the language has no stemmer."""
    # A Snowball stemmer must not be used by two threads at once.
    found: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    if language not in found:
        import Stemmer

        found[language] = Stemmer.Stemmer(about(language).get("stemmer", "english"))
    return str(found[language].stemWord(word))


def without_particle(word: str) -> str:
    """A Korean word less its particle as an index keeps it, where at least two syllables are left."""
    for particle in _search_particles():
        if word.endswith(particle):
            # the longest is the particle: taking a shorter one off a one-syllable noun would leave a piece of it
            return word[: -len(particle)] if len(word) - len(particle) >= 2 else word
    return word


def bare(word: str) -> str:
    """A Korean word without its particle as sentences are compared; never less than one syllable."""
    for particle in _particles():
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word[: -len(particle)]
    if len(word) == 2 and word[-1] in _short_particles():
        return word[:1]
    return word


@cache
def _search_particles() -> tuple[str, ...]:
    return tuple(all_of("words", "search_particles"))


@cache
def _particles() -> tuple[str, ...]:
    return tuple(sorted(all_of("words", "particles"), key=len, reverse=True))


@cache
def _short_particles() -> str:
    return "".join(words.get("short_particles", "") for _, words in every("words"))
