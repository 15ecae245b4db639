"""Which candidate answers, and how probable that is: one calibrated model over what reader and retrieval say.

The weights are in `thresholds.json`, fitted by `benchmarks/fit_decision.py` on folders that the reader never saw.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casefolio.indexes.analyzers import terms
from casefolio.indexes.hit import Hit
from casefolio.reader.forms import form_of
from casefolio.reader.glossing import Glossary
from casefolio.reader.reading import READ, Asked, Candidate
from casefolio.reader.topic import topic_of

_WEIGHTS = Path(__file__).parent / "thresholds.json"
_CLIP = 8.0  # logits beyond it say no more


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate and the probability that it answers."""

    candidate: Candidate
    score: float


def features(asked: Asked, hits: Sequence[Hit], candidates: Sequence[Candidate]) -> list[dict[str, float]]:
    """What speaks for each candidate, by name; all between -1 and 1 or near it.

    Each speaks for itself: three drugs in one letter answer as well as one, and no rival's strength counts against it.

    Args:
        asked: the question.
        hits: the passages that were read.
        candidates: those that are weighed.
    """
    best_hit = max((h.score for h in hits), default=0.0) or 1.0
    everything = float(len(hits) < READ)  # no other passage could be taken for an answer
    topic, glossary = topic_of(asked), Glossary(asked.bare, asked.language)
    told = form_of(asked.question, asked.language).told  # "what does the order say" names the paper alone
    rows = []
    for c in candidates:
        met = glossary.met(c.text, c.hit.chunk.language)
        covered = topic.share(met.union(terms(f"{c.header} {c.text}", c.hit.chunk.language)))
        rows.append(
            {
                "answers": _clipped(c.answers),
                "mass": c.mass,
                "retrieved": c.hit.score / best_hit,
                "coverage": float(covered > 0) if told else covered,
                "alone_margin": _clipped(c.alone.margin / 2) if c.alone is not None else -1.0,
                "everything": everything,
            }
        )
    return rows


def _clipped(logit: float) -> float:
    return max(-_CLIP, min(_CLIP, logit)) / _CLIP


@dataclass(frozen=True, slots=True)
class Decision:
    """The fitted model: weights by feature, and the probability below which nothing is said."""

    weights: Mapping[str, float]
    bias: float
    threshold: float

    def probability(self, row: Mapping[str, float]) -> float:
        """That a candidate with these features answers, 0 to 1."""
        return 1 / (1 + math.exp(-self.bias - sum(w * row[name] for name, w in self.weights.items())))


@cache
def shipped_decision() -> Decision:
    """The model in the box."""
    stored = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    return Decision(stored["weights"], stored["bias"], stored["threshold"])


@cache
def by_hand(group: str) -> Mapping[str, float]:
    """Numbers of `thresholds.json` beside the fitted ones; each group says in `source` how it was chosen."""
    stored: dict[str, dict[str, float]] = json.loads(_WEIGHTS.read_text("utf-8"))
    return stored[group]


def scored(asked: Asked, hits: Sequence[Hit], candidates: Sequence[Candidate], decision: Decision) -> list[Scored]:
    """Candidates with their probabilities, best first; ties break by place."""
    rows = features(asked, hits, candidates)
    out = [Scored(c, decision.probability(row)) for c, row in zip(candidates, rows, strict=True)]
    return sorted(out, key=lambda s: (-s.score, s.candidate.hit.document, s.candidate.span))
