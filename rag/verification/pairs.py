"""What is measured of a claim against one quote."""

from __future__ import annotations

from collections.abc import Sequence

from casefolio.ingest.document import Span
from casefolio.ingest.meaning.compared_words import alike, generic_keys
from casefolio.ingest.meaning.facts import VALUES, Profile
from casefolio.ingest.meaning.finding import Finding

PAIR_FEATURES = ("conflict", "words_missing", "run_missing", "facts_missing", "facts_agree")
_STEM = 4
# Facts that a paraphrase keeps: where they agree, other words may be other.
EXACT = VALUES | {"party", "side", "severity"}


def uncovered(claim: Profile, quote: Profile) -> list[int]:
    """Content words of the claim (their numbers in `claim.words`) that the quote has in no form."""
    starts: dict[str, list[str]] = {}
    for key in set(quote.keys):
        starts.setdefault(key[:_STEM], []).append(key)
    held = set(quote.keys)
    text = quote.text.lower() if len(quote.text) < 5_000 else ""
    out = []
    generic = generic_keys(claim.language)
    for i in claim.content:
        key = claim.keys[i]
        if key in generic and len(claim.content) > 1:
            continue
        if key in held or any(alike(key, other) for other in starts.get(key[:_STEM], ())):
            continue
        # Parts of compounds: "Femur" in "Oberschenkel- und Femurfraktur", 골절 in 대퇴골골절.
        word = claim.text[claim.words[i].start : claim.words[i].end].lower()
        if text and (len(key) >= 5 or (len(key) == 2 and key[0] >= "가")) and (key in text or word in text):
            continue
        out.append(i)
    return out


def longest_run(claim: Profile, missing: Sequence[int]) -> tuple[int, Span | None]:
    """Length and span of the longest stretch of content words that all are missing."""
    absent = set(missing)
    best, best_span, current, start = 0, None, 0, 0
    for i in claim.content:
        if i not in absent:
            current = 0
            continue
        if not current:
            start = claim.words[i].start
        current += 1
        if current > best:
            best, best_span = current, Span(start, claim.words[i].end)
    return best, best_span


def pair_features(claim: Profile, findings: Sequence[Finding], missing: Sequence[int]) -> list[float]:
    """The measures named in `PAIR_FEATURES`, in their order; higher means less supported."""
    conflicts = [f.strength for f in findings if f.status == "conflict"]
    absent = [f for f in findings if f.status == "missing"]
    run, _ = longest_run(claim, missing)
    return [
        max(conflicts, default=0.0) + (1.0 if conflicts else 0.0),
        len(missing) / max(len(claim.content), 1),
        min(run, 6) / 6,
        min(len(absent), 3) / 3,
        min(sum(f.status == "agree" and f.kind in EXACT for f in findings), 3) / 3,
    ]
