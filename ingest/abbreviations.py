"""Which dots end no sentence: lists per language, and one value that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from casefolio.ingest.languages import applying, own


@dataclass(frozen=True, slots=True)
class Dots:
    """What is known of a language's dots and line ends. All words in lower case, without their last dot.

    Attributes:
        never: their dot ends no sentence.
        before_number: nor does theirs where a number follows.
        maybe: theirs does where one of `starters` follows.
        starters: words that open sentences.
        ordinal_before, ordinal_after: a number between such words is an ordinal; months are of the latter.
        closing: ends of a line that end its sentence without a full stop.
        cut: endings that no whole word has, so that the dot behind is that of an abbreviation.
        open_words: a sentence cannot end with them, so neither does it at a line's end.
        not_closing: ends of words that look like `closing` and are none.
        going_on: a line that ends so goes on.
        joined: a line that begins so goes on with the one before.
        lettered: single letters that number the items of a list.
        before_digits: words that end no line before a number.
        denied: nouns that stand behind a "no", also where it looks like the answer of a form.
    """

    never: frozenset[str]
    before_number: frozenset[str]
    maybe: frozenset[str]
    starters: frozenset[str]
    ordinal_before: frozenset[str]
    ordinal_after: frozenset[str]
    closing: tuple[str, ...]
    cut: tuple[str, ...]
    open_words: frozenset[str]
    not_closing: tuple[str, ...]
    going_on: tuple[str, ...]
    joined: frozenset[str]
    lettered: frozenset[str]
    denied: frozenset[str]
    before_digits: frozenset[str]


@cache
def dots(language: str) -> Dots:
    """The lists that apply to a text in `language` (ISO 639-1 or `und`)."""
    tables = [own(code, "sentences") for code in applying(language)]

    def words(key: str) -> frozenset[str]:
        return frozenset(word for table in tables for word in str(table.get(key, "")).split())

    def endings(key: str) -> tuple[str, ...]:
        return tuple(str(end) for table in tables for end in _strings(table.get(key, [])))

    ordinal = (code for code in applying(language) if "ordinal_after" in own(code, "sentences"))
    months = frozenset(name.lower() for code in ordinal for name in own(code, "dates").get("months", {}))
    return Dots(
        words("never"),
        words("before_number"),
        words("maybe"),
        words("starters"),
        words("ordinal_before"),
        words("ordinal_after") | months,
        endings("closing"),
        endings("cut"),
        words("open"),
        endings("not_closing"),
        endings("going_on"),
        words("joined"),
        words("lettered"),
        words("denied"),
        words("before_digits"),
    )


def _strings(value: object) -> list[object]:
    return value if isinstance(value, list) else []
