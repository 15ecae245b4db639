"""Words of a text as they are compared: inflection taken off, place kept.

Snowball stems for English and German; for Korean the particle goes and the first two syllables stay, which lets
`처방되었다` and `처방받음` meet without a dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from casefolio.ingest.document import Span
from casefolio.ingest.languages import about, table
from casefolio.ingest.words import bare, stem

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,]\d+)*|[^\W_]+|[.;:!?\n,()]")
_HANGUL = re.compile(r"[가-힣]")
_CODED = re.compile(r"(?=.*\d)(?=.*[^\W\d_]).+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word: where it stands, the key it is compared by, and the clause and sentence it stands in (numbers)."""

    start: int
    end: int
    key: str
    content: bool
    clause: int
    sentence: int
    capital: bool


def _listed(language: str, name: str) -> list[str]:
    return str(table(language, "words").get(name, "")).split()


@cache
def stop_words(language: str) -> frozenset[str]:
    """Words without content."""
    return frozenset(_listed(language, "stop"))


@cache
def pattern_of(language: str, name: str) -> re.Pattern[str]:
    """A pattern of words.toml; one that nothing fits where the language has none."""
    return re.compile(table(language, "words").get(name, "(?!)"))


@cache
def generic_keys(language: str) -> frozenset[str]:
    """Keys of words that stand in every record (patient, Patientin, 환자) and so say little about what a fact is of."""
    return frozenset(key_of(word, language) for word in _listed(language, "generic"))


@cache
def telling_keys(language: str) -> frozenset[str]:
    """Keys of verbs by which somebody tells something about another."""
    return frozenset(key_of(word, language) for word in _listed(language, "telling"))


@cache
def articles(language: str) -> frozenset[str]:
    """Words that stand in the place of a negation where a sentence has none (ein, a)."""
    return frozenset(_listed(language, "articles"))


@cache
def negative_forms(language: str) -> dict[str, str]:
    """First letters of verbs that deny by themselves, with those of the verb that they deny: 없다, 있다."""
    return dict(table(language, "words").get("negative_forms", {}))


@cache
def light_words(language: str) -> frozenset[str]:
    """Words that make a sentence of a note and add nothing: there is, es besteht."""
    return frozenset(_listed(language, "light"))


@cache
def linking_keys(language: str) -> frozenset[str]:
    """Keys of words that lead from a thing to its value and name neither: amounts to, beträgt."""
    return frozenset(key_of(word, language) for word in _listed(language, "linking"))


@cache
def joining_words(language: str) -> frozenset[str]:
    """Words that join two things: and, or, but."""
    return frozenset(_listed(language, "joining"))


@cache
def joining_ending(language: str) -> re.Pattern[str]:
    """Endings of a word that join it to the next: 과, 며."""
    return re.compile(rf"[가-힣0-9a-zA-Z](?:{table(language, 'words').get('joining_endings', '(?!)')})$")


@cache
def copula(language: str) -> re.Pattern[str]:
    """What clings to the last word of a Korean sentence and only says "is": 이다, 이고."""
    return re.compile(rf"(?<=[가-힣])(?:{table(language, 'words').get('copula', '(?!)')})$")


@cache
def tense_words(language: str, tense: str) -> frozenset[str]:
    """Words that show that a sentence speaks of the present (`now`) or of the past (`past`)."""
    return frozenset(_listed(language, tense))


@lru_cache(maxsize=200_000)
def key_of(word: str, language: str) -> str:
    """The key of one lower-case word."""
    if _HANGUL.search(word):
        return _korean(word)
    return stem(word, language)


def _korean(word: str) -> str:
    return bare(word)[:2]


def words(text: str, language: str = "en", sentences: Sequence[Span] | None = None) -> list[Word]:
    """All words of `text` in order; punctuation moves on the count of clauses and sentences.

    Args:
        text: any text.
        language: of its stop words and endings.
        sentences: where its sentences are; without, each full stop and each line ends one.
    """
    out: list[Word] = []
    ends = [span.end for span in sentences] if sentences is not None else None
    clause = sentence = 0
    stops, particles = stop_words(language), about(language).get("particles")
    for match in _TOKEN.finditer(text):
        token = match.group()
        if len(token) == 1 and token in ".;:!?\n,()":
            if ends is None:
                clause += 1
                sentence += token in ".;!?\n" and not text[match.end() : match.end() + 1].strip()
            elif token not in ".\n":
                clause += 1
            continue
        if ends is not None:
            while sentence < len(ends) - 1 and match.start() >= ends[sentence]:
                sentence += 1
                clause += 1
        lower = token.lower()
        if len(token) > 60:
            lower = lower[:60]
        digits = token[0].isdigit() and not _CODED.match(token)
        content = not digits and lower not in stops and (len(lower) > 1 or _HANGUL.match(lower) is not None)
        if content and particles and bare(lower) in stops:
            content = False
        key = lower if digits else key_of(lower.replace("’", "'").removesuffix("'s"), language)
        out.append(Word(match.start(), match.end(), key, content, clause, sentence, token[0].isupper()))
    return out


def alike(a: str, b: str) -> bool:
    """Whether two keys are close enough to be one word: one begins with the other, or is its compound's part."""
    if a == b:
        return True
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if _HANGUL.match(short):
        return False
    if len(short) >= 4 and long.startswith(short):
        return True
    if len(short) >= 5 and (long.startswith(short) or long.endswith(short)):
        return True
    return len(short) >= 7 and short[:6] == long[:6]
