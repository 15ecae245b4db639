"""Does this quote support this claim? No language model: exact facts by rule, the rest read by the trained reader.

Rules may contradict, the reader may doubt, and both must agree to support. Without the reader's weights the rest is
judged by how much of the claim the quote covers.

`verify` judges one claim by one quote; `grounding` judges each sentence of a response by its contexts and says how
probable it is that all of the response is grounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from casefolio.answer import Reason, Verdict, VerdictLabel
from casefolio.ingest.document import Span
from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.facts import VALUES, Profile, profile
from casefolio.ingest.meaning.finding import Finding
from casefolio.ingest.meaning.frames import says_as_much
from casefolio.ingest.meaning.parts import compared_parts
from casefolio.ingest.meaning.tongue import rule_language
from casefolio.verification.deciding import Ruled, judged, needed_missing
from casefolio.verification.grounding import Grounding, ground
from casefolio.verification.model import models
from casefolio.verification.pairs import longest_run, pair_features, uncovered
from casefolio.verification.reading import relations
from casefolio.verification.wording import in_the_quotes_words

# Beyond so many characters a claim or quote is cut: a claim is a sentence, and nobody reads a megabyte as a quote.
LONGEST = 200_000
# A shorter stretch may be a heading or half a sentence.
_SENTENCE = 12
# Probability of support of a claim that only says the same parts in another order, and of one that exchanges words.
_SAME_PARTS, _CROSSED = 0.9, 0.1


def verify(claim: str, quote: str, language: str | None = None, *, read: bool = True) -> Verdict:
    """Whether `quote` supports `claim`.

    Args:
        claim: a sentence.
        quote: the words it rests on; spans of the reasons point into `claim` and `quote`.
        language: of both (`en`, `de`, `ko`); None to find out.
        read: whether the reader is asked as well. Without its weights the rules decide alone.

    Returns:
        `contradicted` where a fact of the claim stands against the quote's, or the reader reads the opposite and no
        exact fact speaks for the claim; `supported` where no rule objects and the reader reads it so; else
        `unsupported`. The score is the probability of support.
    """
    claim, quote = claim[:LONGEST], quote[:LONGEST]
    if verbatim(claim, quote):
        return Verdict("supported", 0.999, (Reason("coverage", Span(0, len(claim)), None, "stands in the quote"),))
    tongue = rule_language(f"{claim[:500]}\n{quote[:500]}", language)
    mine, theirs = profile(claim, tongue), profile(quote, tongue)
    if not mine.content and not mine.facts:
        return Verdict("unsupported", 0.0, (Reason("coverage", None, None, "the claim has no content"),))
    ruled = ruled_by(mine, theirs)
    if ruled.verdict.label == "supported" and (ruled.excepted or says_as_much(mine, theirs)):
        return ruled.verdict
    parts = compared_parts(mine, theirs)
    if parts == "crossed":
        return Verdict("contradicted", _CROSSED, (Reason("coverage", None, None, "words have changed places"),))
    if parts == "same" and ruled.only_exchanged:
        return Verdict("supported", _SAME_PARTS, (Reason("coverage", None, None, "the same parts in another order"),))
    if not read or (ruled.settled and not ruled.doubtful):
        return ruled.verdict
    views = relations([(in_the_quotes_words(mine, theirs, ruled.findings), quote)], tongue)
    return ruled.verdict if views is None else judged(ruled, views[0])


def ruled_by(mine: Profile, theirs: Profile) -> Ruled:
    """What the rules alone say of a claim and its quote."""
    findings = align(mine, theirs)
    model = models()["pair"]
    missing = uncovered(mine, theirs)
    score = model.probability(pair_features(mine, findings, missing))
    reasons = [Reason(f.kind, f.claim, f.quote, _told(f)) for f in findings if f.status != "agree"]
    label: VerdictLabel = "supported" if score >= model.threshold else "unsupported"
    if label == "supported" and any(f.kind in VALUES and f.status == "missing" for f in findings):
        label, score = "unsupported", model.threshold - 0.01  # all words are there, and a value is not
    if any(f.status == "conflict" for f in findings):
        label, score = "contradicted", min(score, model.threshold - 0.01)
    run, span = longest_run(mine, missing)
    if run and label == "unsupported":
        reasons.append(
            Reason("coverage", span, None, f"{len(missing)} of {len(mine.content)} words are not in the quote")
        )
    agreed = [Reason(f.kind, f.claim, f.quote, "agrees") for f in findings if f.status == "agree" and f.claim]
    if label == "supported":
        reasons = agreed + reasons
    return Ruled(
        Verdict(label, round(score, 4), tuple(reasons)),
        tuple(findings),
        len(missing) / max(len(mine.content), 1),
        needed_missing(findings, mine.text),
    )


def verbatim(claim: str, quote: str) -> bool:
    """Whether the claim stands in the quote as a sentence of its own, but for blanks and line ends.

    "Evidence of" within "no evidence of" is none.
    """
    said = claim.split()
    if sum(map(len, said)) < _SENTENCE or said[0] not in quote:
        return False
    found = re.search(r"\s+".join(map(re.escape, said)), quote)
    if found is None:
        return False
    before, after = quote[max(0, found.start() - 40) : found.start()].rstrip(" \t"), quote[found.end() :].lstrip(" \t")
    closed = said[-1][-1] in ".!?;" or not after or after[0] in ".!?;\n"
    return closed and (not before or before[-1] in ".!?;\n\f")


def _told(finding: Finding) -> str:
    return "contradicts" if finding.status == "conflict" else "not in the quote"


def grounding(question: str, contexts: Sequence[str], response: str, language: str | None = None) -> Grounding:
    """Judge a response, sentence by sentence, by the passages it was written from.

    Args:
        question: what was asked; finds the language where there are no contexts.
        contexts: the passages.
        response: the answer; spans of the claims point into it.
        language: of all of them; None to find out.
    """
    tongue = rule_language(f"{response[:1000]}\n{contexts[0][:1000] if contexts else question}", language)
    return ground([c[:LONGEST] for c in contexts], response[:LONGEST], tongue)
