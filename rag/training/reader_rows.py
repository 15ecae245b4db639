"""Rows that a reader learns from, and how they are read from files and from case folders.

    {"question", "passage", "header"?, "answers": [{"start", "end"} | {"text"}…], "source"?, "language"?, "held"?}
    {"claim", "passage", "label": "supports" | "contradicts" | "neither", "source"?, "language"?, "held"?}

    {"passage", "header"?, "asked": [{"questions": […], "answers": […], "near"?: […]}…],
     "claims": [{"claim", "label", "quote"?}…], …}

Empty `answers`: the passage does not answer. Offsets count characters of the passage. A row is `held` out of training
where it says so. The third form is a passage with all that is asked and claimed of it, a row for each wording and each
claim; a claim is laid against its `quote`, a part of the passage, or against all of it. Of such a passage mostly a
part is read in training, where nothing answers around `near`, which only looks as if it did.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from casefolio.ingest.chunking import TokenSpans, chunk
from casefolio.ingest.document import Span
from casefolio.ingest.identity import identify
from casefolio.reader.framing import header_of
from casefolio.training.corpus import LABELS, CaseFolder, Question
from casefolio.training.errors import TrainingError, lines_of, refuse

_NEAR, _FAR = 6, 3  # passages that do not answer, by shared words and at random
_HELD = "_held"
_WORDS = re.compile(r"\w{3,}")
_OF_ALL = ("passage", "header", "source", "language", "held", "named")  # fields that hold for each row of a line


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        asked: the question, or the claim.
        passage: what is read.
        header: what lends the passage its subject; empty where nothing does.
        answers: spans of the passage; empty where it does not answer.
        label: position in `LABELS` of a claim's row, -1 of a question's.
        source: set that it comes from.
        language: ISO 639-1 code.
        held: whether it is kept out of training.
        named: whether the question may be asked about a person that the header names (augmentation).
        paper: whether the passage is a paper of which a part may be read (augmentation).
        near: spans that only look as if they answered: where nothing does, a part is drawn around them.
    """

    asked: str
    passage: str
    header: str = ""
    answers: tuple[Span, ...] = ()
    label: int = -1
    source: str = ""
    language: str = "en"
    held: bool = False
    named: bool = False
    paper: bool = False
    near: tuple[Span, ...] = ()


def read_rows(path: Path) -> list[Row]:
    """Rows of a JSONL file.

    Raises:
        TrainingError: the file cannot be read, or naming line and field of what is faulty.
    """
    lines = lines_of(path)
    faults: list[str] = []
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            rows += _rows(value if isinstance(value, dict) else {}, path.stem)
        except (ValueError, RecursionError) as error:
            faults.append(f"line {number}: {str(error)[:100]}")
    refuse(path, faults, "see docs/training.md for the fields")
    if not rows:
        raise TrainingError(f"{path}: holds no row")
    return rows


def _rows(value: dict[str, Any], source: str) -> Iterator[Row]:
    """The rows of one line."""
    if not value.keys() & {"asked", "claims"}:
        yield _row(value, source)
        return
    if value.keys() & {"question", "claim", "answers", "label"} or not (value.get("asked") or value.get("claims")):
        raise ValueError("asked or claims must hold something, and stand alone")
    passage = _text(value, "passage")
    of_all: dict[str, Any] = {n: value[n] for n in _OF_ALL if n in value}
    for asked in _objects(value, "asked"):
        for question in _texts(asked, "questions"):
            row = _row(of_all | {"question": question, "answers": asked.get("answers")}, source)
            yield replace(row, paper=True, near=_spans(asked, "near", passage))
    for claim in _objects(value, "claims"):
        quote = passage if claim.get("quote") is None else claim["quote"]
        if not isinstance(quote, str) or not quote.strip() or quote not in passage:
            raise ValueError("a quote does not stand in the passage")
        yield _row(of_all | {"claim": claim.get("claim"), "passage": quote, "label": claim.get("label")}, source)


def _objects(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = value.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(f"{name} is no list of objects")
    return found


def _texts(value: dict[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    if not isinstance(found, list) or not found:
        raise ValueError(f"{name} is missing or no list")
    return found


def _row(value: dict[str, Any], source: str) -> Row:
    passage = _text(value, "passage")
    rest: dict[str, Any] = {
        "source": str(value.get("source") or source),
        "language": str(value.get("language") or "en"),
        "held": bool(value.get("held")),
        "named": bool(value.get("named")),
    }
    if "claim" in value:
        if value.get("label") not in LABELS:
            raise ValueError(f"label is {value.get('label')!r}, one of {', '.join(LABELS)}")
        return Row(_text(value, "claim"), passage, label=LABELS.index(value["label"]), **rest)
    if not isinstance(value.get("answers"), list):
        raise ValueError("answers is no list")
    spans = _spans(value, "answers", passage)
    return Row(_text(value, "question"), passage, str(value.get("header") or ""), spans, **rest)


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} is missing or no text")
    return text


def _spans(value: dict[str, Any], name: str, passage: str) -> tuple[Span, ...]:
    return tuple(_span(one, passage) for one in _objects(value, name))


def _span(answer: Any, passage: str) -> Span:
    start, text = answer.get("start"), answer.get("text")
    if start is None and isinstance(text, str):
        start = passage.find(text)
    end = answer.get("end", start + len(text) if isinstance(text, str) and isinstance(start, int) else None)
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(passage):
        raise ValueError("an answer does not stand in the passage")
    return Span(start, end)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A passage of a case folder."""

    file: str
    span: Span
    text: str
    header: str
    words: frozenset[str]


def rows_of_folder(case: CaseFolder, token_spans: TokenSpans, seed: int) -> list[Row]:
    """The rows of a case folder on the passages that the index makes.

    Every passage with gold of a question is a row that answers (one that holds the tempting miss, a row that does
    not), and some of the others are rows that do not answer: those that share most words with the question, and some
    at random. Where the latest value is asked for, the likest passages are left out: an older value may stand there.
    """
    rng = np.random.default_rng([seed, *case.name.encode()])
    units = list(_units(case, token_spans))
    source, held = f"corpus_{case.folder.resolve().parent.name}", case.name.endswith(_HELD)
    language = next(iter(case.documents.values())).language if case.documents else "en"
    rest: dict[str, Any] = {"source": source, "language": language, "held": held}
    rows: list[Row] = []
    for question in case.questions:
        asked = [question.text]
        plain = question.text.lower().rstrip("?")
        if plain != question.text and rng.random() < 0.35 and not held:
            asked.append(plain)
        for text in asked:
            rows += [Row(text, u.text, u.header, answers, **rest) for u, answers in _chosen(question, units, rng)]
    for claim in case.claims:
        text = claim.place.span.of(case.documents[claim.place.document].text)
        label = LABELS.index(claim.label)
        rows.append(Row(claim.text, text, label=label, **rest))
        rows += [
            Row(claim.text, u.text, label=label, **rest)
            for u in units
            if u.file == claim.place.document and u.span.contains(claim.place.span) and rng.random() < 0.6 and not held
        ]
    return rows


def _units(case: CaseFolder, token_spans: TokenSpans) -> Iterator[_Unit]:
    for name, document in case.documents.items():
        identity = identify(document)
        for piece in chunk(document, token_spans):
            text = piece.span.of(document.text)
            head = header_of(f"{case.name}/{name}", identity, piece)
            yield _Unit(name, piece.span, text, head, frozenset(_WORDS.findall(text.lower())))


def _chosen(
    question: Question, units: Sequence[_Unit], rng: np.random.Generator
) -> Iterator[tuple[_Unit, tuple[Span, ...]]]:
    places = question.gold or question.near
    taken, words = set(), set(_WORDS.findall(question.text.lower()))
    for i, unit in enumerate(units):
        inside = tuple(
            Span(max(p.span.start, unit.span.start) - unit.span.start, min(p.span.end, unit.span.end) - unit.span.start)
            for p in places
            if p.document == unit.file and p.span.overlaps(unit.span)
        )
        if inside:
            taken.add(i)
            yield unit, inside if question.gold else ()
    left = [i for i in range(len(units)) if i not in taken]
    left.sort(key=lambda i: -len(words & units[i].words) - rng.random() * 0.5)
    near = [] if question.kind == "latest" else left[:_NEAR]
    far = [left[int(k)] for k in rng.permutation(np.arange(min(_NEAR, len(left)), len(left)))[:_FAR]]
    for i in [*near, *far]:
        yield units[i], ()
