from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from casefolio.eval.beir import read_beir_set
from casefolio.eval.cases import read_case_set
from casefolio.eval.faults import Faults
from casefolio.ingest.errors import SetError

LETTER = "Entlassbrief\nFrau Ilse Grün wurde am 3. April 2021 mit Apixaban entlassen.\n"


def write_set(folder: Path, rows: list[Any], documents: dict[str, str] | None = None) -> Path:
    for name, text in (documents or {"gruen.txt": LETTER}).items():
        path = folder / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "cases.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def gold(quote: str, document: str = "gruen.txt", text: str = LETTER) -> dict[str, Any]:
    start = text.index(quote)
    return {"document": document, "start": start, "end": start + len(quote), "quote": quote}


def case(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "question": "Womit wurde sie entlassen?", "gold": [gold("Apixaban")], **fields}


def read(folder: Path) -> Any:
    faults = Faults()
    found = read_case_set(folder, faults)
    faults.stop_if_any()
    return found


def test_a_sound_set_is_read(tmp_path: Path) -> None:
    rows = [
        case("one", group="gruen", language="de", answer="Apixaban"),
        {"id": "two", "question": "Wer ist ihr Hausarzt?", "answerable": False, "answer": None},
    ]
    found = read(write_set(tmp_path, rows))
    assert [c.id for c in found.cases] == ["one", "two"]
    assert found.cases[0].gold[0].quote == "Apixaban"
    assert found.cases[1].group == "two"
    assert found.documents_of("gruen") == ("gruen.txt",)
    assert len(found.sha256) == 64


def test_offsets_count_in_the_canonical_text(tmp_path: Path) -> None:
    folder = write_set(tmp_path, [case("one")], {"gruen.txt": "\ufeff" + LETTER.replace("\n", "\r\n")})
    assert read(folder).cases[0].gold[0].quote == "Apixaban"


def test_the_hash_changes_with_a_document(tmp_path: Path) -> None:
    folder = write_set(tmp_path, [case("one")])
    before = read(folder).sha256
    (folder / "documents" / "other.txt").write_text("x", "utf-8")
    assert read(folder).sha256 != before


def test_every_fault_is_named_at_once_with_line_and_field(tmp_path: Path) -> None:
    rows = [
        case("one"),
        '{"id": "broken", ',
        case("one"),
        case("past", gold=[{"document": "gruen.txt", "start": 5, "end": 999}]),
        case("lost", gold=[{**gold("Apixaban"), "document": "nobody.txt"}]),
        case("typed", question=7, answerable="yes"),
        case("moved", gold=[{**gold("Apixaban"), "quote": "Marcumar"}]),
        case("none", answerable=False),
        case("empty", gold=[{"document": "gruen.txt", "start": 9, "end": 9}]),
        "[1]",
    ]
    with pytest.raises(SetError) as caught:
        read(write_set(tmp_path, rows))
    message = str(caught.value)
    assert "9 faults" not in message
    for part in (
        "cases.jsonl:2: is not JSON",
        "cases.jsonl:3: id: 'one' stands already in line 1",
        f"cases.jsonl:4: gold[0].end: 999 is past the end of 'gruen.txt' ({len(LETTER)} characters)",
        "cases.jsonl:5: gold[0].document: 'nobody.txt' is not in documents/",
        "cases.jsonl:6: question: must be text, is a number",
        "cases.jsonl:6: answerable: must be true or false, is text",
        "cases.jsonl:7: gold[0].quote: is not what stands at",
        "cases.jsonl:8: gold: an unanswerable case has none",
        "cases.jsonl:9: gold[0].end: must be greater than start",
        "cases.jsonl:10: must be an object, is a list",
    ):
        assert part in message
    assert message.startswith("10 faults")


def test_a_set_without_anything_says_so(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="missing or holds no file"):
        read(tmp_path)


def test_bytes_that_are_no_text_are_a_fault_of_their_line(tmp_path: Path) -> None:
    folder = write_set(tmp_path, [case("one")])
    with (folder / "cases.jsonl").open("ab") as f:
        f.write(b'{"id": "\xff"}\n')
    with pytest.raises(SetError, match=r"cases\.jsonl:2: is not UTF-8"):
        read(folder)


def write_beir(folder: Path, qrels: str = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t0\n") -> Path:
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(
        '{"_id": "d1", "title": "Sepsis", "text": "Lactate is measured."}\n{"_id": "d2", "text": "Gout."}\n', "utf-8"
    )
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "lactate?"}\n{"_id": "q2", "text": "x"}\n', "utf-8")
    (folder / "qrels" / "test.tsv").write_text(qrels, "utf-8")
    return folder


def test_a_beir_folder_keeps_the_queries_that_were_judged_relevant(tmp_path: Path) -> None:
    faults = Faults()
    found = read_beir_set(write_beir(tmp_path / "set"), faults)
    assert faults.found == []
    assert [q.id for q in found.queries] == ["q1"]
    names = found.write_folder(tmp_path / "work")
    assert sorted(names.values()) == ["d1", "d2"]
    texts = {
        names[p.relative_to(tmp_path / "work").as_posix()]: p.read_text("utf-8")
        for p in (tmp_path / "work").rglob("*.txt")
    }
    assert texts == {"d1": "Sepsis\n\nLactate is measured.", "d2": "Gout."}


def test_faults_of_a_beir_folder(tmp_path: Path) -> None:
    faults = Faults()
    read_beir_set(write_beir(tmp_path / "set", "q1\td9\t1\nq7\td1\t1\nq1 d1 1\n"), faults)
    said = "\n".join(map(str, faults.found))
    assert "test.tsv:1: corpus-id: 'd9' is not in corpus.jsonl" in said
    assert "test.tsv:2: query-id: 'q7' is not in queries.jsonl" in said
    assert "test.tsv:3: must be query, document and a whole number" in said
