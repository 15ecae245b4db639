"""What comes of laying one fact of a claim against a quote, and where a passage speaks of a claim at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from casefolio.ingest.document import Span
from casefolio.ingest.meaning.facts import Profile

Status = Literal["agree", "conflict", "missing"]
# A quote of more content words than this is a passage: the same words stand in it for several reasons.
LONG = 60
# No word is held against more than so many occurrences.
OCCURRENCES = 24


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact of the claim against the quote; `strength` is how alike the surroundings are, 0 to 1."""

    kind: str
    status: Status
    claim: Span | None
    quote: Span | None
    strength: float = 1.0
    detail: str = ""


def speaking_sentences(claim: Profile, quote: Profile) -> frozenset[int] | None:
    """Sentences of a passage that speak of what the claim says: those that share most of its words, at least half.

    None for a short quote, where every sentence may.
    """
    if len(quote.content) <= LONG:
        return None
    votes: Counter[int] = Counter()
    keys = {claim.keys[i] for i in claim.content}
    for key in keys:
        votes.update({quote.words[j].sentence for j in quote.by_key.get(key, [])[:OCCURRENCES]})
    most = max(votes.values(), default=0)
    if 2 * most < len(keys):
        return frozenset()
    return frozenset(number for number, count in votes.items() if count >= 0.8 * most)
