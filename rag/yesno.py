"""Yes or no, where what a sentence asserts leaves no doubt."""

from __future__ import annotations

import re

from ingest.document import Span
from ingest.meaning import Assertion, annotate, negates
from rag.generators.candidates import Candidate
from rag.generators.question import Question
from rag.generators.stems import terms

_WORD = re.compile(r"[^\W_]+")
# What comes with an exception is answered by its words, not by yes or no.
_EXCEPTION = re.compile(
    r"\b(?:unless|except|without|provided|subject to|if|es sei denn|außer|ohne|sofern|falls|wenn|nur)\b|"
    r"다만|단,|없이|경우",
    re.IGNORECASE,
)
_PERMISSION = re.compile(r"^\s*(?:may|can|could|darf|dürfen|kann|können)\b|수 있", re.IGNORECASE)
_DUTY = re.compile(r"^\s*(?:must|shall|is .* (?:required|obliged) to|muss|müssen|soll)\b|해야", re.IGNORECASE)


def yes_or_no(question: Question, sentence: Candidate) -> bool | None:
    """Whether the sentence says yes or no to the question; None where that is not sure.

    Sure means: all that is asked stands in the sentence, and each of those words is asserted of the patient, now,
    certainly and without a condition.
    """
    if not question.yes_no or negates(question.ask, question.language):
        return None
    language = sentence.hit.chunk.language
    wanted = set(question.terms)
    if language != question.language or not wanted or _EXCEPTION.search(sentence.text):
        return None
    spans = [
        Span(m.start(), m.end()) for m in _WORD.finditer(sentence.text) if wanted & set(terms(m.group(), language))
    ]
    held = {t for s in spans for t in terms(s.of(sentence.text), language)}
    if not wanted <= held:
        return None
    found = annotate(sentence.text, language, spans)
    if not all(_plain(a) for a in found):
        return None
    if any(a.modality for a in found) or _PERMISSION.search(question.ask) or _DUTY.search(question.ask):
        return _by_modality(question, found)
    return _by_negation(question, sentence.text, spans, found)


def _by_negation(question: Question, text: str, spans: list[Span], found: list[Assertion]) -> bool | None:
    """Yes where nothing asked for is negated; no where the last thing asked for is: "does the X-ray show pneumonia"."""
    if not any(a.negated for a in found):
        return True
    last = set(question.terms[-1:])
    language = question.language
    final = [a.negated for s, a in zip(spans, found, strict=True) if last & set(terms(s.of(text), language))]
    return False if final and all(final) else None


def _plain(assertion: Assertion) -> bool:
    return (
        assertion.certainty == "certain"
        and assertion.temporality == "recent"
        and assertion.experiencer == "patient"
        and not assertion.conditions
    )


def _by_modality(question: Question, found: list[Assertion]) -> bool | None:
    said = {a.modality for a in found}
    if len(said) != 1:
        return None
    modality = said.pop()
    if _PERMISSION.search(question.ask):
        return {"may": True, "must": True, "must_not": False}.get(modality)
    if _DUTY.search(question.ask):
        return {"must": True, "need_not": False, "may": False}.get(modality)
    return None
