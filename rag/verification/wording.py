"""A claim in its quote's own words for what both have, so that the reader compares meanings and not notations.

"Levothyroxine 100 mcg" and "L-thyroxine 0.1 mg" are the same: the rules know it exactly, and a reader of some millions
of weights does not; it takes them for a contradiction. What the rules found to agree is therefore put into the claim
as the quote writes it before the reader sees it. What they found to differ stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from casefolio.ingest.meaning.facts import Profile
from casefolio.ingest.meaning.finding import Finding
from casefolio.ingest.meaning.named_things import called_otherwise

_SPELLED = frozenset(("dose", "number", "date", "time", "side", "severity", "party", "act"))
_ENDS = ".,;:!?"


def in_the_quotes_words(claim: Profile, quote: Profile, findings: Sequence[Finding]) -> str:
    """The claim's text, what agrees with the quote written as it stands there.

    Args:
        claim, quote: a sentence, and what it rests on.
        findings: of the rules on the two.
    """
    agreeing = [f for f in findings if f.status == "agree" and f.kind in _SPELLED]
    written = [(f.claim, f.quote.of(quote.text)) for f in agreeing if f.claim and f.quote]
    written += called_otherwise(claim, quote)
    text, end = claim.text, len(claim.text)
    for span, words in sorted(written, key=lambda pair: (-pair[0].end, pair[0].start)):
        if span.end <= end:
            said = span.of(text)
            ending = said[len(said.rstrip(_ENDS)) :]
            text = f"{text[: span.start]}{' '.join(words.rstrip(_ENDS).split())}{ending}{text[span.end :]}"
            end = span.start
    return text
