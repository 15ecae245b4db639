"""Pairs of claim and quote: does the quote support the claim, contradict it, or neither? Per kind and language.

    {"id", "quote", "claim", "label", "kind"?, "group"?, "language"?}

`label` is `supported`, `contradicted` or `unsupported`, or what NLI sets call them (entailment, contradiction,
neutral). A twin differs from its quote in one word or number and is contradicted; a paraphrase means the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from casefolio.eval.cases import fingerprint
from casefolio.eval.faults import Faults, read_rows, unique_id
from casefolio.eval.measures.score_tables import Record
from casefolio.eval.system import Verifier
from casefolio.eval.tasks import Direct, Produced

LABELS = {
    "supported": "supported",
    "contradicted": "contradicted",
    "unsupported": "unsupported",
    "entailment": "supported",
    "contradiction": "contradicted",
    "neutral": "unsupported",
    "same": "supported",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and the quote it is held against."""

    id: str
    quote: str
    claim: str
    label: str
    kind: str
    group: str
    language: str


@dataclass(frozen=True, slots=True)
class PairSet:
    """A set of pairs that was found sound."""

    name: str
    folder: Path
    sha256: str
    pairs: tuple[Pair, ...]


def read_pair_set(path: Path, name: str, faults: Faults) -> PairSet:
    """Reads and checks a file of pairs."""
    seen: dict[str, int] = {}
    pairs = []
    for row in read_rows(path, str(path), faults):
        found = unique_id(row, seen)
        label = LABELS.get(row.one_of("label", tuple(LABELS)), "unsupported")
        pairs.append(
            Pair(
                found,
                row.text("quote"),
                row.text("claim"),
                label,
                row.text("kind", ""),
                row.text("group", found),
                row.text("language", "und"),
            )
        )
    return PairSet(name, path.parent, fingerprint(path.parent, [path]), tuple(pairs))


def trusting_verifier(claim: str, quote: str, language: str | None) -> tuple[str, float]:
    """Finds everything supported: the baseline of a system without a verifier."""
    return "supported", 1.0


class PairTask(Direct):
    """One verifier on one set of pairs."""

    kind = "pairs"

    def __init__(self, pair_set: PairSet, name: str, verifier: Verifier) -> None:
        self.set_name, self.set_sha256, self.name = pair_set.name, pair_set.sha256, name
        self._set, self._verifier = pair_set, verifier

    def items(self) -> Sequence[Pair]:
        """The pairs."""
        return self._set.pairs

    def facts(self, item: Pair) -> Record:
        """All of the pair."""
        names = ("id", "quote", "claim", "label", "kind", "group", "language")
        return {name: getattr(item, name) for name in names}

    def produce(self, item: Pair) -> Produced:
        """The verdict."""
        label, score = self._verifier(item.claim, item.quote, None if item.language == "und" else item.language)
        return Produced({**self.facts(item), "verdict": label, "score": round(score, 6)}, {})
