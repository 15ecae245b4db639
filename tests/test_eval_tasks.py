from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from casefolio.eval.baseline import WordOverlap
from casefolio.eval.measures.beir import score_beir
from casefolio.eval.measures.cases import score_cases
from casefolio.eval.sets import load_sets
from casefolio.eval.system import Configuration, open_library
from casefolio.eval.tasks import BeirTask, CaseTask, scope_of

LETTERS = {
    "gruen.txt": "Letter about Ilse Gruen\nShe was discharged on apixaban.\nHer weight was 71 kg.\n",
    "roth.txt": "Letter about Emil Roth\nHe was discharged on warfarin.\nHe never smoked.\n",
}


def verbatim(claim: str, quote: str, language: str | None) -> tuple[str, float]:
    return ("supported", 1.0) if claim in quote else ("unsupported", 0.0)


def gold(document: str, quote: str) -> dict[str, object]:
    start = LETTERS[document].index(quote)
    return {"document": document, "start": start, "end": start + len(quote), "quote": quote}


@pytest.fixture
def case_set(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    for name, text in LETTERS.items():
        (folder / "documents").mkdir(parents=True, exist_ok=True)
        (folder / "documents" / name).write_text(text, "utf-8")
    rows = [
        {
            "id": "a",
            "question": "On what was she discharged, apixaban?",
            "gold": [gold("gruen.txt", "apixaban")],
            "answer": "apixaban",
            "group": "gruen",
            "language": "en",
        },
        {
            "id": "b",
            "question": "Who never smoked?",
            "gold": [gold("roth.txt", "He never smoked.")],
            "group": "roth",
            "language": "en",
        },
        {"id": "c", "question": "Which blood group, quux?", "answerable": False, "group": "roth", "language": "en"},
        {"id": "d", "question": "Where?", "answerable": False, "group": "nobody", "language": "en"},
    ]
    (folder / "cases.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    return folder


def run(folder: Path, **settings: object) -> dict[str, dict[str, object]]:
    configuration = Configuration("words", **settings)  # type: ignore[arg-type]
    task = CaseTask(load_sets([folder])[0], configuration, open_library, folder, verbatim)  # type: ignore[arg-type]
    task.prepare()
    return {item.id: task.produce(item).record for item in task.items()}


def test_a_case_is_searched_and_answered(case_set: Path) -> None:
    records = run(case_set)
    assert records["a"]["ranked"][0] == ["gruen.txt", 24, 55]  # type: ignore[index]
    answer = records["a"]["answer"]
    assert answer["text"] == "She was discharged on apixaban."  # type: ignore[index]
    assert answer["claims"][0]["supported"] is True  # type: ignore[index]
    assert "elapsed_s" not in answer  # type: ignore[operator]
    assert records["d"]["answer"]["status"] == "abstained"  # type: ignore[index]
    json.dumps(records, allow_nan=False)


def test_in_its_own_group_a_case_sees_no_other_document(case_set: Path) -> None:
    records = run(case_set, within="group")
    assert {p[0] for p in records["a"]["ranked"]} == {"gruen.txt"}  # type: ignore[attr-defined]
    assert records["d"]["unscored"] == "no document of its group is known"


def test_scores_of_a_whole_set(case_set: Path) -> None:
    scores = score_cases(list(run(case_set).values()))
    assert scores.primary == "recall@4000c"
    assert scores.figures["recall@4000c"].value == 1.0
    assert scores.figures["recall@4000c"].n == 2
    assert scores.figures["cites gold"].value == 1.0
    assert scores.figures["abstention recall"].value == 1.0
    assert scores.figures["unsupported claims"].value == 0.0
    assert scores.curves["recall-k"][0][0] == 1.0
    assert set(scores.breakdown["group"]) == {"gruen", "roth"}
    assert [w.id for w in scores.worst] == ["a", "b"]
    assert scores.worst[0].found[0].marks == ((22, 30),)


def test_a_case_on_which_the_system_broke_off_is_a_miss_in_retrieval_and_unscored_in_answers(case_set: Path) -> None:
    records = run(case_set)
    records["a"] = {k: v for k, v in records["a"].items() if k not in ("ranked", "texts", "answer")}
    records["a"]["error"] = "StoreError: gone"
    scores = score_cases(list(records.values()))
    assert scores.figures["recall@4000c"].value == 0.5
    assert scores.figures["cites gold"].value == 1.0
    assert scores.figures["cites gold"].unscored == 1
    assert scores.failed == {"a": "StoreError: gone"}


def test_a_beir_folder_is_indexed_as_files_and_folded_into_documents(tmp_path: Path) -> None:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    entries = [("d1", "lactate rises in sepsis\nlactate falls"), ("d2", "gout is painful"), ("d3", "lactate")]
    (folder / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": i, "title": "", "text": t}) + "\n" for i, t in entries), "utf-8"
    )
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "lactate sepsis"}\n', "utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td3\t1\n", "utf-8")
    task = BeirTask(load_sets([folder])[0], Configuration("words"), open_library, tmp_path / "w")  # type: ignore[arg-type]
    task.prepare()
    record = task.produce(task.items()[0]).record
    assert record["ranked"] == ["d1", "d3"]
    scores = score_beir([record])
    assert scores.figures["RR@10"].value == 0.5
    assert scores.figures["nDCG@10"].value == pytest.approx(1 / math.log2(3))
    assert scores.curves["recall-k"][:2] == ((1.0, 0.0), (2.0, 1.0))


def test_a_scope_names_documents_to_the_letter() -> None:
    assert scope_of([]) == ""
    assert scope_of(["a [1].txt"]) == "a [1].txt"
    assert scope_of(["a [1].txt", "b,c.txt"]) == "/a\\ \\[1\\].txt,/b?c.txt"


def test_the_baseline_cites_what_stands_in_the_file(case_set: Path) -> None:
    system = WordOverlap(case_set / "documents")
    for hit in system.search("discharged on warfarin", 3):
        text = LETTERS[hit.document]
        assert hit.chunk.span.of(text) == hit.text
