"""Pseudonyms by surrogate: people, numbers and addresses of pairs become others of the same shape.

The same name becomes the same surrogate in a whole folder, so namesakes stay namesakes; dates of one person move by
one offset. What is replaced was found by rules: read a sample before anything leaves the house.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from casefolio.ingest import data
from casefolio.ingest.document import Document
from casefolio.ingest.identity import identify, rules
from casefolio.ingest.language import script_language
from casefolio.ingest.languages import LANGUAGES, known, own, table
from casefolio.training.pairs import Pair
from casefolio.training.shifting import shifted

_DATA = Path(__file__).with_name("private_patterns.toml")
_KINDS = ("mail", "place", "number")  # in this order: a place holds numbers
_COMMON = 4  # documents; a lone word that stands in so many is no name
_LEAST, _MOST = 30, 400  # days by which dates move
_TOKEN = re.compile(r"[^\W\d_][\w’'-]*")
_HANGUL = re.compile(r"[가-힣]{2,4}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """What an address or a number looks like."""

    kind: str
    pattern: re.Pattern[str]
    example: str


def bank(language: str) -> dict[str, Any]:
    """Names, titles and wordings of a language; the English ones for a language without."""
    return table(language, "surrogates")


@cache
def patterns() -> tuple[Pattern, ...]:
    """What is replaced wherever it stands, in the order in which it is looked for."""
    listed = [*data.table(_DATA)["pattern"], *_of_languages("pattern")]
    listed.sort(key=lambda p: _KINDS.index(p["kind"]))
    return tuple(Pattern(p["kind"], re.compile(p["pattern"]), p["example"]) for p in listed)


def _of_languages(key: str) -> list[dict[str, str]]:
    """What each language lists, by their codes: the German code and town before the American state and code."""
    return [found for language in sorted(LANGUAGES) for found in own(language, "surrogates").get(key, ())]


@cache
def _person_patterns() -> tuple[Pattern, ...]:
    """Where people stand whom the rules of identity do not look for: who signs, who has a degree behind the name."""
    return tuple(Pattern("person", re.compile(p["pattern"], re.M), p["example"]) for p in _of_languages("person"))


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(word for language in LANGUAGES for word in bank(language).get(key, ()))


def without_titles(name: str) -> str:
    """A name less the titles before it."""
    words = name.split()
    while len(words) > 1 and words[0].casefold().rstrip(".:,") in _words("titles"):
        words = words[1:]
    return " ".join(words)


class Surrogates:
    """Stand-ins for all people of some documents.

    Args:
        documents: whose people, numbers and addresses are to go.
        secret: decides who becomes whom and how far dates move; keep it, or draw it at random, to be unable to go back.
    """

    def __init__(self, documents: Sequence[Document], secret: str) -> None:
        self._secret = secret
        self._names: dict[str, str] = {}
        self._given_away: set[str] = set()
        self._codes: set[str] = set()
        plain = {w for d in documents for w in re.findall(r"\b[a-zäöüß]{3,}\b", d.text)}
        real = {t.casefold() for d in documents for t in _TOKEN.findall(d.text)}
        spread = Counter(t for d in documents for t in {t.casefold() for t in _TOKEN.findall(d.text)})
        plain |= {word for word, n in spread.items() if n >= _COMMON}
        for document in documents:
            for name in people_of(document):
                self._take(name, document.language, plain, real)
            self._take_places(document, plain)
            self._codes.update(v for v in identify(document).values("number") if sum(c.isdigit() for c in v) >= 3)
        if self._names:
            longest = sorted(self._names, key=len, reverse=True)
            self._pattern: re.Pattern[str] | None = re.compile(
                rf"(?<![^\W\d_])(?:{'|'.join(map(re.escape, longest))})(?=(?:s|’s|'s)?(?![^\W\d_가-힣]))", re.I
            )
        else:
            self._pattern = None

    def text(self, text: str, person: str, language: str) -> str:
        """A text with surrogates.

        Args:
            text: any.
            person: whose dates move together.
            language: of the text.
        """
        for code in sorted(self._codes, key=len, reverse=True):
            text = text.replace(code, self._digits(code))
        kept: list[str] = []

        def keep(new: str) -> str:
            kept.append(new)
            return f"\ue000{len(kept) - 1}\ue001"

        for rule in patterns():
            text = rule.pattern.sub(lambda m, r=rule: keep(self._instead(r.kind, m[0], language)), text)  # type: ignore[misc]
        text = shifted(text, self.offset(person), language)
        if self._pattern is not None:
            text = self._pattern.sub(self._named, text)
        return re.sub("\ue000(\\d+)\ue001", lambda m: kept[int(m[1])], text)

    def pair(self, pair: Pair) -> Pair:
        """A pair with surrogates; its document is named by a hash."""

        def new(text: str) -> str:
            return self.text(text, pair.group, pair.language)

        return replace(
            pair,
            query=new(pair.query),
            positive=tuple(map(new, pair.positive)),
            negative=tuple(map(new, pair.negative)),
            title=new(pair.title),
            answer=new(pair.answer),
            passage=new(pair.passage),
            group=f"g{self._number(pair.group) % 10**8:08d}",
            document=f"d{self._number(pair.document) % 10**8:08d}",
        )

    def offset(self, person: str) -> int:
        """Days by which the dates of a person move."""
        drawn = self._number(f"days\0{person}")
        return (1 if drawn % 2 else -1) * (_LEAST + drawn // 2 % (_MOST - _LEAST))

    def _number(self, text: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self._secret}\0{text}".encode()).digest()[:8], "big")

    def _take(self, name: str, language: str, plain: set[str], real: set[str]) -> None:
        """Gives each word of a name its surrogate: the last one is the family's, or the first before a comma."""
        language = known(language)
        if _HANGUL.fullmatch(name):
            family, given = name[0], name[1:]
            own = script_language(name) or language
            self._put(name, self._drawn(own, "family", family, set()) + self._drawn(own, "given", given, real))
            return
        words = [
            w for w in _TOKEN.findall(name) if w.casefold() not in _words("titles") and len(w) > 2 and w[0].isupper()
        ]
        words = [w for w in words if w.casefold() not in plain] or words[:1]
        short = bool(words) and words[0].isupper() and len(words[0]) < 5
        if not words or (len(words) == 1 and (short or words[0].casefold() in plain)):
            return  # a lone word that is written small elsewhere is no name
        at = 0 if "," in name else len(words) - 1
        for i, word in enumerate(words):
            self._put(word, self._drawn(language, "family" if i == at else "given", word.casefold(), real))

    def _take_places(self, document: Document, plain: set[str]) -> None:
        """Words of addresses too, which may stand without their numbers."""
        language = known(document.language)
        for rule in patterns():
            for match in rule.pattern.finditer(document.text) if rule.kind == "place" else ():
                new = _TOKEN.findall(self._instead("place", match[0], language))
                for i, word in enumerate(_TOKEN.findall(match[0])):
                    if len(word) > 3 and word.casefold() not in plain | _words("ways") and word[0].isupper():
                        self._put(word, new[i % len(new)])

    def _put(self, real: str, new: str) -> None:
        self._names.setdefault(_fold(real), new)
        self._given_away.add(new)

    def _drawn(self, language: str, kind: str, name: str, real: set[str]) -> str:
        choices = [c for c in bank(language)[kind] if c.casefold() not in real] or bank(language)[kind]
        at = self._number(f"{kind}\0{name}") % len(choices)
        turned = [str(c) for c in (*choices[at:], *choices[:at])]
        return next((c for c in turned if c not in self._given_away), turned[0])

    def _named(self, match: re.Match[str]) -> str:
        found, new = match[0], self._names[_fold(match[0])]
        if found[0].islower():  # written small it is a word, unless it can be none
            return new.lower() if found.casefold() not in _plain_words() else found
        return new.upper() if found.isupper() and len(found) > 1 and found.isascii() else new

    def _instead(self, kind: str, found: str, language: str) -> str:
        if kind == "place":
            places = bank(language)["places"]
            return str(places[self._number(found.casefold()) % len(places)])
        return "post@example.org" if kind == "mail" else self._digits(found)

    def _digits(self, found: str) -> str:
        """Other digits and letters in the same places; never the same ones."""
        drawn, out = self._number(found), []
        for i, c in enumerate(found):
            step = drawn // 7**i % 7 + 1
            out.append(str((int(c) + step) % 10) if c in "0123456789" else c)
        return "".join(out)


def _fold(word: str) -> str:
    """As names are compared: a match without regard to case also takes dotless i for i."""
    return word.casefold().replace("i\u0307", "i").replace("ı", "i")


@cache
def _plain_words() -> frozenset[str]:
    from casefolio.indexes.analyzers import stopwords

    return frozenset(w for language in LANGUAGES for w in stopwords(language))


def people_of(document: Document) -> Iterable[str]:
    """Names that the rules of identity find anywhere in a document, patients and physicians."""
    language = known(document.language)
    found: dict[str, None] = {}
    for rule in rules(language):
        if rule.name in ("patient", "physician"):
            for match in rule.pattern.finditer(document.text):
                found[without_titles(" ".join(match["value"].split()))] = None
    for pattern in _person_patterns():
        for match in pattern.pattern.finditer(document.text):
            found[" ".join(match["value"].split())] = None
    return found
