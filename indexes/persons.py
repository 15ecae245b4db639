"""Who is meant: the words of a question that are somebody's name in this folder, however they are written.

Names are what the rules of `ingest.identity` found in any document of the folder: people, parties, record numbers.
A question names them in small letters, by the given name alone, under a Korean particle. What is no name although a
rule took it for one shows itself in the folder's own texts: it is also written small there, or stands after an
article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.analyzers import Word, keys, words
from casefolio.indexes.sparse import Sparse
from casefolio.ingest.languages import DEFAULT, every, own

FIELDS = ("patient", "party", "physician", "number")
_SMALL = re.compile(r"(?<![\w’'-])[a-zà-öø-ÿ][a-zà-öø-ÿ]+")
_CAPITAL = re.compile(r"(?<![\w’'-])[A-ZÀ-ÖØ-Þ][\w’'-]+")
# The first word of a sentence, behind another one or behind the number of a clause.
_OPENED = re.compile(
    r"(?:(?:\b[a-zà-öø-ÿ]{4,}|/\w+|\d)[.!?]\s+|(?m:^)[ \t]*(?:\d{1,3}(?:\.\d{1,3})*[.)]?|\(?[a-z]\))[ \t]+)"
    r"[A-ZÀ-ÖØ-Þ][\w’'-]+(?=\s+[a-zà-öø-ÿ])"
)
_NUMBER, _LEAST_DIGITS = re.compile(r"\d[\d.,/]*"), 4  # a shorter number is a day or a clause, no record
KOREAN_NAME = re.compile(r"[가-힣]{3}")  # surname and given name of two syllables
_ELSEWHERE = 0.5  # what a name counts in a document that does not bear it in its identity zone
_COMMONEST = 0.1  # rarity of a name that every document bears


@dataclass(frozen=True, slots=True)
class Who:
    """Which words of a question name somebody, and whose documents are meant.

    Attributes:
        named: for each word of the question, whether it is (part of) a name or a title beside one.
        terms: terms of the names.
        documents: per document, 0 to 1: 1 where it bears all names that were asked for; all 0 where none was.
    """

    named: NDArray[np.bool_]
    terms: tuple[str, ...]
    documents: NDArray[np.float32]


def name_keys(values: Iterable[str], language: str) -> list[str]:
    """Forms under which the words of names are looked up; of a Korean name of three syllables the given name too."""
    found: list[str] = []
    for value in values:
        for word in words(value, language):
            if _NUMBER.fullmatch(word.key) and sum(c.isdigit() for c in word.key) < _LEAST_DIGITS:
                continue
            if word.terms and len(word.key) > 1:
                found.append(word.key)
            if KOREAN_NAME.fullmatch(word.key) and word.key == value.strip():
                found.append(word.key[1:])
    return list(dict.fromkeys(found))


def ordinary_words(texts: Iterable[tuple[str, str]]) -> set[str]:
    """Keys of the words that some text writes small, or sets after a German article: no names.

    Args:
        texts: language and text of each document.
    """
    ordinary: set[str] = set()
    for language, text in texts:
        seen = set(_SMALL.findall(text))
        if before_noun := own(language, "words").get("before_noun"):
            seen |= set(re.findall(before_noun, text))
        ordinary.update(keys(" ".join(seen), language))
    return ordinary


def names_in_documents(
    profiles: Iterable[tuple[str, Sequence[str], str]], ordinary: set[str]
) -> Iterator[tuple[str, str]]:
    """The names that each document goes by, and what its identity zone writes like a name; joined by blanks.

    Args:
        profiles: language, names and identity zone of each document.
        ordinary: keys of words that are no names.
    """
    for language, values, zone in profiles:
        names = [key for key in name_keys(values, language) if key not in ordinary]
        # the first word of a sentence is written like a name whatever it is
        capital = dict.fromkeys(keys(" ".join(_CAPITAL.findall(_OPENED.sub(" ", zone))), language))
        yield " ".join(names), " ".join(key for key in capital if key not in ordinary)


def several(names: Sequence[str], people: Iterable[str], language: str) -> tuple[str, ...]:
    """The people of a folder that names in a question fit, where they are more than one; the fullest name of each.

    Args:
        names: as they stand in the question.
        people: names of people as the documents write them; two that share two words are one person's.
        language: of the question.
    """
    asked = set(_bare(names, language))
    known: list[tuple[set[str], str]] = []
    for written in sorted(set(people), key=lambda name: (-len(name), name)):
        found = set(_bare([written], language))
        if not asked or not asked <= found:
            continue
        if not any(found <= other or len(found & other) > 1 for other, _ in known):
            known.append((found, written))
    return tuple(sorted(written for _, written in known)) if len(known) > 1 else ()


def _bare(values: Iterable[str], language: str) -> list[str]:
    before, after = titles()
    return [key for key in name_keys(values, language) if key not in before | after]


class Persons:
    """Finds the names in questions to the documents of one snapshot.

    Args:
        names: names of each document, one row a document.
        zones: terms of the identity zones, one row a document.
        passages: terms of the passages.
        document_of: document of each passage.
    """

    def __init__(self, names: Sparse, zones: Sparse, passages: Sparse, document_of: NDArray[np.int64]) -> None:
        self._names = names
        self._zones = zones
        self._passages = passages
        self._document_of = document_of

    def read(self, spoken: Sequence[Word]) -> Who:
        """Whom a question names."""
        borne = [self._borne(word) for word in spoken]
        named = np.array([bool(keys) for keys in borne], bool)
        share = np.zeros(self._names.n, np.float32)
        mass = 0.0
        for forms in dict.fromkeys(filter(None, borne)):
            worth, places = self._places(forms)
            share += np.float32(worth) * places
            mass += worth
        terms = tuple(dict.fromkeys(t for w, taken in zip(spoken, named, strict=True) if taken for t in w.terms))
        if mass:
            share /= np.float32(mass)
            self._add_titles(spoken, named)
        return Who(named, terms, share)

    def _borne(self, word: Word) -> tuple[str, ...]:
        """The forms of a word that are names here: a German letter may be asked about in English."""
        return tuple(key for key in (word.key, *word.others) if self._names.has(key)) if word.terms else ()

    def _places(self, forms: Sequence[str]) -> tuple[float, NDArray[np.float32]]:
        """What a name tells, by how few documents bear it, and how much each document bears it."""
        places = np.zeros(self._names.n, np.float32)
        for key in forms:
            places[self._document_of[self._passages.postings(key)[0]]] = _ELSEWHERE
        for where in (self._zones, self._names):
            for key in forms:
                places[where.postings(key)[0]] = 1.0
        n, frequency = self._names.n, int((places > 0).sum())
        return max(_COMMONEST, float(np.log(1 + (n - frequency + 0.5) / (frequency + 0.5)))), places

    @staticmethod
    def _add_titles(spoken: Sequence[Word], named: NDArray[np.bool_]) -> None:
        before, after = titles()
        for at in np.flatnonzero(named).tolist():
            if at > 0 and spoken[at - 1].key in before:
                named[at - 1] = True
            if at + 1 < len(spoken) and spoken[at + 1].key in after:
                named[at + 1] = True


@lru_cache(maxsize=1)
def titles() -> tuple[frozenset[str], frozenset[str]]:
    """Keys of titles that stand before a name, and of those that stand after it."""
    before, after = (
        frozenset(
            key for _, names in every("names") for word in names.get(part, "").split() for key in keys(word, DEFAULT)
        )
        for part in ("said_before", "said_after")
    )
    return before, after
