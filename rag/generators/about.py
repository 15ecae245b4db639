"""How far each sentence speaks of the particular things that a question asks about."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.generators.candidates import Candidate
from rag.generators.dates import days as days_in
from rag.generators.dates import is_date
from rag.generators.drugs import is_drug
from rag.generators.question import Question
from rag.generators.specifics import Matcher
from rag.generators.stems import terms

_AROUND = 0.8  # what a thing is worth that stands in the heading, a column's name or the sentence before
_OPENING = 200  # characters that say what a document is: what stands there tells little between its sentences
_TOLD = 0.3  # weight of such a thing beside 1
_VERB = 0.5  # of a word that is no noun: it is said in other words more often
_EVERY = 0.5  # of any specific, however common: in few sentences rarity tells little
_DATED = 1500  # characters in which a document gives the day it is of


@dataclass(frozen=True, slots=True)
class About:
    """Of one sentence: share of the specifics, by weight.

    Attributes:
        anywhere: held by the sentence or by what stands around it.
        direct: held by the sentence itself.
        asked: whether there are any to hold.
        dated: whether the day that is asked for is the sentence's or its document's, true where none is asked for.
    """

    anywhere: float
    direct: float
    asked: bool
    dated: bool


def speaks_of(question: Question, sentences: Sequence[Candidate], stems: Sequence[tuple[str, ...]]) -> list[About]:
    """One `About` for each sentence.

    Args:
        question: taken apart.
        sentences: all of them: a specific weighs more where fewer of them hold it.
        stems: of each sentence, in the question's language.
    """
    if not question.specifics:
        return [About(0.0, 0.0, False, True)] * len(sentences)
    matcher = Matcher(question.specifics, question.language)
    direct = [matcher.held(s.text, found) for s, found in zip(sentences, stems, strict=True)]
    around: dict[str, list[float]] = {}
    for sentence in sentences:
        if sentence.around not in around:
            around[sentence.around] = matcher.held(sentence.around, terms(sentence.around, question.language))
    openings = _openings(question, sentences, matcher)
    n, width = len(sentences), len(question.specifics)
    holding = [sum(held[j] > 0 for held in direct) for j in range(width)]
    rarity = [_EVERY + math.log(1 + (n - c + 0.5) / (c + 0.5)) for c in holding]
    foreign = [is_date(s.word) or is_drug(s.word) for s in question.specifics]
    worth = [1.0 if s.noun else _VERB for s in question.specifics]
    days = [is_date(s.word) for s in question.specifics]
    out = []
    for sentence, own in zip(sentences, direct, strict=True):
        opening, dates = openings[sentence.hit.document]
        speaks = sentence.hit.chunk.language == question.language
        weight = [
            r * worth[j] * (_TOLD if opening[j] else 1.0) if (speaks or foreign[j]) and not days[j] else 0.0
            for j, r in enumerate(rarity)
        ]
        near = [max(o, _AROUND * a) for o, a in zip(own, around[sentence.around], strict=True)]
        total = sum(weight)
        elsewhere = sentence.columns and days_in(sentence.text)  # a row of another day
        dated = all(not d or near[j] > 0 or (dates[j] > 0 and not elsewhere) for j, d in enumerate(days))
        out.append(
            About(
                sum(w * h for w, h in zip(weight, near, strict=True)) / total if total else 0.0,
                sum(w * h for w, h in zip(weight, own, strict=True)) / total if total else 0.0,
                total > 0,
                dated,
            )
        )
    return out


def _openings(
    question: Question, sentences: Sequence[Candidate], matcher: Matcher
) -> dict[str, tuple[list[float], list[float]]]:
    """For each document what its first words hold, and what its first page does."""
    out: dict[str, tuple[list[float], list[float]]] = {}
    for sentence in sentences:
        hit = sentence.hit
        if hit.document not in out:
            first = hit.text if hit.chunk.span.start == 0 else ""
            head, page = f"{hit.document}\n{first[:_OPENING]}", first[:_DATED]
            out[hit.document] = (
                matcher.held(head, terms(head, question.language)), matcher.held(page, ()),
            )  # fmt: skip
    return out
