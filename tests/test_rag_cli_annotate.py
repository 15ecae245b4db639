from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import pytest

from casefolio.cli import annotate
from casefolio.ingest.errors import UsageError


def _run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    annotate.add_arguments(parser)
    return annotate.run(parser.parse_args(arguments))


def test_a_span_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = {"id": "a", "text": "No fracture of the left wrist.", "language": "en", "start": 3, "end": 11}
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(line) + "\n\n", encoding="utf-8")
    assert _run([str(path)]) == 0
    (answer,) = [json.loads(x) for x in capsys.readouterr().out.splitlines()]
    assert answer["id"] == "a"
    assert (answer["negated"], answer["side"], answer["experiencer"]) == (True, "left", "patient")
    assert {"kind": "negated", "value": "yes", "start": 0, "end": 2, "text": "No"} in answer["cues"]


def test_clauses_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"id": 1, "text": "No fever. He has a cough."}\n'))
    assert _run([]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [a["negated"] for a in answer["assertions"]] == [True, False]
    assert answer["assertions"][1]["start"] == 10


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"id": 1}', '{"id": 1, "text": "abc", "start": 2, "end": 9}'])
def test_a_bad_line_is_named(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"id": 0, "text": "fine"}\n' + line + "\n"))
    with pytest.raises(UsageError, match="line 2"):
        _run([])


def test_half_a_surrogate_comes_back_escaped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"id": "\\ud83d", "text": "no fever \\ud83d"}\n'))
    assert _run([]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "\ud83d"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no\.jsonl"):
        _run([str(tmp_path / "no.jsonl")])
