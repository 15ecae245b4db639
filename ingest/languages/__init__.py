"""A language is a folder here: all of its words, forms and sentences, as data. This room knows which there are.

To add one, copy `en`, fill it and run the tests: what the folder lacks is listed there, and English stands in for it.
What all languages share lies in `common`. Code asks for a table by the language and its name, and never compares a
language with a code of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from casefolio.ingest import data

FOLDER = Path(__file__).parent
DEFAULT = "en"
_COMMON, _ABOUT = "common", "language"

LANGUAGES: tuple[str, ...] = (
    DEFAULT,
    *sorted(path.parent.name for path in FOLDER.glob(f"*/{_ABOUT}.toml") if path.parent.name != DEFAULT),
)
"""ISO 639-1 codes of the languages that have a folder, English first."""


def known(language: str) -> str:
    """The language itself where it has a folder, else English."""
    return language if language in LANGUAGES else DEFAULT


def applying(language: str) -> tuple[str, ...]:
    """Languages whose lists apply to a text: its own and those written within it; all of them where it is unknown."""
    return (language, *about(language).get("holds", ())) if language in LANGUAGES else LANGUAGES


@cache
def own(language: str, name: str) -> dict[str, Any]:
    """A table of a language (`own("de", "numbers")`), empty where it has none."""
    path = FOLDER / language / f"{name}.toml"
    return data.table(path) if language in LANGUAGES and path.is_file() else {}


def table(language: str, name: str) -> dict[str, Any]:
    """A table of a language, the English one where it has none."""
    return own(language, name) or own(DEFAULT, name)


def about(language: str) -> dict[str, Any]:
    """What a language's writing is like (`language.toml`), English for others."""
    return table(language, _ABOUT)


def name_of(language: str) -> str:
    """What a language is called in English; its code where nothing is known of it."""
    return str(own(language, _ABOUT).get("name") or common("other_languages")["names"].get(language, language))


def every(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Language and table, of each language that has a table of this name."""
    return ((language, found) for language in LANGUAGES if (found := own(language, name)))


def all_of(name: str, key: str) -> list[str]:
    """The words under a key of a table, of all languages: a list, or words parted by blanks."""
    found = (words[key] for _, words in every(name) if key in words)
    return [word for words in found for word in (words.split() if isinstance(words, str) else words)]


def any_of(name: str, key: str) -> str:
    """A pattern for what fits the pattern under a key in any language; one that nothing fits where none has it."""
    return "|".join(found[key] for _, found in every(name) if key in found) or "(?!)"


def lines(language: str, name: str) -> tuple[str, ...]:
    """The lines of a language's file, none where it has no such file."""
    path = FOLDER / language / name
    return data.lines(path) if language in LANGUAGES and path.is_file() else ()


def common(name: str) -> dict[str, Any]:
    """A table that all languages share."""
    return data.table(FOLDER / _COMMON / f"{name}.toml")


def common_lines(name: str) -> tuple[str, ...]:
    """The lines of a file that all languages share."""
    return data.lines(FOLDER / _COMMON / name)


@cache
def given_names() -> Mapping[str, str]:
    """Given names in small letters, and the sex (`m`, `f`) of those that are of one alone."""
    rows = (line.partition("\t") for line in common_lines("given_names.txt"))
    return {name: sex for name, _, sex in rows}
