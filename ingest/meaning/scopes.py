"""Negation, certainty, time, person and modality of a claim against those of a quote, on the words that both share."""

from __future__ import annotations

import re
from typing import NamedTuple

from casefolio.ingest.document import Span
from casefolio.ingest.meaning.assertion import Assertion
from casefolio.ingest.meaning.compared_words import generic_keys, tense_words
from casefolio.ingest.meaning.facts import Profile, likeness
from casefolio.ingest.meaning.finding import LONG, OCCURRENCES, Finding, speaking_sentences
from casefolio.ingest.meaning.states import GONE, of_the_past, state_of

# How alike the surroundings of one word under another negation, person or mood must be: the word itself counts half.
_WORD_ALIKE = 0.50
_WORD_ALIKE_LONG = 0.62
_WORD_MARGIN = 0.05
_SHORT = 4
_ALONE = 0.75
_RUNNING = 0.75  # in running text the past tense is no history
_MODAL_CONFLICTS = frozenset(
    frozenset(pair)
    for pair in (
        ("must", "may"),
        ("must", "must_not"),
        ("may", "must_not"),
        ("must", "need_not"),
        ("must_not", "need_not"),
    )
)
# Fields of an assertion that are compared word by word: name, kind of reason, value that says nothing.
_FIELDS = (
    ("negated", "negation", False),
    ("certainty", "certainty", "certain"),
    ("temporality", "time", "recent"),
    ("experiencer", "person", "patient"),
    ("modality", "modality", ""),
)


def _differs(field: str, a: Assertion, b: Assertion) -> bool:
    one, two = getattr(a, field), getattr(b, field)
    if "hypothetical" in (one, two):
        return False  # who leaves out an "if" says more than the quote, but not its opposite
    if field == "certainty" and "may" in (a.modality, b.modality):
        return False  # "may be assigned" is a permission in one reading and a doubt in the other
    if field == "temporality" and "historical" in (one, two) and (state_of(a) in GONE or state_of(b) in GONE):
        return False  # what was stopped was taken before
    if field == "negated":
        if state_of(a) in GONE or state_of(b) in GONE:
            return False  # "has resolved" is compared as a state
        # "No party shall be liable" forbids, "neither party is liable" denies: both say no.
        return (a.negated or a.modality == "must_not") != (b.negated or b.modality == "must_not")
    if field == "modality":
        return frozenset((one, two)) in _MODAL_CONFLICTS
    return bool(one != two)


class _Told(NamedTuple):
    """What is asserted of a word, and where it stands."""

    asserted: Assertion
    text: Profile
    place: int

    def sentence(self) -> str:
        """The sentence that the word stands in."""
        words = self.text.words
        places = [w for w in words if w.sentence == words[self.place].sentence]
        return self.text.text[places[0].start : places[-1].end]


def _apart_in_time(a: _Told, b: _Told, dated: bool) -> bool:
    """Whether one text tells a word as over or as planned, and the other as so now or as done.

    Who is known to have asthma has it, and who had appendicitis in 2010 had it: only what is called former stands
    against the present, and what is history against what is called new; a plan against what is told as done.
    """
    planned = [x for x in (a, b) if x.asserted.temporality == "planned"]
    if planned:
        done = b if planned[0] is a else a
        return of_the_past(done.sentence(), done.text.language)
    if dated:
        return False
    over, other = (a, b) if a.asserted.temporality == "historical" else (b, a)
    said = other.sentence()
    if _said(said) & tense_words(other.text.language, "newly"):
        return True
    cue = _cue_span(over.asserted, "temporality")
    former = cue is not None and _said(cue.of(over.text.text)) & tense_words(over.text.language, "former")
    return bool(former) and not of_the_past(said, other.text.language)


def _said(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _cue_span(assertion: Assertion, field: str) -> Span | None:
    for cue in assertion.cues:
        if cue.kind == field:
            return cue.span
    return None


def _shared(strength: float) -> float:
    """Likeness of two places of one word: the word itself counts as much as all that stands around it."""
    return (1.0 + strength) / 2


def _pairs(claim: Profile, quote: Profile) -> list[tuple[int, list[tuple[float, int]]]]:
    """For each content word of the claim its places in the quote, with how alike the surroundings are."""
    out = []
    generic = generic_keys(claim.language)
    speaking = speaking_sentences(claim, quote)
    for number, i in enumerate(claim.content):
        places = quote.by_key.get(claim.keys[i], [])[:OCCURRENCES]
        if speaking is not None:
            places = [j for j in places if quote.words[j].sentence in speaking]
        if places and claim.keys[i] not in generic:
            around = claim.about(i)
            out.append((number, [(_shared(likeness(around, quote.about(j))), j) for j in places]))
    return out


def assertions(claim: Profile, quote: Profile, dated: bool = False) -> list[Finding]:
    """Negation, certainty, time, person and modality, compared on the words that both texts share.

    Args:
        claim, quote: what is laid against what.
        dated: whether a date of the claim is the quote's: then it says when, and history is none.
    """
    pairs = _pairs(claim, quote)
    if not pairs:
        return []
    mine, theirs = claim.asserted(), quote.asserted()
    number_of = {j: n for n, j in enumerate(quote.content)}
    short = min(len(claim.content), len(quote.content)) <= _SHORT
    floor = _WORD_ALIKE if short else _WORD_ALIKE_LONG
    findings = []
    theirs_denied = _denied_sentences(quote, theirs)
    # A paraphrase may deny with one word what the page denies with another:
    # "nothing grew" and "blood culture: no growth".
    in_own_words = all(claim.keys[i] in quote.by_key for i in claim.content)
    we_deny = any(a.negated for a in mine) and not in_own_words
    for field, kind, silent in _FIELDS:
        same = different = 0.0
        example: tuple[float, Assertion, Assertion] | None = None
        either: set[bool | None] = set()  # where both texts deny something: what is denied here alone, or there alone
        for number, places in pairs:
            a = mine[number]
            apart = [(s, j) for s, j in places if _differs(field, a, theirs[number_of[j]])]
            if field == "temporality" and apart:
                word = _Told(a, claim, claim.content[number])
                apart = [(s, j) for s, j in apart if _apart_in_time(word, _Told(theirs[number_of[j]], quote, j), dated)]
            best_same = max((s for s, j in places if (s, j) not in apart), default=-1.0)
            worst = max(apart, default=(-1.0, -1))
            both = field == "negated" and we_deny and quote.words[worst[1]].sentence in theirs_denied
            if worst[0] > best_same + _WORD_MARGIN and worst[0] >= (
                _RUNNING if field == "temporality" and floor > _WORD_ALIKE else floor
            ):
                different += 1
                either.add(a.negated if both else None)
                if example is None or worst[0] > example[0]:
                    example = worst[0], a, theirs[number_of[worst[1]]]
            elif best_same >= 0 and getattr(a, field) != silent:
                same += 1
        # In a longer text one word under another negation may be said of something else; a second one, or its
        # very neighbours, must confirm it.
        sure = short or different >= 2 or (example is not None and example[0] >= _ALONE)
        if len(quote.content) > LONG and (different < len(pairs) / 3 or kind == "time"):
            sure = False
        if either in ({True}, {False}):
            continue
        if example is not None and different > same and sure:
            findings.append(_finding(kind, field, example))
        elif same:
            findings.append(Finding(kind, "agree", None, None))
    return findings


def _denied_sentences(quote: Profile, asserted: list[Assertion]) -> frozenset[int]:
    """Numbers of the sentences in which anything is denied."""
    return frozenset(quote.words[j].sentence for j, a in zip(quote.content, asserted, strict=True) if a.negated)


def _finding(kind: str, field: str, example: tuple[float, Assertion, Assertion]) -> Finding:
    strength, a, b = example
    mine, theirs = _cue_span(a, field), _cue_span(b, field)
    return Finding(kind, "conflict", mine or a.span, theirs or b.span, strength)
