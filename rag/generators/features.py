"""What speaks for a sentence as the answer: a few numbers between 0 and 1, weighed by `weights.json`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.generators.about import speaks_of
from rag.generators.barring import barred
from rag.generators.candidates import Candidate
from rag.generators.concepts import Concept, in_language
from rag.generators.kinds import shows
from rag.generators.question import Question
from rag.generators.stems import terms, words

NAMES = (
    "bias",
    "coverage",
    "coverage_around",
    "coverage_heading",
    "coverage_without_concept",
    "strong",
    "strong_share",
    "all_concepts",
    "cues",
    "heading_strong",
    "kind_shown",
    "kind_missing",
    "strong_and_kind",
    "zone_in",
    "zone_out",
    "zone_in_and_strong",
    "rank",
    "retrieved",
    "similarity",
    "names",
    "short",
    "long",
    "start",
    "absent",
    "specific",
    "specific_direct",
    "specific_none",
    "unspecific",
    "barred",  # never an answer, whatever else speaks for it: no weight is learned
)
_PREFIX = 5  # letters two stems must share to count as kin (German compounds, derivations)
_KIN = 0.6
_ALL = 0.99  # coverage from which all that is asked counts as said


def inverse_frequency(sentences: Sequence[tuple[str, ...]]) -> dict[str, float]:
    """Weight of a term: high where few of the sentences have it."""
    count: dict[str, int] = {}
    for found in sentences:
        for term in set(found):
            count[term] = count.get(term, 0) + 1
    n = len(sentences)
    return {t: math.log(1 + (n - c + 0.5) / (c + 0.5)) for t, c in count.items()}


def coverage(asked: Sequence[str], found: Sequence[str], weight: dict[str, float], ceiling: float) -> float:
    """Share of the asked terms, by weight, that `found` holds; a kindred one counts in part, an unseen one most."""
    if not asked:
        return 0.0
    have = set(found)
    prefixes = {t[:_PREFIX] for t in have if len(t) >= _PREFIX}
    total = got = 0.0
    for term in asked:
        w = weight.get(term, ceiling)
        total += w
        if term in have:
            got += w
        elif len(term) >= _PREFIX and term[:_PREFIX] in prefixes:
            got += _KIN * w
    return got / total if total else 0.0


def features(
    question: Question,
    sentences: Sequence[Candidate],
    similarity: Sequence[float] | None = None,
) -> list[list[float]]:
    """One row of `NAMES` for each sentence.

    Args:
        question: taken apart.
        sentences: all of them, since a term's weight depends on how many have it.
        similarity: cosine of each to the question, where an encoder was asked; 0 otherwise.
    """
    language = question.language
    stems = [terms(s.text, language) for s in sentences]
    weight = inverse_frequency(stems)
    ceiling = max(weight.values(), default=1.0)
    zones = {c.zone for c in question.concepts if c.zone}
    absent = _absent(question, sentences, stems)
    about = speaks_of(question, sentences, stems)
    out = []
    for i, sentence in enumerate(sentences):
        text = sentence.text
        concepts = in_language(question.concepts, sentence.hit.chunk.language)
        direct = coverage(question.terms, stems[i], weight, ceiling)
        before = terms(sentence.before, language) if sentence.before else ()
        above = terms(sentence.heading, language) if sentence.heading else ()
        around = coverage(question.terms, (*stems[i], *before, *above), weight, ceiling)
        heading = coverage(question.terms, above, weight, ceiling)
        matched = [0 if _contrary(c, question, text) else sum(1 for p in c.strong if p.search(text)) for c in concepts]
        stated = bool(question.kind) and direct >= _ALL and shows(question.kind, text)
        if _of_another_drug(question, text, stems[i]):
            matched, stated = [0] * len(concepts), False
        strong = 1.0 if any(matched) or stated else 0.0
        cues = max((sum(1 for p in c.cues if p.search(text)) / len(c.cues) for c in concepts if c.cues), default=0.0)
        kind = 1.0 if question.kind and shows(question.kind, text) else 0.0
        zone = 1.0 if zones & sentence.zones else 0.0
        said = set(words(text)) if question.names else set()
        out.append(
            [
                1.0,
                direct,
                around - direct,
                heading,
                0.0 if concepts else direct,
                strong,
                min(1.0, sum(matched) / 3),
                1.0 if len(concepts) > 1 and all(matched) else 0.0,
                cues,
                1.0 if sentence.heading and any(p.search(sentence.heading) for c in concepts for p in c.ask) else 0.0,
                kind,
                1.0 if question.kind and not kind else 0.0,
                strong * kind,
                zone,
                1.0 if zones and not zone else 0.0,
                zone * strong,
                1.0 / sentence.rank if sentence.rank > 0 else 0.0,
                1.0 if sentence.rank > 0 else 0.0,
                similarity[i] if similarity is not None else 0.0,
                len(question.names & said) / len(question.names) if question.names else 0.0,
                1.0 if len(text) < 25 else 0.0,
                1.0 if len(text) > 400 else 0.0,
                1.0 / (1 + sentence.span.start / 500),
                absent[sentence.hit.document],
                about[i].anywhere,
                about[i].direct,
                1.0 if about[i].asked and not about[i].anywhere else 0.0,
                0.0 if about[i].asked else 1.0,
                1.0 if barred(question, sentence, about[i], stems[i], bool(strong)) else 0.0,
            ]
        )
    return out


def _contrary(concept: Concept, question: Question, text: str) -> bool:
    return any(p.search(text) and not p.search(question.ask) for p in concept.contrary)


def _of_another_drug(question: Question, text: str, stems: Sequence[str]) -> bool:
    """Whether a sentence lacks the class of drugs that is asked for, or the drug whose dose is."""
    if question.members is not None:
        return question.members.search(text) is None
    return question.kind == "dose" and bool(question.topic) and not set(question.topic) & set(stems)


def _absent(
    question: Question, sentences: Sequence[Candidate], stems: Sequence[tuple[str, ...]]
) -> dict[str, float]:
    """For each document, the share of the topic's terms that stand nowhere in it, nor a word akin to them."""
    held: dict[str, set[str]] = {}
    for sentence, found in zip(sentences, stems, strict=True):
        held.setdefault(sentence.hit.document, set()).update(found)
    out = {}
    for document, have in held.items():
        prefixes = {t[:_PREFIX] for t in have}
        missing = sum(t not in have and t[:_PREFIX] not in prefixes for t in question.topic)
        out[document] = missing / len(question.topic) if question.topic else 0.0
    return out
