"""Which documents a question names, and what is left of it when the names are taken out.

"between Acme Inc. and Beta LLC", "Frau Müller", "the amendment of 2 May": such words stand where a document says
what it is (its first page, its signature, its title, its path), not in the passage that answers; and left in the
question they drown the words that say what is asked. So documents and passages are scored apart:

* evidence for a document: the summed rarity (inverse document frequency) of the question's terms found in its
  identity zone, half as much where they stand elsewhere in it, and once more where they are the name of its patient,
  party or title (`ingest.identity`); a word written like no name counts less than half;
* names: stretches of the question that stand in the zone of a best document in the same order, held together by at
  least one rare term. They are taken out of what the passages are asked, clause by clause where
  nothing else is in a clause.

No document is excluded by this; a question that names none is asked of all as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.analyzers import Word, capitals, keys, words
from casefolio.indexes.persons import Persons, Who
from casefolio.indexes.sparse import Sparse
from casefolio.indexes.switches import ALL, Parts
from casefolio.ingest.languages import about

# Characters at a document's beginning and end in which it says what it is: about the first page and the signature.
_USUAL_ZONE = (2500, 800)
_LONG = 40_000  # characters looked through where no zone holds a name
_ELSEWHERE = 0.5  # what a term outside the zone counts, against 1 inside
_COMMON = 0.4  # what a word that is written like no name counts, against 1
_FITS = 0.9  # share of the best evidence from which on a document is named as well
_KEPT_ZONES, _KEPT_LONG = 512, 32  # documents whose words are kept ready
_TOGETHER = 2  # words that a document writes like a name one after the other
_MOST = 5  # documents looked at for names
_CLAUSE = re.compile(r"[;:,?.!]\s|[?？。]$|\s[-–—]\s")


def identity_zone(text: str, language: str) -> str:
    """Beginning and end of a document's text, where it says what it is."""
    head, tail = about(language).get("zone", _USUAL_ZONE)
    return text if len(text) <= head + tail else f"{text[:head]}\n{text[-tail:]}"


def long_zone(text: str) -> str:
    """As much of a document as is searched for names that its identity zone does not hold."""
    return text[:_LONG]


@dataclass(frozen=True, slots=True)
class Named:
    """A question, read in two parts.

    Attributes:
        evidence: per document, 0 to 1 (1 for the best), shape (n_documents,).
        confidence: 0 where the question names nothing, 1 where it surely names a document.
        documents: positions of the documents it names, best first; empty where it names none.
        asked: the question without the names.
        terms: terms of `asked`, each once.
        names: the names as they stand in the question.
        who: per document, how much it is about those who are named (`Who.documents`); None where nobody is.
        who_terms: terms of the people and parties who are named.
        whole: terms of the whole question, each once.
    """

    evidence: NDArray[np.float32]
    confidence: float
    documents: tuple[int, ...]
    asked: str
    terms: tuple[str, ...]
    names: tuple[str, ...]
    who: NDArray[np.float32] | None = None
    who_terms: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


class Naming:
    """Reads questions against the documents of one snapshot.

    Args:
        zones: terms of the identity zones, one row a document.
        names: terms of the names a document goes by, one row a document.
        passages: terms of the passages.
        document_of: document of each passage, shape (n_passages,).
        zone_text: the identity zone of a document as text.
        long_text: more of its text, asked for only where no zone holds a name.
        languages: of the documents.
        proper: words that the identity zones write like names and no text writes otherwise, one row a document; where
            there is none, the looks of the question's words decide.
    """

    def __init__(
        self,
        zones: Sparse,
        names: Sparse,
        passages: Sparse,
        document_of: NDArray[np.int64],
        zone_text: Callable[[int], str],
        long_text: Callable[[int], str],
        languages: Sequence[str],
        proper: Sparse | None = None,
    ) -> None:
        self._proper = proper
        self._zones = zones
        self._names_of = names
        self._passages = passages
        self._document_of = document_of
        self._n = zones.n
        self._rare = np.log(1 + self._n) / 2  # the rarity from which on a term holds a name together
        # a conversation stays with a few documents
        self._zone_keys = lru_cache(maxsize=_KEPT_ZONES)(lambda at: _placed(zone_text(at), languages[at]))
        self._long_keys = lru_cache(maxsize=_KEPT_LONG)(lambda at: _placed(long_text(at), languages[at]))
        self._persons = Persons(names, zones, passages, document_of)
        self._longer = np.bincount(document_of, minlength=zones.n) > 1

    def read(self, question: str, language: str, parts: Parts = ALL) -> Named:
        """Split a question (`plain` text) into which documents, who, and what."""
        spoken = [self._looked_up(word) for word in words(question, language)]
        every = tuple(dict.fromkeys(t for w in spoken for t in w.terms))
        if not parts.naming:
            return Named(np.zeros(self._n, np.float32), 0.0, (), question, every, (), whole=every)
        who = self._persons.read(spoken)
        named, taken = self._documents(question, spoken, every, who, language, parts)
        if not who.terms:
            return replace(named, whole=every)
        asked, names = _cut(question, spoken, who.named | taken)
        left = tuple(dict.fromkeys(t for w in words(asked, language) for t in w.terms))
        if not left:
            asked, left = question, every
        return replace(named, asked=asked, terms=left, names=names, who=who.documents, who_terms=who.terms, whole=every)

    def _looked_up(self, word: Word) -> Word:
        """A word, proper by what the folder writes like a name, whatever letters the question is typed in."""
        if self._proper is None:
            return word
        known = self._proper.has(word.key) or self._names_of.has(word.key)
        return replace(word, proper=known or any(c.isdigit() for c in word.key))

    def _documents(
        self, question: str, spoken: list[Word], every: tuple[str, ...], who: Who, language: str, parts: Parts
    ) -> tuple[Named, NDArray[np.bool_]]:
        """Which documents are named, and by which words."""
        evidence, by_name, rarity = self._evidence(spoken, names=parts.names)
        fitting = self._fitting(evidence)
        if self._n > 1 and fitting and not self._longer[fitting].any():
            # A document of one passage has no other place for its name: only a name that the rules found counts, and
            # nothing is taken out of the question.
            return self._by_name_alone(by_name, question, every), np.zeros(len(spoken), bool)
        sure = who.named if about(language)["names"] != "capitals" else None  # looks tell no name from a noun
        taken = np.zeros(len(spoken), bool)
        if self._n > 1 and fitting:
            taken = self._names(spoken, fitting, rarity, sure)
        if not taken.any():
            return Named(_scaled(evidence), 0.0, (), question, every, ()), taken
        mass = sum(rarity[t] for t in {t for w, used in zip(spoken, taken, strict=True) if used for t in w.terms})
        asked, names = _cut(question, spoken, taken)
        left = tuple(dict.fromkeys(t for w in words(asked, language) for t in w.terms))
        found = Named(_scaled(evidence), self._confidence(mass), tuple(fitting), asked, left or every, names)
        return found, taken

    def _fitting(self, evidence: NDArray[np.float32]) -> list[int]:
        """Documents about as well attested as the best one, best first."""
        best = float(evidence.max(initial=0.0))
        if best <= 0:
            return []
        order = np.argsort(-evidence, kind="stable")[:_MOST]
        return [int(d) for d in order if evidence[d] >= _FITS * best]

    def _confidence(self, mass: float) -> float:
        """1 from the rarity on that one term of a single document has."""
        return float(min(1.0, mass / np.log(self._n + 1.0)))

    def _by_name_alone(self, by_name: NDArray[np.float32], question: str, every: tuple[str, ...]) -> Named:
        fitting = self._fitting(by_name)
        confidence = self._confidence(float(by_name.max(initial=0.0)))
        return Named(_scaled(by_name), confidence, tuple(fitting), question, every, ())

    def _evidence(
        self, spoken: Sequence[Word], *, names: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], dict[str, float]]:
        """Evidence for each document, the part of it that rests on names, and the rarity of each term."""
        evidence, by_name = np.zeros(self._n, np.float32), np.zeros(self._n, np.float32)
        rarity: dict[str, float] = {}
        for term, proper in {t: w.proper for w in reversed(spoken) for t in w.terms}.items():
            in_zone, _ = self._zones.postings(term)
            anywhere = np.zeros(self._n, bool)
            anywhere[self._document_of[self._passages.postings(term)[0]]] = True
            anywhere[in_zone] = True
            frequency = int(anywhere.sum())
            rarity[term] = float(np.log(1 + (self._n - frequency + 0.5) / (frequency + 0.5))) if frequency else 0.0
            worth = np.float32(rarity[term] if proper else _COMMON * rarity[term])
            evidence[anywhere] += np.float32(_ELSEWHERE) * worth
            evidence[in_zone] += np.float32(1 - _ELSEWHERE) * worth
            if names:
                by_name[self._names_of.postings(term)[0]] += np.float32(rarity[term])
        return evidence + by_name, by_name, rarity

    def _names(
        self,
        spoken: Sequence[Word],
        fitting: Sequence[int],
        rarity: dict[str, float],
        sure: NDArray[np.bool_] | None,
    ) -> NDArray[np.bool_]:
        """Which words of the question belong to names, by the first fitting document that holds any.

        Where nouns are written like names, only a stretch with a name that is `sure`, or a number, is one.
        """
        taken = np.zeros(len(spoken), bool)
        if not any(self._is_rare(w, rarity) for w in spoken):
            return taken
        asked = [w.key for w in spoken]
        for zone_of in (self._zone_keys, self._long_keys):
            for document in fitting:
                runs = _runs(asked, zone_of(document))
                for start, end, capital in runs:
                    known = sure is None or bool(sure[start:end].any())
                    known = known or any(c.isdigit() for w in spoken[start:end] for c in w.key)
                    taken[start:end] = known and self._is_name(spoken[start:end], capital, rarity)
                if taken.any():
                    self._add_titles(spoken, runs, taken)
                    return taken
        return taken

    def _is_name(self, run: Sequence[Word], capital: int, rarity: dict[str, float]) -> bool:
        """Whether a stretch is one: some word is proper, or the document writes several together like a name."""
        written = capital >= _TOGETHER or any(w.proper for w in run)
        return written and any(self._is_rare(w, rarity) for w in run)

    def _is_rare(self, word: Word, rarity: dict[str, float]) -> bool:
        return any(rarity.get(t, 0.0) >= self._rare for t in word.terms)

    @staticmethod
    def _add_titles(spoken: Sequence[Word], runs: Sequence[tuple[int, int, int]], taken: NDArray[np.bool_]) -> None:
        """A title made of common words ("Services Agreement") is a name too where a name follows it."""
        first = int(np.flatnonzero(taken)[0])
        for start, end, capital in runs:
            content = sum(bool(w.terms) for w in spoken[start:end])
            if end <= first and min(capital, content) >= _TOGETHER:
                taken[start:end] = True


@dataclass(frozen=True, slots=True)
class _Zone:
    """Words of a zone, which of them are written like names, and the places of each."""

    keys: list[str]
    proper: list[bool]
    places: dict[str, list[int]]


def _placed(text: str, language: str) -> _Zone:
    found = keys(text, language)
    places: dict[str, list[int]] = {}
    for at, key in enumerate(found):
        places.setdefault(key, []).append(at)
    return _Zone(found, capitals(text), places)


def _runs(question: Sequence[str], zone: _Zone) -> list[tuple[int, int, int]]:
    """Longest stretches of the question that stand in the zone word by word, from left to right.

    Returns:
        Start and end of each, and how many of its words the zone writes like names where it writes most so.
    """
    out, start = [], 0
    while start < len(question):
        longest = most = 0
        for at in zone.places.get(question[start], ()):
            length = 1
            while (
                start + length < len(question)
                and at + length < len(zone.keys)
                and question[start + length] == zone.keys[at + length]
            ):
                length += 1
            longest, most = max((longest, most), (length, sum(zone.proper[at : at + length])))
        if longest:
            out.append((start, start + longest, most))
        start += max(1, longest)
    return out


def _scaled(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    best = float(evidence.max(initial=0.0))
    return evidence / np.float32(best) if best > 0 else evidence


def _cut(question: str, spoken: Sequence[Word], taken: NDArray[np.bool_]) -> tuple[str, tuple[str, ...]]:
    """The question less its names, clause by clause, and the names as written."""
    names, pieces = [], []
    start = 0
    bounds = [m.end() for m in _CLAUSE.finditer(question)] + [len(question)]
    for end in bounds:
        inside = [(w, t) for w, t in zip(spoken, taken, strict=True) if start <= w.start < end]
        content = [w for w, t in inside if not t and w.terms]
        used = [w for w, t in inside if t and w.terms]
        elsewhere = [w for w, t in zip(spoken, taken, strict=True) if w.start >= end and w.terms and not t]
        if used and len(content) <= len(used) / 2 and len(elsewhere) >= 2:
            names.append(question[used[0].start : used[-1].end])
        else:
            at = start
            for first, last in _stretches(inside):
                names.append(question[first:last])
                pieces.append(question[at:first])
                at = last
            pieces.append(question[at:end])
        start = end
    asked = re.sub(r"\s+", " ", "".join(pieces)).strip()
    return (asked or question), tuple(names)


def _stretches(inside: Sequence[tuple[Word, bool]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    previous = False
    for word, used in inside:
        if used and previous:
            out[-1] = (out[-1][0], word.end)
        elif used:
            out.append((word.start, word.end))
        previous = used
    return out
