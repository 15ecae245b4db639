from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import casefolio.indexes.dense
from casefolio.indexes.dense import Dense
from casefolio.indexes.sparse import Sparse

PASSAGES = ["knee pain left", "", "knee knee knee", "pain pain left #date", "한국 국어", "§ 5"]


def unit(n, dimension=8, seed=1):
    rows = np.random.default_rng(seed).standard_normal((n, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def digests(n):
    return [hashlib.sha256(str(i).encode()).digest()[:16] for i in range(n)]


def built(rows, missing=()):
    names = digests(len(rows))
    pairs = [(d, r.tobytes()) for i, (d, r) in enumerate(zip(names, rows, strict=True)) if i not in missing]
    return Dense.build(names, reversed(pairs), rows.shape[1])


def test_sparse_saved_and_loaded_scores_the_same(tmp_path):
    sparse = Sparse.build(PASSAGES)
    sparse.save(tmp_path / "s")
    loaded = Sparse.load(tmp_path / "s")
    assert loaded is not None
    for weights in ({"knee": 1.0, "left": 0.4}, {"#date": 1.0}, {"국어": 2.0}, {"absent": 1.0}, {}):
        assert np.array_equal(loaded.scores(weights), sparse.scores(weights))
    assert loaded.containing("kne") == sparse.containing("kne")


def test_sparse_refuses_a_folder_that_is_not_whole(tmp_path):
    sparse = Sparse.build(PASSAGES)
    sparse.save(tmp_path / "s")
    (tmp_path / "s" / "complete.json").unlink()
    assert Sparse.load(tmp_path / "s") is None
    assert Sparse.load(tmp_path / "nowhere") is None


@pytest.mark.parametrize("passages", [[], ["", ""]])
def test_sparse_of_nothing(tmp_path, passages):
    sparse = Sparse.build(passages)
    sparse.save(tmp_path / "s")
    loaded = Sparse.load(tmp_path / "s")
    assert loaded is not None
    assert loaded.n == len(passages)
    assert not loaded.scores({"knee": 1.0}).any()
    assert not loaded.has("knee")


def test_a_term_is_worth_more_the_rarer_it_is_and_weights_scale_it():
    sparse = Sparse.build(["a b", "a c", "a d"])
    assert sparse.scores({"b": 1.0})[0] > sparse.scores({"a": 1.0})[0] > 0
    assert sparse.scores({"b": 0.5})[0] == pytest.approx(sparse.scores({"b": 1.0})[0] / 2)


def test_a_longer_word_is_found_by_its_part():
    sparse = Sparse.build(["aufnahmestatus entlassungsbrief", "arztbrief brief"])
    assert sorted(sparse.containing("brief")) == ["arztbrief", "entlassungsbrief"]  # words of more than five letters
    assert sparse.containing("absent") == []


def test_dense_saved_and_loaded_finds_the_same(tmp_path):
    rows = unit(40)
    dense = built(rows, missing={3, 17})
    dense.save(tmp_path / "d")
    loaded = Dense.load(tmp_path / "d")
    assert loaded is not None
    assert not loaded.complete
    for query in unit(5, seed=9):
        for part in (0, 1):
            assert np.array_equal(loaded.search(query, 7, None)[part], dense.search(query, 7, None)[part])
    everything = np.arange(40)
    similar = loaded.similarity(rows[0], everything)
    assert np.flatnonzero(np.isnan(similar)).tolist() == [3, 17]
    assert np.array_equal(similar, dense.similarity(rows[0], everything), equal_nan=True)


def test_dense_refuses_a_folder_that_is_not_whole(tmp_path):
    built(unit(4)).save(tmp_path / "d")
    (tmp_path / "d" / "positions.npy").unlink()
    assert Dense.load(tmp_path / "d") is None


def test_passages_of_one_text_share_a_vector():
    rows = unit(2)
    names = [*digests(2), digests(1)[0]]
    dense = Dense.build(names, zip(digests(2), (r.tobytes() for r in rows), strict=True), 8)
    assert set(dense.search(rows[0], 2, None)[0].tolist()) == {0, 2}


@settings(max_examples=30)
@given(st.integers(1, 60), st.integers(1, 80), st.sets(st.integers(0, 59)), st.integers(0, 5))
def test_dense_search_is_the_exhaustive_order(n, k, scope, seed):
    rows, query = unit(n, seed=seed), unit(1, seed=99)[0]
    allowed = np.isin(np.arange(n), list(scope))
    for mask in (None, allowed):
        found, similar = built(rows).search(query, k, mask)
        inside = np.arange(n) if mask is None else np.flatnonzero(mask)
        wanted = inside[np.argsort(-(rows[inside] @ query), kind="stable")][:k]
        assert found.tolist() == wanted.tolist()
        assert similar == pytest.approx(rows[found] @ query, abs=1e-5)


def test_above_the_exact_limit_a_graph_finds_nearly_the_same(monkeypatch, tmp_path):
    rows = unit(600, 16)
    exact = Dense.of(rows, np.arange(600), 600)
    monkeypatch.setattr(casefolio.indexes.dense, "EXACT_LIMIT", 50)
    graph = built(rows)
    assert type(graph._index).__name__ == "IndexHNSWFlat"
    graph.save(tmp_path / "d")
    assert (tmp_path / "d" / "vectors.faiss").is_file()
    loaded = Dense.load(tmp_path / "d")
    assert loaded is not None
    allowed = np.arange(600) % 3 == 0  # more of them than are searched exactly
    shared = scoped = 0
    for query in unit(20, 16, seed=5):
        want = set(exact.search(query, 10, None)[0].tolist())
        got, similar = loaded.search(query, 10, None)
        assert np.array_equal(got, graph.search(query, 10, None)[0])
        assert np.all(np.diff(similar) <= 0)
        shared += len(want & set(got.tolist()))
        inside = loaded.search(query, 10, allowed)[0]
        assert allowed[inside].all()
        scoped += len(set(inside.tolist()) & set(exact.search(query, 10, allowed)[0].tolist()))
    assert shared >= 190
    assert scoped >= 190
