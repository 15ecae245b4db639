"""The reader's view of a claim and its quote, beside the rules; None where its weights or its table are missing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Protocol

from casefolio.ingest.document import Span
from casefolio.ingest.errors import EncoderError
from casefolio.ingest.meaning.compared_words import words
from casefolio.ingest.sentences import sentence_spans
from casefolio.verification.evidence import content_keys

if TYPE_CHECKING:
    from casefolio.reader.model import Relation

MISSING = "the reader's weights are missing: verdicts rest on the rules alone"
# The reader sees some 288 tokens of a quote; of a longer one it is given the part that speaks of the claim.
_SEEN = 900


class Reader(Protocol):
    """What judges (claim, quote) pairs: probabilities of supports, contradicts, neither."""

    def claims(self, judged: Sequence[tuple[str, str]]) -> list[Relation]:
        """One triple for each pair, in order."""


@cache
def reader() -> Reader | None:
    """The shipped judge of claims, opened at the first one; None where it cannot be opened."""
    from casefolio.reader.model import shipped_judge

    try:
        return shipped_judge()
    except EncoderError:
        return None


def relations(pairs: Sequence[tuple[str, str]], language: str) -> list[Relation] | None:
    """The reader's probabilities for (claim, quote) each; None without a reader."""
    found = reader()
    if found is None or not pairs:
        return None if found is None else []
    return found.claims([(claim, speaking_part(claim, quote, language)) for claim, quote in pairs])


def speaking_part(claim: str, quote: str, language: str) -> str:
    """A quote, or of a long one the sentences around the one that shares most words with the claim."""
    if len(quote) <= _SEEN:
        return quote
    spans = sentence_spans(quote, language)
    keys = frozenset(content_keys(words(claim, language)))
    shared = [len(keys & frozenset(content_keys(words(s.of(quote), language)))) for s in spans]
    first = last = max(range(len(spans)), key=lambda i: (shared[i], -i))
    while True:
        before = first > 0 and spans[last].end - spans[first - 1].start <= _SEEN
        after = last + 1 < len(spans) and spans[last + 1].end - spans[first].start <= _SEEN
        if not before and not after:
            break
        if before and (not after or shared[first - 1] >= shared[last + 1]):
            first -= 1
        else:
            last += 1
    return Span(spans[first].start, spans[last].end).of(quote)[: 2 * _SEEN]
