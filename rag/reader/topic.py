"""What a question asks for, as terms: itself, and the other names of it; never the words of its form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from casefolio.indexes.analyzers import terms
from casefolio.indexes.meanings import other_words
from casefolio.ingest.data import alternation
from casefolio.ingest.languages import known, own
from casefolio.reader.forms import without_time
from casefolio.reader.reading import Asked

_START = 4  # letters that a name has at least where it begins a longer word of the question (Kaliumwert)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Topic:
    """Terms of a question without the names in it and without the words that only order answers by time.

    Attributes:
        own: terms of the question.
        others: terms of other names for what it asks.
        numbers: whole numbers in it, as they are written; those of "third" and the like too.
    """

    own: frozenset[str]
    others: frozenset[str]
    numbers: frozenset[str]

    def names(self, text: str, language: str) -> bool:
        """Whether the question says all that a text says: the text names something that is asked for."""
        said = terms(text, language)
        return bool(said) and all(self.holds(term) for term in said)

    def holds(self, term: str) -> bool:
        """Whether the question has this term, under any of its names or inside a longer word."""
        if term in self.own or term in self.others:
            return True
        return len(term) >= _START and any(word.startswith(term) for word in self.own)

    def ends(self, term: str) -> bool:
        """Whether a term ends with a word of the question: "Mietjahr" where the third "Jahr" is asked for."""
        return any(len(word) >= _START and term.endswith(word) for word in self.own)

    def share(self, found: Iterable[str]) -> float:
        """Which share of the question's own terms a text has, 0 to 1; a longer word counts with a term in it."""
        held = set(found)
        starts = {term[:_START] for term in held}
        met = sum(
            word in held or (word[:_START] in starts and any(_begins(word, term) for term in held)) for word in self.own
        )
        return met / len(self.own) if self.own else 0.0


def _begins(word: str, term: str) -> bool:
    return len(term) >= _START and word.startswith(term)


def topic_of(asked: Asked) -> Topic:
    """The topic of a question."""
    bare = without_time(asked.bare, asked.language)
    own = terms(bare, asked.language)
    others = frozenset(other_words(own, asked.language))
    return Topic(frozenset(own), others, frozenset(_NUMBER.findall(bare)) | _ordinals(bare, asked.language))


def _ordinals(text: str, language: str) -> frozenset[str]:
    """The numbers of ordinals in words: "third" 3, "im dritten Jahr" 3, "세 번째" 3."""
    numbers = _ordinal_numbers(language)
    return (
        frozenset(str(numbers[m[1].lower()]) for m in _ordinal_words(language).finditer(text))
        if numbers
        else frozenset()
    )


@cache
def _ordinal_numbers(language: str) -> dict[str, int]:
    return {word: int(n) for word, n in own(known(language), "numbers").get("ordinals", {}).items()}


@cache
def _ordinal_words(language: str) -> re.Pattern[str]:
    # Endings: "drittes", "dritten"; a Korean particle.
    return re.compile(rf"(?i)(?<!\w)({alternation(_ordinal_numbers(language))})(?:[nrsm]?(?!\w)|(?=[가-힣]))")
