from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.eval.statistics import (
    compare,
    drawn_cases,
    f1_of,
    figure_of,
    figure_over_cases,
    interval,
    mean,
    mean_figure,
    percentile,
    permutation_p,
    ratio,
)

NAN = math.nan


def test_the_mean_of_nothing_is_nan_and_what_is_unscored_is_counted() -> None:
    assert math.isnan(mean([]))
    assert math.isnan(mean([NAN]))
    figure = mean_figure([1.0, NAN, 0.0, 0.5], ["a", "a", "b", "c"])
    assert (figure.value, figure.n, figure.unscored) == (0.5, 3, 1)
    empty = mean_figure([NAN, NAN], ["a", "b"])
    assert (math.isnan(empty.value), empty.n, empty.unscored) == (True, 0, 2)
    assert str(empty) == "–"


def test_f1_and_ratio_by_hand() -> None:
    assert f1_of(np.array([3.0, 1.0, 2.0])) == pytest.approx(6 / 9)  # precision 3/4, recall 3/5
    assert math.isnan(float(f1_of(np.zeros(3))))
    assert ratio(np.array([1.0, 4.0])) == 0.25
    assert math.isnan(float(ratio(np.zeros(2))))


def test_whole_groups_are_drawn() -> None:
    # Two groups, one all right and one all wrong: a draw is 0, 1/2 or 1, whatever the number of cases in each.
    values, groups = [1.0] * 50 + [0.0] * 50, ["a"] * 50 + ["b"] * 50
    clustered = mean_figure(values, groups)
    assert (clustered.low, clustered.high) == (0.0, 1.0)
    alone = mean_figure(values, list(range(100)))
    assert 0.38 < alone.low < 0.42 < 0.58 < alone.high < 0.62


def test_one_group_has_no_interval() -> None:
    figure = mean_figure([1.0, 0.0], ["a", "a"])
    assert figure.value == 0.5
    assert math.isnan(figure.low)


def test_the_same_seed_gives_the_same_interval_and_the_order_of_cases_does_not_matter() -> None:
    values, groups = [0.1, 0.7, 0.4, 0.9, 0.3], ["a", "b", "a", "c", "d"]
    one, other = mean_figure(values, groups), mean_figure(values[::-1], groups[::-1])
    assert one == other
    many = [i * i % 101 / 101 for i in range(80)]
    assert mean_figure(many, list(range(80)), seed=1) != mean_figure(many, list(range(80)))


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for trial in range(200):
        counts = np.stack([rng.random(40), np.ones(40)], axis=1)
        low, high = interval(counts, list(range(40)), ratio, seed=trial, resamples=300)
        covered += low <= 0.5 <= high
    assert 175 <= covered <= 199


def test_figure_of_counts_and_of_cases() -> None:
    counts = np.array([[1.0, 0, 0], [0, 1, 0], [1, 0, 1]])
    assert figure_of(counts, ["a", "b", "c"], f1_of).value == pytest.approx(4 / 6)
    values = np.array([1.0, 2.0, 6.0])
    assert figure_over_cases(lambda i: float(np.median(values[i])), ["a", "b", "c"]).value == 2.0
    assert math.isnan(figure_of(np.zeros((0, 3)), [], f1_of).value)


def test_drawn_cases_keep_groups_together() -> None:
    for drawn in drawn_cases(["a", "b", "a"], resamples=20):
        assert np.count_nonzero(drawn == 0) == np.count_nonzero(drawn == 2)


def test_exact_permutation_p_by_hand() -> None:
    # Sums 1, 1, 1: of the 8 sign patterns two reach |3|.
    assert permutation_p([1.0, 1.0, 1.0], ["a", "b", "c"]) == 2 / 8
    # The same three cases in one group: both patterns reach it.
    assert permutation_p([1.0, 1.0, 1.0], ["a", "a", "a"]) == 1.0
    # 3 and -1: |2| is reached by 3-1, -3+1, 3+1, -3-1.
    assert permutation_p([3.0, -1.0], ["a", "b"]) == 1.0
    assert math.isnan(permutation_p([], []))


def test_drawn_permutation_p_is_small_for_a_clear_winner_and_never_zero() -> None:
    assert permutation_p([1.0] * 30, list(range(30))) == pytest.approx(1 / 10_001)
    assert permutation_p([1.0, -1.0] * 15, list(range(30))) == 1.0


def test_comparing_a_system_with_itself_finds_nothing() -> None:
    values = {f"c{i}": i / 40 for i in range(40)}
    groups = {i: i for i in values}
    got = compare(values, values, groups)
    assert (got.difference, got.low, got.high, got.p, got.wins, got.losses) == (0.0, 0.0, 0.0, 1.0, (), ())


def test_wins_losses_and_the_unpaired() -> None:
    a, b = {"x": 0.0, "y": 1.0, "z": 0.5, "only-a": 1.0}, {"x": 1.0, "y": 0.5, "z": 0.5, "only-b": 1.0}
    groups = {i: i for i in (*a, *b)}
    got = compare(a, b, groups)
    assert (got.wins, got.losses, got.n, got.unpaired) == (("x",), ("y",), 3, 2)
    assert got.difference == pytest.approx(0.5 / 3)
    turned = compare(a, b, groups, lower_is_better=True)
    assert (turned.wins, turned.losses) == (("y",), ("x",))


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], 0.5) == 3.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.95) == 4.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.25) == 1.0
    assert math.isnan(percentile([], 0.5))


@given(st.lists(st.tuples(st.floats(-1, 1), st.sampled_from("abcdef")), min_size=1, max_size=12))
def test_p_is_a_probability_and_blind_to_the_direction(pairs: list[tuple[float, str]]) -> None:
    change, groups = [v for v, _ in pairs], [g for _, g in pairs]
    p = permutation_p(change, groups)
    assert 0.0 < p <= 1.0
    assert permutation_p([-v for v in change], groups) == pytest.approx(p)
