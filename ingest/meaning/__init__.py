"""What a passage asserts."""

from __future__ import annotations

from ingest.meaning.annotating import annotate, cues, negates, sides
from ingest.meaning.assertion import Assertion, Cue, Moment, Quantity, Reference
from ingest.meaning.moments import moments
from ingest.meaning.quantities import quantities
from ingest.meaning.references import references

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
