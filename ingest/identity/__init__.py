"""Which document this is: kind, title, patient or parties, physicians, dates, numbers; each field with its span.

Rules are regular expressions kept as data (`identity.toml` of each language), run over the first and last characters
of a document: that is where letters, reports, contracts and judgments say what they are. They find names; they never
decide alone (see `indexes.reading_questions`), so a missed one costs little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from casefolio.ingest.document import Document, Span
from casefolio.ingest.identity.dating import document_day
from casefolio.ingest.languages import known, table
from casefolio.ingest.meaning.moments import months

HEAD, TAIL = 4000, 1200  # characters at both ends in which the fields are looked for
FIELDS = ("patient", "party", "physician", "number", "date", "stay")
_PEOPLE = ("patient", "party")
_NAMES = (*_PEOPLE, "physician")
_TITLE_LINES, _TITLE_LENGTH = 8, 120
_HEADED = 800  # characters in which a heading says what the document is
_HEADING = 5.0  # what a heading counts against a word in the text
_REPORT = "_report"  # kinds that end so
_RETOLD = 0.5  # what the words of a report count in a letter
_LETTER = 2.0  # what greeting and signature count, where both are there
_MAIL = ("message/rfc822", "application/vnd.ms-outlook")
_LATER = 0.4  # of it, for each heading further down
_TRAILING = " \t\n,;:.-–("
_LISTED = re.compile(r"\(?\d{1,3}(?:\.\d{1,3})*[.)]|\d{1,2}\.\d{1,2}")  # the number of a clause
_LEGAL_FORM = re.compile("A[BSG]|S[AE]|[BN]V")  # of companies abroad, which may be a word of the language as well
_KIN = 12  # characters before a name in which a relative is named
_OVERLONG = re.compile(r"(?:\w[.’'&+/-]?){61,}")  # no word of a name is so long; patterns of names took seconds in one


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
    text, language = document.text, known(document.language)
    zones = [(0, text)] if len(text) <= HEAD + TAIL else [(0, text[:HEAD]), (len(text) - TAIL, text[-TAIL:])]
    found = {field for start, zone in zones for field in _fields(without_overlong(zone), start, language)}
    fields = tuple(sorted(found, key=lambda f: (f.span, f.name)))
    title = document.title or _title(text)
    return Identity(_kind(zones[0][1], language, title, document.media_type), title, fields, document_day(document))


def without_overlong(text: str) -> str:
    """A text with blanks for words that are too long to be of a name; places stay."""
    return _OVERLONG.sub(lambda match: " " * len(match[0]), text)


def _fields(zone: str, start: int, language: str) -> list[Field]:
    out = []
    for rule in rules(language):
        for match in rule.pattern.finditer(zone):
            if rule.name == "patient" and _kin(language).search(
                zone, max(0, match.start("value") - _KIN), match.start("value")
            ):
                continue
            name = rule.name in _NAMES
            named = _name_within(match["value"], language) if name else _trimmed(match["value"])
            value = match["value"][named.start : named.end]
            if len(value) >= 2 and not (rule.name in _PEOPLE and _is_no_name(match["value"], rule.name, language)):
                at = start + match.start("value")
                out.append(Field(rule.name, " ".join(value.split()), Span(at + named.start, at + named.end)))
    return out


def _kind(head: str, language: str, title: str, document_type: str) -> str:
    """The kind that the document calls itself by in its title and headings, else whose words stand most often and
    earliest in its head.
    """
    kinds = _kind_words(language)
    folded = head.casefold()
    scores = {
        kind: sum(2 - found.start() / len(folded) for word in words if (found := word.search(folded)) is not None)
        for kind, words in _kind_words(language, anywhere=True).items()
    }
    if scores.get("letter", 0) > 0:
        # a letter tells of findings; it is no report of them
        scores |= {kind: _RETOLD * score for kind, score in scores.items() if kind.endswith(_REPORT)}
    lines = (line.strip() for line in folded[:_HEADED].splitlines())
    # what ends in a colon heads a section
    headings = [line for line in lines if 0 < len(line) <= _TITLE_LENGTH and line[-1] not in ":："]
    weight = _HEADING
    for line in [title.casefold(), *headings]:
        kind = _called(line, kinds)
        if kind:
            scores[kind] += weight
            weight *= _LATER
    if document_type.startswith(_MAIL) or scores.get("letter", 0) > 2:
        scores["letter"] += _LETTER  # greeted and signed, or a mail
    best = max(scores, key=lambda kind: scores[kind], default="")
    return best if scores.get(best, 0) > 0 else ""


def _called(line: str, kinds: dict[str, tuple[re.Pattern[str], ...]]) -> str:
    """The kind that a heading names: the longest of the words in it, where it is not much more than this word."""
    best, longest = "", 0
    for kind, words in kinds.items():
        if kind == "letter":
            continue  # a letter greets, and says in its subject what it is
        for word in words:
            found = word.search(line)
            if found is not None and longest < len(found.group()) and len(line) <= 3 * len(found.group()) + 12:
                best, longest = kind, len(found.group())
    return best


@lru_cache(maxsize=8)
def _kind_words(language: str, *, anywhere: bool = False) -> dict[str, tuple[re.Pattern[str], ...]]:
    """The words of each kind as patterns: whole words, a `*` standing for the rest of one (`*vertrag`, `röntgen*`).

    Those with a `=` count in headings only: they are left out where words `anywhere` are wanted.
    """
    return {
        kind: tuple(_whole_word(word.lstrip("=")) for word in words if not (anywhere and word.startswith("=")))
        for kind, words in table(language, "identity")["kinds"].items()
    }


def _whole_word(word: str) -> re.Pattern[str]:
    bare = word.strip("*").strip()
    before = r"\w*" if word.startswith("*") else r"(?<!\w)" if bare[0].isalnum() else ""
    after = "" if word.endswith("*") or not bare[-1].isalnum() else r"(?!\w)"
    return re.compile(before + re.escape(bare).replace(r"\ ", r"\s+") + after)


def _title(text: str) -> str:
    """The first line that can be a title: short, of words, no sentence, with more below it."""
    if "\n" not in text.strip():
        return ""
    for line in text.split("\n", _TITLE_LINES)[:_TITLE_LINES]:
        line = " ".join(line.split())
        if 3 <= len(line) <= _TITLE_LENGTH and sum(c.isalpha() for c in line) > len(line) / 2:
            return line if line[-1] not in ".,;!" else ""
    return ""


def _name_within(value: str, language: str) -> Span:
    """Where the name stands behind the number of a clause and between words of formulas and dates."""
    words = [(w.start(), w.end(), w.group().strip(" ,.:;()").casefold()) for w in re.finditer(r"\S+", value)]
    formula = [not word or word in _formula(language) or word.endswith(_no_name_ends(language)) for *_, word in words]
    number = [_numbers(language).fullmatch(word) is not None for *_, word in words]
    first, last = 0, len(words)
    for at, (start, end, word) in enumerate(words):
        formula[at] |= word in months() and (number[at - 1 : at] == [True] or number[at + 1 : at + 2] == [True])
        if _LISTED.fullmatch(value, start, end):
            first = at + 1
    while first < last and (formula[first] or number[first]):
        first += 1
    while first < last and formula[last - 1] and not _LEGAL_FORM.fullmatch(value, *words[last - 1][:2]):
        last -= 1
    return _trimmed(value[: words[last - 1][1]], words[first][0]) if first < last else Span(0, 0)


def _trimmed(value: str, start: int = 0) -> Span:
    return Span(start, max(start, len(value.rstrip(_TRAILING))))


def _is_no_name(value: str, field: str, language: str) -> bool:
    """Whether it ends as papers, columns and callings do, or, of a patient, has a calling in it."""
    words = value.split() if field == "patient" else [value]
    return any(word.casefold().endswith(_no_name_ends(language)) for word in words)


@lru_cache(maxsize=8)
def _numbers(language: str) -> re.Pattern[str]:
    return re.compile(table(language, "identity").get("formula", {}).get("numbers", r"[\d.,:/-]+"))


@lru_cache(maxsize=8)
def _formula(language: str) -> frozenset[str]:
    """Words of formulas, which are capitalised as names are and begin none (`WHEREAS`)."""
    return frozenset(table(language, "identity").get("formula", {}).get("words", ()))


@lru_cache(maxsize=8)
def _no_name_ends(language: str) -> tuple[str, ...]:
    """With what a word ends that is a paper, a column or a calling, where a language joins words into one."""
    return tuple(table(language, "identity").get("formula", {}).get("ends", ()))


@lru_cache(maxsize=8)
def _kin(language: str) -> re.Pattern[str]:
    """With what a relative is named before the name, where a language writes names without a capital."""
    return re.compile(rf"(?:{table(language, 'identity').get('kin', '(?!)')})$")


@lru_cache(maxsize=8)
def rules(language: str) -> tuple[Rule, ...]:
    """The rules of a language, with the shapes put in."""
    data = table(language, "identity")
    shapes = data["shapes"]
    out = []
    for name in FIELDS:
        for rule in data.get(name, []):
            pattern = re.sub(r"\b(NAME|PARTY|DATE|CODE)\b(?=\))", lambda m: f"(?:{shapes[m[1]]})", rule["pattern"])
            out.append(Rule(name, re.compile(pattern), rule["example"]))
    return tuple(out)
