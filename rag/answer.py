"""The nouns of answering: Verdict, Citation, Claim, Answer. Frozen values that turn into plain JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Span

Status = Literal["supported", "abstained", "unread"]
VerdictLabel = Literal["supported", "contradicted", "unsupported"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict fell as it did: words of the claim against words of the quote.

    `kind` is what disagrees or agrees: `number`, `dose`, `date`, `side`, `negation`, `person`, `party`, `reference`,
    `modality`, `severity`, `time`, `certainty`, `coverage`. Either span is None where that side has no such words.
    """

    kind: str
    claim: Span | None
    quote: Span | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a quote supports a claim; `score` is the probability of support, 0 to 1."""

    label: VerdictLabel
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A line of a quote on the picture of its page.

    `corners` are upper left, upper right, lower right and lower left as the text is read, (x, y) in points from the
    page's upper left corner; on a picture without a resolution, in its pixels.
    """

    page: int
    corners: tuple[tuple[float, float], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the command line prints them."""
        return {"page": self.page, "corners": [list(corner) for corner in self.corners]}


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands: `text_of(document)[span.start:span.end] == quote`.

    `highlight` is the answer itself within the quote, where one was found; it points into the document as `span` does.
    `boxes` are its lines on the pictures of its pages, where these were asked for (`Library.boxed`).
    """

    document: str
    sha256: str
    page: int
    span: Span
    quote: str
    verdict: Verdict | None = None
    highlight: Span | None = None
    boxes: tuple[Box, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the command line prints them."""
        return {
            "document": self.document,
            "sha256": self.sha256,
            "page": self.page,
            "start": self.span.start,
            "end": self.span.end,
            "quote": self.quote,
            "verdict": self.verdict.label if self.verdict else None,
            "highlight": [self.highlight.start, self.highlight.end] if self.highlight else None,
            **({"boxes": [box.as_json() for box in self.boxes]} if self.boxes else {}),
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer, its place in `Answer.text`, and what it rests on.

    `written` says that a model wrote it; otherwise it is a quote, to the letter. `flags` say what is wrong with it,
    where it is shown all the same: `contradicted`, `unsupported`, `uncited`, `altered` (a quotation that is not to the
    letter), `person` (the document is about somebody else), `beside` (true to its page, but no answer).
    """

    text: str
    span: Span
    citations: tuple[Citation, ...] = ()
    flags: tuple[str, ...] = ()
    written: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the command line prints them."""
        return {
            "text": self.text,
            "start": self.span.start,
            "end": self.span.end,
            "citations": [c.as_json() for c in self.citations],
            "flags": list(self.flags),
            **({"written": True} if self.written else {}),
        }


@dataclass(frozen=True, slots=True)
class UnreadPages:
    """Pages in scope that could not be read; no numbers means the whole file."""

    document: str
    pages: tuple[int, ...]
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the command line prints them."""
        return {"document": self.document, "pages": list(self.pages), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, what is answered, and the evidence. Bad behaviour of a model is data in here, not an exception.

    Attributes:
        status: `supported`; `abstained` (the pages read do not answer); `unread` (they do not, and others in scope
            could not be read).
        hits: what retrieval gave, best first.
        unread: pages in scope that could not be read.
        model: name of the generator.
        prompt_sha256: of the rendered prompt; empty where no model was asked.
        elapsed_s: wall time of retrieval and answering, seconds.
        notes: plain sentences for the reader (two patients of that name, dropped claims, passages without vectors).
        asked: the question as it was rewritten to stand alone; empty where it did already.
        nearest: where nothing answers, the quotes that came nearest; they are no answer.
        language: code of the language of the answer's own words: that of the question.
    """

    question: str
    status: Status
    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    unread: tuple[UnreadPages, ...] = ()
    model: str = "extractive"
    prompt_sha256: str = ""
    elapsed_s: float = 0.0
    notes: tuple[str, ...] = ()
    asked: str = ""
    nearest: tuple[Citation, ...] = ()
    language: str = "en"

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the command line prints them."""
        return {
            "question": self.question,
            **({"asked": self.asked} if self.asked else {}),
            "status": self.status,
            "text": self.text,
            "claims": [c.as_json() for c in self.claims],
            "citations": [c.as_json() for c in self.citations],
            "unread": [u.as_json() for u in self.unread],
            "notes": list(self.notes),
            "nearest": [c.as_json() for c in self.nearest],
            "language": self.language,
            "model": self.model,
            "elapsed_s": round(self.elapsed_s, 4),
        }
