"""Literals are counted by hand; the properties hold for every ranking."""

from __future__ import annotations

import importlib.util
import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.eval.measures.beir import fold
from casefolio.eval.measures.beir import score as score_beir
from casefolio.eval.measures.retrieval import Place, common, merge, reciprocal_rank, score, size, within

GOLD = [Place("a", 10, 20), Place("a", 15, 30), Place("b", 0, 10)]  # merged: 20 + 10 characters


def test_merging_joins_what_overlaps_or_touches_and_drops_what_is_empty() -> None:
    merged = merge([Place("a", 5, 9), Place("a", 0, 3), Place("a", 3, 5), Place("b", 4, 4), Place("a", 12, 13)])
    assert merged == {"a": [(0, 9), (12, 13)]}
    assert size(merged) == 10


def test_overlapping_passages_never_find_the_gold_twice() -> None:
    three = [Place("a", 0, 30), Place("a", 5, 35), Place("a", 10, 40)]
    got = score(three, [Place("a", 12, 22)])
    assert got["recall@3"] == 1.0
    assert got["precision@3"] == 10 / 40


def test_literals_of_every_measure() -> None:
    ranked = [Place("c", 0, 50), Place("a", 0, 20), Place("b", 5, 25), Place("a", 10, 30)]
    got = score(ranked, GOLD, ks=(1, 3, 10), budgets=(60, 1000))
    assert got["recall@1"] == 0.0
    assert got["precision@1"] == 0.0
    assert got["hit@1"] == 0.0
    assert got["mismatch@1"] == 1.0
    # a 0-20 finds 10 of its gold, b 5-25 finds 5: 15 of 30; read are 50 + 20 + 20
    assert got["recall@3"] == 15 / 30
    assert got["precision@3"] == pytest.approx(15 / 90)
    assert got["hit@3"] == 1.0
    assert got["mismatch@3"] == pytest.approx(1 / 3)
    assert got["chars@3"] == 90
    assert got["recall@10"] == 25 / 30
    assert got["mismatch@10"] == 1 / 4
    # 60 characters: all of c, the first 10 of a, none of them gold
    assert got["recall@60c"] == 0.0
    assert got["wrong@60c"] == pytest.approx(50 / 60)
    assert got["recall@1000c"] == 25 / 30
    assert got["wrong@1000c"] == pytest.approx(50 / 100)
    assert got["rr"] == 1 / 2


def test_a_case_without_hits_counts_as_nothing_found() -> None:
    got = score([], GOLD)
    assert {k: v for k, v in got.items() if v != 0.0} == {
        **{f"mismatch@{k}": 1.0 for k in (1, 3, 5, 10)},
        "wrong@2000c": 1.0,
        "wrong@4000c": 1.0,
    }


def test_the_budget_counts_distinct_characters() -> None:
    ranked = [Place("a", 0, 10), Place("a", 5, 15), Place("a", 15, 40)]
    assert within(ranked, 18) == {"a": [(0, 18)]}
    assert within(ranked, 10) == {"a": [(0, 10)]}
    assert within(ranked, 100) == {"a": [(0, 40)]}


def test_the_reciprocal_rank_needs_one_character() -> None:
    assert reciprocal_rank([Place("a", 30, 40), Place("b", 9, 12)], GOLD) == 1 / 2
    assert reciprocal_rank([Place("a", 30, 40)], GOLD) == 0.0


places = st.lists(
    st.builds(lambda d, s, n: Place(d, s, s + n), st.sampled_from("ab"), st.integers(0, 60), st.integers(0, 30)),
    max_size=8,
)


@given(places, places)
def test_common_characters_are_those_counted_one_by_one(a: list[Place], b: list[Place]) -> None:
    def one_by_one(found: list[Place]) -> set[tuple[str, int]]:
        return {(d, i) for d, s, e in found for i in range(s, e)}

    assert size(merge(a)) == len(one_by_one(a))
    assert common(merge(a), merge(b)) == len(one_by_one(a) & one_by_one(b))


@given(places, st.integers(1, 80))
def test_a_budget_is_filled_but_never_passed(ranked: list[Place], budget: int) -> None:
    assert size(within(ranked, budget)) <= budget
    assert size(within(ranked, budget)) == min(budget, size(merge(ranked))) or any(
        common(merge([p]), merge(ranked[:i])) for i, p in enumerate(ranked)
    )


def test_beir_measures_of_three_queries() -> None:
    relevant = {"q1": [("x", 1)], "q2": [("x", 1), ("y", 1)], "q3": [("z", 1)]}
    got = score_beir({"q1": ["w", "x"], "q2": ["y", "w", "x"]}, relevant)
    assert got["q1"]["nDCG@10"] == pytest.approx(0.6309297535714575)  # 1 / log2(3)
    assert got["q1"]["RR"] == got["q1"]["RR@10"] == 0.5
    assert got["q1"]["R@10"] == 1.0
    assert got["q2"]["nDCG@10"] == pytest.approx((1 + 0.5) / (1 + 0.6309297535714575))
    assert got["q2"]["AP@100"] == pytest.approx((1 + 2 / 3) / 2)
    assert set(got["q3"].values()) == {0.0}  # no answer from the system


def test_beir_ranks_beyond_ten_count_where_they_may() -> None:
    got = score_beir({"q": [f"d{i}" for i in range(20)]}, {"q": [("d14", 1)]})["q"]
    assert (got["RR"], got["RR@10"], got["R@10"], got["R@100"]) == (pytest.approx(1 / 15), 0.0, 0.0, 1.0)


def test_passages_fold_into_documents_at_their_best_rank() -> None:
    assert fold(["b", "a", "b", "c"], depth=2) == ["b", "a"]


@pytest.mark.skipif(not os.environ.get("CASEFOLIO_PEERS"), reason="CASEFOLIO_PEERS names no folder with a metrics.py")
def test_figures_equal_those_of_the_peers_scorer() -> None:
    spec = importlib.util.spec_from_file_location("peer_metrics", Path(os.environ["CASEFOLIO_PEERS"]) / "metrics.py")
    assert spec
    assert spec.loader
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    vars(peer)["round"] = lambda value, _digits=None: value  # their figures, not rounded
    rng = random.Random(7)

    def some(n: int) -> list[Place]:
        starts = [rng.randrange(0, 9000) for _ in range(n)]
        return [Place(rng.choice("abc"), s, s + rng.randrange(1, 1500)) for s in starts]

    cases = [{"id": str(i), "gold": [{"document": d, "start": s, "end": e} for d, s, e in some(3)]} for i in range(200)]
    run = {c["id"]: [tuple(p) for p in some(12)] for c in cases[10:]}
    theirs = peer.span_metrics(json.loads(json.dumps(cases)), run)
    ours = [
        score([Place(*p) for p in run.get(str(c["id"]), [])], [Place(**g) for g in c["gold"]])  # type: ignore[attr-defined]
        for c in cases
    ]
    names = [n for n in theirs if "@" in n and "ci95" not in n]
    assert len(names) == 24
    for name in names:
        assert sum(r[name] for r in ours) / len(ours) == pytest.approx(theirs[name], abs=1e-6)
