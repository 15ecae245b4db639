"""Yes or no, from the reader's judgement of the question against the quote; neither where it is unsure.

Both must agree: the reader, which was trained on questions as they stand, and the rules of `ingest.meaning`. A "no" has
a negation, an end or a doubt of the kind in the quote; a "yes" has none of them, nor a condition. Neither is said
where the question's words are scattered over the parts of a quote ("sacrum red; heels intact"): the reader does not
tell whose word it is, and a yes too few costs less than a wrong one. Nor is it where the quote makes an exception,
tells what somebody seeks, or of another month.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Protocol, runtime_checkable

from casefolio.indexes.analyzers import terms
from casefolio.ingest.data import alternation
from casefolio.ingest.languages import all_of
from casefolio.ingest.meaning.annotating import cues
from casefolio.ingest.meaning.assertion import Cue
from casefolio.ingest.meaning.exceptions import excepts
from casefolio.ingest.meaning.facts import profile
from casefolio.ingest.meaning.moments import moments, months_named
from casefolio.reader.deciding import by_hand
from casefolio.reader.forms import asks_what_is_sought, is_sought
from casefolio.reader.ticking import has_boxes, ticked

_SURE = by_hand("yes_no")["sure"]  # probability from which on a yes or a no is said
_DOUBTS = ("certainty", "conditions")  # kinds of cues beside which neither is said
_WITHIN = 5  # letters of a word that is found within a longer one
_ALIVE = ("begun", "restored", "changed")  # states that deny nothing
_DENYING = ("must_not", "need_not", "no_right")  # values of modality that deny


@runtime_checkable
class Judge(Protocol):
    """What judges claims; a yes/no question is put to it as it stands, as it was trained."""

    def claims(self, judged: Sequence[tuple[str, str]]) -> Sequence[tuple[float, float, float]]:
        """Probabilities of supports, contradicts, neither for (claim, quote) each."""


def yes_or_no(question: str, quote: str, language: str, judge: Judge) -> bool | None:
    """Whether a quote says yes or no to a question; None where that is not sure.

    Args:
        question: one that yes or no answers.
        quote: the sentence that is shown.
        language: of the quote.
        judge: the reader.
    """
    if has_boxes(quote):
        field = not set(terms(question, language)).isdisjoint(terms(quote, language))
        return ticked(quote) if field and not any(_denies(cue) for cue in cues(question)) else None
    found = cues(quote, language)
    if any(cue.kind in _DOUBTS for cue in found) or any(_denies(cue) for cue in cues(question)):
        return None
    if _scattered(question, quote, language) or _of_another_month(question, quote, language):
        return None
    if is_sought(quote, language) and not asks_what_is_sought(question):
        return None
    if excepts(quote, language) or _affirms_beside(question, quote, language):
        return None
    supports, contradicts, _ = judge.claims([(question, quote)])[0]
    denied = any(_denies(cue) for cue in found)
    if supports >= _SURE and not denied:
        return True
    return False if contradicts >= _SURE and denied else None


def _affirms_beside(question: str, quote: str, language: str) -> bool:
    """Whether a quote names without a denial what it denies elsewhere: "no new fracture; the old one is unchanged"."""
    said = profile(quote, language, False)
    asked = profile(question, language, False).by_key
    named = [(said.keys[i], a) for i, a in zip(said.content, said.asserted(), strict=True) if said.keys[i] in asked]
    return not {key for key, a in named if a.negated}.isdisjoint(key for key, a in named if not a.negated)


def _scattered(question: str, quote: str, language: str) -> bool:
    """Whether the question's words that a quote has stand in several of its parts, and in none of them all."""
    asked = set(terms(question, language))
    met = [asked & set(terms(part, language)) for part in quote.split(";")]
    return len(met) > 1 and set[str]().union(*met) not in met


def _of_another_month(question: str, quote: str, language: str) -> bool:
    """Whether a quote is of one month, and the question of another: July's rent is not August's.

    Where either says before, until or since, or names several, a month is no more than the end of a time.
    """
    asked = _months_in(question, language)
    said = _months_in(quote, language) if len(asked) == 1 else asked
    if len(said) != 1 or asked == said:
        return False
    return not any(_around().search(text) for text in (question, quote))


@cache
def _around() -> re.Pattern[str]:
    """Words beside which a month is the end of a time; Korean ones cling."""
    return re.compile(rf"(?i)(?<![a-zäöü])(?:{alternation(all_of('dates', 'around'))})(?![a-zäöü])")


def _months_in(text: str, language: str) -> frozenset[int]:
    """Months that a text names, alone or in a date."""
    days = [m.start for m in moments(text, language) if m.kind in ("date", "month")]
    found = (day[2:4] if day.startswith("--") else day[5:7] for day in days)  # "--03-05" has no year
    return frozenset(months_named(text)).union(int(month) for month in found if month)


def said_by_all(question: str, quotes: Sequence[tuple[str, str]], judge: Judge) -> bool | None:
    """What the first of the shown quotes says, unless another one beside it says or may say the opposite.

    Args:
        question: one that yes or no answers.
        quotes: the sentences that are shown, the best first, each with its language.
        judge: the reader.
    """
    first, *others = quotes
    said = yes_or_no(question, *first, judge)
    for quote, language in others:
        if said and is_denial(quote, language):
            return None
        if said is False and yes_or_no(question, quote, language, judge):
            return None
    return said


def affirming(question: str, sentences: Sequence[str], language: str, judge: Judge) -> int | None:
    """The place of the first of the sentences beside a denial that says "yes"; None where none does.

    The reader is as sure of it as where it says so, and nothing in it denies. "No contrast reaction known." does not
    say whether there is an allergy, where the sentence before names one.
    """
    places = [at for at, text in enumerate(sentences) if not is_denial(text, language)]
    views = judge.claims([(question, sentences[at]) for at in places])
    return next((at for at, (yes, _, _) in zip(places, views, strict=True) if yes >= _SURE), None)


def is_denial(sentence: str, language: str) -> bool:
    """Whether something in a sentence denies or ends."""
    return any(_denies(cue) for cue in cues(sentence, language))


def names_undenied(question: str, denial: str, sentence: str, language: str) -> bool:
    """Whether a sentence beside a denial names what is asked for, and neither denies nor doubts it.

    What is asked for are the words that question and denial share ("metastases" of "no bone metastases"), else all of
    the question's.
    """
    asked = set(terms(question, language))
    topic, folded = asked & set(terms(denial, language)) or asked, sentence.casefold()
    compound = any(len(term) >= _WITHIN and term in folded for term in topic)  # "Penicillinallergie"
    if not compound and not topic & set(terms(sentence, language)):
        return False
    return not any(_denies(cue) or cue.kind in _DOUBTS for cue in cues(sentence, language))


def _denies(cue: Cue) -> bool:
    if cue.kind == "state":
        return cue.value not in _ALIVE
    return cue.kind == "negated" or (cue.kind == "modality" and cue.value in _DENYING)
