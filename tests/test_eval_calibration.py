from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from casefolio.eval.calibration import FILE, Given, calibrate, choose, given_of, halves, keep, try_on
from casefolio.eval.cases import CaseSet
from casefolio.ingest.errors import GeneratorError, SetError


def given(confidence: float, *, bad: bool = False, answerable: bool = True, group: str = "g") -> Given:
    return Given("i", group, confidence, answerable, bad, not bad)


def test_the_lowest_threshold_that_keeps_the_bound_by_hand() -> None:
    cases = [given(c / 10, bad=c in (7, 4, 3)) for c in (9, 8, 7, 6, 5, 4, 3)]
    # unsupported among the first n: 0, 0, 1/3, 1/4, 1/5, 2/6, 3/7
    assert choose(cases, 0.2) == pytest.approx(0.45)
    assert choose(cases, 0.05) == pytest.approx(0.75)
    assert choose(cases, 0.5) == 0.0


def test_where_no_threshold_keeps_the_bound_nothing_is_answered() -> None:
    threshold = choose([given(0.9, bad=True), given(0.1)], 0.02)
    assert threshold > 0.9
    assert try_on([given(0.9, bad=True)], threshold).coverage.value == 0.0
    assert choose([given(math.nan)], 0.02) == 0.0


def test_what_a_threshold_gives_by_hand() -> None:
    cases = [
        given(0.9, group="a"), given(0.6, bad=True, answerable=False, group="b"), given(0.2, group="c"),
        given(math.nan, answerable=False, group="d"),
    ]  # fmt: skip
    half = try_on(cases, 0.5)
    assert half.coverage.value == 0.5
    assert half.unsupported.value == 0.5
    assert half.abstention_precision.value == 0.5
    assert half.abstention_recall.value == 0.5
    assert half.cites_gold.value == 1.0


def test_a_group_lies_in_one_half() -> None:
    cases = [given(0.5, group=f"g{i % 10}") for i in range(50)]
    first, second = halves(cases)
    assert {g.group for g in first}.isdisjoint({g.group for g in second})
    assert len({g.group for g in first}) == 5
    with pytest.raises(SetError, match="too few"):
        halves(cases[:3])


def records(n: int = 40) -> list[dict[str, Any]]:
    out = []
    for i in range(n):
        possible = i % 4 != 0
        answer = {
            "status": "supported",
            "text": "x",
            "confidence": 0.8 if possible else 0.3,
            "citations": [{"document": "a", "start": 0, "end": 5, "quote": "x"}],
            "claims": [{"supported": True}],
        }
        gold = [{"document": "a", "start": 0, "end": 5, "quote": "x"}] if possible else []
        row = {"id": str(i), "group": f"g{i}", "answerable": possible, "gold": gold, "reference": "", "answer": answer}
        out.append(row)
    return out


def test_a_confidence_that_tells_is_found_and_holds_on_the_other_half(tmp_path: Path) -> None:
    found = calibrate(records(), 0.02)
    assert found.threshold == pytest.approx(0.55)
    assert found.tried_on.unsupported.value == 0.0
    assert found.tried_on.abstention_recall.value == 1.0
    assert found.tried_on.coverage.value == pytest.approx(0.75, abs=0.15)
    case_set = CaseSet("letters", tmp_path, "f" * 64, (), ())
    path = keep(tmp_path / ".rag", found, case_set, {"encoder": {"name": "minilm"}})
    assert path.name == FILE
    kept = json.loads(path.read_text("utf-8"))
    assert (kept["set_sha256"], kept["max_unsupported"]) == ("f" * 64, 0.02)
    assert kept["threshold"] == pytest.approx(0.55)


def test_a_set_without_unanswerable_questions_calibrates_nothing() -> None:
    with pytest.raises(SetError, match="no unanswerable case"):
        calibrate([r for r in records() if r["answerable"]], 0.02)


def test_a_case_that_broke_off_is_no_abstention() -> None:
    rows = records()
    rows[3] = {**rows[3], "error": "StoreError: gone"}
    with pytest.raises(GeneratorError, match="1 of 40 cases broke off, the first with StoreError: gone"):
        calibrate(rows, 0.02)


def test_an_answer_with_an_unsupported_claim_is_unsupported() -> None:
    record = records()[1]
    assert not given_of(record).unsupported
    record["answer"]["claims"] = [{"supported": True}, {"supported": False}]
    assert given_of(record).unsupported
    record["answer"]["status"] = "abstained"
    assert math.isnan(given_of(record).confidence)
