"""From hits to an answer: what `Library.ask` calls once retrieval has spoken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from indexes.encoders.base import Encoder
from indexes.hit import Hit
from ingest.document import Document, Span
from ingest.language import detect_language
from rag.answer import Answer, Citation, Claim, UnreadPages, Verdict
from rag.generators.candidates import Candidate, candidates, of_whole
from rag.generators.extractive import Choice, choose, default_threshold, further, of_the_named
from rag.generators.question import analyse
from rag.wording import say

Whole = Callable[[str], Document | None]
_READ_WHOLE = 3  # documents that are read from end to end
_LONGEST = 600_000  # characters; longer documents are judged by their hits alone
_QUOTES = 2  # citations of an extractive answer that is no list
_NEAREST = 3


def answer_from_hits(
    question: str,
    hits: Sequence[Hit],
    *,
    language: str = "",
    documents: Sequence[str] = (),
    unread: Sequence[UnreadPages] = (),
    encoder: Encoder | None = None,
    threshold: float | None = None,
    whole: Whole | None = None,
    started: float | None = None,
    notes: Sequence[str] = (),
) -> Answer:
    """Answer from passages, extractively: verbatim sentences, or none.

    Args:
        question: as the user put it.
        hits: what retrieval gave, best first.
        language: of the question; detected where it is not given.
        documents: paths of the documents that the question names, where retrieval knows; others cannot answer then.
        unread: pages in scope that could not be read.
        encoder: asked for the similarity of the few best sentences; without it words alone decide.
        threshold: probability below which no sentence counts as an answer; the calibrated one by default.
        whole: gives a document by its path; the documents that the question means are then read from end to end
            instead of by their hits alone.
        started: `time.perf_counter()` when retrieval began, for `elapsed_s`.
        notes: sentences for the reader that retrieval left.
    """
    began = time.perf_counter() if started is None else started
    language = language or detect_language(question)
    asked = analyse(question, language)
    limit = default_threshold(asked) if threshold is None else threshold
    sentences = of_the_named(asked, gather(hits, documents, whole))
    kept = further(choose(asked, sentences, encoder), limit, _QUOTES)
    citations = tuple(cite(group) for group in adjacent(kept))
    text, claims = _quoted(citations)
    status = "supported" if citations else "unread" if unread else "abstained"
    said = list(notes)
    if not citations:
        text = say(status, language)
        said.extend(_nearest(hits, language))
    return Answer(
        question=question,
        status=status,  # type: ignore[arg-type]
        text=text,
        claims=claims,
        citations=citations,
        hits=tuple(hits),
        unread=tuple(unread),
        elapsed_s=time.perf_counter() - began,
        notes=tuple(said),
    )


def gather(hits: Sequence[Hit], documents: Sequence[str], whole: Whole | None) -> list[Candidate]:
    """The sentences that may answer: of the few documents most likely meant, read whole where that is possible.

    A document is likely by the reciprocal ranks of its hits; those that the question names leave no room for others.
    """
    weight: dict[str, float] = dict.fromkeys(documents, 0.0)
    for hit in hits:
        if not documents or hit.document in weight:
            weight[hit.document] = weight.get(hit.document, 0.0) + 1 / hit.rank
    out: list[Candidate] = []
    for place, path in enumerate(sorted(weight, key=lambda d: (-weight[d], d))):
        document = whole(path) if whole is not None and place < _READ_WHOLE else None
        if document is not None and len(document.text) <= _LONGEST:
            out.extend(of_whole(document, hits))
        else:
            out.extend(candidates([h for h in hits if h.document == path]))
    return out


def adjacent(choices: Iterable[Choice]) -> list[list[Choice]]:
    """Choices grouped where only blanks stand between them in one passage; groups keep the order of their best."""
    groups: list[list[Choice]] = []
    for choice in choices:
        near = next((g for g in groups if any(_touch(choice, other) for other in g)), None)
        if near is None:
            groups.append([choice])
        else:
            near.append(choice)
    return groups


def _touch(a: Choice, b: Choice) -> bool:
    if a.candidate.hit.chunk.id != b.candidate.hit.chunk.id:
        return False
    first, last = sorted((a.candidate.span, b.candidate.span))
    base = a.candidate.hit.chunk.span.start
    return not a.candidate.hit.text[first.end - base : last.start - base].strip()


def cite(group: Sequence[Choice]) -> Citation:
    """One citation over adjacent sentences of one passage."""
    hit = group[0].candidate.hit
    span = Span(min(c.candidate.span.start for c in group), max(c.candidate.span.end for c in group))
    return citation_of(hit, span, Verdict("supported", max(c.score for c in group)))


def citation_of(hit: Hit, span: Span, verdict: Verdict | None) -> Citation:
    """The citation of a span (in `Document.text`) inside a hit; its page is counted by the page breaks before it."""
    start, end = span.start - hit.chunk.span.start, span.end - hit.chunk.span.start
    pages = hit.chunk.pages or (1,)
    page = pages[min(len(pages) - 1, hit.text[:start].count("\f"))]
    return Citation(hit.document, hit.sha256, page, span, hit.text[start:end], verdict)


def _quoted(citations: Sequence[Citation]) -> tuple[str, tuple[Claim, ...]]:
    """The quotes below one another, and one claim for each."""
    claims, at = [], 0
    for citation in citations:
        claims.append(Claim(citation.quote, Span(at, at + len(citation.quote)), (citation,)))
        at += len(citation.quote) + 1
    return "\n".join(c.quote for c in citations), tuple(claims)


def _nearest(hits: Sequence[Hit], language: str) -> list[str]:
    """Where to read on when nothing answers."""
    places = dict.fromkeys((h.document, h.chunk.pages[0] if h.chunk.pages else 1) for h in hits[: 2 * _NEAREST])
    named = [say("place", language).format(document=d, page=p) for d, p in list(places)[:_NEAREST]]
    return [say("nearest", language).format(places="; ".join(named))] if named else []
