"""The gate: a sentence that a model wrote is shown only if the page that it cites says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from casefolio.answer import Citation, Verdict
from casefolio.citing import Draft, altered, evidence
from casefolio.fragments import Aim, answers, is_bare, is_fragment, meets, reads_as_answer
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Span
from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.annotating import cues, negates
from casefolio.ingest.meaning.exchanged_roles import exchanged_roles
from casefolio.ingest.meaning.facts import VALUES, profile
from casefolio.ingest.sentences import sentence_spans
from casefolio.invented import invented
from casefolio.names_in_questions import names_in
from casefolio.peeling import yes_no_of
from casefolio.reader.deciding import by_hand
from casefolio.reader.yes_no import yes_or_no
from casefolio.stems import terms, words
from casefolio.verification.pairs import uncovered
from casefolio.verifying import verbatim

_DOCTOR = re.compile(r"(?:dr|prof|pd|med|univ)\b", re.IGNORECASE)
_DOCTOR_BEFORE = re.compile(r"\b(?:dr|prof|med)\b\.?(?:\s+[\w.-]+){0,2}\s*$", re.IGNORECASE)

Unsupported = Literal["drop", "flag", "keep"]
Verify = Callable[[str, str, str | None], Verdict]
_FACTS = VALUES | {"time"}
DEFAULT_THRESHOLD = by_hand("support")["least"]  # probability of support below which a claim falls


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
        if self.aim is not None:
            meant = answers(draft.text, self.aim)
            if meant is not None and is_fragment(draft.text, meant.quote, self.language):
                if not _turned(draft.text, meant.quote, self.language):
                    return Judged(draft, (meant,), ())
            elif meant is None and self._must_be_meant(draft.text, self.aim):
                return Judged(draft, self.aim.chosen[:1], ("unsupported",))
        return self._tried(draft)

    def _must_be_meant(self, text: str, aim: Aim) -> bool:
        """Whether it is a bare value, or only that and words of a question to which the answer is known."""
        return is_bare(text, aim) and (bool(aim.chosen) or is_fragment(text, "", self.language))

    def _tried(self, draft: Draft) -> Judged:
        """A sentence against the best place of each source, and against the quotes that the reader chose."""
        cited = evidence(draft, self.hits, self.language)
        places = {(c.document, c.span) for c in cited}
        aimed = self.aim.chosen if self.aim is not None else ()
        chosen = [c for c in aimed if (c.document, c.span) not in places]
        found = [c for c in (*cited, *chosen) if _same_person(draft.text, self.names, self.about(c.document))]
        if not found:
            return Judged(draft, (), ("person",) if cited else ("uncited",))
        judged = [self._verified(draft.text, citation) for citation in found]
        held = [c for c in judged if self._holds(c)] or self._as_answer(draft.text)
        marked = [c for c in held if any(_inside(c, self.hits[n - 1]) for n in draft.marks)]
        if held:
            best = max(held, key=lambda c: c.verdict.score if c.verdict else 0.0)
            return Judged(draft, tuple(marked or [best]), ())
        if len(draft.marks) > 1 and self._together(draft.text, judged):
            return Judged(draft, tuple(judged), ())
        wrong = judged[0].verdict is not None and judged[0].verdict.label == "contradicted"
        return Judged(draft, tuple(judged[:1]), ("contradicted",) if wrong else ("unsupported",))

    def _as_answer(self, claim: str) -> list[Citation]:
        """The quotes that say a sentence by rule, where it is the answer to its question with the value marked there.

        The reader may doubt a claim by itself that it reads as an answer beside its question.
        """
        if self.aim is None:
            return []
        out = []
        for citation in self.aim.chosen:
            if not meets(claim, citation, self.language) or self._made_up(claim, citation.quote, citation.document):
                continue
            verdict = ruled(claim, citation.quote, self.language)
            if verdict.label == "supported":
                out.append(replace(citation, verdict=verdict))
        return out if out and reads_as_answer(claim, self.aim) else []

    def _together(self, claim: str, judged: Sequence[Citation]) -> bool:
        """Whether the places of a sentence that names several sources say it only together."""
        quotes = "\n".join(c.quote for c in judged)
        verdict = self.check(claim, quotes, self.language)
        right = verdict.label == "supported" and verdict.score >= self.threshold
        return right and not self._made_up(claim, quotes, judged[0].document)

    def _holds(self, citation: Citation) -> bool:
        verdict = citation.verdict
        return verdict is not None and verdict.label == "supported" and verdict.score >= self.threshold

    def _made_up(self, claim: str, held: str, document: str) -> bool:
        borne = self.names & set(words(self.about(document)))
        return bool(invented(claim, held, borne, self.language))

    def _verified(self, claim: str, citation: Citation) -> Citation:
        """A citation with its verdict; the quote is read alone, and then with what a reader of its page knows."""
        first: Verdict | None = None
        for context in self._contexts(claim, citation):
            verdict = self._read(claim, citation, context)
            if verdict.label == "supported" and verdict.score >= self.threshold:
                return replace(citation, verdict=verdict)
            first = first or verdict
        return replace(citation, verdict=first)

    def _read(self, claim: str, citation: Citation, context: str) -> Verdict:
        held = context + citation.quote
        verdict = self.check(claim, held, self.language)
        if verdict.label == "supported" and not verbatim(claim, citation.quote):
            if _thin(claim, held, self.language) or self._made_up(claim, held, citation.document):
                verdict = replace(verdict, label="unsupported")
            elif self._exchanged(claim, citation.quote) or self._torn(claim, citation.quote):
                verdict = replace(verdict, label="contradicted")
        reasons = tuple(replace(r, quote=_shifted(r.quote, len(context))) for r in verdict.reasons)
        return replace(verdict, reasons=reasons)

    def _exchanged(self, claim: str, quote: str) -> bool:
        """Whether "the defendant pays the claimant" stands against "the claimant pays the defendant"."""
        return bool(exchanged_roles(profile(claim, self.language), profile(quote, self.language)))

    def _torn(self, claim: str, quote: str) -> bool:
        """Whether a quote of several sentences supports only as a patchwork: "left" from one, the finding from another.

        So it is where the sentence that holds most of the claim contradicts it, and no other says it alone.
        """
        pieces = [span.of(quote) for span in sentence_spans(quote, self.language)]
        if len(pieces) < 2:
            return False
        if self._answers_within(claim, quote):
            return False
        said = set(terms(claim, self.language))
        verdicts = {piece: self.check(claim, piece, self.language).label for piece in pieces}
        closest = max(pieces, key=lambda piece: len(said & set(terms(piece, self.language))))
        return "supported" not in verdicts.values() and verdicts[closest] == "contradicted"

    def _answers_within(self, claim: str, quote: str) -> bool:
        """Whether a sentence answers with what one chosen quote within this one says: the rest is its setting."""
        chosen = [c for c in self.aim.chosen if c.quote in quote and c.quote != quote] if self.aim is not None else []
        return any(
            ruled(claim, c.quote, self.language).label != "contradicted"
            and not self._made_up(claim, c.quote, c.document)
            for c in chosen
        ) and (self.aim is not None and reads_as_answer(claim, self.aim))

    def _contexts(self, claim: str, citation: Citation) -> list[str]:
        """What a reader of the page knows beside the quote: whom it is about, and the heading above.

        A letter names its patient once and then says "he"; a list stands under "Allergies". A heading that says whose
        or of when its lines are is never left away; any other stands apart from a name, with which it reads as a party.
        """
        text = self.about(citation.document)
        missing = [n for n in names_in(f". {claim}") if n.lower() not in citation.quote.lower()]
        names = ", ".join(n for n in missing if _is_subject(n, text))
        above = self.heading(citation.document, citation.span.start) if self.heading is not None else ""
        above = "" if above in citation.quote else above
        named, headed = f"{names}: " if names else "", f"{above}: " if above else ""
        if above and cues(above, self.language):
            return list(dict.fromkeys((headed, f"{headed}{named}")))
        return list(dict.fromkeys(("", named, headed, f"{headed}{named}")))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _turned(claim: str, quote: str, language: str) -> bool:
    """Whether one of them negates and the other does not."""
    return negates(claim, language) != negates(quote, language)


def _inside(citation: Citation, hit: Hit) -> bool:
    return citation.document == hit.document and hit.chunk.span.overlaps(citation.span)


def _language_of(citation: Citation, hits: Sequence[Hit], language: str) -> str:
    return next((h.chunk.language for h in hits if _inside(citation, h)), language)


def _thin(claim: str, quote: str, language: str) -> bool:
    """Whether the page lacks more than half of what a claim says, and no exact fact of both agrees."""
    mine, theirs = profile(claim, language), profile(quote, language)
    if 2 * len(uncovered(mine, theirs)) <= len(mine.content):
        return False
    return not any(f.kind in _FACTS and f.status == "agree" for f in align(mine, theirs))


def _shifted(span: Span | None, by: int) -> Span | None:
    return None if span is None or span.start < by else Span(span.start - by, span.end - by)


def _is_subject(name: str, text: str) -> bool:
    if _DOCTOR.match(name):
        return False
    last = name.split()[-1]
    places = list(re.finditer(rf"(?<!\w){re.escape(last)}(?!\w)", text))
    return any(not _DOCTOR_BEFORE.search(text[max(0, m.start() - 40) : m.start()]) for m in places)


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


def ruled(claim: str, quote: str, language: str) -> Verdict:
    """The verdict of the rules alone."""
    from casefolio.verifying import verify

    return verify(claim, quote, language, read=False)


def _verifier() -> Verify:
    from casefolio.verifying import verify

    return verify
