"""Which sentences may answer: those of the few documents that a question most likely means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from indexes.hit import Hit
from ingest.document import Document
from rag.generators.candidates import Candidate, candidates, of_whole

# A document by its path, or all of its passages where no more is at hand.
Whole = Callable[[str], Document | Sequence[Hit] | None]
_NAMED = 10.0  # weight of the first document named
_READ_WHOLE = 3  # documents that are read from end to end
_LONGEST = 600_000  # characters; longer documents are judged by their hits alone


def gather(
    hits: Sequence[Hit], documents: Sequence[str], whole: Whole | None, *, only: bool = False
) -> list[Candidate]:
    """The sentences that may answer: of the few documents most likely meant, read whole where that is possible.

    A document is likely by the reciprocal ranks of its hits, and most by being named. Whether it is about the person or
    the parties that are meant is for its own words to say (`of_the_named`).

    Args:
        hits: what retrieval gave.
        documents: paths of the documents that the question names; may be empty.
        whole: gives a document by its path.
        only: whether no other document may answer.
    """
    weight: dict[str, float] = {d: _NAMED - place for place, d in enumerate(documents)}
    for hit in hits:
        if not (only and documents) or hit.document in documents:
            weight[hit.document] = weight.get(hit.document, 0.0) + 1 / hit.rank
    out: list[Candidate] = []
    for place, path in enumerate(sorted(weight, key=lambda d: (-weight[d], d))):
        own = [h for h in hits if h.document == path]
        out.extend(_of(own, whole(path) if whole is not None and place < _READ_WHOLE else None))
    return out


def _of(own: list[Hit], document: Document | Sequence[Hit] | None) -> list[Candidate]:
    if isinstance(document, Document):
        return of_whole(document, own) if len(document.text) <= _LONGEST else candidates(own)
    if document:
        ranks = {h.chunk.id: h.rank for h in own}
        return candidates([replace(p, rank=ranks.get(p.chunk.id, 0)) for p in document])
    return candidates(own)


def remembered(whole: Whole | None) -> Whole | None:
    """The same reader, asking for each document once."""
    if whole is None:
        return None
    known: dict[str, Document | Sequence[Hit] | None] = {}

    def read(path: str) -> Document | Sequence[Hit] | None:
        if path not in known:
            known[path] = whole(path)
        return known[path]

    return read


def text_of(hits: Sequence[Hit], whole: Whole | None) -> Callable[[str], str]:
    """A function from a path to all that is known of that document's text."""
    known: dict[str, str] = {}

    def of(path: str) -> str:
        if path not in known:
            document = whole(path) if whole is not None else None
            if isinstance(document, Document):
                known[path] = document.text
            else:
                known[path] = "\n".join(h.text for h in (document or [h for h in hits if h.document == path]))
        return known[path]

    return of


def heading_of(whole: Whole | None) -> Callable[[str, int], str]:
    """A function from a path and a position to the title of the innermost section there, empty where it has none."""

    def of(path: str, position: int) -> str:
        document = whole(path) if whole is not None else None
        if not isinstance(document, Document):
            return ""
        inside = [s.title for s in document.sections if s.span.start <= position < s.span.end]
        return inside[-1] if inside else ""

    return of


def date_of(whole: Whole | None) -> Callable[[str], str]:
    """A function from a path to the ISO date of that document, empty where it has none."""
    known: dict[str, str] = {}

    def of(path: str) -> str:
        if path not in known:
            from ingest.identity.dating import document_day

            document = whole(path) if whole is not None else None
            known[path] = document_day(document) if isinstance(document, Document) else ""
        return known[path]

    return of
