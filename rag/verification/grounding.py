"""Each sentence of a response against its contexts, and how probable it is that all of them are grounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from casefolio.answer import VerdictLabel
from casefolio.ingest.document import Span
from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.facts import VALUES, profile
from casefolio.ingest.sentences import sentence_spans
from casefolio.verification.evidence import Evidence
from casefolio.verification.features import CLAIM_FEATURES, claim_features, response_features
from casefolio.verification.model import models

# Kinds of facts whose contradiction is certain enough to call a sentence of free text contradicted.
_HARD = VALUES | {"side"}
_HARD_STRENGTH = 0.6
# From here on a contradicted value needs no doubt of the model beside it, and the whole response shares the doubt.
_HARD_ALONE = 0.8
_CONTRADICTED = 0.8
_CONTRADICTED_WHOLE = 0.6


@dataclass(frozen=True, slots=True)
class Grounded:
    """One sentence of a response: its span, the verdict, how surely it is supported, the best context's number."""

    span: Span
    label: VerdictLabel
    score: float
    context: int | None


@dataclass(frozen=True, slots=True)
class Grounding:
    """A whole response; `score` says how surely nothing in it is unsupported, and `grounded` that it exceeds one half.

    The scale of the score, as of those of the sentences, is laid so that one half is the threshold at which the
    expected F1 is best: few responses are ungrounded, so the mere probability would hardly ever fall below it.
    """

    score: float
    claims: tuple[Grounded, ...]
    grounded: bool = True

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the command line prints them."""
        return {
            "score": self.score,
            "grounded": self.grounded,
            "claims": [
                {"start": c.span.start, "end": c.span.end, "verdict": c.label, "score": c.score, "context": c.context}
                for c in self.claims
            ],
        }


def measure(response: str, evidence: Evidence) -> list[tuple[Span, dict[str, float], float]]:
    """Span, features and hardest contradiction of every sentence of a response."""
    spans = sentence_spans(response, evidence.language)
    out = []
    for number, span in enumerate(spans):
        text = span.of(response)
        conflicts = [f for f in align(profile(text, evidence.language), evidence.profile) if f.status == "conflict"]
        hard = max((f.strength for f in conflicts if f.kind in _HARD), default=0.0)
        soft = max((f.strength for f in conflicts), default=0.0)
        place = number / max(len(spans) - 1, 1)
        out.append((span, claim_features(text, evidence, place, soft), hard))
    return out


def ground(contexts: Sequence[str], response: str, language: str) -> Grounding:
    """Judge each sentence of a response by its contexts."""
    evidence = Evidence(contexts, language)
    claim_model, response_model = models()["claim"], models()["response"]
    doubts: list[float] = []
    measured: list[list[float]] = []
    claims: list[Grounded] = []
    for span, features, hard in measure(response, evidence):
        measured.append([features[name] for name in CLAIM_FEATURES])
        doubt = claim_model.probability(measured[-1])
        if hard >= _HARD_ALONE:
            doubt = max(doubt, _CONTRADICTED)
        doubts.append(doubt)
        label: VerdictLabel = "unsupported" if doubt >= claim_model.threshold else "supported"
        if hard >= _HARD_STRENGTH and label == "unsupported":
            label = "contradicted"
        score = round(1 - claim_model.centred(doubt), 4)
        claims.append(Grounded(span, label, score, _context(span.of(response), evidence)))
    if not doubts:
        return Grounding(1.0, ())
    doubt = response_model.probability(response_features(doubts, measured, len(response)))
    if any(c.label == "contradicted" and d >= _CONTRADICTED for c, d in zip(claims, doubts, strict=True)):
        doubt = max(doubt, _CONTRADICTED_WHOLE)
    return Grounding(round(1 - response_model.centred(doubt), 4), tuple(claims), doubt < response_model.threshold)


def _context(text: str, evidence: Evidence) -> int | None:
    keys = [w.key for w in profile(text, evidence.language).words if w.content]
    number, share = evidence.best(keys)
    return evidence.sentences[number].context if number >= 0 and share > 0 else None
