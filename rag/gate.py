"""The gate: a sentence that a model wrote is shown only if the page that it cites says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from indexes.hit import Hit
from ingest.document import Span
from ingest.sentences import sentence_spans
from rag.answer import Citation, Verdict
from rag.citing import Draft, altered, evidence
from rag.names import names_in
from rag.roles import swapped
from rag.stems import terms, words
from rag.verifying import verbatim

_DOCTOR = re.compile(r"(?:dr|prof|pd|med|univ)\b", re.IGNORECASE)
_DOCTOR_BEFORE = re.compile(r"\b(?:dr|prof|med)\b\.?(?:\s+[\w.-]+){0,2}\s*$", re.IGNORECASE)

Unsupported = Literal["drop", "flag", "keep"]
Verify = Callable[[str, str, str | None], Verdict]
_FACTS = frozenset({"number", "dose", "date", "reference", "time"})
DEFAULT_THRESHOLD = 0.5  # probability of support below which a claim falls; evaluation calibrates it for a library


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence with its verdict.

    Attributes:
        draft: the sentence.
        citations: its spans, each with a verdict.
        flags: what is wrong with it, worst first; empty where nothing is.
    """

    draft: Draft
    citations: tuple[Citation, ...]
    flags: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """Whether it may be shown as it is; an altered quotation is shown with a remark, its claim being supported."""
        return not set(self.flags) - {"altered"}


def judge(
    draft: Draft,
    hits: Sequence[Hit],
    language: str,
    *,
    about: Callable[[str], str],
    heading: Callable[[str, int], str] | None = None,
    names: frozenset[str] = frozenset(),
    threshold: float = DEFAULT_THRESHOLD,
    verify: Verify | None = None,
) -> Judged:
    """Verify one sentence against the spans that it cites.

    Args:
        draft: the sentence with its marks.
        hits: the sources, in the order of their numbers.
        language: of the answer.
        about: all that is known of a document's text, by path; tells whether it is about the person asked for.
        heading: title of the section at a position of a document.
        names: words of the names in the question.
        threshold: probability of support below which it falls.
        verify: the verifier; the built-in one unless given.
    """
    check = verify or _verifier()
    cited = evidence(draft, hits, language)
    found = [c for c in cited if _same_person(draft.text, names, about(c.document))]
    if not found:
        return Judged(draft, (), ("person",) if cited else ("uncited",))
    judged = []
    for citation in found:
        above = heading(citation.document, citation.span.start) if heading is not None else ""
        context = _context(draft.text, citation, about(citation.document), above)
        judged.append(_verified(draft.text, citation, context, check, language))
    flags = _flags(draft, judged, threshold, check, language)
    if altered(draft, hits):
        flags = (*flags, "altered")
    kept = [c for c in judged if _holds(c, threshold)] or judged
    return Judged(draft, tuple(kept), flags)


def _flags(draft: Draft, judged: Sequence[Citation], threshold: float, check: Verify, language: str) -> tuple[str, ...]:
    if any(_holds(c, threshold) for c in judged):
        return ()
    if any(c.verdict and c.verdict.label == "contradicted" for c in judged):
        return ("contradicted",)
    if len(judged) > 1:
        # A sentence that names several sources may rest on them together.
        together = check(draft.text, "\n".join(c.quote for c in judged), language)
        if together.label == "supported" and together.score >= threshold:
            return ()
    return ("unsupported",)


def _verified(claim: str, citation: Citation, context: str, check: Verify, language: str) -> Citation:
    """A citation with its verdict; the quote is read with its context, spans of reasons point into the quote alone."""
    verdict = check(claim, context + citation.quote, language)
    if verdict.label == "supported" and not verbatim(claim, citation.quote):
        if _thin(claim, context + citation.quote, verdict, language):
            verdict = replace(verdict, label="unsupported")
        elif swapped(claim, citation.quote, language) or _torn(claim, citation.quote, check, language):
            verdict = replace(verdict, label="contradicted")
    reasons = tuple(replace(r, quote=_shifted(r.quote, len(context))) for r in verdict.reasons)
    return replace(citation, verdict=replace(verdict, reasons=reasons))


def _torn(claim: str, quote: str, check: Verify, language: str) -> bool:
    """Whether a quote of several sentences supports only as a patchwork: "left" from one, the finding from another.

    So it is where the sentence that holds most of the claim contradicts it, and no other says it alone.
    """
    pieces = [span.of(quote) for span in sentence_spans(quote, language)]
    if len(pieces) < 2:
        return False
    said = set(terms(claim, language))
    verdicts = {piece: check(claim, piece, language).label for piece in pieces}
    closest = max(pieces, key=lambda piece: len(said & set(terms(piece, language))))
    return "supported" not in verdicts.values() and verdicts[closest] == "contradicted"


def _thin(claim: str, quote: str, verdict: Verdict, language: str) -> bool:
    """Whether the page lacks half of what a claim says, and no exact fact of both agrees."""
    if any(r.kind in _FACTS and r.claim is not None and r.detail == "agrees" for r in verdict.reasons):
        return False
    said, held = set(terms(claim, language)), set(terms(quote, language))
    return 2 * len(said - held) >= len(said)


def _shifted(span: Span | None, by: int) -> Span | None:
    return None if span is None or span.start < by else Span(span.start - by, span.end - by)


def _context(claim: str, citation: Citation, text: str, heading: str) -> str:
    """What a reader of the page knows beside the quote: whom the document is about, and the heading above.

    A letter names its patient once and then says "he"; a list stands under "Allergies". A name counts where the claim
    states it and the document has it, unless the document has it as a doctor's alone.
    """
    parts = [n for n in names_in(f". {claim}") if _is_subject(n, text) and n.lower() not in citation.quote.lower()]
    if heading and heading not in citation.quote:
        parts.append(heading)
    return f"{', '.join(parts)}: " if parts else ""


def _is_subject(name: str, text: str) -> bool:
    if _DOCTOR.match(name):
        return False
    last = name.split()[-1]
    places = list(re.finditer(rf"(?<!\w){re.escape(last)}(?!\w)", text))
    return any(not _DOCTOR_BEFORE.search(text[max(0, m.start() - 40) : m.start()]) for m in places)


def _holds(citation: Citation, threshold: float) -> bool:
    verdict = citation.verdict
    return verdict is not None and verdict.label == "supported" and verdict.score >= threshold


def _same_person(claim: str, names: frozenset[str], text: str) -> bool:
    """Whether a document can speak for a claim: it holds a name that the claim states, or else one that was asked for.

    Titles and forms of company are no names; where neither states one, any document may speak.
    """
    stated = frozenset(w for name in names_in(claim) for w in words(name) if len(w) > 2) & names
    asked = stated or names
    if not asked:
        return True
    held = set(words(text))
    return len(asked & held) * 2 >= len(asked)


def _verifier() -> Verify:
    from rag.verifying import verify

    return verify
