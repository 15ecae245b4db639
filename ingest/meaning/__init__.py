"""What a passage asserts."""

from __future__ import annotations

from ingest.meaning.annotating import annotate, cues
from ingest.meaning.assertion import Assertion, Cue, Moment, Quantity, Reference

__all__ = ["Assertion", "Cue", "Moment", "Quantity", "Reference", "annotate", "cues"]
