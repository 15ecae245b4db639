"""What became of a thing in a quote against what a claim says of it: ended, held, declined, replaced, begun.

A claim of the present ("takes", "is in force") is contradicted by an ended state, a claim of the past is not; a claim
that something was or is so is contradicted by a declined one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from casefolio.ingest.document import Span
from casefolio.ingest.languages import all_of, table
from casefolio.ingest.meaning.agreeing import AGREE, relation
from casefolio.ingest.meaning.annotating import annotate
from casefolio.ingest.meaning.assertion import Assertion, Cue
from casefolio.ingest.meaning.compared_words import generic_keys, tense_words
from casefolio.ingest.meaning.facts import Profile, likeness
from casefolio.ingest.meaning.finding import OCCURRENCES, Finding, speaking_sentences

GONE = frozenset(("ended", "held", "declined", "replaced"))
_STRENGTH = 0.9
_NEARER = 0.1  # by how much the place that contradicts must be more alike than one that does not
# What was begun or restored stands against a claim that it was ended, but a mere mention does not.
_ALIVE = frozenset(("begun", "restored"))


@cache
def _past_forms(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, table(language, "words").get("past_forms", ())))


def state_of(assertion: Assertion) -> str:
    """The state of a word; none where another negation reaches over it ("was not stopped")."""
    cue = _cue(assertion, "state")
    negation = _cue(assertion, "negated")
    if cue is None or (assertion.negated and negation is not None and negation.span != cue.span):
        return ""
    return assertion.state


def denied(assertion: Assertion) -> bool:
    """Whether a word is negated by more than its state: "no pneumonia", but not "the pneumonia has resolved"."""
    if not assertion.negated:
        return False
    cue, negation = _cue(assertion, "state"), _cue(assertion, "negated")
    return cue is None or negation is None or negation.span != cue.span


def _cue(assertion: Assertion, kind: str) -> Cue | None:
    return next((cue for cue in assertion.cues if cue.kind == kind), None)


def of_the_past(text: str, language: str) -> bool:
    """Whether a claim speaks of the past alone, so that what ended since does not contradict it."""
    words = frozenset(re.findall(r"\w+", text.lower()))
    if words & tense_words(language, "now"):
        return False
    if words & tense_words(language, "past"):
        return True
    return any(form.search(text) for form in _past_forms(language))


def changed_states(claim: Profile, quote: Profile) -> list[Finding]:
    """A contradiction of states, or that they agree, or neither."""
    theirs = quote.asserted()
    if not any(a.state in GONE or a.state in _ALIVE for a in theirs):
        return []
    mine = claim.asserted()
    number_of = {j: n for n, j in enumerate(quote.content)}
    past = of_the_past(claim.text, claim.language)
    former = _former_clauses(claim, mine)
    generic, people = generic_keys(claim.language), _people(claim)
    speaking = speaking_sentences(claim, quote)
    against = [(1.0, a, b) for a, b in _references(claim, quote) if _stands(a, b, past) < 0]
    agreeing = 0
    for number, i in enumerate(claim.content):
        places = [
            j
            for j in quote.by_key.get(claim.keys[i], [])[:OCCURRENCES]
            if speaking is None or quote.words[j].sentence in speaking
        ]
        if not places or claim.keys[i] in generic or i in people or _is_cue(claim, i, mine[number]):
            continue
        around = claim.about(i)
        ranked = sorted(((likeness(around, quote.about(j)), -j) for j in places), reverse=True)
        over = past or claim.words[i].clause in former
        verdicts = [_stands(mine[number], theirs[number_of[-j]], over) for _, j in ranked]
        if verdicts[0] < 0 and all(
            v < 0 or likely < ranked[0][0] - _NEARER for v, (likely, _) in zip(verdicts, ranked, strict=True)
        ):
            against.append((ranked[0][0], mine[number], theirs[number_of[-ranked[0][1]]]))
        elif any(v > 0 for v in verdicts) and not any(v < 0 for v in verdicts):
            agreeing += 1
    if turned := _replaced_the_other_way(claim, quote):
        return [Finding("state", "conflict", *turned, _STRENGTH)]
    if not against or agreeing >= len(against):
        return [Finding("state", "agree", None, None)] if agreeing and not against else []
    _, a, b = max(against, key=lambda found: found[0])
    said, read = _cue(a, "state"), _cue(b, "state")
    return [Finding("state", "conflict", said.span if said else a.span, read.span if read else b.span, _STRENGTH)]


def _people(profiled: Profile) -> set[int]:
    """Places of titles, of the names behind them and of relatives: people neither end nor are replaced."""
    titles = frozenset(all_of("names", "titles"))
    words = [profiled.text[w.start : w.end].lower().rstrip(".") for w in profiled.words]
    titled = {i for i, word in enumerate(words) if word in titles}
    led = [f for f in profiled.facts if f.family == "name" and {f.place, f.place - 1} & titled]
    spans = [f.span for f in (*led, *(f for f in profiled.facts if f.kind == "person"))]
    return titled | {i for i, w in enumerate(profiled.words) if any(s.overlaps(Span(w.start, w.end)) for s in spans)}


def _replaced_the_other_way(claim: Profile, quote: Profile) -> tuple[Span, Span] | None:
    """Where the claim has what was replaced for what replaced it: "aspirin instead of clopidogrel", turned round."""
    mine, theirs = _replaced(claim), _replaced(quote)
    both = mine.keys() & theirs.keys()  # "on day 4" stands in both
    mine, theirs = ({key: span for key, span in found.items() if key not in both} for found in (mine, theirs))
    if not mine or not theirs:
        return None
    if not (mine.keys() <= quote.by_key.keys() and theirs.keys() <= claim.by_key.keys()):
        return None
    return next(iter(mine.values())), next(iter(theirs.values()))


def _replaced(profiled: Profile) -> dict[str, Span]:
    """What was replaced, by key."""
    return {
        profiled.keys[i]: a.span
        for i, a in zip(profiled.content, profiled.asserted(), strict=True)
        if a.state == "replaced" and not _is_cue(profiled, i, a)
    }


def _former_clauses(claim: Profile, mine: Sequence[Assertion]) -> frozenset[int]:
    """Numbers of the claim's clauses that call something former: of her who "is a former director" as well.

    A habit counts as older than the present episode, and is none of the past where it is "currently" so.
    """
    now = {claim.words[f.place].clause for f in claim.facts if f.kind == "time" and f.value == "current"}
    former = {claim.words[i].clause for i, a in zip(claim.content, mine, strict=True) if a.temporality == "historical"}
    return frozenset(former - now)


def _references(claim: Profile, quote: Profile) -> list[tuple[Assertion, Assertion]]:
    """What is asserted of the clauses that both texts name."""
    pairs = [
        (a.span, b.span)
        for a in claim.facts
        for b in quote.facts
        if a.family == b.family == "reference" and relation(a, b, claim.text, quote.text) == AGREE
    ]
    if not pairs:
        return []
    mine = annotate(claim.text, claim.language, [a for a, _ in pairs])
    return list(zip(mine, annotate(quote.text, quote.language, [b for _, b in pairs]), strict=True))


def _is_cue(profiled: Profile, i: int, assertion: Assertion) -> bool:
    """Whether a word is itself (part of) the words that tell a state; a Korean particle behind a noun tells its own."""
    span = profiled.span(i)
    return any(c.kind == "state" and c.span.overlaps(span) and c.span.start <= span.start for c in assertion.cues)


def _stands(a: Assertion, b: Assertion, past: bool) -> int:
    """-1 where the quote's state of a word contradicts the claim's, 1 where both say one thing, 0 where neither."""
    mine, theirs = state_of(a), state_of(b)
    if "hypothetical" in (a.certainty, b.certainty) or "planned" in (a.temporality, b.temporality):
        return 0
    if theirs in GONE:
        if mine in GONE or denied(a):
            return 1
        if theirs == "declined":
            return -1
        return 0 if past or a.temporality == "historical" else -1
    if mine in GONE:
        return -1 if theirs in _ALIVE and not denied(b) else 0
    if theirs in _ALIVE and denied(a):
        return 0 if past else -1  # "takes no metoprolol", of what "was not stopped"
    return 1 if theirs in _ALIVE else 0
