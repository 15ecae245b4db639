"""Runs configurations over sets, case by case, and takes a killed run up again."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casefolio.eval.assertions import AssertionSet, AssertionTask, house_annotator
from casefolio.eval.assertions import flag_everything as flag_every_aspect
from casefolio.eval.beir import BeirSet
from casefolio.eval.cases import CaseSet
from casefolio.eval.grounding import GroundingSet, GroundingTask, flag_everything, house_detector, lexical_gate
from casefolio.eval.judge import Judge
from casefolio.eval.measures.assertions import score_assertions
from casefolio.eval.measures.beir import score_beir
from casefolio.eval.measures.cases import score_cases
from casefolio.eval.measures.detectors import score_grounding
from casefolio.eval.measures.pairs import score_pairs
from casefolio.eval.measures.score_tables import Scorer
from casefolio.eval.measures.twins import score_twins
from casefolio.eval.pairs import PairSet, PairTask, trusting_verifier
from casefolio.eval.progress import Progress
from casefolio.eval.results import Ledger, claim
from casefolio.eval.sets import AnySet
from casefolio.eval.statistics import SEED
from casefolio.eval.system import Configuration, Opener, Verifier, house_verifier, open_library
from casefolio.eval.tasks import BeirTask, CaseTask, Task, reason_of
from casefolio.eval.twins import TwinSet, TwinTask

# Columns to read others by: what they get wrong teaches nothing.
BASELINES = ("flag everything", "trust everything")
SCORERS: dict[str, Scorer] = {
    "cases": score_cases,
    "beir": score_beir,
    "grounding": score_grounding,
    "assertions": score_assertions,
    "pairs": score_pairs,
    "twins": score_twins,
}
FORMAT = 1


@dataclass(frozen=True, slots=True)
class House:
    """What is evaluated; a test hands in others."""

    opener: Opener = open_library
    verifier: Verifier = house_verifier
    judge: Judge | None = None
    judge_name: str = ""


def plan(sets: Sequence[AnySet], configurations: Sequence[Configuration], work: Path, house: House) -> list[Task]:
    """Every configuration on every set that it applies to; detectors and annotators beside their baselines."""
    tasks: list[Task] = []
    judge = house.judge.supported if house.judge else None
    for one in sets:
        if isinstance(one, CaseSet):
            tasks += [
                CaseTask(one, c, house.opener, _work(work, one, c) / "index", house.verifier, judge)
                for c in configurations
            ]
        elif isinstance(one, BeirSet):
            tasks += [BeirTask(one, c, house.opener, _work(work, one, c)) for c in _searches(configurations)]
        elif isinstance(one, TwinSet):
            tasks += [TwinTask(one, c, house.opener, _work(work, one, c)) for c in _searches(configurations)]
        else:
            tasks += _measured_without_a_folder(one, house)
    return tasks


def _searches(configurations: Sequence[Configuration]) -> list[Configuration]:
    """Where a question belongs to no group and its answers have no gold spans: one search each, whatever answers."""
    first = {c.search_name: c for c in reversed(configurations) if c.within == "all"}
    return [c for c in configurations if first.get(c.search_name) is c]


def _work(work: Path, one: AnySet, configuration: Configuration) -> Path:
    """Configurations that share an encoder share its index: encoding is the slow part."""
    digest = hashlib.sha256(configuration.encoder.encode()).hexdigest()[:8]
    return work / one.name / f"{Path(configuration.encoder).name}-{digest}"


def _measured_without_a_folder(one: AnySet, house: House) -> list[Task]:
    if isinstance(one, GroundingSet):
        judged = [GroundingTask(one, "judge", house.judge.detect)] if house.judge else []
        return [
            GroundingTask(one, "verifier", house_detector),
            *judged,
            GroundingTask(one, "lexical gate", lexical_gate),
            GroundingTask(one, "flag everything", flag_everything),
        ]
    if isinstance(one, AssertionSet):
        return [
            AssertionTask(one, "annotator", house_annotator),
            AssertionTask(one, "flag everything", flag_every_aspect),
        ]
    assert isinstance(one, PairSet)
    return [PairTask(one, "verifier", house.verifier), PairTask(one, "trust everything", trusting_verifier)]


def describe_run(
    sets: Sequence[AnySet], configurations: Sequence[Configuration], tasks: Sequence[Task], provenance: dict[str, Any]
) -> dict[str, Any]:
    """All that a report says of a run, the same whenever the same is run."""
    return {
        "format": FORMAT,
        "seed": SEED,
        "sets": [
            {
                "name": one.name,
                "kind": next(t.kind for t in tasks if t.set_name == one.name),
                "sha256": one.sha256,
                "ids": [item.id for item in next(t for t in tasks if t.set_name == one.name).items()],
                "configurations": [t.name for t in tasks if t.set_name == one.name],
            }
            for one in sets
            if any(t.set_name == one.name for t in tasks)
        ],
        "configurations": [c.as_json() for c in configurations],
        **provenance,
    }


def run(
    sets: Sequence[AnySet],
    configurations: Sequence[Configuration],
    out: Path,
    provenance: dict[str, Any],
    *,
    house: House | None = None,
    progress: Progress | None = None,
    after_case: Callable[[], None] = lambda: None,
) -> None:
    """Runs what is not done yet; when it returns, every case of every set has its record.

    Args:
        sets: sound ones.
        configurations: side by side.
        out: folder of the results.
        provenance: what `eval.provenance.describe` says.
        house: what is evaluated.
        progress: where it is shown.
        after_case: called after each case that was written.

    Raises:
        UsageError: where `out` holds another run.
    """
    house = house or House()
    progress = progress or Progress()
    work = out / "work"
    tasks = plan(sets, configurations, work, house)
    judge = {"judge": house.judge_name} if house.judge else {}
    claim(out, describe_run(sets, configurations, tasks, {**provenance, **judge}))
    for task in tasks:
        _run_task(task, out, progress, after_case)
    progress.clear()
    shutil.rmtree(work, ignore_errors=True)


def _run_task(task: Task, out: Path, progress: Progress, after_case: Callable[[], None]) -> None:
    items = task.items()
    with Ledger(out, task.set_name, task.name) as ledger:
        left = [item for item in items if item.id not in ledger.done]
        if not left:
            return
        label = f"{task.set_name} · {task.name}"
        progress.say(f"{label}  indexing …" if task.kind in ("cases", "beir", "twins") else label)
        try:
            task.prepare()
            ledger.describe(task.about())
            began, first = time.monotonic(), len(ledger.done)
            for item in left:
                ledger.append(*_produce(task, item))
                progress.step(label, len(ledger.done), len(items), began, first)
                after_case()
        finally:
            task.close()


def _produce(task: Task, item: Any) -> tuple[dict[str, Any], dict[str, float]]:
    """A case on which the system breaks off is a result: it is kept with the reason and counted."""
    try:
        produced = task.produce(item)
    except Exception as error:
        return {**task.facts(item), "error": reason_of(error)}, {}
    return produced.record, produced.seconds
