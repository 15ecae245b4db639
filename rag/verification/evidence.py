"""The contexts of an answer, prepared so that each of its sentences can be looked up in them quickly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from casefolio.ingest.document import Span
from casefolio.ingest.meaning.compared_words import Word, alike, words
from casefolio.ingest.meaning.facts import Profile, profile
from casefolio.ingest.meaning.numerals import numerals
from casefolio.ingest.sentences import sentence_spans

# A word of the claim is looked for by its beginning among words that start alike.
_STEM = 4
LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of one context: its text, place, words, and the keys of its content words."""

    context: int
    span: Span
    text: str
    words: tuple[Word, ...]
    keys: frozenset[str]


def content_keys(found: Sequence[Word]) -> list[str]:
    """Keys of the content words, in order."""
    return [w.key for w in found if w.content]


def grams(keys: Sequence[str], n: int) -> set[tuple[str, ...]]:
    """All runs of `n` keys."""
    return set(zip(*(keys[i:] for i in range(n)), strict=False))


def values(text: str, language: str) -> set[float]:
    """The numbers of a text that are written in digits, or as words above two."""
    return {round(n.value, 6) for n in numerals(text, language) if n.written == "digits" or n.value > 2}


class Evidence:
    """Contexts, cut into sentences once.

    Args:
        contexts: passages that an answer may rest on.
        language: of the passages.
    """

    def __init__(self, contexts: Sequence[str], language: str) -> None:
        self.contexts, self.language = contexts, language
        self.sentences: list[Sentence] = []
        every: list[str] = []
        everything: list[str] = []
        for number, context in enumerate(contexts):
            for span in sentence_spans(context, language):
                text = span.of(context)
                found = words(text, language)
                keys = content_keys(found)
                every += keys
                everything += [w.key for w in found]
                self.sentences.append(Sentence(number, span, text, tuple(found), frozenset(keys)))
        self.keys = frozenset(every)
        self.all_keys = frozenset(everything)
        self.pairs = grams(every, 2)
        self.triples = grams(everything, 3)
        self.counts: dict[str, int] = {}
        for sentence in self.sentences:
            for key in sentence.keys:
                self.counts[key] = self.counts.get(key, 0) + 1
        self.starts: dict[str, list[str]] = {}
        self.where: dict[str, list[int]] = {}
        for number, sentence in enumerate(self.sentences):
            for key in sentence.keys:
                self.where.setdefault(key, []).append(number)
        for key in self.keys:
            self.starts.setdefault(key[:_STEM], []).append(key)

    @cached_property
    def numbers(self) -> set[float]:
        """All numbers in the contexts."""
        return {value for context in self.contexts for value in values(context, self.language)}

    @cached_property
    def profile(self) -> Profile:
        """All contexts as one text to lay claims against, cut at a length that nobody reads."""
        return profile("\n".join(self.contexts)[:LONGEST], self.language)

    def has(self, key: str) -> bool:
        """Whether a word, or one of its family, stands in the contexts."""
        if key in self.keys or key in self.all_keys:
            return True
        return any(alike(key, other) for other in self.starts.get(key[:_STEM], ()))

    def best(self, keys: Sequence[str]) -> tuple[int, float]:
        """Number of the sentence that shares most of the keys, and the share; -1 where none shares any."""
        votes: dict[int, int] = {}
        for key in dict.fromkeys(keys):
            for number in self.where.get(key, ())[:200]:
                votes[number] = votes.get(number, 0) + 1
        if not votes:
            return -1, 0.0
        number = min(votes, key=lambda n: (-votes[n], n))
        return number, votes[number] / max(len(set(keys)), 1)
