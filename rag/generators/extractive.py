"""The embedded default: no model writes; the sentences that answer are chosen and quoted, or none is."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from indexes.encoders.base import Encoder
from ingest.meaning import negates
from rag.generators.candidates import Candidate
from rag.generators.features import NAMES, features
from rag.generators.question import Question

_WEIGHTS = Path(__file__).parent / "weights.json"
_EMBEDDED = 24  # sentences that an encoder is asked about: the best without it
_SIMILARITY = NAMES.index("similarity")
_BARRED = NAMES.index("barred")
_FINDINGS = frozenset({"allergy", "diagnosis", "symptom", "side_effect", "medication", "blood_group"})
_DENIED = 0.5
_KEEP = 0.5  # a further sentence is quoted too if it scores at least this share of the best

_KEEP_PARTICULAR = 0.6  # the same where the question asks about something in particular


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence and the probability that it answers."""

    candidate: Candidate
    score: float


class Chooser(Protocol):
    """The seam for other ways to choose spans, such as a question-conditioned token classifier.

    Returns choices best first; their spans lie inside the candidates' hits.
    """

    def __call__(self, question: Question, sentences: Sequence[Candidate], encoder: Encoder | None) -> list[Choice]:
        """Rank `sentences` as answers to `question`."""


@lru_cache(maxsize=1)
def _models() -> dict[str, tuple[tuple[float, ...], float]]:
    """Weights and threshold for questions that name their document and a known concept, and for all `open` ones."""
    stored = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    return {
        key: (tuple(float(model["weights"].get(name, 0.0)) for name in NAMES), float(model["threshold"]))
        for key, model in stored.items()
    }


def is_plain(question: Question) -> bool:
    """Whether a question names its document and asks for a known concept and nothing in particular."""
    return bool(question.concepts and question.names and not question.specifics)


def _model(question: Question) -> tuple[tuple[float, ...], float]:
    return _models()["named" if is_plain(question) else "open"]


def default_threshold(question: Question) -> float:
    """Probability below which the best sentence does not count as an answer."""
    return _model(question)[1]


def _probability(row: Sequence[float], weights: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-sum(x * w for x, w in zip(row, weights, strict=True))))


def choose(question: Question, sentences: Sequence[Candidate], encoder: Encoder | None = None) -> list[Choice]:
    """Rank sentences as answers by a logistic model over `features`; ties break by place in the text."""
    weights, _ = _model(question)
    rows = features(question, sentences)
    open_ = [not row[_BARRED] for row in rows]
    scores = [_probability(row, weights) if free else 0.0 for row, free in zip(rows, open_, strict=True)]
    scores = [s * _denial(question, c) if s else s for s, c in zip(scores, sentences, strict=True)]
    order = sorted(range(len(rows)), key=lambda i: (-scores[i], sentences[i].hit.document, sentences[i].span))
    if encoder is not None and order and weights[_SIMILARITY] and _speaks(encoder, question.language):
        top = order[:_EMBEDDED]
        for i, value in zip(top, _similarity(question, [sentences[i] for i in top], encoder), strict=True):
            rows[i][_SIMILARITY] = value
            scores[i] = _probability(rows[i], weights) if open_[i] else 0.0
        order = sorted(top, key=lambda i: (-scores[i], sentences[i].hit.document, sentences[i].span))
    return [Choice(sentences[i], scores[i]) for i in order]


def _denial(question: Question, sentence: Candidate) -> float:
    """What a sentence is worth that says there is none, where the question takes it that there is one."""
    deniable = not question.yes_no and any(c.name in _FINDINGS for c in question.concepts)
    if not deniable or not negates(sentence.text, sentence.hit.chunk.language):
        return 1.0
    return 1.0 if negates(question.ask, question.language) else _DENIED


def _speaks(encoder: Encoder, language: str) -> bool:
    return language in encoder.languages or "*" in encoder.languages


def _similarity(question: Question, sentences: Sequence[Candidate], encoder: Encoder) -> list[float]:
    """Cosine of each sentence to the question; one beyond the encoder's window is cut for this comparison only."""
    asked = encoder.encode_queries([question.ask])[0]
    texts = []
    for sentence in sentences:
        tokens = encoder.token_spans(sentence.text)[: encoder.max_tokens]
        texts.append(sentence.text[: tokens[-1][1]] if tokens else sentence.text)
    return [float(v) for v in encoder.encode_passages(texts) @ asked]


def further(question: Question, choices: Sequence[Choice], threshold: float, most: int) -> list[Choice]:
    """The best choice and those nearly as good, at most `most`; none where the best is below the threshold.

    Beside an answer about something in particular, a weaker sentence is more often about something else.
    """
    if not choices or choices[0].score < threshold:
        return []
    keep = _KEEP_PARTICULAR if question.specifics and not question.many else _KEEP
    floor = max(threshold, choices[0].score * keep)
    return [c for c in choices[:most] if c.score >= floor]
