"""A claim laid against a quote: which facts agree, which contradict, which have no counterpart.

A quote holds many facts, so two values only contradict when they are said of the same thing: the words around them
must be alike, and no other place in the quote may agree better.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from casefolio.ingest.document import Span
from casefolio.ingest.meaning.agreeing import AGREE, CONFLICT, relation
from casefolio.ingest.meaning.assertion import Moment, Quantity
from casefolio.ingest.meaning.bindings import BOUND_ALIKE, bare_numbers, exchanged_values
from casefolio.ingest.meaning.clauses import clauses, cut_of
from casefolio.ingest.meaning.clocks import is_length
from casefolio.ingest.meaning.compared_words import pattern_of, telling_keys
from casefolio.ingest.meaning.courses import ends_of_changes, turned_courses
from casefolio.ingest.meaning.exceptions import told_of_another, told_of_exceptions
from casefolio.ingest.meaning.exchanged_roles import exchanged_roles
from casefolio.ingest.meaning.facts import VALUES, Fact, Profile, families, likeness, profile
from casefolio.ingest.meaning.finding import LONG, Finding, speaking_sentences
from casefolio.ingest.meaning.found_sides import sides_of_findings
from casefolio.ingest.meaning.frames import same_frame
from casefolio.ingest.meaning.named_things import unnamed
from casefolio.ingest.meaning.numerals import numerals
from casefolio.ingest.meaning.said_of_another import said_of_another
from casefolio.ingest.meaning.scopes import assertions
from casefolio.ingest.meaning.states import changed_states

# How alike the surroundings of two conflicting values must be, and by how much more than those of an agreeing value.
ALIKE = 0.30
MARGIN = 0.25
_ALIKE_LONG = 0.5
_SAME_STORY = 0.6
_BOUND_REACH = 3
_NEAR_BEFORE, _NEAR_BEHIND = 24, 8  # characters around a relative in which a word tells that he only comes along
RELATIVES = frozenset(
    [
        "mother",
        "father",
        "sister",
        "brother",
        "son",
        "daughter",
        "grandmother",
        "grandfather",
        "aunt",
        "uncle",
        "wife",
        "husband",
    ]
)
# No claim fact is held against more than so many of the quote.
_CANDIDATES = 48
_SINGLE = VALUES | {"party"}
_VALUES = VALUES | {"side", "severity"}
# What one clause is compared by.
_OF_A_CLAUSE = frozenset(("date", "number", "dose", "time", "state", "act", "direction"))
_PER = {"money": "rate", "rate": "money"}


def align(claim: Profile, quote: Profile, scopes: bool = True) -> list[Finding]:
    """Findings in the order of the claim's words, then those of negation, person, time, certainty and modality.

    A quote of several clauses is compared as a whole, and a value, a time or a state by the clause that the claim is
    of.

    Args:
        claim, quote: what is laid against what.
        scopes: whether negation and the other things that reach over words are compared.
    """
    findings = _align(claim, quote, scopes)
    if len(quote.content) > LONG or not any(f.kind in _OF_A_CLAUSE for f in findings):
        return findings
    parts = [profile(text, claim.language) for text in clauses(claim)] or [claim]
    pieces = [profile(text, quote.language) for text in clauses(quote)]
    seen = [_by_clauses(part, quote, pieces, scopes) for part in parts]
    if all(any(map(_may_be, views)) for views in seen):
        findings = [f for f in findings if not _is_anothers_state(f, claim, quote)]
    against = any(f.status == "conflict" and f.kind in _OF_A_CLAUSE for f in findings)
    if against and all(any(map(_agrees, views)) for views in seen):
        # "smoked twenty a day but gave up": what ended in another clause ended nevertheless
        stated = all(any(f.kind == "state" for view in views if _agrees(view) for f in view) for views in seen)
        dropped = _OF_A_CLAUSE if stated else _OF_A_CLAUSE - {"state"}
        return [f for f in findings if f.status != "conflict" or f.kind not in dropped]
    one_sentence = len({word.sentence for word in quote.words}) == 1  # a claim may join what two sentences say
    if len(parts) == 1 and seen[0] and not against and one_sentence and not any(map(_may_be, seen[0])):
        return [*findings, *(replace(f, quote=None) for f in seen[0][0] if f.status == "conflict")]
    return findings


def _by_clauses(claim: Profile, quote: Profile, pieces: Sequence[Profile], scopes: bool) -> list[list[Finding]]:
    """What comes of laying a claim against each clause of a quote that holds every word of it which the quote has.

    One of what was "thereafter" may leave out after what, and the day, if the claim says "after" too.
    """
    directions = {claim.keys[f.place] for f in claim.facts if f.kind == "direction"}  # these are compared as facts
    shared = ({claim.keys[i] for i in claim.content} - directions) & quote.by_key.keys()
    after = _is_after(claim)
    views = []
    for clause in pieces:
        later = after and _is_after(clause)
        if later or shared <= clause.by_key.keys():
            found = [f for f in _align(claim, clause, scopes) if f.kind in _OF_A_CLAUSE]
            views.append([f for f in found if not (later and f.kind == "date" and f.status == "missing")])
    return views


def _is_anothers_state(finding: Finding, claim: Profile, quote: Profile) -> bool:
    """Whether a contradicting state is told in a clause of something else: "dismissed the claim and allowed the other".

    One that has no words of its own ("but gave up") is told of what stands before it.
    """
    if finding.kind != "state" or finding.status != "conflict" or finding.quote is None:
        return False
    numbers = cut_of(quote).numbers
    told = {number for i, number in enumerate(numbers) if finding.quote.overlaps(quote.span(i))}
    inside = {i for i in quote.content if numbers[i] in told}
    words = {quote.keys[i] for i in inside if not finding.quote.overlaps(quote.span(i))}
    shared = {claim.keys[i] for i in claim.content} & quote.by_key.keys()
    return bool(words) and not shared <= words


def _is_after(profiled: Profile) -> bool:
    return any(f.kind == "time" and f.value == "after" for f in profiled.facts)


def _may_be(view: Sequence[Finding]) -> bool:
    """Whether a clause does not contradict."""
    return not any(f.status == "conflict" for f in view)


def _agrees(view: Sequence[Finding]) -> bool:
    """Whether a clause agrees in all that a clause is compared by, and in something."""
    return bool(view) and all(f.status == "agree" for f in view)


def _align(claim: Profile, quote: Profile, scopes: bool) -> list[Finding]:
    findings: list[Finding] = []
    others = families(quote)
    index = _by_about(others)
    speaking = speaking_sentences(claim, quote)
    changes = ends_of_changes(quote)
    for fact in claim.facts:
        finding = _against(fact, _candidates(fact, _comparable(fact, others), index), claim, quote, changes)
        if finding is not None and not (speaking is not None and _elsewhere(finding, quote, speaking)):
            findings.append(finding)
    findings = _each_of_its_own(claim, quote, findings, others)
    findings += _lone_relatives(claim, quote, others)
    findings += exchanged(claim, quote)
    told = {(f.kind, f.claim) for f in findings if f.status == "conflict"}
    bound = exchanged_values(claim, quote, changes)
    alike = {f.claim for f in bound if f.status == "agree"}
    findings = [_bound_alike(f) if f.claim in alike else f for f in findings]
    told -= {(f.kind, f.claim) for f in findings if f.status == "agree"}
    against = [f for f in bound if f.status == "conflict"]
    moved = [
        f for f in (*against, *same_frame(claim, quote), *turned_courses(claim, quote)) if (f.kind, f.claim) not in told
    ]
    # A value that is another's agrees with nothing.
    wrong = {f.claim for f in moved}
    findings = [f for f in findings if f.status != "agree" or f.claim not in wrong] + moved
    findings = _without_complements(findings, claim, quote)
    findings = _with_sides(findings, sides_of_findings(claim, quote))
    # "the patient's mother" or "probably" on both sides: whose illness or how sure was compared already, by word.
    agreed = {f.kind for f in findings if f.status == "agree"}
    if not scopes:
        return findings
    settled = agreed & {"person", "certainty"}
    excepted = told_of_exceptions(claim, quote)
    if excepted:
        settled |= {"negation"}
        findings += excepted
    findings += told_of_another(claim, quote)
    valued = any(f.status == "agree" and f.kind in _SINGLE - {"party"} for f in findings)
    findings += changed_states(claim, quote) + unnamed(claim, quote, valued)
    misplaced = said_of_another(claim, quote)
    findings += [misplaced] if misplaced is not None else []
    return findings + [f for f in assertions(claim, quote, dated="date" in agreed) if f.kind not in settled]


def _bound_alike(finding: Finding) -> Finding:
    """A finding that agrees; of one that did not, the quote's span was another value's."""
    quote = finding.quote if finding.status == "agree" else None
    return replace(finding, status="agree", quote=quote, detail=BOUND_ALIKE)


def _without_complements(findings: list[Finding], claim: Profile, quote: Profile) -> list[Finding]:
    """Findings without two opposites that make one: "unless it falls below 30" is "if it is at least 30"."""
    turned = [any(f.kind == "condition" and f.value == "unless" for f in p.facts) for p in (claim, quote)]
    if turned[0] == turned[1] or not any(f.kind == "bound" and f.status == "conflict" for f in findings):
        return findings
    return [f for f in findings if f.kind not in ("bound", "condition") or f.status != "conflict"]


def _with_sides(findings: list[Finding], sides: Finding | None) -> list[Finding]:
    """Findings, and what tells on which side something was found: it knows more than that a side is named."""
    if sides is None:
        return findings
    if sides.status == "agree":
        return [f for f in findings if f.kind != "side" or f.status == "agree" or f.detail]
    told = any(f.kind == "side" and f.status == "conflict" for f in findings)
    return [f for f in findings if f.kind != "side" or f.status != "agree"] + ([] if told else [sides])


def _by_about(others: dict[str, list[Fact]]) -> dict[tuple[str, str], list[Fact]]:
    """For families with many facts: from a word around a fact to the facts it stands by."""
    index: dict[tuple[str, str], list[Fact]] = {}
    for family, facts in others.items():
        if len(facts) > _CANDIDATES:
            for fact in facts:
                for key in fact.about:
                    listed = index.setdefault((family, key), [])
                    if len(listed) < _CANDIDATES:
                        listed.append(fact)
    return index


def _each_of_its_own(
    claim: Profile, quote: Profile, findings: list[Finding], others: Mapping[str, list[Fact]]
) -> list[Finding]:
    """A value that the quote has is no other value of it that a value of the claim agrees with already.

    "95 an hour, travel 30" against "travel 30, fee 95 an hour": 95 is not held against 30. That two have changed places
    is for `exchanged_values` to tell.
    """
    taken = {f.quote for f in findings if f.status == "agree"}
    by_span = {f.span: f for f in claim.facts}
    out = []
    for finding in findings:
        fact = by_span.get(finding.claim) if finding.claim else None
        if finding.status == "conflict" and finding.quote in taken and fact is not None and fact.kind in VALUES:
            left = [o for o in _comparable(fact, others) if relation(fact, o, claim.text, quote.text) == AGREE]
            if left:
                finding = replace(
                    finding, status="agree", quote=left[0].span, strength=likeness(fact.about, left[0].about)
                )
        out.append(finding)
    return out


def _comparable(fact: Fact, others: Mapping[str, list[Fact]]) -> list[Fact]:
    """The quote's facts of a fact's family, and of money also what is told per hour, or the reverse."""
    beside = others.get(_PER.get(fact.family, ""), [])
    return [*others.get(fact.family, []), *beside]


def _candidates(fact: Fact, facts: list[Fact], index: dict[tuple[str, str], list[Fact]]) -> list[Fact]:
    if len(facts) <= _CANDIDATES:
        return facts
    found: dict[int, Fact] = {}
    for key, _ in sorted(fact.about.items(), key=lambda item: (-item[1], item[0])):
        for other in index.get((fact.family, key), []):
            found.setdefault(id(other), other)
        if len(found) >= _CANDIDATES:
            break
    return list(found.values())


def _against(
    fact: Fact, candidates: list[Fact], claim: Profile, quote: Profile, changes: frozenset[frozenset[Span]]
) -> Finding | None:
    best: dict[int, tuple[float, Fact | None]] = {AGREE: (-1.0, None), CONFLICT: (-1.0, None)}
    for other in candidates:
        verdict = relation(fact, other, claim.text, quote.text)
        if verdict == CONFLICT and (_within_bound(fact, other, claim) or _is_an_end(fact, other, candidates)):
            verdict = AGREE
        if verdict not in best:
            continue
        strength = likeness(fact.about, other.about)
        if not fact.about and not other.about:
            strength = 1.0
        if strength > best[verdict][0]:
            best[verdict] = strength, other
    agreed, conflicting = best[AGREE], best[CONFLICT]
    floor = _ALIKE_LONG if len(quote.content) > LONG else ALIKE
    # "fell from 5.9 to 4.4": both are its
    ends = frozenset(f.span for f in (agreed[1], conflicting[1]) if f is not None)
    one = len(ends) > 1 and ends in changes
    if conflicting[1] is not None and conflicting[0] >= floor and conflicting[0] > agreed[0] + MARGIN and not one:
        return Finding(fact.kind, "conflict", fact.span, conflicting[1].span, conflicting[0])
    if agreed[1] is not None:
        return Finding(fact.kind, "agree", fact.span, agreed[1].span, agreed[0])
    if fact.kind in _SINGLE and not _written_otherwise(fact, claim, quote) and not _with_a_unit(fact, claim, quote):
        return Finding(fact.kind, "missing", fact.span, None, max(conflicting[0], 0.0))
    return None


def _is_an_end(fact: Fact, other: Fact, candidates: list[Fact]) -> bool:
    """Whether the quote has both ends of a range, this one among them: "5-10 mg" against "from 5 to 10 mg"."""
    mine = fact.value
    if not isinstance(mine, Quantity) or mine.value == mine.high:
        return False
    said = {
        o.value.value: o
        for o in candidates
        if isinstance(o.value, Quantity) and o.value.unit == mine.unit and o.value.value == o.value.high
    }
    return {mine.value, mine.high} <= said.keys() and other in (said[mine.value], said[mine.high])


def _with_a_unit(fact: Fact, claim: Profile, quote: Profile) -> bool:
    """Whether the quote has a number of the claim with a unit that the claim leaves out."""
    if not isinstance(fact.value, Quantity) or fact.value.unit:
        return False
    bare = bare_numbers(claim, quote)
    if bare is not None and any(f.span == fact.span for f in bare[0]):
        return True
    lengths = (o.span.of(quote.text) for o in quote.facts if isinstance(o.value, Moment) and o.value.kind == "duration")
    told = (numerals(length, quote.language) for length in lengths)  # "28 days of leave": 28 paid days off
    return any(len(numbers) == 1 and numbers[0].value == fact.value.value == fact.value.high for numbers in told)


def _written_otherwise(fact: Fact, claim: Profile, quote: Profile) -> bool:
    """Whether a value stands in the quote in another form: 40 for 40 mg, 12/08 for the eighth of December."""
    if fact.family == "clock":
        hour, past = divmod(min(fact.value), 60)
        found = re.search(rf"(?<![\d.,:/])0?{hour}[.:h]{past:02}(?![\d.,:/])", quote.text)
        return found is not None and not is_length(quote.text, found.end())
    if isinstance(fact.value, Quantity):
        told = numerals(fact.span.of(claim.text), claim.language)
        return len(told) == 1 and any(
            isinstance(o.value, Quantity) and not o.value.unit and o.value.value == o.value.high == told[0].value
            for o in quote.facts
        )
    if isinstance(fact.value, Moment) and fact.value.kind == "month" and fact.value.start.startswith("--"):
        return re.search(rf"(?<![\d./-])0?{int(fact.value.start[2:])}/\d", quote.text) is not None
    if isinstance(fact.value, Moment) and fact.value.kind == "date":
        month, day = (int(part) for part in fact.value.start[-5:].split("-"))
        short = rf"(?<![\d./-])(?:0?{month}/0?{day}|0?{day}[./]\s?0?{month})(?!\d|[./-]\d)"
        return re.search(short, quote.text) is not None
    return False


def exchanged(claim: Profile, quote: Profile) -> list[Finding]:
    """Two parties or persons who have changed places: who must pay whom."""
    found = exchanged_roles(claim, quote)
    return [Finding(kind, "conflict", mine, theirs, 1.0) for kind, mine, theirs in found]


def _lone_relatives(claim: Profile, quote: Profile, others: dict[str, list[Fact]]) -> list[Finding]:
    """A relative on one side, nobody on the other, and all else alike: "his son has asthma" against "he has asthma"."""
    mine = [f for f in claim.facts if f.kind == "person" and f.value in RELATIVES]
    theirs = [f for facts in others.values() for f in facts if f.kind == "person" and f.value in RELATIVES]
    out = []
    for facts, other, there in ((mine, quote, theirs), (theirs, claim, mine)):
        if there or len(facts) != 1 or len(other.content) > 3 * max(len(claim.content), 4):
            continue
        fact = facts[0]
        held = sum(w * w for key, w in fact.about.items() if key in other.by_key)
        told = claim if facts is mine else quote
        if held >= _SAME_STORY and not _speaks(told, fact) and not _comes_along(told, fact):
            span = None
            pair = (fact.span, span) if facts is mine else (span, fact.span)
            out.append(Finding("person", "conflict", pair[0], pair[1], held))
    return out


def _speaks(profiled: Profile, fact: Fact) -> bool:
    """Whether the relative only tells it: "the wife reports that he fell"."""
    telling = telling_keys(profiled.language)
    return any(word.key in telling for word in profiled.words[fact.place : fact.place + 5])


def _comes_along(profiled: Profile, fact: Fact) -> bool:
    """Whether the relative only is with somebody or brings him: "lives with his sister", "von ihrem Sohn gebracht"."""
    before = profiled.text[max(0, fact.span.start - _NEAR_BEFORE) : fact.span.start]
    behind = profiled.text[fact.span.start : fact.span.end + _NEAR_BEHIND]
    sought = (("company_before", before), ("company_behind", behind))
    return any(pattern_of(profiled.language, name).search(text) for name, text in sought)


def _elsewhere(finding: Finding, quote: Profile, speaking: frozenset[int]) -> bool:
    """Whether a contradiction of words, not of values, stands in a sentence that speaks of something else."""
    if finding.status != "conflict" or finding.quote is None or finding.kind in _VALUES:
        return False
    place = bisect_right([w.start for w in quote.words], finding.quote.start) - 1
    return quote.words[max(place, 0)].sentence not in speaking


def _within_bound(fact: Fact, other: Fact, claim: Profile) -> bool:
    """Whether the claim says "at least 3" (or "at most") and the quote's value keeps to it."""
    if (
        not isinstance(fact.value, Quantity)
        or not isinstance(other.value, Quantity)
        or fact.value.unit != other.value.unit
    ):
        return False
    for bound in claim.facts:
        if bound.kind == "bound" and abs(bound.place - fact.place) <= _BOUND_REACH:
            rises = other.value.value >= fact.value.value
            return rises if bound.value == "least" else not rises if bound.value == "most" else False
    return False
