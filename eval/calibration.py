"""The confidence below which a question is not answered: chosen on one half of the groups, tried on the other.

An answer is *unsupported* where the documents hold no answer to its question, or where one of its claims is not
supported by its quotes. The threshold chosen is the lowest at which the share of unsupported answers stays within the
bound; what counts is the share on the half that it was not chosen on.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from casefolio.eval.cases import CaseSet
from casefolio.eval.measures.answers import confidence_of
from casefolio.eval.measures.score_tables import Record
from casefolio.eval.results import write_json
from casefolio.eval.statistics import Figure, figure_of, ratio
from casefolio.indexes.sealing import seal_file
from casefolio.ingest.errors import GeneratorError, SetError

FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Given:
    """One case: how sure the system was (NaN where it gave nothing), and what its answer is worth."""

    id: str
    group: str
    confidence: float
    answerable: bool
    unsupported: bool
    cites_gold: bool


@dataclass(frozen=True, slots=True)
class Half:
    """What a threshold gives on some cases: shares with their intervals."""

    cases: int
    unsupported: Figure
    coverage: Figure
    abstention_precision: Figure
    abstention_recall: Figure
    cites_gold: Figure

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        from casefolio.eval.report import figure_json

        names = ("unsupported", "coverage", "abstention_precision", "abstention_recall", "cites_gold")
        return {"cases": self.cases, **{n: figure_json(getattr(self, n)) for n in names}}


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold, what it gave where it was chosen, and what it gives elsewhere."""

    threshold: float
    bound: float
    chosen_on: Half
    tried_on: Half

    def as_json(self, case_set: CaseSet, about: dict[str, Any]) -> dict[str, Any]:
        """What is kept beside the index."""
        return {
            "threshold": self.threshold,
            "max_unsupported": self.bound,
            "set": case_set.name,
            "set_sha256": case_set.sha256,
            "chosen_on": self.chosen_on.as_json(),
            "tried_on": self.tried_on.as_json(),
            **about,
        }


def given_of(record: Record) -> Given:
    """What a record says of its answer."""
    from casefolio.eval.measures.answers import score_case

    answer = record.get("answer")
    if not answer or answer["status"] != "supported":
        return Given(record["id"], record["group"], math.nan, record["answerable"], False, False)
    claims = [c.get("supported") is not False for c in answer["claims"]]
    return Given(
        id=record["id"],
        group=record["group"],
        confidence=confidence_of(answer),
        answerable=record["answerable"],
        unsupported=not record["answerable"] or not all(claims),
        cites_gold=score_case(record).get("cites gold") == 1.0,
    )


def halves(given: Sequence[Given]) -> tuple[list[Given], list[Given]]:
    """Cases in two halves; a group lies in one, by the hash of its name.

    Raises:
        SetError: where there are fewer than four groups.
    """
    groups = sorted({g.group for g in given}, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    if len(groups) < 4:
        raise SetError(f"{len(groups)} groups are too few to choose on one half and try on the other; 4 are needed")
    first = set(groups[: len(groups) // 2])
    return [g for g in given if g.group in first], [g for g in given if g.group not in first]


def choose(given: Sequence[Given], bound: float) -> float:
    """The lowest threshold at which at most `bound` of the answers given are unsupported.

    It lies half-way between the last confidence that is refused and the first that is answered; above every confidence
    seen where no threshold keeps the bound.
    """
    seen = sorted({g.confidence for g in given if not math.isnan(g.confidence)}, reverse=True)
    best: int | None = None
    for i, value in enumerate(seen):
        kept = [g for g in given if g.confidence >= value]
        if sum(g.unsupported for g in kept) <= bound * len(kept):
            best = i
    if not seen:
        return 0.0
    if best is None:
        return math.nextafter(seen[0], math.inf)
    return (seen[best] + seen[best + 1]) / 2 if best + 1 < len(seen) else 0.0


def try_on(given: Sequence[Given], threshold: float) -> Half:
    """What a threshold gives."""
    groups = [g.group for g in given]
    answered = [not math.isnan(g.confidence) and g.confidence >= threshold for g in given]

    def share(part: Sequence[bool], whole: Sequence[bool]) -> Figure:
        return figure_of(np.array([(p and w, w) for p, w in zip(part, whole, strict=True)], np.float64), groups, ratio)

    held_back, impossible = [not a for a in answered], [not g.answerable for g in given]
    possible = [a and g.answerable for a, g in zip(answered, given, strict=True)]
    return Half(
        cases=len(given),
        unsupported=share([g.unsupported for g in given], answered),
        coverage=share(answered, [True] * len(given)),
        abstention_precision=share(impossible, held_back),
        abstention_recall=share(held_back, impossible),
        cites_gold=share([g.cites_gold for g in given], possible),
    )


def calibrate(records: Sequence[Record], bound: float) -> Calibration:
    """Chooses on one half of the groups and tries on the other.

    Raises:
        SetError: where the groups are too few, or no case is unanswerable.
        GeneratorError: where the system broke off on a case: what is missing would look like an abstention.
    """
    failed = [r for r in records if "error" in r]
    if failed:
        raise GeneratorError(f"{len(failed)} of {len(records)} cases broke off, the first with {failed[0]['error']}")
    given = [given_of(r) for r in records]
    if all(g.answerable for g in given):
        raise SetError("the set has no unanswerable case; without one there is nothing to abstain from")
    first, second = halves(given)
    threshold = choose(first, bound)
    return Calibration(threshold, bound, try_on(first, threshold), try_on(second, threshold))


def keep(folder: Path, calibration: Calibration, case_set: CaseSet, about: dict[str, Any]) -> Path:
    """Writes `calibration.json` into the index's folder, whole or not at all."""
    path = folder / FILE
    write_json(path, calibration.as_json(case_set, about))
    seal_file(path)
    return path


def as_text(calibration: Calibration) -> str:
    """What a user is told."""
    rows = [
        ("cases", *(str(h.cases) for h in (calibration.chosen_on, calibration.tried_on))),
        *(
            (label, str(getattr(calibration.chosen_on, name)), str(getattr(calibration.tried_on, name)))
            for label, name in (
                ("unsupported answers", "unsupported"),
                ("questions answered", "coverage"),
                ("abstention precision", "abstention_precision"),
                ("abstention recall", "abstention_recall"),
                ("answers that cite gold", "cites_gold"),
            )
        ),
    ]
    lines = [
        f"threshold {calibration.threshold:.4f}: at most {calibration.bound:.1%} of the answers may be unsupported",
        "",
        "| | chosen on these groups | tried on the others |",
        "|---|---|---|",
        *(f"| {a} | {b} | {c} |" for a, b, c in rows),
    ]
    return "\n".join(lines)
