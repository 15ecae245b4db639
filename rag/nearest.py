"""Where to read on when nothing answers."""

from __future__ import annotations

from collections.abc import Sequence

from casefolio.indexes.hit import Hit
from casefolio.messages import say

_PLACES = 3


def nearest(hits: Sequence[Hit], language: str) -> list[str]:
    """One sentence that names the first few places of a ranking, or none where there are no hits."""
    places = dict.fromkeys((h.document, h.chunk.pages[0] if h.chunk.pages else 1) for h in hits)
    named = [say("place", language).format(document=d, page=p) for d, p in list(places)[:_PLACES]]
    return [say("nearest", language).format(places="; ".join(named))] if named else []
