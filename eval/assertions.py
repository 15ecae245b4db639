"""Assertion sets: is the concept negated, of the past, someone else's? F1 of each against human labels.

{"id", "sentence" or "text", "concept", "start", "end", "negated", "temporality"?, "experiencer"?, "group"?,
 "language"?}
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from casefolio.eval.cases import fingerprint
from casefolio.eval.faults import Faults, Row, read_rows, unique_id
from casefolio.eval.measures.assertions import ASPECTS
from casefolio.eval.measures.score_tables import Record
from casefolio.eval.tasks import Direct, Produced
from casefolio.ingest.document import Span

# What annotators call someone other than the patient.
PATIENT = ("patient", "")
Annotator = Callable[[str, Span, str | None], dict[str, bool]]


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept in a sentence and what is asserted of it; an aspect without a label is absent."""

    id: str
    text: str
    span: Span
    labels: tuple[tuple[str, bool], ...]
    group: str
    language: str


@dataclass(frozen=True, slots=True)
class AssertionSet:
    """An assertion set that was found sound."""

    name: str
    folder: Path
    sha256: str
    mentions: tuple[Mention, ...]


def read_assertion_set(path: Path, name: str, faults: Faults) -> AssertionSet:
    """Reads and checks an assertion set."""
    seen: dict[str, int] = {}
    mentions = tuple(_mention(row, seen) for row in read_rows(path, str(path), faults))
    return AssertionSet(name, path.parent, fingerprint(path.parent, [path]), mentions)


def _mention(row: Row, seen: dict[str, int]) -> Mention:
    found = unique_id(row, seen)
    text = row.text("sentence" if "sentence" in row.values else "text")
    start, end = row.integer("start"), row.integer("end")
    concept = row.text("concept", "")
    if not 0 <= start < end <= len(text):
        row.fault("end", f"{start}-{end} is no stretch of the sentence ({len(text)} characters)")
        start, end = 0, 0
    elif concept and text[start:end].casefold() != concept.casefold():
        row.fault("concept", f"{concept!r} is not what stands at {start}-{end}")
    labels = [("negated", row.flag("negated"))]
    if "temporality" in row.values:
        labels.append(("historical", row.text("temporality") == "historical"))
    if "experiencer" in row.values:
        labels.append(("other person", row.text("experiencer") not in PATIENT))
    return Mention(found, text, Span(start, end), tuple(labels), row.text("group", text), row.text("language", "und"))


def house_annotator(text: str, span: Span, language: str | None) -> dict[str, bool]:
    """What `ingest.meaning.annotate` finds of one span."""
    from casefolio.ingest.meaning import annotate

    found = annotate(text, language, [span])[0]
    return {
        "negated": found.negated,
        "historical": found.temporality == "historical",
        "other person": found.experiencer != "patient",
    }


def flag_everything(text: str, span: Span, language: str | None) -> dict[str, bool]:
    """The baseline that finds every aspect in every mention."""
    return dict.fromkeys(ASPECTS, True)


class AssertionTask(Direct):
    """One annotator on one assertion set."""

    kind = "assertions"

    def __init__(self, assertion_set: AssertionSet, name: str, annotator: Annotator) -> None:
        self.set_name, self.set_sha256, self.name = assertion_set.name, assertion_set.sha256, name
        self._set, self._annotator = assertion_set, annotator

    def items(self) -> Sequence[Mention]:
        """The mentions."""
        return self._set.mentions

    def facts(self, item: Mention) -> Record:
        """The sentence, the concept and its labels."""
        return {
            "id": item.id,
            "text": item.text,
            "start": item.span.start,
            "end": item.span.end,
            "labels": dict(item.labels),
            "group": item.group,
            "language": item.language,
        }

    def produce(self, item: Mention) -> Produced:
        """The aspects that were found."""
        found = self._annotator(item.text, item.span, None if item.language == "und" else item.language)
        return Produced({**self.facts(item), "found": found}, {})
