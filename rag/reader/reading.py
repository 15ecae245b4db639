"""From hits to candidates: the sentences in which the reader sees an answer, and the words in them that are it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.analyzers import fold
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Span
from casefolio.ingest.identity import Identity
from casefolio.ingest.sentences import sentence_spans
from casefolio.reader.framing import header_of
from casefolio.reader.glossing import Glossary
from casefolio.reader.model import Output
from casefolio.reader.rows import rows_in

READ = 20  # passages that are read for a question; 24 change no answer (benchmarks/RESULTS.md)
_PER_PASSAGE = 2  # sentences of one passage that may answer
_CHECKED, _CHECKED_LIST = 8, 12  # candidates that are read by themselves too; of a list as many as it quotes
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
class Alone:
    """What the reader says of a sentence without its neighbours; logits as those of `Candidate`."""

    answers: float
    margin: float


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
        alone: what the reader says of the sentence by itself; None where it was not asked.
    """

    hit: Hit
    span: Span
    highlight: Span
    header: str
    answers: float
    margin: float
    mass: float
    day: str = ""
    alone: Alone | None = None

    @property
    def text(self) -> str:
        """The sentence, to the letter."""
        base = self.hit.chunk.span.start
        return self.hit.text[self.span.start - base : self.span.end - base]


def read(asked: Asked, hits: Sequence[Hit], identities: Mapping[str, Identity], model: Model) -> list[Candidate]:
    """All sentences and rows of all hits, in the order of the hits, the likeliest of each first.

    Args:
        asked: the question.
        hits: the passages to read.
        identities: what their documents say they are, by path.
        model: the reader.
    """
    headers = [header_of(h.document, identities.get(h.document), h.chunk) for h in hits]
    glossary = Glossary(asked.question, asked.language)
    frames = [(glossary.asked_of(h.text, asked.language), head, h.text) for h, head in zip(hits, headers, strict=True)]
    seen = zip(hits, headers, model.questions(frames), strict=True)
    return [candidate for hit, head, output in seen for candidate in _in_passage(hit, head, output)]


def _joint(outputs: Sequence[Output]) -> Output:
    """One output of several ways to ask: the best, as likely to answer as all of them say together."""
    best = max(outputs, key=lambda output: output.answers)
    return replace(best, answers=sum(output.answers for output in outputs) / len(outputs))


def read_alone(asked: Asked, candidates: Sequence[Candidate], headers: Sequence[str], model: Model) -> list[Candidate]:
    """Candidates after each was read once more by itself; what it gained is kept.

    Args:
        asked: the question.
        candidates: rows that structure tells from their neighbours.
        headers: what lends each its subject, its columns too.
        model: the reader.
    """
    glossary = Glossary(asked.question, asked.language)
    ways = [glossary.readings(c.text, asked.language) for c in candidates]
    frames = [(q, head, c.text) for c, head, asks in zip(candidates, headers, ways, strict=True) for q in asks]
    outputs = iter(model.questions(frames)) if frames else iter(())
    out: list[Candidate] = []
    for c, head, asks in zip(candidates, headers, ways, strict=True):
        passage = replace(c.hit, chunk=replace(c.hit.chunk, span=c.span), text=c.text)
        best = _in_passage(passage, head, _joint([next(outputs) for _ in asks]))[:1]
        gained = best[0] if best and best[0].answers > c.answers else c
        out.append(replace(c, header=head, answers=gained.answers, margin=max(c.margin, gained.margin)))
    return out


def checked(
    asked: Asked, candidates: Sequence[Candidate], header: Callable[[Candidate], str], model: Model, many: bool
) -> list[Candidate]:
    """Candidates in their order, the likeliest of them with what the reader says of each without its neighbours.

    A passage that answers lends its likelihood to all that stands in it; a sentence that answers does so by itself too.
    Whose file it is the guards know; a sentence of which nothing says so is asked without the names.

    Args:
        asked: the question.
        candidates: all that are weighed.
        header: what lends one its subject, its columns too.
        model: the reader.
        many: whether a list is asked for.
    """
    order = [-c.answers - 2 * c.mass for c in candidates]
    likely = sorted(range(len(candidates)), key=order.__getitem__)
    likely = likely[: _CHECKED_LIST if many else _CHECKED]
    whole, bare = (Glossary(question, asked.language) for question in (asked.question, asked.bare))
    frames = []
    for head, text in ((header(candidates[n]), candidates[n].text) for n in likely):
        glossary = whole if not asked.names or _names_one(f"{head} {text}", asked.names) else bare
        frames.append((glossary.asked_of(text, asked.language), head, text))
    out = list(candidates)
    for n, output in zip(likely, model.questions(frames) if frames else (), strict=True):
        if len(output.begin):
            _, _, logits = likeliest_span(output.begin, output.end)
            out[n] = replace(out[n], alone=Alone(output.answers, logits - output.none))
    return out


def _names_one(text: str, names: Sequence[str]) -> bool:
    """Whether a text has a word of one of the names; a Korean one may bear a particle."""
    written = fold(text)
    return any(fold(word) in written for name in names for word in name.split() if len(word) > 1)


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
