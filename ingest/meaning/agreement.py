"""Whether a passage says what a question presumes: for ranking a passage behind its twin that agrees.

A question states facts too: "Which drug for the left knee?" speaks of the left. Only the part of a passage that speaks
of the question's matter is looked at, so the cost stays far below that of encoding.
"""

from __future__ import annotations

from functools import lru_cache

from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.assertion import Assertion
from casefolio.ingest.meaning.facts import Profile, profile
from casefolio.ingest.meaning.finding import Finding

# Characters of a passage that are compared; sentences that share no word with the question are left out first.
_WINDOW = 400
_QUESTION = 400
# How much a kind of disagreement counts.
_WEIGHTS = {
    "side": 1.0, "negation": 1.0, "person": 1.0, "modality": 1.0, "dose": 0.8, "number": 0.8, "date": 0.8, "party": 0.8,
    "reference": 0.8, "severity": 0.7, "time": 0.7, "certainty": 0.6, "condition": 0.6, "bound": 0.6, "direction": 0.6,
}  # fmt: skip


def agreement(question: str, passage: str, language: str = "en") -> float:
    """How the facts of a question stand to those of a passage.

    Args:
        question: as the user asked.
        passage: a text that was retrieved for it.
        language: of both, `en`, `de` or `ko`.

    Returns:
        -1 to 0 where the passage contradicts the question's side, negation, person, time, modality or number; 0 where
        neither speaks against or for the other; up to 1 where they agree.
    """
    question = question[:_QUESTION].rstrip(" ?？")  # "gout?" in a record doubts, a question's own mark does not
    asked = profile(question, language)
    marked = _marked(question, language)
    if not asked.facts and not marked:
        return 0.0
    amounts = any(not f.family.startswith("group") for f in asked.facts)
    return _total(align(asked, profile(_relevant(asked, passage), language, amounts), scopes=marked))


@lru_cache(maxsize=64)
def _marked(question: str, language: str) -> bool:
    """Whether anything in the question is negated, uncertain, past, someone else's or a duty."""
    return any(a != Assertion(a.span) for a in profile(question, language).asserted())


def _relevant(asked: Profile, passage: str) -> str:
    """The passage around the question's first words in it, at most `_WINDOW` characters."""
    if len(passage) <= _WINDOW:
        return passage
    lower = passage.lower()
    places = [p for i in asked.content if (p := lower.find(_beginning(asked, i))) >= 0]
    centre = sorted(places)[len(places) // 2] if places else 0
    start = max(0, min(centre - _WINDOW // 2, len(passage) - _WINDOW))
    return passage[start : start + _WINDOW]


def _beginning(asked: Profile, i: int) -> str:
    word = asked.words[i]
    text = asked.text[word.start : word.end].lower()
    return text[:2] if text[0] >= "가" else text[: max(4, len(text) - 2)]


def _total(findings: list[Finding]) -> float:
    against = max((_WEIGHTS.get(f.kind, 0.5) * f.strength for f in findings if f.status == "conflict"), default=0.0)
    if against:
        return -min(1.0, against)
    agreeing = [f for f in findings if f.status == "agree"]
    return min(1.0, sum(_WEIGHTS.get(f.kind, 0.5) * min(max(f.strength, 0.0), 1.0) for f in agreeing) / 4)
