"""The audit of pairs: duplicates, answers that the passage does not support, questions that name nobody, negatives
that answer.

Rules look at words and values; the verifier reads answers against passages, and the reader, where it is in the box,
questions. A pair that is flagged is left out of the clean file; of a false negative only the negative is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from casefolio.indexes.analyzers import fold, terms
from casefolio.training.pairs import Pair
from casefolio.verifying import verify

KINDS = ("duplicate", "unsupported", "nameless", "false negative")
COVERED = 0.7  # share of an answer's terms that the passage must hold
ASKED = 0.2  # share of a question's terms, likewise; wordings of lay people share few
COMMON = 0.34  # a term in the passages of more than this share of the groups tells nobody apart
ALIKE = 0.8  # Jaccard of terms from which two passages say the same
_GROUPS = 3  # fewer cannot tell what is common
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")

Judge = Callable[[Sequence[tuple[str, str]]], Sequence[float]]  # (question, passage) to the logit that it answers


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a pair: one of `KINDS`, why, and which negative where it is one."""

    pair: int
    kind: str
    reason: str
    negative: int = -1


@dataclass(frozen=True, slots=True)
class Audit:
    """All findings over `pairs`."""

    pairs: tuple[Pair, ...]
    findings: tuple[Finding, ...]

    def shares(self) -> dict[str, float]:
        """Share of the pairs that have a finding of each kind."""
        counted = Counter(kind for kind, _ in {(f.kind, f.pair) for f in self.findings})
        return {kind: counted[kind] / max(1, len(self.pairs)) for kind in KINDS}

    def clean(self) -> list[Pair]:
        """The pairs without faults, and without negatives that answer."""
        out = {f.pair for f in self.findings if f.negative < 0}
        bad: dict[int, set[int]] = {}
        for finding in self.findings:
            if finding.negative >= 0:
                bad.setdefault(finding.pair, set()).add(finding.negative)
        return [
            replace(pair, negative=tuple(t for k, t in enumerate(pair.negative) if k not in bad.get(i, ())))
            for i, pair in enumerate(self.pairs)
            if i not in out
        ]


def audit(pairs: Sequence[Pair], judge: Judge | None = None, sure: float = 2.0) -> Audit:
    """Looks at all pairs.

    Args:
        pairs: as made or found.
        judge: the reader's logits, where there is one.
        sure: logit from which the judge's word counts, on either side of 0.
    """
    read = _Read(pairs)
    findings: list[Finding] = []
    seen: dict[tuple[frozenset[str], str], int] = {}
    for i, pair in enumerate(pairs):
        key = (read.query(i), fold(pair.positive[0]))
        if (first := seen.setdefault(key, i)) != i:
            findings.append(Finding(i, "duplicate", f"says what pair {first + 1} says"))
        if reason := read.nameless(i):
            findings.append(Finding(i, "nameless", reason))
        if reason := read.unsupported(i):
            findings.append(Finding(i, "unsupported", reason))
        findings += [Finding(i, "false negative", reason, k) for k, reason in read.false_negatives(i)]
    if judge is not None:
        findings += _judged(pairs, findings, judge, sure)
    return Audit(tuple(pairs), tuple(sorted(findings, key=lambda f: (f.pair, f.kind, f.negative))))


def _judged(pairs: Sequence[Pair], known: Sequence[Finding], judge: Judge, sure: float) -> list[Finding]:
    flagged = {(f.pair, f.negative) for f in known}
    asked = [(i, -1, p.query, p.passage or p.positive[0]) for i, p in enumerate(pairs) if (i, -1) not in flagged]
    asked += [
        (i, k, p.query, text) for i, p in enumerate(pairs) for k, text in enumerate(p.negative) if (i, k) not in flagged
    ]
    out = []
    for (i, k, _, _), logit in zip(asked, judge([(q, t) for _, _, q, t in asked]), strict=True):
        if k < 0 and logit < -sure:
            out.append(Finding(i, "unsupported", f"the reader finds no answer in the passage ({logit:.1f})"))
        elif k >= 0 and logit > sure:
            out.append(Finding(i, "false negative", f"the reader finds an answer in it ({logit:.1f})", k))
    return out


class _Read:
    """The pairs with their terms, and in how many groups each term stands."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._pairs = pairs
        self._terms = {t: frozenset(terms(t, p.language or "en")) for p in pairs for t in (*p.positive, *p.negative)}
        self._queries = [frozenset(terms(p.query, p.language or "en")) for p in pairs]
        groups: dict[str, set[str]] = {}
        for pair in pairs:
            groups.setdefault(pair.group or pair.document, set()).update(*(self._terms[t] for t in pair.positive))
        self._groups = len(groups)
        self._spread = Counter(t for found in groups.values() for t in found)

    def query(self, i: int) -> frozenset[str]:
        """Terms of a question; its letters where it has none."""
        return self._queries[i] or frozenset([fold(self._pairs[i].query)])

    def nameless(self, i: int) -> str:
        """Why a question tells nobody apart; empty where it does.

        One term that stands in the passages of few groups is enough: a name, a drug, a number.
        """
        if self._groups < _GROUPS:
            return ""
        pair = self._pairs[i]
        few = max(1.0, COMMON * self._groups)
        own = frozenset().union(*(self._terms[t] for t in pair.positive))
        telling = [t for t in self.query(i) if (t in own or self._spread[t]) and self._spread[t] <= few]
        named = any(t and t in fold(pair.query) for t in re.findall(r"\w{2,}", fold(pair.group)))
        return "" if telling or named else "no word of it tells whose passage is meant"

    def unsupported(self, i: int) -> str:
        """Why a passage does not bear the answer; empty where it does."""
        pair = self._pairs[i]
        passage, told = pair.positive[0], self._terms[pair.positive[0]]
        if (
            pair.answer
            and fold(pair.answer).split() != []
            and " ".join(fold(pair.answer).split()) not in _flat(passage)
        ):
            missing = set(_NUMBER.findall(pair.answer)) - set(_NUMBER.findall(passage))
            if missing:
                return f"the passage does not hold {', '.join(sorted(missing)[:3])}"
            wanted = set(terms(pair.answer, pair.language or "en"))
            if wanted and len(wanted & told) / len(wanted) < COVERED:
                return "the passage lacks words of the answer"
            found = verify(pair.answer, pair.passage or passage, pair.language or None)
            if found.label == "contradicted":
                return f"the passage says otherwise than the answer ({found.score:.2f})"
        asked = self.query(i)
        shared = len(asked & told)
        if not pair.answer and asked and not pair.template and shared / len(asked) < ASKED:
            return "question and passage share no subject"
        if pair.answer and asked and not shared and not asked & set(terms(pair.answer, pair.language or "en")):
            return "" if pair.template else "question and passage share no word"
        return ""

    def false_negatives(self, i: int) -> list[tuple[int, str]]:
        """Negatives that answer too."""
        pair, out = self._pairs[i], []
        answer = " ".join(fold(pair.answer).split())
        for k, text in enumerate(pair.negative):
            likest = max(_jaccard(self._terms[text], self._terms[p]) for p in pair.positive)
            if likest >= ALIKE:
                out.append((k, f"says what the positive says ({likest:.0%} of the words)"))
            elif (
                len(answer) > 3
                and answer in _flat(text)
                and len(self.query(i) & self._terms[text]) * 2 >= len(self.query(i) & self._terms[pair.positive[0]])
            ):
                out.append((k, "holds the answer"))
        return out


def _flat(text: str) -> str:
    return " ".join(fold(text).split())


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a | b else 1.0


def reader_judge() -> Judge | None:
    """The reader in the box as a judge, or None where it is not there."""
    from casefolio.ingest.errors import EncoderError
    from casefolio.reader.model import shipped

    try:
        reader = shipped()
    except EncoderError:
        return None
    return lambda asked: [output.answers for output in reader.questions((q, "", text) for q, text in asked)]
