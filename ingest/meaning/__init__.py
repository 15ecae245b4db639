"""What a passage asserts."""

from __future__ import annotations

from casefolio.ingest.meaning.annotating import annotate, cues, negates, sides
from casefolio.ingest.meaning.assertion import Assertion, Cue, Moment, Quantity, Reference
from casefolio.ingest.meaning.moments import moments
from casefolio.ingest.meaning.quantities import quantities
from casefolio.ingest.meaning.references import references

__all__ = [
    "Assertion",
    "Cue",
    "Moment",
    "Quantity",
    "Reference",
    "annotate",
    "cues",
    "moments",
    "negates",
    "quantities",
    "references",
    "sides",
]
