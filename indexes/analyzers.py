"""Words of a language for lexical search: what a text is cut into before BM25 counts it.

One analysis serves passages and questions, so both sides always agree. English and German words are stemmed
(Snowball), German compounds also give their parts (`indexes.expansion`), Hangul gives overlapping pairs of syllables
beside the particle-free word: pairs match a noun under every particle and inside every compound, need no model and
no start-up time, and on Korean questions came within a point of morphemes (benchmarks/RESULTS.md). Numbers, clause
numbers, units and codes stay whole.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from casefolio.ingest.languages import LANGUAGES, about, own
from casefolio.ingest.words import stem, without_particle

# A number keeps its separators (1.5, 1,234.56, 4.2.1, 3/4); a code its letters and digits (L3, ICD10, J45.9).
_WORD = re.compile(
    r"\d+(?:[.,/]\d+)*"
    r"|[A-Za-zÀ-ɏͰ-ϿЀ-ӿ]+\d[\w]*(?:\.\d+)?"
    r"|[A-Za-zÀ-ɏͰ-ϿЀ-ӿ]+(?:['’][A-Za-z]+)?"
    r"|[가-힣]+|[一-鿿]+|[぀-ヿ]+|[§%€$₩]"
)
_HANGUL = re.compile(r"[가-힣]+")
_SOFT = str.maketrans({"\u00ad": None, "\u200b": None, "\u200c": None, "\u200d": None, "\ufeff": None, "\u2011": "-"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_HYPHENATED = re.compile(r"(?<=[a-zäöüß])-[ \t]*\n\f?[ \t]*(?=[a-zäöüß])")


def plain(text: str) -> str:
    """The text in compatibility forms, composed (µ, decomposed Hangul and umlauts), without soft hyphens."""
    return unicodedata.normalize("NFKC", text.translate(_SOFT))


def fold(text: str) -> str:
    """The text as search sees it: `plain`, words joined across line ends, lower case."""
    return plain(_HYPHENATED.sub("", text.translate(_SOFT))).casefold()


def transcribed(text: str) -> str:
    """The folded text with umlauts written out, and once more without: the German stemmer gives both forms."""
    folded = fold(text).translate(_UMLAUTS)
    return folded + " " + re.sub("([aou])e", r"\1", folded)


@lru_cache(maxsize=8)
def stopwords(language: str) -> frozenset[str]:
    """Function words of a language, stemmed like any other word; empty where there is no list."""
    words = own(language, "words").get("unsought", "").split()
    return frozenset(words) | frozenset(_plain_term(w, language) for w in words)


@lru_cache(maxsize=200_000)
def _plain_term(word: str, language: str) -> str:
    """Term of one folded word in Latin script."""
    if word.endswith(("'s", "’s")):
        word = word[:-2]
    word = word.replace("'", "").replace("’", "")
    # casefold has turned ß into ss; umlauts meet their transcription so that Müller finds Mueller
    if about(language).get("transcribed"):
        return stem(word, language).translate(_UMLAUTS)
    return stem(word.translate(_UMLAUTS), language)


def _hangul_terms(word: str) -> list[str]:
    if len(word) <= 2:
        return [word]
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    stem = without_particle(word)
    return [*pairs, stem] if len(stem) > 2 else pairs


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written: its place, the form names compare by, its terms (none for a function word), its looks.

    `others` are the forms of the word in documents of other languages, whose stems differ: `Weber`, `web`.
    """

    start: int
    end: int
    key: str
    terms: tuple[str, ...]
    proper: bool
    others: tuple[str, ...] = ()


def words(text: str, language: str = "en") -> list[Word]:
    """Words of a short text (a `plain` one) with their places in it; a function word has no terms."""
    stop = stopwords(language)
    return [
        Word(m.start(), m.end(), _key(fold(m.group()), language), tuple(_terms_of(fold(m.group()), language, stop)),
             _looks_proper(m.group()), _other_keys(fold(m.group()), language))
        for m in _WORD.finditer(text)
    ]  # fmt: skip


def _other_keys(word: str, language: str) -> tuple[str, ...]:
    own_key = _key(word, language)
    return tuple(dict.fromkeys(key for code in LANGUAGES if (key := _key(word, code)) != own_key))


def keys(text: str, language: str = "en") -> list[str]:
    """Forms by which names compare (`Word.key`) of all words of a text, in order; far cheaper than `words`."""
    return [_key_as_written(word, language) for word in _WORD.findall(plain(text))]


def capitals(text: str) -> list[bool]:
    """Which words of a text, in the order of `keys`, are written like names."""
    return [_looks_proper(word) for word in _WORD.findall(plain(text))]


@lru_cache(maxsize=200_000)
def _key_as_written(word: str, language: str) -> str:
    return _key(fold(word), language)


def terms(text: str, language: str = "en") -> list[str]:
    """Terms of a text in reading order, repeats included, function words left out.

    Args:
        text: any text, raw.
        language: ISO 639-1 code; Hangul is treated as Korean whatever this says.
    """
    stop = stopwords(language)
    return [term for match in _WORD.finditer(fold(text)) for term in _terms_of(match.group(), language, stop)]


def _terms_of(word: str, language: str, stop: frozenset[str]) -> list[str]:
    if _HANGUL.match(word):
        return _hangul_terms(word)
    if word in stop:
        return []
    if word[0].isalpha() and not any(c.isdigit() for c in word):
        return [_plain_term(word, language)]
    return [word]


def _key(word: str, language: str) -> str:
    """Form under which two words count as the same name: no particle, no inflection."""
    if _HANGUL.match(word):
        return without_particle(word)
    return _plain_term(word, language) if word[:1].isalpha() else word


def _looks_proper(word: str) -> bool:
    """Capitals, digits and Hangul can be names; an all-lower-case Latin word is not taken for one."""
    return word[:1].isupper() or any(c.isdigit() for c in word) or bool(_HANGUL.match(word))
