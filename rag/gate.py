"""The gate: a sentence that a model wrote is shown only if the page that it cites says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from indexes.hit import Hit
from rag.answer import Citation, Verdict
from rag.citing import Draft, altered, evidence
from rag.generators.question import names_in
from rag.generators.stems import words

Unsupported = Literal["drop", "flag", "keep"]
Verify = Callable[[str, str, str | None], Verdict]
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
        names: words of the names in the question.
        threshold: probability of support below which it falls.
        verify: the verifier; the built-in one unless given.
    """
    check = verify or _verifier()
    cited = evidence(draft, hits, language)
    found = [c for c in cited if _same_person(draft.text, names, about(c.document))]
    if not found:
        return Judged(draft, (), ("person",) if cited else ("uncited",))
    judged = [replace(c, verdict=check(draft.text, c.quote, language)) for c in found]
    flags = _flags(draft, judged, threshold, check, language)
    if altered(draft, hits):
        flags = (*flags, "altered")
    kept = [c for c in judged if _holds(c, threshold)] or judged
    return Judged(draft, tuple(kept), flags)


def _flags(
    draft: Draft, judged: Sequence[Citation], threshold: float, check: Verify, language: str
) -> tuple[str, ...]:
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
