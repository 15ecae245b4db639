"""What is measured of a claim against its contexts: a dozen numbers between 0 and about 3, all of them readable."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from casefolio.ingest.languages import DEFAULT, about, own
from casefolio.ingest.meaning.compared_words import Word, words
from casefolio.verification.evidence import Evidence, content_keys, grams, values

CLAIM_FEATURES = (
    "words_missing", "pairs_missing", "triples_missing", "best_sentence_missing", "run_missing", "numbers_missing",
    "names_missing", "count_missing", "length", "meta", "item", "conflict", "place",
)  # fmt: skip
_CAPITAL_SKIP = 1
_ITEM = re.compile(r"^\s{0,8}(?:\d{1,2}[.)]|[-*•+])\s+")
# Of these the worst sentence also counts by itself.
_WORST = CLAIM_FEATURES[:8]
RESPONSE_FEATURES = (
    "worst",
    "worst_three",
    "mean",
    "last",
    "any",
    "sentences",
    "length",
    *(f"worst_{n}" for n in _WORST),
)


def claim_features(text: str, evidence: Evidence, place: float = 0.0, conflict: float = 0.0) -> dict[str, float]:
    """The measures of one sentence of an answer.

    Args:
        text: the sentence.
        evidence: its contexts.
        place: where it stands in the answer, 0 first to 1 last.
        conflict: strength of the strongest contradiction with the contexts, 0 for none.

    Returns:
        name -> value, for the names in `CLAIM_FEATURES`; higher means less supported.
    """
    body = _ITEM.sub("", text)
    found = words(body, evidence.language)
    keys = content_keys(found)
    known = [evidence.has(key) for key in keys]
    missing = known.count(False)
    pairs = grams(keys, 2)
    triples = grams([w.key for w in found], 3)
    absent = {v for v in values(body, evidence.language) if v not in evidence.numbers}
    _, share = evidence.best(keys)
    return {
        "words_missing": missing / len(keys) if keys else 0.0,
        "pairs_missing": sum(p not in evidence.pairs for p in pairs) / len(pairs) if pairs else 0.0,
        "triples_missing": sum(t not in evidence.triples for t in triples) / len(triples) if triples else 0.0,
        "best_sentence_missing": 1.0 - share if keys else 0.0,
        "run_missing": math.log1p(_run(known)),
        "numbers_missing": min(len(absent), 3.0),
        "names_missing": min(_names(found, evidence), 3.0),
        "count_missing": math.log1p(missing),
        "length": math.log1p(len(keys)) / 3,
        "meta": float(_meta(text, evidence.language)),
        "item": float(body != text),
        "conflict": conflict,
        "place": place,
    }


def _run(known: Sequence[bool]) -> int:
    longest = current = 0
    for present in known:
        current = 0 if present else current + 1
        longest = max(longest, current)
    return longest


def _names(found: Sequence[Word], evidence: Evidence) -> float:
    """Words with a capital, not at the sentence's start, that no context has; where nouns have one, it says nothing."""
    if about(evidence.language).get("capital_nouns"):
        return 0.0
    return float(sum(w.capital and w.content and not evidence.has(w.key) for w in found[_CAPITAL_SKIP:]))


def _of_passages(language: str) -> list[str]:
    """With these a sentence speaks of the passages, not of the world, and says nothing that they could support."""
    said: list[str] = own(language, "words").get("of_passages") or own(DEFAULT, "words")["of_passages"]
    return said


def _meta(text: str, language: str) -> bool:
    lower = text[:200].lower()
    return any(phrase in lower for phrase in _of_passages(language))


def response_features(doubts: Sequence[float], measured: Sequence[Sequence[float]], n_characters: int) -> list[float]:
    """The measures named in `RESPONSE_FEATURES`: of the probabilities that each sentence is unsupported.

    Args:
        doubts: one for each sentence, in order; at least one.
        measured: the features of each sentence, in the order of `CLAIM_FEATURES`.
        n_characters: length of the response.
    """
    bounded = [min(max(d, 1e-4), 1 - 1e-4) for d in doubts]
    ordered = sorted(bounded, reverse=True)
    three = ordered[:3]
    none = 1.0
    for doubt in bounded:
        none *= 1 - doubt
    return [
        _logit(ordered[0]), sum(three) / len(three), _logit(sum(bounded) / len(bounded)), bounded[-1], 1 - none,
        math.log1p(len(bounded)), math.log1p(n_characters) / 7,
        *(max(float(row[i]) for row in measured) for i in range(len(_WORST))),
    ]  # fmt: skip


def _logit(p: float) -> float:
    return math.log(p / (1 - p))
