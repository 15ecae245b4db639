"""Names in a question, and what it asks beside them: who is meant, by form alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from casefolio.ingest.data import alternation
from casefolio.ingest.languages import all_of, any_of
from casefolio.stems import asked_terms, words

_CAPITAL = r"[A-ZÄÖÜÀ-Ý][\w'’\-]*"
_INITIAL = r"[A-Z]\."
# "Hausärztin von Erika Beispiel": the noun before the "von" is no part of the name when two more words follow.
_OF = re.compile(rf"^{_CAPITAL}\s+(?:von|of)\s+(?=\S+\s+\S+)")
_PART = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_HANGUL_NAME = r"[가-힣]{2,4}"
_FULL = re.compile(_HANGUL_NAME)
_SPLIT = re.compile(r"(?<=[;:,])\s+|(?<=[.!?])\s+(?=\S)")


@cache
def no_names() -> frozenset[str]:
    """Words in lower case that stand beside names and are none: titles, particles, articles."""
    keys = ("titles", "said_before", "within", "within_titled", "no_names")
    return frozenset(word for key in keys for word in all_of("names", key))


@cache
def asks() -> re.Pattern[str]:
    """With what a clause begins that asks."""
    return re.compile(rf"\b(?:{any_of('questions', 'asks')})", re.IGNORECASE)


@cache
def _title() -> str:
    said = set(all_of("names", "said_before")) - set(all_of("names", "companies"))
    titles = {word.capitalize() for word in said}
    return rf"(?:(?:{alternation(titles)}|PD|med)\b\.?\s+)"


@cache
def _name() -> re.Pattern[str]:
    within = alternation(all_of("names", "within"))
    between = rf"(?:(?:{within})\s+(?:(?:{alternation(all_of('names', 'within_titled'))})\s+)?)*"
    return re.compile(
        rf"{_title()}+(?:{_INITIAL}\s*)*{between}{_CAPITAL}(?:\s+{between}{_CAPITAL})*"
        rf"|(?:{_CAPITAL}|{_INITIAL})(?:\s+(?:{_INITIAL}|(?:{within})\s+(?={_CAPITAL}))?\s*(?!{_title()}(?:[A-ZÄÖÜ]|(?:{within})\b)){_CAPITAL})+"
    )


@cache
def _article() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(all_of('names', 'opening'))})\s+")


@cache
def _called() -> re.Pattern[str]:
    """A name with what only stands behind names."""
    return re.compile(rf"({_HANGUL_NAME})\s?(?:{alternation(all_of('names', 'names_behind'))})")


@dataclass(frozen=True, slots=True)
class Question:
    """What a question says by its form.

    Attributes:
        text: as it was put.
        ask: the part that asks, without the clause that only says which document is meant.
        names: lower-case words of the names in it (patient, parties, title).
        terms: stems of what is asked for, names left out.
    """

    text: str
    ask: str
    names: frozenset[str]
    terms: tuple[str, ...]


def _parts(text: str) -> tuple[str, str]:
    """The clause that names the document, and the clause that asks."""
    pieces = _SPLIT.split(text.strip())
    for at in range(len(pieces) - 1, 0, -1):
        if asks().match(pieces[at]):
            lead = " ".join(pieces[:at])
            # A lead that asks by itself ("When, and in which town, …") belongs to the question.
            return ("", text) if asks().match(lead) else (lead, " ".join(pieces[at:]))
    return "", text


def names_in(text: str) -> list[str]:
    """Names in a text: runs of capitalised words, titled or not, not the capital that opens it."""
    found = []
    for match in _name().finditer(text):
        name = match.group()
        if match.start() == 0 and not re.match(_title(), name):
            _, _, rest = name.partition(" ")
            name = rest if " " in rest else ""  # "Welche Blutgruppe" is no name
        name = _OF.sub("", name)
        article = _article().match(name)
        if article:
            bare = name[article.end() :]
            name = bare if " " in bare else ""  # "The Supplier" is a role, "The Norwood Clinic" a name
        found.append(name)
    return [n for n in found if n] + [m.group(1) for m in _called().finditer(text)]


def _without(names: Sequence[str], text: str) -> str:
    """A text without names, each as whole words."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?![^\W가-힣])", " ", text)
    return text


def analyse(text: str, language: str) -> Question:
    """Take a question apart.

    Args:
        text: the question.
        language: ISO 639-1.
    """
    lead, ask = _parts(text)
    names = [*names_in(lead), *names_in(ask)]
    named = frozenset(w for name in names for w in words(name) if _names_somebody(w))
    return Question(text, ask, named, asked_terms(_without(names, ask), language))


def _names_somebody(word: str) -> bool:
    if word.startswith(tuple(all_of("names", "names_behind"))) or word in no_names():
        return False
    return len(word) > 2 or not word.isascii()


def people(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Words of each full name among names, titles and initials left out."""
    out = []
    for name in names:
        parts = [w.removesuffix("'s").removesuffix("’s") for w in _PART.findall(name) if w.lower() not in no_names()]
        parts = [w.lower() for w in parts if len(w) > 2 or not w.isascii()]
        if 2 <= len(parts) <= 3 or _FULL.fullmatch(name):
            out.append(tuple(parts))
    return tuple(dict.fromkeys(out))
