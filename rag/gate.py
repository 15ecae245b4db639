"""The gate: a sentence that a model wrote is shown only if the page that it cites says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from indexes.hit import Hit
from ingest.document import Span
from ingest.meaning.annotating import cues, negates
from ingest.sentences import sentence_spans
from rag.answer import Citation, Verdict
from rag.citing import Draft, altered, evidence
from rag.fragments import Aim, answers, is_bare, is_short
from rag.invented import invented
from rag.names import names_in
from rag.peeling import yes_no_of
from rag.reader.yes_no import yes_or_no
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
    aim: Aim | None = None,
) -> Judged:
    """Verify one sentence against every source that may say it; a leading yes or no is a claim of its own.

    Args:
        draft: the sentence with its marks.
        hits: the sources, in the order of their numbers.
        language: of the answer.
        about: all that is known of a document's text, by path; tells whether it is about the person asked for.
        heading: title of the section at a position of a document.
        names: words of the names in the question.
        threshold: probability of support below which it falls.
        verify: the verifier; the built-in one unless given.
        aim: the question and what the reader chose; without it, fragments are judged like sentences.
    """
    court = _Court(hits, language, about, heading, names, threshold, verify or _verifier(), aim)
    says, rest = yes_no_of(draft.text)
    found = court.sentence(draft) if says is None else court.verdict(draft, says, rest)
    return replace(found, flags=(*found.flags, "altered")) if altered(found.draft, hits) else found


@dataclass(frozen=True, slots=True)
class _Court:
    """What sentences of one answer are judged by; the fields are the arguments of `judge`."""

    hits: Sequence[Hit]
    language: str
    about: Callable[[str], str]
    heading: Callable[[str, int], str] | None
    names: frozenset[str]
    threshold: float
    check: Verify
    aim: Aim | None

    def verdict(self, draft: Draft, says: bool, rest: str) -> Judged:
        """A yes or no and what is said beside it. A "no" that the quotes do not say is taken off a right sentence."""
        agreed, denied = self._yes_or_no(says)
        if rest:
            found = self.sentence(replace(draft, text=_upper(rest)))
            if found.stands:
                kept = draft if agreed and not denied else found.draft
                return replace(found, draft=kept)
            if not agreed:
                return replace(found, draft=draft)
            draft = replace(draft, text=_upper(draft.text[: len(draft.text) - len(rest)].strip(" ,;:–—-") + "."))
        if agreed and not denied:
            return Judged(draft, (agreed,), ())
        return Judged(draft, (denied,) if denied else (), ("contradicted",) if denied else ("unsupported",))

    def _yes_or_no(self, says: bool) -> tuple[Citation | None, Citation | None]:
        """Of the quotes chosen, one that says so and one that says the opposite."""
        if self.aim is None or not self.aim.yes_no or self.aim.reader is None:
            return None, None
        told = {
            c: yes_or_no(self.aim.question, c.quote, _language_of(c, self.hits, self.language), self.aim.reader)
            for c in self.aim.chosen
        }
        agreed = next((c for c, said in told.items() if said is says), None)
        return agreed, next((c for c, said in told.items() if said is (not says)), None)

    def sentence(self, draft: Draft) -> Judged:
        """A sentence, or a few words that answer."""
        bare = self.aim is not None and is_bare(draft.text, self.aim)
        short = is_short(draft.text, self.language)
        meant = answers(draft.text, self.aim) if self.aim is not None and (bare or short) else None
        if meant is not None and short and not _turned(draft.text, meant.quote, self.language):
            return Judged(draft, (meant,), ())
        if bare and meant is None and self.aim is not None and (self.aim.chosen or short):
            return Judged(draft, self.aim.chosen[:1], ("unsupported",))
        return self._tried(draft)

    def _tried(self, draft: Draft) -> Judged:
        """A sentence against the best place of each source, and against the quotes that the reader chose."""
        cited = evidence(draft, self.hits, self.language)
        chosen = [c for c in self.aim.chosen if not any(_overlap(c, o) for o in cited)] if self.aim is not None else []
        found = [c for c in (*cited, *chosen) if _same_person(draft.text, self.names, self.about(c.document))]
        if not found:
            return Judged(draft, (), ("person",) if cited else ("uncited",))
        judged = [self._verified(draft.text, citation) for citation in found]
        held = [c for c in judged if self._holds(c)]
        marked = [c for c in held if any(_inside(c, self.hits[n - 1]) for n in draft.marks)]
        if held:
            best = max(held, key=lambda c: c.verdict.score if c.verdict else 0.0)
            return Judged(draft, tuple(marked or [best]), ())
        if len(draft.marks) > 1 and self._together(draft.text, judged):
            return Judged(draft, tuple(judged), ())
        wrong = judged[0].verdict is not None and judged[0].verdict.label == "contradicted"
        return Judged(draft, tuple(judged[:1]), ("contradicted",) if wrong else ("unsupported",))

    def _together(self, claim: str, judged: Sequence[Citation]) -> bool:
        """Whether the places of a sentence that names several sources say it only together."""
        quotes = "\n".join(c.quote for c in judged)
        verdict = self.check(claim, quotes, self.language)
        right = verdict.label == "supported" and verdict.score >= self.threshold
        return right and not self._made_up(claim, quotes, judged[0].document)

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
