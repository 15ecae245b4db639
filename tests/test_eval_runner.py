from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from casefolio.answer import Answer
from casefolio.eval.report import write_report
from casefolio.eval.results import Ledger, read_lines, read_run
from casefolio.eval.runner import House, run
from casefolio.eval.sets import load_sets
from casefolio.eval.system import Configuration
from casefolio.eval.tasks import Task
from casefolio.ingest.errors import StoreError, UsageError

SCRIPT = """
import os, signal, sys
from pathlib import Path
from casefolio.eval.runner import House, run
from casefolio.eval.sets import load_sets
from casefolio.eval.system import Configuration

def verbatim(claim, quote, language):
    return ("supported", 1.0) if claim in quote else ("unsupported", 0.0)

folder, out, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
def after_case():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

run(load_sets([folder]), [Configuration("words"), Configuration("words", within="group")], out, {"revision": "r"},
    house=House(verifier=verbatim), after_case=after_case)
"""


def verbatim(claim: str, quote: str, language: str | None) -> tuple[str, float]:
    return ("supported", 1.0) if claim in quote else ("unsupported", 0.0)


def write_set(folder: Path, n: int = 30) -> Path:
    """Letters of n patients, one question each; every fifth asks what no letter says."""
    (folder / "documents").mkdir(parents=True)
    rows = []
    for i in range(n):
        text = f"Letter about Patient{i} Surname{i}\nPatient{i} weighs {50 + i} kg.\nSeen on day {i}.\n"
        (folder / "documents" / f"p{i}.txt").write_text(text, "utf-8")
        row: dict[str, Any] = {"id": f"c{i}", "question": f"How many kg weighs Patient{i}?", "group": f"p{i}"}
        if i % 5:
            quote = f"{50 + i} kg"
            start = text.index(quote)
            row["gold"] = [{"document": f"p{i}.txt", "start": start, "end": start + len(quote), "quote": quote}]
            row["answer"] = quote
        else:
            row |= {"question": "Blood type, zzz?", "answerable": False}
        rows.append(row)
    (folder / "cases.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    return folder


def run_here(folder: Path, out: Path, **house: Any) -> None:
    configurations = [Configuration("words"), Configuration("words", within="group")]
    run(load_sets([folder]), configurations, out, {"revision": "r"}, house=House(**{"verifier": verbatim, **house}))


def whole(out: Path) -> dict[str, bytes]:
    write_report(out, timings=False)
    names = ("report.json", "report.md", "report.html", "run.json")
    results = {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted((out / "results").rglob("*.json*"))}
    return results | {n: (out / n).read_bytes() for n in names}


def test_running_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "letters")
    run_here(folder, tmp_path / "a")
    run_here(folder, tmp_path / "b")
    assert whole(tmp_path / "a") == whole(tmp_path / "b")


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_killed_run_goes_on_and_gives_the_report_of_an_undisturbed_one(tmp_path: Path, share: float) -> None:
    folder = write_set(tmp_path / "letters")
    run_here(folder, tmp_path / "undisturbed")
    command = [sys.executable, "-c", SCRIPT, str(folder), str(tmp_path / "killed"), str(int(share * 60))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    first = subprocess.run(command, env=environment, check=False)
    assert first.returncode == -signal.SIGKILL
    done = list(read_lines(tmp_path / "killed" / "results" / "letters" / "words.jsonl"))
    assert 0 < len(done) <= int(share * 60)
    second = subprocess.run([*command[:-1], "-1"], env=environment, check=False)
    assert second.returncode == 0
    assert whole(tmp_path / "killed") == whole(tmp_path / "undisturbed")
    assert not (tmp_path / "killed" / "work").exists()


def test_a_line_that_was_torn_is_asked_again(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "letters")
    run_here(folder, tmp_path / "a")
    before = whole(tmp_path / "a")
    path = tmp_path / "a" / "results" / "letters" / "words.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    assert len(list(read_lines(path))) == 29
    run_here(folder, tmp_path / "a")
    assert whole(tmp_path / "a") == before
    timings = list(read_lines(tmp_path / "a" / "timings" / "letters" / "words.jsonl"))
    assert len(timings) == len({t["id"] for t in timings}) == 30


def test_a_report_of_a_run_that_is_not_finished_says_so(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "letters")
    run_here(folder, tmp_path / "a")
    path = tmp_path / "a" / "results" / "letters" / "words.jsonl"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:12]), "utf-8")
    write_report(tmp_path / "a")
    assert "words: 12 of 30 cases run" in (tmp_path / "a" / "report.md").read_text("utf-8")
    assert "only 12 of 30 cases were run" in (tmp_path / "a" / "report.html").read_text("utf-8")


def test_another_run_is_not_mixed_in(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "letters")
    run_here(folder, tmp_path / "a")
    (folder / "documents" / "new.txt").write_text("new", "utf-8")
    with pytest.raises(UsageError, match="differs in: sets"):
        run_here(folder, tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "diary.txt").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="not empty and holds no evaluation"):
        run_here(folder, tmp_path / "b")
    assert [p.name for p in (tmp_path / "b").iterdir()] == ["diary.txt"]


class Stumbling:
    """Breaks off on every third question, in one way or the other."""

    def __init__(self) -> None:
        self.asked = 0

    def search(self, question: str, k: int = 10, *, scope: str | None = None) -> list[Any]:
        self.asked += 1
        if self.asked % 6 == 3:
            raise StoreError("the index is damaged")
        if self.asked % 6 == 0:
            raise ZeroDivisionError(question)
        return []

    def ask(self, question: str, *, scope: str | None = None) -> Answer:
        return Answer(question, "abstained", "", (), (), ())


def test_a_case_on_which_the_system_breaks_off_is_kept_and_counted(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "letters", 12)
    run_here(folder, tmp_path / "a", opener=lambda configuration, root, index: Stumbling())
    report = write_report(tmp_path / "a")
    scores = report.sets[0].scores["words"]
    assert scores.failed == {"c2": "StoreError: the index is damaged", "c5": "ZeroDivisionError",
                             "c8": "StoreError: the index is damaged", "c11": "ZeroDivisionError"}  # fmt: skip
    assert scores.figures["cites gold"].unscored == 3
    assert scores.figures["recall@4000c"].n == 9
    assert "Patient" not in json.dumps(sorted(scores.failed.values()))
    assert "4 cases without a result" in (tmp_path / "a" / "report.html").read_text("utf-8")


def test_a_ledger_writes_a_case_once(tmp_path: Path) -> None:
    with Ledger(tmp_path, "s", "c") as ledger:
        ledger.append({"id": "1", "x": "ä\u2028"}, {"ask": 0.5})
        assert list(read_lines(tmp_path / "results" / "s" / "c.jsonl")) == [{"id": "1", "x": "ä\u2028"}]
    with Ledger(tmp_path, "s", "c") as ledger:
        assert ledger.done == {"1"}


def test_a_folder_without_a_run_is_no_evaluation(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no evaluation"):
        read_run(tmp_path)


def test_every_kind_of_task_fits_the_protocol() -> None:
    from casefolio.eval.assertions import AssertionTask
    from casefolio.eval.grounding import GroundingTask
    from casefolio.eval.pairs import PairTask
    from casefolio.eval.tasks import BeirTask, CaseTask

    wanted = {n for n in vars(Task) if not n.startswith("_") and callable(getattr(Task, n))}
    for kind in (CaseTask, BeirTask, GroundingTask, AssertionTask, PairTask):
        assert wanted <= set(dir(kind))
