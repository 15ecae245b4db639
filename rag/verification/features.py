"""What is measured of a claim against its contexts: a dozen numbers between 0 and about 3, all of them readable."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ingest.meaning.wording import Word, words
from rag.verification.evidence import Evidence, content_keys, grams, values

CLAIM_FEATURES = (
    "words_missing", "pairs_missing", "triples_missing", "best_sentence_missing", "run_missing", "numbers_missing",
    "names_missing", "count_missing", "length", "meta", "unlike", "unlike_no_encoder",
)  # fmt: skip
# A sentence that speaks of the passages, not of the world, says nothing that they could support.
_META = {
    "en": ("based on", "according to", "the passages", "provided passages", "the given", "unable to answer", "in summary", "here are", "i hope", "please note", "the following"),
    "de": ("laut den", "auf grundlage", "die textstellen", "kann nicht beantwortet", "zusammenfassend", "im folgenden"),
    "ko": ("제공된", "주어진 자료", "답변할 수 없", "다음과 같"),
}  # fmt: skip
_CAPITAL_SKIP = 1


def claim_features(text: str, evidence: Evidence, unlike: float | None = None) -> dict[str, float]:
    """The measures of one sentence of an answer.

    Args:
        text: the sentence.
        evidence: its contexts.
        unlike: 1 - cosine to the most similar sentence of the contexts, or None without an encoder.

    Returns:
        name -> value, for the names in `CLAIM_FEATURES`; higher means less supported.
    """
    found = words(text, evidence.language)
    keys = content_keys(found)
    known = [evidence.has(key) for key in keys]
    missing = known.count(False)
    pairs = grams(keys, 2)
    triples = grams([w.key for w in found], 3)
    absent = {v for v in values(text, evidence.language) if v not in evidence.numbers}
    _, share = evidence.best(keys)
    return {
        "words_missing": missing / len(keys) if keys else 0.0,
        "pairs_missing": sum(p not in evidence.pairs for p in pairs) / len(pairs) if pairs else 0.0,
        "triples_missing": sum(t not in evidence.triples for t in triples) / len(triples) if triples else 0.0,
        "best_sentence_missing": 1.0 - share if keys else 0.0,
        "run_missing": math.log1p(_run(known)),
        "numbers_missing": min(len(absent), 3.0),
        "names_missing": min(_names(text, found, evidence), 3.0),
        "count_missing": math.log1p(missing),
        "length": math.log1p(len(keys)) / 3,
        "meta": float(_meta(text, evidence.language)),
        "unlike": unlike if unlike is not None else 0.0,
        "unlike_no_encoder": float(unlike is None),
    }


def _run(known: Sequence[bool]) -> int:
    longest = current = 0
    for present in known:
        current = 0 if present else current + 1
        longest = max(longest, current)
    return longest


def _names(text: str, found: Sequence[Word], evidence: Evidence) -> float:
    """Words with a capital, not at the sentence's start, that no context has; German capitals say nothing."""
    if evidence.language == "de":
        return 0.0
    return float(sum(w.capital and w.content and not evidence.has(w.key) for w in found[_CAPITAL_SKIP:]))


def _meta(text: str, language: str) -> bool:
    lower = text[:200].lower()
    return any(phrase in lower for phrase in _META.get(language, _META["en"]))
