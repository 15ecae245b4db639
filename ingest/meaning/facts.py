"""The exact facts of a text, each with the words it is about: what a claim and a quote are compared by."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from casefolio.ingest.data import alternation
from casefolio.ingest.document import Span
from casefolio.ingest.languages import all_of, any_of
from casefolio.ingest.meaning.annotating import annotate
from casefolio.ingest.meaning.assertion import Assertion
from casefolio.ingest.meaning.clocks import clocks
from casefolio.ingest.meaning.compared_words import Word, words
from casefolio.ingest.meaning.contrasts import contrasts
from casefolio.ingest.meaning.moments import moments
from casefolio.ingest.meaning.numerals import numerals
from casefolio.ingest.meaning.persons_and_firms import names
from casefolio.ingest.meaning.quantities import quantities
from casefolio.ingest.meaning.references import references
from casefolio.ingest.sentences import sentence_spans

# Words up to here from a fact say what it is about; the weight halves with every three words.
_REACH = 9
_HALF = 3.0
_CLAUSE = 2.0
# Longer texts are not kept.
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Fact:
    """One value in a text.

    Attributes:
        kind: what may disagree (`number`, `date`, `side`, …; the kinds of `casefolio.answer.Reason`).
        family: facts of one family are comparable (a dimension and unit, a group of contrasts).
        value: what is compared.
        span: its words.
        place: number of its first word.
        about: keys of the words around it and their weights, of length 1 as a vector.
    """

    kind: str
    family: str
    value: Any
    span: Span
    place: int
    about: dict[str, float]


@dataclass(slots=True)
class Profile:
    """A text as it is compared: its words, their keys with synonyms folded, and its facts by family."""

    text: str
    language: str
    words: list[Word]
    keys: list[str]
    content: list[int]
    facts: list[Fact]
    by_key: dict[str, list[int]] = field(default_factory=dict)
    _asserted: list[Assertion] | None = None

    def asserted(self) -> list[Assertion]:
        """What holds for each content word, in the order of `content`."""
        if self._asserted is None:
            spans = [Span(self.words[i].start, self.words[i].end) for i in self.content]
            self._asserted = annotate(self.text, self.language, spans) if spans else []
        return self._asserted

    def span(self, place: int) -> Span:
        """Where word `place` stands in the text."""
        return Span(self.words[place].start, self.words[place].end)

    def about(self, place: int, until: int | None = None) -> dict[str, float]:
        """The content words around word `place`, nearer ones heavier, as a vector of length 1."""
        return _about(self.words, self.keys, place, place if until is None else until)


def _about(found: list[Word], keys: list[str], first: int, last: int) -> dict[str, float]:
    weights: dict[str, float] = {}
    if not found:
        return weights
    for step, start, stop in (
        (-1, first - 1, max(-1, first - 1 - 2 * _REACH)),
        (1, last + 1, min(len(found), last + 1 + 2 * _REACH)),
    ):
        distance = 0.0
        clause = found[min(max(first if step < 0 else last, 0), len(found) - 1)]
        previous = clause
        for i in range(start, stop, step):
            word = found[i]
            if word.sentence != clause.sentence:
                break
            distance += 1 + (_CLAUSE if word.clause != previous.clause else 0.0)
            previous = word
            if not word.content or distance > 2 * _REACH:
                distance -= 0.5  # words without content part two words less
                continue
            weight = 2.0 ** (-distance / _HALF)
            if weight > weights.get(keys[i], 0.0):
                weights[keys[i]] = weight
    norm = math.sqrt(sum(w * w for w in weights.values()))
    return {k: w / norm for k, w in weights.items()} if norm else {}


def likeness(a: dict[str, float], b: dict[str, float]) -> float:
    """Cosine of two `about` vectors."""
    if len(b) < len(a):
        a, b = b, a
    return sum(weight * b[key] for key, weight in a.items() if key in b)


class _Places:
    """From a stretch of characters to the numbers of the first and last word that it touches."""

    def __init__(self, found: list[Word]) -> None:
        self._starts = [w.start for w in found]
        self._ends = [w.end for w in found]

    def of(self, span: Span) -> tuple[int, int]:
        last = max(0, bisect_left(self._starts, span.end) - 1)
        return min(bisect_right(self._ends, span.start), last), last


VALUES = frozenset(("number", "dose", "date", "reference"))
"""Kinds of facts that are values: two of one thing that differ cannot both be true."""
# Dimension of a quantity -> kind of reason.
_KINDS = {"mass": "dose", "volume": "dose", "activity": "dose", "frequency": "dose", "concentration": "number"}
Raw = tuple[str, str, Any, Span]


def _quantity_facts(text: str, language: str) -> Iterable[Raw]:
    found = numerals(text, language)
    dates = moments(text, language, found=found)
    clauses = references(text, language)
    hours = list(clocks(text, language))
    times = [clock.span for clock in hours]
    amounts = [q for q in quantities(text, language, found, dates, clauses) if not _touches(q.span, times)]
    no_lengths = times + [q.span for q in amounts if q.dimension == "frequency"]
    no_lengths += [Span(m.start(), m.end()) for m in _per_length().finditer(text)]
    no_lengths.sort()
    for clock in hours:
        yield "number", "clock", clock.minutes, clock.span
    for reference in clauses:
        yield "reference", "reference", reference.canonical, reference.span
    for moment in dates:
        if moment.kind not in ("duration", "relative"):
            yield "date", "date", moment, moment.span
        elif not _touches(moment.span, no_lengths):  # "every eight hours" is no length
            yield ("date" if moment.kind == "relative" else "number", moment.kind, moment, moment.span)
    for quantity in amounts:
        yield _KINDS.get(quantity.dimension, "number"), quantity.dimension, quantity, quantity.span


@cache
def _per_length() -> re.Pattern[str]:
    return re.compile(any_of("dates", "per_length"))


def _touches(span: Span, others: Sequence[Span]) -> bool:
    """Whether a stretch overlaps one of the others, which stand in order of their start."""
    at = bisect_right(others, span)
    return any(other.overlaps(span) for other in others[max(0, at - 2) : at + 1])


def _coded(text: str, found: list[Word]) -> Iterable[Raw]:
    for word in found:
        token = text[word.start : word.end]
        if any(c.isdigit() for c in token) and any(c.isalpha() for c in token) and len(token) <= 12:
            letters = "".join(c for c in token if not c.isdigit()).lower()
            yield "number", f"code {letters}", token.lower(), Span(word.start, word.end)


_GRADED = re.compile(
    rf"(?i:(?<!\w)({alternation(all_of('numbers', 'graded'))})[\s-]{{1,2}})([IVX]{{1,4}}[ABCabc]?|[A-D])(?!\w)"
)


_TELEPHONE = re.compile(r"(?<![\w.,:/-])(?:\+\d{1,3}[ /-]?)?\(?0\d{1,5}\)?(?:[ /-]\d{2,8}){1,5}(?![.,]?\d|[A-Za-z])")

_DIGITS = 7  # of a telephone number
_DAY = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}")


def _telephones(text: str) -> Iterable[Raw]:
    """Numbers to be called, which are one value each: the ward's is not the fax's."""
    for match in _TELEPHONE.finditer(text):
        digits = "".join(c for c in match.group() if c.isdigit())
        if len(digits) >= _DIGITS and not _DAY.fullmatch(match.group()):
            yield "number", "telephone", digits, Span(match.start(), match.end())


def _labelled(text: str) -> Iterable[Raw]:
    """Stages that are counted in Roman numerals or letters."""
    for match in _GRADED.finditer(text):
        yield "number", f"grade {match[1].lower()}", match[2].upper(), Span(match.start(), match.end())


def profile(text: str, language: str, amounts: bool = True) -> Profile:
    """Everything that `text` is compared by. Kept for the last few texts, since a quote is often asked twice.

    Args:
        text: any text.
        language: `en`, `de`, `ko`; others are read as English.
        amounts: whether numbers, dates, references and names are wanted, which cost most of the time.
    """
    return _profile(text, language, amounts) if len(text) < _KEPT else _build(text, language, amounts)


@lru_cache(maxsize=512)
def _profile(text: str, language: str, amounts: bool) -> Profile:
    return _build(text, language, amounts)


def _build(text: str, language: str, amounts: bool) -> Profile:
    found = words(text, language, sentence_spans(text, language))
    lower = [text[w.start : w.end].lower().removesuffix("'s").removesuffix("’s") for w in found]
    hits = contrasts(text, lower, [w.end for w in found])
    keys = [w.key for w in found]
    in_fact: set[int] = set()
    raw: list[Raw] = []
    for hit in hits:
        span = Span(found[hit.first].start, found[hit.last].end)
        raw.append((hit.kind, f"group {hit.group}", hit.value, span))
        for i in range(hit.first, hit.last + 1):
            keys[i] = f"={hit.group}.{hit.value}"
            if hit.kind not in ("act", "person", "party", "direction"):
                in_fact.add(i)
    if amounts:
        raw += [("party", "name", value, span) for value, span, _ in names(text, found, language)]
        raw += _coded(text, found)
        raw += _telephones(text)
        raw += _labelled(text)
        raw += _quantity_facts(text, language)
    places = _Places(found)
    # Words of an amount or date are compared as values; as words they would only blur what others are about.
    masked = set(in_fact)
    spans: list[tuple[Raw, int, int]] = []
    for item in raw:
        first, last = places.of(item[3])
        spans.append((item, first, last))
        if not item[1].startswith(("group", "name")):
            masked.update(range(first, last + 1))
    content_words = [w if i not in masked else _without_content(w) for i, w in enumerate(found)]
    facts = [
        Fact(kind, family, value, span, first, _about(content_words, keys, first, last))
        for (kind, family, value, span), first, last in spans
    ]
    content = [i for i, w in enumerate(content_words) if w.content]
    by_key: dict[str, list[int]] = {}
    for i in content:
        by_key.setdefault(keys[i], []).append(i)
    return Profile(text, language, content_words, keys, content, facts, by_key)


def _without_content(word: Word) -> Word:
    return Word(word.start, word.end, word.key, False, word.clause, word.sentence, word.capital)


def families(profiled: Profile) -> dict[str, list[Fact]]:
    """Facts by family, in order of their place."""
    out: dict[str, list[Fact]] = {}
    for fact in profiled.facts:
        out.setdefault(fact.family, []).append(fact)
    return out
