"""Grounding sets: which responses, and which stretches of them, the contexts do not support.

    {"id", "question"?, "contexts": [...], "response", "labels": [{"start", "end"}], "group"?, "language"?}

A label marks an unsupported stretch. Every F1 is read beside that of flagging everything, and beside a lexical gate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from casefolio.eval.cases import fingerprint
from casefolio.eval.faults import Faults, Row, read_rows, unique_id
from casefolio.eval.measures.answers import tokens
from casefolio.eval.measures.score_tables import Record
from casefolio.eval.tasks import Direct, Produced
from casefolio.ingest.document import Span


@dataclass(frozen=True, slots=True)
class Response:
    """What a model said to a question, given contexts, and what of it people found unsupported."""

    id: str
    question: str
    contexts: tuple[str, ...]
    response: str
    labels: tuple[Span, ...]
    group: str
    language: str


@dataclass(frozen=True, slots=True)
class GroundingSet:
    """A grounding set that was found sound."""

    name: str
    folder: Path
    sha256: str
    responses: tuple[Response, ...]


def read_grounding_set(path: Path, name: str, faults: Faults) -> GroundingSet:
    """Reads and checks a grounding set."""
    seen: dict[str, int] = {}
    responses = tuple(_response(row, seen) for row in read_rows(path, str(path), faults))
    return GroundingSet(name, path.parent, fingerprint(path.parent, [path]), responses)


def _response(row: Row, seen: dict[str, int]) -> Response:
    found = unique_id(row, seen)
    text = row.text("response", empty=True)
    labels = []
    for label in row.rows("labels"):
        start, end = label.integer("start"), label.integer("end")
        if start < 0 or end < 0:
            continue
        if not start < end <= len(text):
            label.fault("end", f"{start}-{end} is no stretch of the response ({len(text)} characters)")
        else:
            labels.append(Span(start, end))
    question = row.text("question", "", empty=True)
    # Answers to one question share their contexts: they are not independent.
    group = row.text("group", question or found)
    return Response(found, question, row.texts("contexts"), text, tuple(labels), group, row.text("language", "und"))


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector says: `grounded` is the probability that all of the response is supported, 0 to 1."""

    grounded: float
    flagged: tuple[Span, ...]


class Detector(Protocol):
    """Finds what contexts do not support."""

    def __call__(self, response: str, contexts: Sequence[str], question: str, language: str | None) -> Detection:
        """One response held against its contexts."""


def flag_everything(response: str, contexts: Sequence[str], question: str, language: str | None) -> Detection:
    """The baseline: nothing is grounded."""
    return Detection(0.0, (Span(0, len(response)),))


# A sentence ends at its mark or at a line; enough for a baseline that must not depend on what it is a baseline of.
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s)[^.!?\n]*)*[.!?]*")
GATE = 0.5


def lexical_gate(response: str, contexts: Sequence[str], question: str, language: str | None) -> Detection:
    """The plain gate: the share of a sentence's words that stand in the contexts; the worst sentence decides."""
    known = set(tokens(" ".join((*contexts, question))))
    shares = []
    for match in _SENTENCE.finditer(response):
        words = [w for w in tokens(match.group()) if len(w) > 3 or w.isdigit()]
        if words:
            shares.append((sum(w in known for w in words) / len(words), Span(*match.span())))
    if not shares:
        return Detection(1.0, ())
    return Detection(min(s for s, _ in shares), tuple(span for s, span in shares if s < GATE))


def house_detector(response: str, contexts: Sequence[str], question: str, language: str | None) -> Detection:
    """What `casefolio.verifying.grounding` finds: claims that no context supports."""
    from casefolio.verifying import grounding

    found = grounding(question, contexts, response, language)
    return Detection(found.score, tuple(c.span for c in found.claims if c.label != "supported"))


class GroundingTask(Direct):
    """One detector on one grounding set."""

    kind = "grounding"

    def __init__(self, grounding_set: GroundingSet, name: str, detector: Detector) -> None:
        self.set_name, self.set_sha256, self.name = grounding_set.name, grounding_set.sha256, name
        self._set, self._detector = grounding_set, detector

    def items(self) -> Sequence[Response]:
        """The responses."""
        return self._set.responses

    def facts(self, item: Response) -> Record:
        """The response and its labels; of the contexts only what a reader of the report needs."""
        return {
            "id": item.id,
            "question": item.question,
            "response": item.response,
            "labels": [[s.start, s.end] for s in item.labels],
            "contexts": list(item.contexts),
            "group": item.group,
            "language": item.language,
        }

    def produce(self, item: Response) -> Produced:
        """What was detected."""
        language = None if item.language == "und" else item.language
        found = self._detector(item.response, item.contexts, item.question, language)
        flagged = [[s.start, s.end] for s in found.flagged]
        return Produced({**self.facts(item), "grounded": round(found.grounded, 6), "flagged": flagged}, {})
