"""What is done to a ranking before it is shown: repeats step back, and so does a passage that contradicts the question.

Two passages of nearly the same words are twins: the left knee and the right one, "with" and "without". Encoders and
words hardly tell them apart, so where the question takes a side, the twin on the other side is put behind. Only twins
are compared: a passage that disagrees may still be the one that answers ("Is it the left knee?" "No, the right.").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from casefolio.indexes.analyzers import keys
from casefolio.indexes.hit import Hit
from casefolio.ingest.meaning.agreement import agreement

TWINS_AMONG = 20  # hits looked at for twins
_ALIKE = 0.6  # share of the words of both that twins have in common,
_SHORT_ALIKE, _FEW = 0.3, 8  # or this share where so few words differ: a short sentence is changed by one or two
_MOST_READ = 12  # hits whose meaning is read for one question: what it may cost


def same_words(text: str) -> str:
    """Form under which two passages are the same but for case and blanks."""
    return " ".join(text.casefold().split())


def agreeing_first(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits, each that contradicts the question put behind its best twin that does not.

    A twin of a document that the question's names speak for less never passes: the right side of another patient is
    no answer.
    """
    top = list(hits[:TWINS_AMONG])
    bags = [frozenset(keys(hit.text, hit.chunk.language)) for hit in top]
    stands: dict[int, float] = {}
    score = [hit.score for hit in top]
    for first in range(len(top)):
        for second in range(first + 1, len(top)):
            if not _alike(bags[first], bags[second]) or _named(top[second]) < _named(top[first]):
                continue
            for at in (first, second):
                if at not in stands and len(stands) < _MOST_READ:
                    stands[at] = agreement(question, top[at].text, top[at].chunk.language)
            if stands.get(first, 0.0) < 0 <= stands.get(second, -1.0):
                score[first] = min(score[first], top[second].score)
    order = sorted(range(len(top)), key=lambda at: (-score[at], score[at] < top[at].score, at))
    return [*(replace(top[at], score=score[at]) for at in order), *hits[TWINS_AMONG:]]


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    common, either = len(a & b), len(a | b)
    return common >= (_SHORT_ALIKE if either - common <= _FEW else _ALIKE) * either > 0


def _named(hit: Hit) -> float:
    return dict(hit.parts).get("document", 0.0)
