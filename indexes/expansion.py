"""What else the passage that answers may say: `expansions.txt` of each language, and German compounds.

Only the question is expanded, never a passage, so the data can change without indexing anew. What is added counts less
than what was asked. A German term also finds the compounds it begins or ends ("Aufnahme" finds "Aufnahmestatus"), and
a compound its two parts where both are words of the collection (after Koehn and Knight, EACL 2003).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from casefolio.indexes.analyzers import terms
from casefolio.indexes.meanings import other_words
from casefolio.indexes.sparse import Sparse
from casefolio.indexes.switches import ALL, Parts
from casefolio.ingest.languages import about, lines, own

FIELD_MARKS = {"patient": "#patient", "party": "#party", "physician": "#physician", "stay": "#stay", "date": "#date",
               "number": "#number"}  # fmt: skip
_SYNONYM, _COMPOUND = 0.4, 0.4  # weights beside 1 for the question's own terms
_SHORTEST_PART, _MOST_COMPOUNDS = 5, 8


def expand(asked: Iterable[str], language: str, vocabulary: Sparse, parts: Parts = ALL) -> dict[str, float]:
    """Terms to look for and their weights: the asked ones 1, the added ones less.

    Args:
        asked: terms of the question.
        language: of the question.
        vocabulary: the passages, whose terms alone are worth adding.
        parts: which of synonyms, field marks and compounds are added.
    """
    own = list(dict.fromkeys(asked))
    weights = dict.fromkeys(own, 1.0)
    table = _expansions(language) if parts.synonyms else {}
    for term in own:
        for other in table.get(term, ()):
            if parts.marks or not other.startswith("#"):
                weights.setdefault(other, _SYNONYM)
        if about(language).get("compounds") and parts.compounds:
            for other in _compounds(term, vocabulary, language):
                weights.setdefault(other, _COMPOUND)
    if parts.synonyms:
        for other, share in other_words(own, language).items():
            if vocabulary.has(other):
                weights.setdefault(other, _SYNONYM * share)
    return weights


@lru_cache(maxsize=8)
def _expansions(language: str) -> dict[str, tuple[str, ...]]:
    """Term of the question to terms of the passage."""
    table: dict[str, dict[str, None]] = {}
    for line in lines(language, "expansions.txt"):
        left, right = (side.split() for side in line.split("|", 1))
        answers = [t for word in right for t in _terms(word, language)]
        for word in left:
            for term in _terms(word, language):
                table.setdefault(term, {}).update(dict.fromkeys(answers))
    return {term: tuple(a for a in answers if a != term) for term, answers in table.items()}


def _terms(word: str, language: str) -> list[str]:
    return [word] if word.startswith("#") else terms(word.replace("_", " "), language)


def _compounds(term: str, vocabulary: Sparse, language: str) -> list[str]:
    """Compounds of the collection that a term begins or ends, and its own parts; rarest first, a few."""
    if len(term) < _SHORTEST_PART or not term.isalpha():
        return []
    longer = [w for w in vocabulary.containing(term) if w != term and (w.startswith(term) or w.endswith(term))]
    longer.sort(key=lambda w: (len(w), w))
    return longer[:_MOST_COMPOUNDS] + _parts(term, vocabulary, own(language, "words").get("compound_links", ("",)))


def _parts(term: str, vocabulary: Sparse, links: Iterable[str]) -> list[str]:
    for cut in range(len(term) - 4, 3, -1):
        head, tail = term[:cut], term[cut:]
        if not vocabulary.has(tail):
            continue
        for link in links:
            stem = head.removesuffix(link) if link else head
            if len(stem) >= 4 and vocabulary.has(stem):
                return [stem, tail]
    return []
