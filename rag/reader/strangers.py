"""The guard of strangers: whoever asks for somebody whom no paper names gets nothing of somebody else's."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from functools import cache
from itertools import pairwise

from casefolio.ingest.languages import all_of, common_lines
from casefolio.ingest.meaning.compared_words import stop_words
from casefolio.names_in_questions import no_names
from casefolio.reader.names_meant import HANGUL, is_given, spelled

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_SHORTEST = 3  # letters of a surname that is told from a word
_FORM = (3, 4)  # letters of a legal form that is no word: Ltd, GmbH
_PLAIN = 4  # letters of a word that would have a capital in a title ("Does Oskar Take Apixaban")


def names_a_stranger(
    question: str, known: Callable[[str], bool], nouns: bool, borne: Set[str] = frozenset(), language: str = "en"
) -> bool:
    """Whether a question names somebody, by title or given name and surname, whose surname no paper has.

    "Mr Pfister" and "Oskar Pfister" are nobody where the papers know Oskar Lindgren alone, nor is "Pfister GmbH" the
    firm that they name; "dieter lindgren" in small letters is nobody either.

    Args:
        question: as it was put.
        known: whether the papers have a word, spelled as `spelled` does.
        nouns: whether nouns have capitals: "Oskar Fieber" is then no name, unless people are called so.
        borne: names of the folder's people, spelled so.
        language: of the question.
    """
    tokens = [m.group() for m in _TOKEN.finditer(question)]
    folded = [_bare(token) for token in tokens]
    none = stop_words(language) | no_names()
    plain = [word if token.islower() else "" for word, token in zip(folded, tokens, strict=True)]
    if any(
        is_given(given) and surname in borne and not known(given) and not _may_be_short(given, borne)
        for given, surname in pairwise(plain)
        if given not in none
    ):
        return True
    capitals_tell = not nouns and any(token.islower() and len(token) >= _PLAIN for token in tokens)
    named = [
        any(known(form) for form in _forms(word))
        for at, word in enumerate(folded)
        if len(word) >= _SHORTEST and not HANGUL.match(word) and not _stands_beside(word)
        if _names(tokens, folded, at, capitals_tell, nouns)
    ]
    return bool(named) and not any(named)  # beside a patient a doctor may be one whom only other files name


def _may_be_short(given: str, borne: Set[str]) -> bool:
    """Whether a given name begins like one of the folder's: "maggie" may be Margaret."""
    return any(name[:2] == given[:2] for name in borne if is_given(name))


def _names(tokens: Sequence[str], folded: Sequence[str], at: int, capitals_tell: bool, nouns: bool) -> bool:
    """Whether a word of the question is a surname: behind a title or a given name, or before a company's form.

    Args:
        tokens: words of the question as it writes them.
        folded: the same in small letters, spelled as `spelled` does.
        at: which of them.
        capitals_tell: whether a word with a capital may be a name for it.
        nouns: whether nouns have capitals, so that "der Hausverwaltung GmbH" names no firm.
    """
    word, token, behind = folded[at], tokens[at], tokens[at + 1 : at + 2]
    if token[0].isupper() and at and not nouns and _is_company_form(behind):
        return not is_given(word)
    title = _title_before(tokens, folded, at)
    if title and (token[0].isupper() if title[0].isupper() else _is_listed(word)):
        return not (is_given(word) and behind and behind[0][0].isupper())  # "Frau Anna Pfister" is named by the next
    if not at or not is_given(folded[at - 1]):
        return False
    alike = [t[:2].isupper() for t in tokens[at - 1 : at + 1]] in ([True, True], [False, False])  # no "harold INR"
    same_case = alike and token[0].isupper() == tokens[at - 1][0].isupper()
    return same_case and ((token[0].isupper() and capitals_tell and not is_given(word)) or _is_listed(word))


def _title_before(tokens: Sequence[str], folded: Sequence[str], at: int) -> str:
    """The title that leads up to a word over given names, initials and other titles; empty where none does."""
    while at and (is_given(folded[at - 1]) or folded[at - 1] in _particles() or len(folded[at - 1]) == 1):
        at -= 1
    while at and folded[at - 1] in no_names() and folded[at - 1] not in _personal():
        at -= 1
    led = at > 0 and folded[at - 1] in _personal() and _is_title(tokens, folded, at - 1)
    return tokens[at - 1] if led else ""


def _is_company_form(behind: Sequence[str]) -> bool:
    """Whether the next word is a legal form and no plain word ("Insurance Company")."""
    form = next(iter(behind), "")
    return form.lower() in _company_forms() and (form.isupper() or len(form) in _FORM)


def _is_title(tokens: Sequence[str], folded: Sequence[str], at: int) -> bool:
    """Whether a word is a title and no noun ("die Frau", "MR")."""
    article = at > 0 and folded[at - 1] in _articles()
    return not article and not (tokens[at].isupper() and len(tokens[at]) > 1)


def _bare(token: str) -> str:
    return spelled(_POSSESSIVE.sub("", token)).lower()


def _forms(word: str) -> tuple[str, ...]:
    """A surname as it stands, without the letter of a German genitive ("Pfisters Kalium"), and its parts."""
    parts = tuple(part for part in re.split("['’]", word) if len(part) >= _SHORTEST and part != word)
    return (word, word[:-1], *parts) if word.endswith("s") else (word, *parts, word.replace("'", "").replace("’", ""))


def _stands_beside(word: str) -> bool:
    return word in no_names() or word in _personal() or word in _company_forms() or word in _titles()


@cache
def _titles() -> frozenset[str]:
    return frozenset(spelled(word) for word in all_of("names", "titles"))


@cache
def _personal() -> frozenset[str]:
    """Titles that stand before a name alone."""
    keys = ("male", "female", "learned")
    return frozenset(spelled(word) for name in keys for word in all_of("names", name))


@cache
def _particles() -> frozenset[str]:
    return frozenset(word for key in ("within", "within_titled") for word in all_of("names", key))


@cache
def _company_forms() -> frozenset[str]:
    return frozenset(all_of("names", "forms"))


@cache
def _articles() -> frozenset[str]:
    """Words before "Frau" and "Herr" as nouns."""
    return frozenset(all_of("names", "before_nouns"))


def _is_listed(word: str) -> bool:
    return not _surnames().isdisjoint(_forms(word))


@cache
def _surnames() -> frozenset[str]:
    return frozenset(spelled(word) for word in common_lines("surnames.txt"))
