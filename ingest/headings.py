"""Known headings per language, as data, and one value that answers questions about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from casefolio.ingest.abbreviations import dots
from casefolio.ingest.languages import applying, every, own

_ANNEX = "schedule"
_SPACES = re.compile(r"\s+")
_HANGUL = re.compile("[가-힣]")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|§")

# Kinds that stand in letters and reports. All others are legal.
CLINICAL = frozenset(
    {
        *("diagnosis", "complaint", "history", "past_history", "family_history", "social_history", "allergies"),
        *("medication", "examination", "labs", "investigations", "indication", "technique", "comparison", "findings"),
        *("impression", "procedure", "course", "plan", "condition"),
    }
)


@dataclass(frozen=True, slots=True)
class Headings:
    """Headings of the languages that apply to one text.

    `kinds` leads from a heading in lower case (without spaces where it is Korean) to its kind; `structure` from a word
    that numbers parts of a text (`article`, `§`, `조`) to its name, and `latin` are those that stand before the number;
    `prose` and `small` tell sentences from titles, `names` letterheads from headings, `papers` the title of a contract
    from a clause on contracts.
    """

    kinds: dict[str, str]
    structure: dict[str, str]
    prose: frozenset[str]
    names: frozenset[str]
    papers: frozenset[str]
    small: frozenset[str]
    abbreviations: frozenset[str]
    latin: tuple[str, ...]

    def exactly(self, label: str) -> str:
        """Kind of a label that is a known heading, word for word, or empty."""
        return self.kinds.get(_folded(label), "")

    def opens_or_closes(self, label: str) -> str:
        """Kind of a label that begins or ends with a known heading (`Befund vom 3. Mai`), or empty."""
        words = _folded(label).split()
        if not self.names.isdisjoint(words):
            return ""
        for size in range(len(words) - 1, 0, -1):
            for part in (words[:size], words[-size:]):
                if kind := self.kinds.get(" ".join(part).strip(" ,.:")):
                    return kind
        return ""

    def within(self, title: str) -> str:
        """Kind that a title speaks of anywhere, the longest phrase first, or empty: for headings that are certain."""
        folded = _folded(title)
        words = _WORDS.findall(folded)
        if not self.names.isdisjoint(words):
            return ""
        for size in range(min(len(words), 6), 0, -1):
            for at in range(len(words) - size + 1):
                if kind := self.kinds.get(" ".join(words[at : at + size])):
                    return kind
        return self._within_korean(folded) if _HANGUL.search(folded) else ""

    def _within_korean(self, folded: str) -> str:
        parts = [label for label in self.kinds if len(label) > 1 and label in folded and _HANGUL.search(label)]
        return self.kinds[max(parts, key=lambda label: (len(label), label))] if parts else ""

    def kind_of(self, title: str) -> str:
        """Kind of the title of a section; none for the name of a whole paper (`Services Agreement`)."""
        paper = _folded(title).endswith(tuple(self.papers))
        return self.exactly(title) or ("" if paper else self.within(title))


@cache
def headings(language: str) -> Headings:
    """The headings that apply to a text in `language` (ISO 639-1 or `und`)."""
    tables = [found for code in applying(language) if (found := own(code, "headings"))]
    return Headings(
        {
            _folded(label): kind
            for table in reversed(tables)
            for kind, labels in table["kinds"].items()
            for label in labels
        },
        {word: name for table in reversed(tables) for name, words in table["structure"].items() for word in words},
        _words(tables, "words"),
        _words(tables, "names"),
        _words(tables, "papers"),
        _words(tables, "small"),
        dots(language).never | dots(language).maybe,
        tuple(sorted({word for _, word in _pairs(tables, "structure") if not _HANGUL.search(word)})),
    )


def structure_words(*, numbered_before: bool) -> list[str]:
    """Words for parts of a text of the languages that put them behind the number (`제3조`), or those of its annexes."""
    tables = [table["structure"] for _, table in every("headings") if "ordinal" in table]
    return [
        word
        for table in tables
        for name, words in table.items()
        if (name == _ANNEX) != numbered_before
        for word in words
    ]


def _pairs(tables: list[dict[str, dict[str, list[str]]]], key: str) -> Iterator[tuple[str, str]]:
    """Name and word; of a word in two languages the first language's name counts, so it comes last."""
    return ((name, word) for table in reversed(tables) for name, words in table[key].items() for word in words)


def _words(tables: list[dict[str, dict[str, list[str]]]], key: str) -> frozenset[str]:
    return frozenset(word for table in tables for word in str(table["prose"].get(key, "")).split())


def _folded(label: str) -> str:
    """Lower case with single spaces; Korean without any, since its spacing varies."""
    label = _SPACES.sub(" ", label).strip().lower()
    if re.fullmatch(r"(?:\w ){3,}\w", label):  # spaced out: R E C I T A L S
        return label.replace(" ", "")
    return label.replace(" ", "") if _HANGUL.search(label) else label
