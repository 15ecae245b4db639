from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.eval.measures.answers import (
    add_scores,
    area_under_risk,
    exact_match,
    is_right,
    risk_coverage,
    score_case,
    token_f1,
    tokens,
)
from casefolio.eval.measures.score_tables import Scores


def citation(document: str, start: int, end: int, quote: str = "x") -> dict[str, Any]:
    return {"document": document, "start": start, "end": end, "quote": quote}


def record(name: str, **fields: Any) -> dict[str, Any]:
    answer = {
        "status": fields.pop("status", "supported"),
        "text": fields.pop("text", "warfarin 5 mg"),
        "citations": fields.pop("citations", []),
        "claims": fields.pop("claims", []),
        "confidence": fields.pop("confidence", 0.5),
    }
    gold = [{"document": "a", "start": 10, "end": 20, "quote": "warfarin 5 mg"}]
    base = {"id": name, "group": name, "language": "en", "answerable": True, "gold": gold, "reference": ""}
    made = {**base, **fields, "answer": answer}
    if not made["answerable"]:
        made["gold"] = []
    return made


def test_tokens_are_words_and_for_korean_characters() -> None:
    assert tokens("INR 2.5, Warfarin!") == ["inr", "2", "5", "warfarin"]
    assert tokens("1976년 10월") == ["1", "9", "7", "6", "년", "1", "0", "월"]


def test_token_f1_by_hand() -> None:
    assert token_f1("the dose is 5 mg", "5 mg") == pytest.approx(2 * 2 / (5 + 2))
    assert token_f1("5 5 mg", "5 mg") == pytest.approx(2 * 2 / (3 + 2))  # a word counts as often as in both
    assert token_f1("김현식이", "김현식") == pytest.approx(2 * 3 / 7)
    assert token_f1("nothing", "5 mg") == 0.0
    assert math.isnan(token_f1("x", ""))


def test_exact_match_ignores_case_punctuation_and_blanks() -> None:
    assert exact_match(" 09.02.22. ", "09.02.22") == 1.0
    assert exact_match("9.2.22", "09.02.22") == 0.0
    assert math.isnan(exact_match("x", " "))


def test_citations_against_gold_by_hand() -> None:
    gold = [
        {"document": "a", "start": 10, "end": 20, "quote": "warfarin 5 mg"},
        {"document": "a", "start": 40, "end": 50, "quote": "daily"},
    ]
    cited = [citation("a", 0, 11, "takes warfarin"), citation("a", 20, 30, "no"), citation("b", 10, 20, "other")]
    got = score_case(record("c", gold=gold, citations=cited, reference="warfarin"))
    assert got["cites gold"] == 1.0
    assert got["cites document"] == 1.0
    assert got["citation precision"] == pytest.approx(1 / 3)
    assert got["citation recall"] == 1 / 2
    # quotes: takes warfarin no other; gold: warfarin 5 mg daily
    assert got["citation F1"] == pytest.approx(2 * 1 / (4 + 4))
    assert got["answer F1"] == pytest.approx(2 * 1 / (3 + 1))
    assert got["exact match"] == 0.0


def test_an_abstention_on_an_answerable_question_finds_nothing() -> None:
    got = score_case(record("c", status="abstained", text="Not documented.", reference="warfarin"))
    assert got == {
        "cites gold": 0.0, "cites document": 0.0, "citation F1": 0.0, "citation recall": 0.0,
        "exact match": 0.0, "answer F1": 0.0,
        "shown wrong": 0.0, "shown right": 0.0, "silent though answerable": 1.0,
    }  # fmt: skip


def test_an_unanswerable_question_has_no_measures_of_gold() -> None:
    assert score_case(record("c", answerable=False, status="abstained")) == {"shown wrong": 0.0}
    assert is_right(record("c", answerable=False)) is False


def test_whether_an_answer_is_right_cannot_be_told_without_gold() -> None:
    assert is_right(record("c", gold=[])) is None


def scored(records: list[dict[str, Any]]) -> Scores:
    scores = Scores("x", groups={r["id"]: r["group"] for r in records})
    add_scores(scores, records)
    return scores


def test_claims_and_abstentions_of_a_set_by_hand() -> None:
    right = [citation("a", 10, 20)]
    records = [
        record("1", citations=right, claims=[{"supported": True}, {"supported": False}]),
        record("2", citations=right, claims=[{"supported": True}]),
        record("3", status="abstained"),
        record("4", answerable=False, status="abstained"),
        record("5", answerable=False, status="unread"),
        record("6", answerable=False, citations=right, claims=[{"supported": True}]),
    ]
    figures = scored(records).figures
    assert figures["unsupported claims"].value == 1 / 4
    assert figures["claims supported"].value == pytest.approx((0.5 + 1 + 1) / 3)
    assert figures["abstention precision"].value == pytest.approx(2 / 3)
    assert figures["abstention recall"].value == pytest.approx(2 / 3)
    assert figures["abstention F1"].value == pytest.approx(2 / 3)
    assert figures["cites gold"].value == pytest.approx(2 / 3)
    assert figures["risk"].value == pytest.approx(1 / 3)


def test_the_risk_coverage_curve_by_hand() -> None:
    curve = risk_coverage([0.9, 0.5, 0.5, 0.2], [False, True, False, True], total=8)
    assert curve == ((1 / 8, 0.0), (3 / 8, 1 / 3), (4 / 8, 2 / 4))


def test_its_area_by_hand_with_ties_in_their_expected_order() -> None:
    assert area_under_risk([0.9, 0.8, 0.7], [False, True, False]) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    # the two at .5 hold one error: half an error after the first of them, one after both
    assert area_under_risk([0.9, 0.5, 0.5], [False, True, False]) == pytest.approx((0 + 0.5 / 2 + 1 / 3) / 3)
    assert math.isnan(area_under_risk([], []))


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.4, 0.8]), st.booleans()), min_size=1, max_size=20))
def test_the_order_of_cases_changes_no_area(pairs: list[tuple[float, bool]]) -> None:
    turned = pairs[::-1]
    area = area_under_risk([c for c, _ in pairs], [w for _, w in pairs])
    assert area == pytest.approx(area_under_risk([c for c, _ in turned], [w for _, w in turned]))
    assert 0.0 <= area <= 1.0


def test_a_perfect_order_has_less_area_than_a_reversed_one() -> None:
    wrong = [False, False, True, True]
    assert area_under_risk([4, 3, 2, 1], wrong) < area_under_risk([1, 2, 3, 4], wrong)


def test_without_confidences_there_is_no_curve() -> None:
    scores = scored([record("1", confidence=None, citations=[citation("a", 10, 20)])])
    assert "risk-coverage" not in scores.curves
    assert scores.figures["cites gold"].value == 1.0


def test_the_agreement_of_a_judge_by_hand() -> None:
    right, wrong = [citation("a", 10, 20)], [citation("a", 90, 99)]
    records = [record("1", citations=right), record("2", citations=right), record("3", citations=wrong),
               record("4", citations=wrong)]  # fmt: skip
    for row, judged in zip(records, (True, False, False, True), strict=True):
        row["answer"]["judged"] = judged
    figures = scored(records).figures
    assert figures["judge agrees"].value == 0.5
    assert figures["judge kappa"].value == pytest.approx(0.0)  # as good as chance
    assert figures["judged supported"].value == 0.5
