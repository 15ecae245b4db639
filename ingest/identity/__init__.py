"""Which document this is: kind, title, patient or parties, physicians, dates, numbers; each field with its span.

Rules are regular expressions kept as data, one file a language, run over the first and last characters of a document:
that is where letters, reports, contracts and judgments say what they are. They find names; they never decide alone
(see `indexes.naming`), so a missed one costs little.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.document import Document, Span
from ingest.meaning.moments import moments

HEAD, TAIL = 4000, 1200  # characters at both ends in which the fields are looked for
FIELDS = ("patient", "party", "physician", "number", "date", "stay")
_FOLDER = Path(__file__).parent
_TITLE_LINES, _TITLE_LENGTH = 8, 120
_TRAILING = " \t\n,;:.-–("


@dataclass(frozen=True, slots=True)
class Field:
    """One fact a document states about itself: `name` is a key of `FIELDS`, `value` the words as written."""

    name: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Identity:
    """What a document says it is.

    `kind` is a key of the rules' table of kinds, `day` the document's date (ISO 8601); either may be empty.
    """

    kind: str
    title: str
    fields: tuple[Field, ...]
    day: str = ""

    def values(self, *names: str) -> tuple[str, ...]:
        """Values of the fields with these names, each once, in the order of the document."""
        return tuple(dict.fromkeys(f.value for f in self.fields if f.name in names))


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the data: what it finds, how, and an example with the finding in << >>."""

    name: str
    pattern: re.Pattern[str]
    example: str


def identify(document: Document) -> Identity:
    """The identity of a document, from its first and last characters, its title and metadata."""
    text, language = document.text, document.language if document.language in LANGUAGES else "en"
    zones = [(0, text)] if len(text) <= HEAD + TAIL else [(0, text[:HEAD]), (len(text) - TAIL, text[-TAIL:])]
    found = {field for start, zone in zones for field in _fields(zone, start, language)}
    fields = tuple(sorted(found, key=lambda f: (f.span, f.name)))
    return Identity(_kind(zones[0][1], language), document.title or _title(text), fields, _day(fields, language))


def _fields(zone: str, start: int, language: str) -> list[Field]:
    out = []
    for rule in rules(language):
        for match in rule.pattern.finditer(zone):
            value = match["value"].rstrip(_TRAILING)
            if len(value) >= 2:
                at = start + match.start("value")
                out.append(Field(rule.name, " ".join(value.split()), Span(at, at + len(value))))
    return out


def _day(fields: tuple[Field, ...], language: str) -> str:
    """The first full date that the document states as its own, else the last one of the stay."""
    for names, order in ((("date",), 1), (("stay",), -1)):
        for field in [f for f in fields if f.name in names][::order]:
            for moment in moments(field.value, language):
                if moment.kind == "date" and moment.start[:1].isdigit():
                    return moment.start
    return ""


def _kind(head: str, language: str) -> str:
    """The kind whose words stand most often, and earliest, in the head of the document."""
    folded = head.casefold()
    best, best_score = "", 0.0
    for kind, told in _data(language)["kinds"].items():
        places = [folded.find(word) for word in told]
        score = sum(1 + (1 - at / len(folded)) for at in places if at >= 0)
        # a kind named in the first line is what the document calls itself
        score += 2 * sum(0 <= at < 100 for at in places)
        if score > best_score:
            best, best_score = kind, score
    return best


def _title(text: str) -> str:
    """The first line that can be a title: short, of words, no sentence, with more below it."""
    if "\n" not in text.strip():
        return ""
    for line in text.split("\n", _TITLE_LINES)[:_TITLE_LINES]:
        line = " ".join(line.split())
        if 3 <= len(line) <= _TITLE_LENGTH and sum(c.isalpha() for c in line) > len(line) / 2:
            return line if line[-1] not in ".,;!" else ""
    return ""


@lru_cache(maxsize=8)
def _data(language: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))


@lru_cache(maxsize=8)
def rules(language: str) -> tuple[Rule, ...]:
    """The rules of a language, with the shapes put in."""
    shapes = tomllib.loads((_FOLDER / "shapes.toml").read_text("utf-8"))[language]
    out = []
    for name in FIELDS:
        for rule in _data(language).get(name, []):
            pattern = re.sub(r"\b(NAME|PARTY|DATE|CODE)\b(?=\))", lambda m: f"(?:{shapes[m[1]]})", rule["pattern"])
            out.append(Rule(name, re.compile(pattern), rule["example"]))
    return tuple(out)


LANGUAGES = ("en", "de", "ko")
