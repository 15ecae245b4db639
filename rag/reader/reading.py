"""From hits to candidates: the sentences in which the reader sees an answer, and the words in them that are it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.analyzers import terms, words
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Span
from casefolio.ingest.identity import Identity
from casefolio.ingest.sentences import sentence_spans
from casefolio.reader.forms import form_of, without_time
from casefolio.reader.framing import header_of
from casefolio.reader.glossing import Glossary
from casefolio.reader.model import Output
from casefolio.reader.rows import rows_in

_PER_PASSAGE = 2  # sentences of one passage that may answer
LEAST_MASS = 0.1  # share of the span's probability that a sentence must hold
_LONGEST_SPAN = 48  # tokens
_LONGEST_LINE = 480  # characters above which a stretch of several lines is no sentence but a list: cut at its lines

_WHOLE = re.compile(r"\S(?:.*\S)?", re.DOTALL)
_LEADERS = re.compile(r"\.{4,}|…{2,}|_{4,}")  # they lead from a name to its value: each line says something of its own


class Model(Protocol):
    """What reads: `casefolio.reader.model.ReaderModel`, or a stand-in of a test."""

    def questions(self, asked: Sequence[tuple[str, str, str]]) -> Sequence[Output]:
        """Read (question, header, passage) each."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the reader gets it.

    Attributes:
        question: standing alone.
        bare: the same without the names in it.
        language: ISO 639-1.
        names: the names in it that the folder bears, as they stand.
        documents: paths of the documents that it names.
    """

    question: str
    bare: str
    language: str
    names: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence or row that may answer.

    Attributes:
        hit: the passage it stands in.
        span: of the sentence, in `Document.text`.
        highlight: of the answer itself, inside `span`.
        header: what the reader was told of the passage.
        answers: logit that the passage answers.
        margin: logits of the best span here above those of no span.
        mass: share of the span's probability that lies in this sentence, 0 to 1.
        day: ISO day that it is of, where a table or list tells; else empty.
    """

    hit: Hit
    span: Span
    highlight: Span
    header: str
    answers: float
    margin: float
    mass: float
    day: str = ""

    @property
    def text(self) -> str:
        """The sentence, to the letter."""
        base = self.hit.chunk.span.start
        return self.hit.text[self.span.start - base : self.span.end - base]


def read(asked: Asked, hits: Sequence[Hit], identities: Mapping[str, Identity], model: Model) -> list[Candidate]:
    """All sentences and rows of all hits, in the order of the hits, the likeliest of each first.

    Where the latest is asked for, the reader is asked for all of them: which is the latest, their days tell.

    Args:
        asked: the question.
        hits: the passages to read.
        identities: what their documents say they are, by path.
        model: the reader.
    """
    headers = [header_of(h.document, identities.get(h.document), h.chunk) for h in hits]
    readings = _readings(asked, hits)
    frames = [(q, head, h.text) for h, head, ways in zip(hits, headers, readings, strict=True) for q in ways.asked]
    outputs = iter(model.questions(frames))
    found: list[Candidate] = []
    for hit, head, ways in zip(hits, headers, readings, strict=True):
        found.extend(_in_passage(hit, head, ways.judged([next(outputs) for _ in ways.asked])))
    return found


@dataclass(frozen=True, slots=True)
class _Ways:
    """The questions that are put to one passage.

    Attributes:
        plain: as it is asked, or with the passage's names for it behind.
        loose: with looser names in their place, or empty; both ways together tell how likely it answers.
        thing: the one thing that it names, or empty; the better of the ways counts.
    """

    plain: str
    loose: str
    thing: str

    @property
    def asked(self) -> tuple[str, ...]:
        """The questions, without the empty ones."""
        return tuple(filter(None, (self.plain, self.loose, self.thing)))

    def judged(self, outputs: Sequence[Output]) -> Output:
        """One output of those to `asked`."""
        found = list(outputs)
        thing = [found.pop()] if self.thing else []
        best = max(found, key=_answers)
        both = replace(best, answers=sum(map(_answers, found)) / len(found))
        return max([both, *thing], key=_answers)


def _answers(output: Output) -> float:
    return output.answers


def _readings(asked: Asked, hits: Sequence[Hit], *, loosely: bool = False) -> list[_Ways]:
    """The ways in which the question is put to each passage; with a looser name in its place too if `loosely`."""
    form = form_of(asked.question, asked.language)
    timeless = without_time if form.latest else (lambda question, _: question)
    glossary = Glossary(timeless(asked.question, asked.language), asked.language)
    bare = Glossary(timeless(asked.bare, asked.language), asked.language) if form.yes_no else None
    out: list[_Ways] = []
    for hit in hits:
        plain, *loose = glossary.readings(hit.text, asked.language)
        thing = _only_thing(bare.asked_of(hit.text, asked.language), hit, asked.language) if bare is not None else ""
        out.append(_Ways(plain, loose[0] if loose and loosely else "", thing))
    return out


def _only_thing(question: str, hit: Hit, language: str) -> str:
    """The one thing that a question names, function words aside ("is he on apixaban"), if the passage names it too.

    Such a question asks what the passage says of the thing, and the reader knows a thing best by its bare name.
    """
    said = [word for word in words(question, language) if word.terms]
    if len(said) != 1 or not set(said[0].terms) <= set(terms(hit.text, hit.chunk.language)):
        return ""
    return question[said[0].start : said[0].end]


def read_alone(asked: Asked, candidates: Sequence[Candidate], headers: Sequence[str], model: Model) -> list[Candidate]:
    """Candidates after each was read once more by itself; what it gained is kept.

    Args:
        asked: the question.
        candidates: rows that structure tells from their neighbours.
        headers: what lends each its subject, its columns too.
        model: the reader.
    """
    passages = [replace(c.hit, chunk=replace(c.hit.chunk, span=c.span), text=c.text) for c in candidates]
    readings = _readings(asked, passages, loosely=True)  # structure tells that the row is of what is asked
    frames = [(q, head, h.text) for h, head, ways in zip(passages, headers, readings, strict=True) for q in ways.asked]
    outputs = iter(model.questions(frames)) if frames else iter(())
    out: list[Candidate] = []
    for c, head, passage, ways in zip(candidates, headers, passages, readings, strict=True):
        best = _in_passage(passage, head, ways.judged([next(outputs) for _ in ways.asked]))[:1]
        gained = best[0] if best and best[0].answers > c.answers else c
        out.append(replace(c, header=head, answers=gained.answers, margin=max(c.margin, gained.margin)))
    return out


def _in_passage(hit: Hit, head: str, output: Output) -> list[Candidate]:
    if not len(output.begin):
        return []
    starts = np.array([a for a, _ in output.offsets])
    begin, end = _softmax(output.begin), _softmax(output.end)
    base = hit.chunk.span.start
    out = []
    for a, b in units(hit.text, hit.chunk.language):
        first, last = np.searchsorted(starts, (a, b))
        if first == last:
            continue
        mass = float(begin[first:last].sum() + end[first:last].sum()) / 2
        i, j, logits = likeliest_span(output.begin[first:last], output.end[first:last])
        light = Span(base + max(a, output.offsets[first + i][0]), base + min(b, output.offsets[first + j][1]))
        light = _trimmed(hit.text, light, base)
        out.append(Candidate(hit, Span(base + a, base + b), light, head, output.answers, logits - output.none, mass))
    return sorted(out, key=lambda c: (-c.mass, c.span))


def best_of_passages(candidates: Sequence[Candidate], most: int = _PER_PASSAGE) -> list[Candidate]:
    """The likeliest sentences of each passage: the first whatever it has, others from a least share on.

    Args:
        candidates: of all passages.
        most: of one passage.
    """
    passages: dict[str, list[Candidate]] = {}
    for c in candidates:
        passages.setdefault(c.hit.chunk.id, []).append(c)
    out: list[Candidate] = []
    for found in passages.values():
        found.sort(key=lambda c: (-c.mass, c.span))
        out += [c for n, c in enumerate(found[:most]) if n == 0 or c.mass >= LEAST_MASS]
    return out


def likeliest_span(begin: NDArray[np.float32], end: NDArray[np.float32]) -> tuple[int, int, float]:
    """The best span that runs forward and is not too long.

    Args:
        begin, end: logits of tokens to begin and to end it, shape (tokens,); at least one.

    Returns:
        First and last token, and the sum of their two logits.
    """
    n = len(begin)
    both = begin[:, None] + end[None, :]
    allowed = np.triu(np.ones((n, n), bool)) & ~np.triu(np.ones((n, n), bool), _LONGEST_SPAN)
    at = int(np.where(allowed, both, -np.inf).argmax())
    return at // n, at % n, float(both.flat[at])


def _trimmed(text: str, span: Span, base: int) -> Span:
    start, end = span.start, span.end
    while start < end and text[start - base].isspace():
        start += 1
    while start < end and text[end - 1 - base].isspace():
        end -= 1
    return Span(start, end)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    e = np.exp(logits.astype(np.float64) - float(logits.max()))
    shares: NDArray[np.float64] = e / e.sum()
    return shares


def units(text: str, language: str) -> list[tuple[int, int]]:
    """Offsets of the sentences and rows of a passage, without blanks at their ends."""
    rows = [(span.start, span.end) for span, _ in rows_in(text)]
    found: list[tuple[int, int]] = []
    for span in sentence_spans(text, language):
        found += _beside(text, span.start, span.end, rows)
    return sorted({*found, *rows})


def _beside(text: str, start: int, end: int, rows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What a sentence has beside the rows in it, cut at its lines where it is a list."""
    edges = [start, *(edge for row in rows if row[0] < end and row[1] > start for edge in row), end]
    found: list[tuple[int, int]] = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        piece = text[a:b] if a < b else ""
        if not piece.strip():
            continue
        listed = _LEADERS.search(piece) or (len(piece) > _LONGEST_LINE and piece.count("\n") > 1)
        inner = re.finditer(r"\S[^\n]*\S|\S", piece) if "\n" in piece and listed else _WHOLE.finditer(piece)
        found += [(a + line.start(), a + line.end()) for line in inner]
    return found
