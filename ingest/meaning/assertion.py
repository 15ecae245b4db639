"""What a passage asserts, as frozen values with spans. Spans are characters of the text that was analysed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from casefolio.ingest.document import Span

Certainty = Literal["certain", "possible", "hypothetical"]
Temporality = Literal["recent", "historical", "planned"]
Experiencer = Literal["patient", "family", "other"]
Side = Literal["left", "right", "both", ""]
Severity = Literal["mild", "moderate", "severe", ""]
Modality = Literal["must", "may", "must_not", "need_not", ""]
State = Literal["begun", "changed", "held", "ended", "declined", "planned", "replaced", "restored", ""]


@dataclass(frozen=True, slots=True)
class Cue:
    """The words that made a rule fire: `kind` is the field it set, `value` what it was set to."""

    kind: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit in canonical form.

    `value` and `high` (equal but for ranges) are in `unit`, the canonical unit of `dimension` (`mass`, `volume`,
    `length`, `time`, `money`, `percent`, `frequency`, `count`, `concentration`, …). `measures` are the words that
    name what is measured (a drug, a laboratory value, a limit), or empty.
    """

    span: Span
    value: float
    high: float
    unit: str
    dimension: str
    measures: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or duration. `start` and `end` are ISO 8601 dates (end inclusive) where known; a duration has `days`.

    A day without a year is `--04-03`, a month without one `--04`.
    `alternative` is the day in the other reading of an ambiguous `04/03/2021`.
    """

    span: Span
    kind: Literal["date", "month", "year", "duration", "relative"]
    start: str = ""
    end: str = ""
    days: float | None = None
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to a clause, section or statute (`§ 12 Abs. 3`, `Section 4.2(b)`, `제5조`), in canonical form."""

    span: Span
    canonical: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """What is asserted of one stretch of text (a concept, or a whole clause where none is given).

    `state` is what became of it: a drug, a diagnosis, a device, a treatment, a contract, a clause, a right, a claim.
    """

    span: Span
    negated: bool = False
    certainty: Certainty = "certain"
    temporality: Temporality = "recent"
    experiencer: Experiencer = "patient"
    side: Side = ""
    severity: Severity = ""
    modality: Modality = ""
    state: State = ""
    conditions: tuple[Span, ...] = ()
    cues: tuple[Cue, ...] = field(default=())
