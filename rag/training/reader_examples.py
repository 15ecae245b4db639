"""From rows to inputs of the reader: the shared framing, a stretch of long passages, gold as tokens."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from casefolio.ingest.document import Span
from casefolio.reader.framing import Frame, Tokenize, claim_frame, question_frame
from casefolio.training.naming_people import with_person
from casefolio.training.reader_rows import Row

_SHORTEST, _LONGEST, _FIXED = 70, 200, 180  # tokens of a stretch: drawn in training, fixed when judged
_AWAY = 0.25  # share of long passages whose stretch is drawn without regard to the answer
_NAMED = 0.45  # share of rows that may be that get a person
_CUT, _CLEAR = 0.9, 0.38  # share of papers of which a part is drawn; of the parts, share clear of every answer
_PART_SHORTEST, _PART_LONGEST = 25, 170  # tokens of a part, about as many as the passages of an index have
_PART = re.compile(r"\n\s*|(?<=[.!?;])\s+(?=[A-ZÄÖÜ가-힣0-9\"„(])")  # where a line or a sentence begins


@dataclass(frozen=True, slots=True)
class Example:
    """One input and what is right of it.

    Attributes:
        frame: as the reader gets it.
        gold: first and last token of each answer, positions in the frame; empty where nothing answers.
        answers: 1, 0, or -1 for a claim.
        label: of a claim, else -1.
        source: of the row.
    """

    frame: Frame
    gold: tuple[tuple[int, int], ...]
    answers: int
    label: int
    source: str


def make_example(row: Row, tokenize: Tokenize, rng: np.random.Generator, training: bool) -> Example:
    """The example of a row.

    In training, a stretch of a long passage or a part of a paper is drawn, mostly one that holds an answer, and rows
    that may be are asked about people; judged, the stretch is fixed and nothing is drawn.
    """
    if row.label >= 0:
        return Example(claim_frame(row.asked, row.passage, tokenize), (), -1, row.label, row.source)
    if training and row.named and not row.header and rng.random() < _NAMED:
        row = with_person(row, rng)
    cut = training and row.paper and rng.random() < _CUT
    passage, answers = _part(row, tokenize, rng) if cut else _stretch(row, tokenize, rng, training)
    frame = question_frame(row.asked, row.header, passage, tokenize)
    gold = tuple(g for span in answers if (g := _tokens(frame, span)) is not None)
    return Example(frame, gold, int(bool(gold)), -1, row.source)


def _stretch(row: Row, tokenize: Tokenize, rng: np.random.Generator, training: bool) -> tuple[str, tuple[Span, ...]]:
    """A stretch of the passage, and the answers in it with their places in the stretch."""
    offsets = tokenize(row.passage)[1]
    size = int(rng.integers(_SHORTEST, _LONGEST)) if training else _FIXED
    if len(offsets) <= size:
        return row.passage, row.answers
    most = len(offsets) - size
    first = int(rng.integers(0, most + 1)) if training else 0
    if row.answers and not (training and rng.random() < _AWAY):
        span = row.answers[int(rng.integers(len(row.answers)))] if training else row.answers[0]
        held = [k for k, (a, b) in enumerate(offsets) if b > span.start and a < span.end] or [0]
        low, high = max(0, min(held[-1], held[0] + size - 1) - size + 1), min(held[0], most)
        first = int(rng.integers(low, high + 1)) if training and low <= high else max(0, min(low, high, most))
    return _between(row, offsets[first][0], offsets[first + size - 1][1])


def _between(row: Row, start: int, end: int) -> tuple[str, tuple[Span, ...]]:
    inside = [
        Span(max(s.start, start) - start, min(s.end, end) - start)
        for s in row.answers
        if s.start < end and s.end > start
    ]
    return row.passage[start:end], tuple(inside)


def _part(row: Row, tokenize: Tokenize, rng: np.random.Generator) -> tuple[str, tuple[Span, ...]]:
    """Whole lines or sentences that stand together in a paper, drawn around an answer or clear of all answers.

    A paper that answers four of five questions teaches that something in it must be the answer; in use, most passages
    that are read answer nothing, and a head or a closing line stands alone.
    """
    starts = [0, *(m.end() for m in _PART.finditer(row.passage)), len(row.passage)]
    lines = [Span(start, end) for start, end in pairwise(starts)]
    begins = [a for a, _ in tokenize(row.passage)[1]]
    tokens = [bisect_left(begins, at) for at in starts]
    answering = [any(answer.overlaps(line) for answer in row.answers) for line in lines]
    clear = [i for i, answers in enumerate(answering) if not answers and tokens[i + 1] > tokens[i]]
    around = row.answers or row.near
    apart = bool(clear) and (not around or (bool(row.answers) and rng.random() < _CLEAR))
    if apart:
        first = last = clear[int(rng.integers(len(clear)))]
    elif around:
        answer = around[int(rng.integers(len(around)))]
        held = [i for i, line in enumerate(lines) if answer.overlaps(line)]
        first, last = held[0], held[-1]
    else:
        return row.passage, row.answers
    first, last = _grown(first, last, tokens, [not (apart and answers) for answers in answering], rng)
    return _between(row, starts[first], starts[last + 1])


def _grown(
    first: int, last: int, tokens: Sequence[int], may: Sequence[bool], rng: np.random.Generator
) -> tuple[int, int]:
    """First and last of the lines after neighbours joined on either side, up to a length that is drawn."""
    most = int(rng.integers(_PART_SHORTEST, _PART_LONGEST))
    while True:
        wider = [(first - 1, last)] if first > 0 and may[first - 1] else []
        wider += [(first, last + 1)] if last + 2 < len(tokens) and may[last + 1] else []
        wider = [(a, b) for a, b in wider if tokens[b + 1] - tokens[a] <= most]
        if not wider:
            return first, last
        first, last = wider[int(rng.integers(len(wider)))]


def _tokens(frame: Frame, span: Span) -> tuple[int, int] | None:
    held = [k for k, (a, b) in enumerate(frame.offsets) if b > span.start and a < span.end and b > a]
    return (frame.start + held[0], frame.start + held[-1]) if held else None


@dataclass(frozen=True, slots=True)
class Collated:
    """Examples as arrays, right-padded: ids, second, lengths, and masks (n, longest)."""

    ids: list[Any]
    second: list[int]
    passage: Any
    begins: Any
    ends: Any
    answers: Any
    labels: Any


def collate(examples: Sequence[Example]) -> Collated:
    """Arrays of some examples. Token 0 stands for "no answer": it is gold where nothing answers."""
    n, longest = len(examples), max(len(e.frame.ids) for e in examples)
    passage, begins, ends = (np.zeros((n, longest), bool) for _ in range(3))
    for i, e in enumerate(examples):
        passage[i, e.frame.start : e.frame.start + len(e.frame.offsets)] = True
        passage[i, 0] = True
        if e.answers == 0:
            begins[i, 0] = ends[i, 0] = True
        for begin, end in e.gold:
            begins[i, begin] = ends[i, end] = True
    return Collated(
        [np.array(e.frame.ids, np.int32) for e in examples],
        [e.frame.second for e in examples],
        passage,
        begins,
        ends,
        np.array([e.answers for e in examples], np.float32),
        np.array([e.label for e in examples], np.int64),
    )
