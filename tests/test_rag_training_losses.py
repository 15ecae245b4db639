"""Losses against sums written by hand, and gradients that do not depend on how a batch is cut."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from casefolio.training.recipes import recipe
from casefolio.training.schedule import rate_at

torch = pytest.importorskip("torch")


def unit(rows, seed=0):
    vectors = np.random.default_rng(seed).normal(size=rows)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def put(array):
    return torch.tensor(array, dtype=torch.float64)


def test_softmax_is_the_log_of_the_share_of_the_own_passage():
    from casefolio.training.losses import softmax_loss

    q, p, t = unit((3, 5)), unit((7, 5), 1), 0.05
    allowed = np.ones((3, 7), bool)
    allowed[0, 2] = allowed[1, 5] = False  # these answer too, so they are no negatives
    told = []
    for i in range(3):
        e = [math.exp(float(q[i] @ p[j]) / t) if allowed[i, j] else 0.0 for j in range(7)]
        told.append(-math.log(e[i] / sum(e)))
    found = softmax_loss(put(q), put(p), torch.from_numpy(allowed), t)
    assert float(found) == pytest.approx(sum(told) / 3, abs=1e-5)


def test_symmetric_softmax_also_lets_passages_choose():
    from casefolio.training.losses import softmax_loss

    q, p, t = unit((3, 4)), unit((3, 4), 1), 0.1
    s = np.exp(q @ p.T / t)
    rows = -np.mean([math.log(s[i, i] / s[i].sum()) for i in range(3)])
    columns = -np.mean([math.log(s[i, i] / s[:, i].sum()) for i in range(3)])
    found = softmax_loss(put(q), put(p), torch.ones(3, 3, dtype=torch.bool), t, symmetric=True)
    assert float(found) == pytest.approx((rows + columns) / 2, abs=1e-5)


def test_multi_similarity_as_sapbert_writes_it():
    from casefolio.training.losses import multi_similarity_loss

    v, labels = unit((5, 4)), [0, 0, 1, 1, 2]
    chosen = replace(recipe("sapbert"), positive_scale=1.0, negative_scale=8.0, threshold=0.8, temperature=0.5)
    told = []
    for i in range(5):
        s = [float(v[i] @ v[j]) / 0.5 for j in range(5)]
        near = sum(math.exp(-(s[j] - 0.8)) for j in range(5) if j != i and labels[j] == labels[i])
        far = sum(math.exp(8 * (s[j] - 0.8)) for j in range(5) if labels[j] != labels[i])
        told.append(math.log(1 + near) + math.log(1 + far) / 8)
    found = multi_similarity_loss(put(v), torch.tensor(labels), chosen)
    assert float(found) == pytest.approx(sum(told) / 5, abs=1e-5)


def test_triplets_want_a_margin_between_distances():
    from casefolio.training.losses import triplet_loss

    q, p, n = unit((2, 3)), unit((2, 3), 1), unit((2, 2, 3), 2)
    told = [
        max(0.0, np.linalg.norm(q[i] - p[i]) - np.linalg.norm(q[i] - n[i, k]) + 0.7) for i in range(2) for k in range(2)
    ]
    assert float(triplet_loss(put(q), put(p), put(n), 0.7)) == pytest.approx(sum(told) / 4, abs=1e-5)


@pytest.mark.parametrize("kind", ["linear", "cosine"])
def test_the_rate_rises_and_falls_to_nothing_over_all_steps(kind):
    rates = [rate_at(step, 100, 1e-3, 0.1, kind) for step in range(100)]
    assert rates[9] == pytest.approx(1e-3)
    assert all(a < b for a, b in pairwise(rates[:10]))
    assert all(a >= b for a, b in pairwise(rates[10:]))
    assert rates[-1] < 2e-5
    assert rate_at(55, 100, 1e-3, 0.1, kind) == pytest.approx(5e-4, rel=1e-6)


def test_no_recipe_has_a_margin_that_cannot_be_met():
    with pytest.raises(Exception, match="loss is 'other'"):
        recipe("miracle", loss="other")
    assert recipe("triplet").margin <= 2
    assert recipe("miracle", batch=None).batch == 1024
    assert (recipe("medembed").temperature, recipe("medembed").negatives) == (0.02, 7)
