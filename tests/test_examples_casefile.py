from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from casefolio.ingest.chunking import chunk
from casefolio.ingest.document import Document
from casefolio.ingest.reading import read_file

EXAMPLES = Path(__file__).parent.parent / "examples"
CASES = [json.loads(line) for line in (EXAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]


def files_of(folder: Path) -> list[str]:
    """The example's own files: what `make demo` leaves in `.rag` is none of them."""
    inside = (p.relative_to(folder) for p in folder.glob("*/*.*"))
    return sorted(str(p) for p in inside if not p.parts[0].startswith("."))


FILES = files_of(EXAMPLES / "casefile")


@cache
def read(path: str) -> Document:
    document = read_file(EXAMPLES / "casefile", path, ocr=False)[0]
    assert isinstance(document, Document), path
    return document


def test_the_index_of_the_demo_is_no_file_of_the_example(tmp_path: Path) -> None:
    for name in ("kim/letter.txt", ".rag/casefolio.sqlite"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert files_of(tmp_path) == ["kim/letter.txt"]


@pytest.mark.parametrize("path", FILES)
def test_every_file_is_read_in_its_language(path: str) -> None:
    languages = {"brandt_ingrid": "de", "weber_klinikum": "de", "kim_seoyeon": "ko", "hanbit_contract": "ko"}
    assert read(path).language == languages.get(path.split("/")[0], "en")


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_gold_is_what_stands_in_the_text(case: dict[str, object]) -> None:
    gold = case["gold"]
    assert isinstance(gold, list)
    assert bool(gold) == case["answerable"]
    for piece in gold:
        assert read(piece["document"]).text[piece["start"] : piece["end"]] == piece["quote"]


def test_a_quarter_of_the_questions_has_no_answer() -> None:
    assert {case["language"] for case in CASES} == {"en", "de", "ko"}
    assert 0.2 < sum(not case["answerable"] for case in CASES) / len(CASES) < 0.35
    assert len({case["id"] for case in CASES}) == len(CASES)


def test_the_scanned_page_has_no_text_layer() -> None:
    scan = read("brandt_ingrid/altbefund_scan.pdf")
    assert scan.unread_pages == (2,)


def test_every_gold_passage_of_one_sentence_lies_in_one_chunk() -> None:
    for case in CASES:
        for piece in case["gold"]:
            document = read(piece["document"])
            chunks = chunk(document, lambda text: [(i, i + 1) for i in range(len(text))], 1200, 500)
            assert any(c.span.start <= piece["start"] and piece["end"] <= c.span.end for c in chunks), piece["quote"]
