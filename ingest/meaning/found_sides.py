"""On which side something was found: "the left kidney is normal; the right one has a cyst" shows no cyst on the left.

That both texts name a left kidney says nothing: what counts is the side of what was found there.
"""

from __future__ import annotations

from casefolio.ingest.meaning.assertion import Assertion
from casefolio.ingest.meaning.compared_words import generic_keys
from casefolio.ingest.meaning.facts import Profile
from casefolio.ingest.meaning.finding import LONG, OCCURRENCES, Finding

_STRENGTH = 0.9
_OTHER = {"left": "right", "right": "left"}


def sides_of_findings(claim: Profile, quote: Profile) -> Finding | None:
    """That the side of what a claim finds is the quote's, or the other one; None where neither is sure."""
    if len(quote.content) > LONG:
        return None
    mine, theirs = claim.asserted(), quote.asserted()
    sides = {a.side for a in mine if a.side in _OTHER}
    if not sides or not any(a.side in _OTHER for a in theirs):
        return None
    number_of = {j: n for n, j in enumerate(quote.content)}
    generic = generic_keys(claim.language)
    agreeing: list[int] = []
    against: list[tuple[Assertion, int]] = []
    placed: set[int] = set()  # clauses of the quote with a place that has the claim's side alone
    for i, a in zip(claim.content, mine, strict=True):
        places = quote.by_key.get(claim.keys[i], [])[:OCCURRENCES]
        if a.side not in _OTHER or not places or claim.keys[i] in generic:
            continue
        alike = [j for j in places if theirs[number_of[j]].side == a.side]
        if _names_the_place(claim, i, a):
            placed |= {quote.words[j].clause for j in alike} if len(alike) == len(places) else set()
        elif alike:
            agreeing.append(alike[0])
        elif all(theirs[number_of[j]].side == _OTHER[a.side] for j in places):
            against.append((a, places[0]))
    if bool(agreeing) == bool(against):
        return None
    if agreeing:
        return Finding("side", "agree", None, None) if len(sides) == 1 else None
    if any(quote.words[j].clause in placed for _, j in against):  # "fracture of the left radius and of the right ulna"
        return None
    a, j = against[0]
    said = next((c.span for c in a.cues if c.kind == "side"), a.span)
    read = next((c.span for c in theirs[number_of[j]].cues if c.kind == "side"), theirs[number_of[j]].span)
    return Finding("side", "conflict", said, read, _STRENGTH)


def _names_the_place(claim: Profile, i: int, a: Assertion) -> bool:
    """Whether a word stands right behind its side: "left kidney"."""
    cue = next((c.span for c in a.cues if c.kind == "side"), None)
    return (
        cue is not None and cue.end <= claim.words[i].start and not claim.text[cue.end : claim.words[i].start].strip()
    )
