"""Results on disk, one JSON line a case, written as they come: what a killed run leaves behind is taken up again.

OUT/run.json                            what was run: sets, configurations, revision, versions, hashes
OUT/results/SET/CONFIGURATION.jsonl     one record a case, in the order of the set; the same in every run
OUT/results/SET/CONFIGURATION.json      what the system says of itself (its encoder's contract)
OUT/timings/SET/CONFIGURATION.jsonl     seconds of each case; different in every run
OUT/report.html, report.md, report.json
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from casefolio.eval.measures.score_tables import Record
from casefolio.ingest.errors import UsageError


class Ledger:
    """The result and timing files of one configuration on one set, open for appending.

    A line that was torn by a kill is cut off. Timings are written first, so that a case with a record has them.
    """

    def __init__(self, out: Path, set_name: str, name: str) -> None:
        self._records = out / "results" / set_name / f"{name}.jsonl"
        self._timings = out / "timings" / set_name / f"{name}.jsonl"
        self._about = out / "results" / set_name / f"{name}.json"
        for path in (self._records, self._timings):
            path.parent.mkdir(parents=True, exist_ok=True)
            _cut_torn_line(path)
        self.done = {record["id"] for record in read_lines(self._records)}
        self._timed = {line["id"] for line in read_lines(self._timings)}
        self._files: list[IO[str]] = []

    def __enter__(self) -> Ledger:
        self._files = [path.open("a", encoding="utf-8", newline="\n") for path in (self._timings, self._records)]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files:
            file.close()

    def append(self, record: Record, seconds: Mapping[str, float]) -> None:
        """Writes one case; when this returns it survives a kill."""
        timings, records = self._files
        if record["id"] not in self._timed:  # a kill may fall between the two files
            _write_line(timings, {"id": record["id"], **seconds})
        _write_line(records, record)
        self.done.add(record["id"])

    def describe(self, about: Mapping[str, Any]) -> None:
        """Keeps what the system says of itself."""
        write_json(self._about, about)


def _cut_torn_line(path: Path) -> None:
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(b"\n") + 1
    if whole != len(data):
        with path.open("r+b") as file:
            file.truncate(whole)


def _write_line(file: IO[str], value: Mapping[str, Any]) -> None:
    file.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
    file.flush()


def read_lines(path: Path) -> Iterator[Record]:
    """The records of a file, a torn last line left out; none where there is no file.

    Raises:
        UsageError: where a line is no record.
    """
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if not line.endswith("\n"):
                return
            try:
                record = json.loads(line)
                if not isinstance(record["id"], str):
                    raise TypeError
            except (ValueError, LookupError, TypeError, RecursionError) as error:
                raise UsageError(f"{path} is damaged", "run the evaluation again into another folder") from error
            yield record


def write_json(path: Path, value: Any) -> None:
    """Writes a file whole or not at all."""
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Writes a text file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, "utf-8", newline="\n")
    os.replace(beside, path)


def read_run(out: Path) -> dict[str, Any]:
    """What was run into a folder.

    Raises:
        UsageError: where it holds no run.
    """
    path = out / "run.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if not isinstance(found, dict):
            raise ValueError
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{out} holds no evaluation", "make one with `rag eval run`") from error
    return found


def claim(out: Path, run: Mapping[str, Any]) -> None:
    """Marks a folder as holding this run; a folder that holds the same one already is taken up again.

    Raises:
        UsageError: where it holds another run, naming what differs.
    """
    if (out / "run.json").exists():
        before = read_run(out)
        other = sorted(k for k in {*before, *run} if before.get(k) != run.get(k))
        if other:
            raise UsageError(
                f"{out} holds an evaluation that differs in: {', '.join(other)}", "name another --out, or delete it"
            )
        return
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty and holds no evaluation", "name another --out")
    write_json(out / "run.json", run)


def records_of(out: Path, set_name: str, name: str, order: list[str]) -> list[Record]:
    """Records of one configuration in the order of the set; those that are not there yet are left out."""
    found = {r["id"]: r for r in read_lines(out / "results" / set_name / f"{name}.jsonl")}
    return [found[i] for i in order if i in found]


def timings_of(out: Path, set_name: str, name: str) -> list[dict[str, Any]]:
    """Seconds of each case, as they were measured."""
    return list(read_lines(out / "timings" / set_name / f"{name}.jsonl"))
