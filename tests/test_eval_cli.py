from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.whole
BLOCKED = """
import socket, sys
class Local(socket.socket):
    "Sockets between our own processes; anything else ends the test."
    def __init__(self, family=-1, *rest, **named):
        if family != socket.AF_UNIX:
            raise RuntimeError("a socket was opened")
        super().__init__(family, *rest, **named)
def refuse(*args, **kwargs):
    raise RuntimeError("a name was looked up")
socket.socket = Local
socket.create_connection = socket.getaddrinfo = refuse
from casefolio.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for what runs in this process."""

    class Local(socket.socket):
        def __init__(self, family: int = -1, *rest: Any, **named: Any) -> None:
            if family != socket.AF_UNIX:
                raise RuntimeError("a socket was opened")
            super().__init__(family, *rest, **named)

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("a name was looked up")

    monkeypatch.setattr(socket, "socket", Local)
    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


def alone(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BLOCKED, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment, check=False)


def write_sets(folder: Path) -> list[Path]:
    cases, beir = folder / "letters", folder / "abstracts"
    (cases / "documents").mkdir(parents=True)
    (beir / "qrels").mkdir(parents=True)
    rows, corpus, queries, qrels = [], [], [], ["query-id\tcorpus-id\tscore"]
    for i, drug in enumerate(("apixaban", "warfarin", "heparin", "dabigatran", "edoxaban", "rivaroxaban")):
        text = f"Letter {i}\nThe patient takes {drug} daily.\n"
        (cases / "documents" / f"{i}.txt").write_text(text, "utf-8")
        start = text.index(drug)
        gold = [{"document": f"{i}.txt", "start": start, "end": start + len(drug), "quote": drug}]
        rows.append({"id": f"c{i}", "question": f"Who takes {drug} daily?", "gold": gold, "group": str(i)})
        corpus.append({"_id": f"d{i}", "title": "", "text": f"A trial of {drug}."})
        queries.append({"_id": f"q{i}", "text": f"trial {drug}"})
        qrels.append(f"q{i}\td{i}\t1")
    (cases / "cases.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    (beir / "corpus.jsonl").write_text("".join(json.dumps(r) + "\n" for r in corpus), "utf-8")
    (beir / "queries.jsonl").write_text("".join(json.dumps(r) + "\n" for r in queries), "utf-8")
    (beir / "qrels" / "test.tsv").write_text("\n".join(qrels) + "\n", "utf-8")
    return [cases, beir]


def test_one_command_evaluates_several_sets_without_a_socket(tmp_path: Path, rag: Callable[..., Any]) -> None:
    sets = write_sets(tmp_path)
    got = alone(
        "eval", "run", *sets, "--encoder", "words", "--no-answers", "--within", "both", "--out", tmp_path / "out"
    )
    assert got.returncode == 0, got.stderr
    assert "## letters" in got.stdout
    assert "| nDCG@10 | 1.000" in got.stdout
    assert got.stderr.strip() == str(tmp_path / "out" / "report.html")  # no progress where there is no terminal
    again = rag("eval", "report", tmp_path / "out", "--json")
    assert [s["name"] for s in json.loads(again.stdout)["sets"]] == ["letters", "abstracts"]
    compared = rag("eval", "compare", tmp_path / "out:words", tmp_path / "out:words+in-group", "--json")
    assert {p["set"] for p in json.loads(compared.stdout)} == {"letters"}


def test_the_library_and_its_parts_are_evaluated_side_by_side_twice_the_same(tmp_path: Path) -> None:
    cases, beir = write_sets(tmp_path)
    for out in ("one", "two"):
        beside = ("--only", "dense", "--only", "sparse", "--baseline")
        got = alone("eval", "run", cases, beir, *beside, "--out", tmp_path / out)
        assert got.returncode == 0, got.stderr
    one, two = ((tmp_path / out / "report.json").read_text("utf-8") for out in ("one", "two"))
    assert one == two
    found = json.loads(one)
    assert found["run"]["versions"]["numpy"]
    by_name = {c["name"]: c for c in found["sets"][0]["configurations"]}
    name = "multilingual-e5-small"
    assert list(by_name) == [name, f"{name}+only-dense", f"{name}+only-sparse", "words"]
    assert by_name[name]["about"]["encoder"]["dimension"] == 384
    assert by_name[name]["failed"] == {}
    assert by_name[name]["figures"]["cites gold"]["n"] == 6
    assert by_name[f"{name}+only-sparse"]["figures"]["recall@4000c"]["value"] == 1.0
    assert "cites gold" not in by_name[f"{name}+only-dense"]["figures"]
    assert not (tmp_path / "one" / "work").exists()
    assert not (cases / "documents" / ".rag").exists()


def test_a_threshold_is_calibrated_and_kept_with_the_index(tmp_path: Path, rag: Callable[..., Any]) -> None:
    cases, _ = write_sets(tmp_path)
    with (cases / "cases.jsonl").open("a", encoding="utf-8") as file:
        for i in range(6):
            row = {"id": f"u{i}", "question": f"Which blood type, number {i}?", "answerable": False, "group": str(i)}
            file.write(json.dumps(row) + "\n")
    got = rag("eval", "calibrate", cases, "--encoder", "words", "--index", tmp_path / "index", "--json")
    assert got.returncode == 0, got.stderr
    kept = json.loads((tmp_path / "index" / "calibration.json").read_text("utf-8"))
    assert kept == json.loads(got.stdout)
    assert 0.0 < kept["threshold"] < 1.0
    assert kept["tried_on"]["abstention_recall"]["value"] == 1.0


def test_a_faulty_set_is_named_whole_and_nothing_is_written(tmp_path: Path, rag: Callable[..., Any]) -> None:
    cases, beir = write_sets(tmp_path)
    lines = (cases / "cases.jsonl").read_text("utf-8").splitlines()
    broken = json.loads(lines[1])
    broken["gold"][0]["end"] = 4000
    lost = json.loads(lines[2])
    lost["gold"][0]["document"] = "gone.txt"
    lines[1:5] = [json.dumps(broken), json.dumps(lost), "{", lines[0]]
    (cases / "cases.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    got = rag("eval", "run", beir, cases, "--encoder", "words", "--out", tmp_path / "out")
    assert got.returncode == 1
    for part in ("cases.jsonl:2: gold[0].end: 4000", "cases.jsonl:3: gold[0].document: 'gone.txt'",
                 "cases.jsonl:4: is not JSON", "cases.jsonl:5: id: 'c0' stands already in line 1"):  # fmt: skip
        assert part in got.stderr
    assert len(got.stderr.strip().splitlines()) == 5
    assert got.stdout == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("eval",), 2),
        (("eval", "run"), 2),
        (("eval", "run", "SET", "--out", "OUT", "--depth", "0"), 2),
        (("eval", "run", "SET", "--out", "OUT", "--encoder", "words", "--encoder", "words"), 2),
        (("eval", "report", "nowhere"), 2),
        (("eval", "compare", "nowhere", "nowhere"), 2),
        (("eval", "calibrate", "SET", "--max-unsupported", "2"), 2),
    ],
)
def test_arguments_that_make_no_sense(
    tmp_path: Path, arguments: tuple[str, ...], status: int, rag: Callable[..., Any]
) -> None:
    cases, _ = write_sets(tmp_path)
    got = rag(*(str(cases) if a == "SET" else str(tmp_path / "out") if a == "OUT" else a for a in arguments))
    assert got.returncode == status, got.stderr
    assert "Traceback" not in got.stderr
