from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefolio.indexes.dense import Dense
from casefolio.indexes.fusing import BY_FOLDER, BY_QUESTION, NAMES, Features, Passages, of_question, weights
from casefolio.indexes.ranking import candidates, rank
from casefolio.indexes.reading_questions import Named
from casefolio.indexes.scaling import normalised
from casefolio.indexes.sparse import Sparse


def naming(n, documents=(), confidence=0.0, evidence=None, asked=("knee", "pain", "swollen")):
    given_evidence = np.zeros(n, np.float32) if evidence is None else np.array(evidence, np.float32)
    return Named(given_evidence, confidence, tuple(documents), "", tuple(asked), ("Acme",) if documents else ())


def order(passages, question, vectors=None, query=None, allowed=None, named=None, document_of=None):
    sparse = Sparse.build(passages)
    n = len(passages)
    of = np.zeros(n, np.int64) if document_of is None else np.array(document_of, np.int64)
    named = named or naming(max(1, int(of.max(initial=0)) + 1))
    if vectors is None:
        dense = Dense.of(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), n)
    else:
        has = [i for i, v in enumerate(vectors) if v is not None]
        dense = Dense.of(np.array([vectors[i] for i in has], np.float32).reshape(-1, 2), np.array(has, np.int64), n)
    mask = None if allowed is None else np.array(allowed, bool)
    lexical, words = candidates(named, dict.fromkeys(question.split(), 1.0), sparse, of, mask)
    q = None if query is None else np.array([query, query], np.float32)
    lengths = np.array([len(p) for p in passages], np.int64)
    return rank(named, words, lexical, Passages(sparse, dense, of, np.ones(n, bool), lengths), q, mask)


def test_ties_break_by_position():
    ranking = order(["knee pain", "other words", "knee pain", "knee pain"], "knee")
    assert ranking.positions.tolist() == [0, 2, 3]
    assert len(set(ranking.scores.tolist())) == 1


def test_more_of_what_is_asked_comes_first():
    assert order(["knee", "knee swollen pain", "pain swollen"], "knee swollen pain").positions[0] == 1


def test_what_is_out_of_scope_is_no_candidate_and_sets_no_scale():
    passages = ["knee knee pain swollen", "knee filler filler filler", "pain filler", "else"]
    ranking = order(passages, "knee pain swollen", allowed=[False, True, True, True])
    assert set(ranking.positions.tolist()) == {1, 2}
    # the scale is set by the best passage in scope: one outside would leave the rest below 1
    assert ranking.sparse.max() == 1.0


def test_the_scope_is_applied_before_the_nearest_are_taken():
    vectors = [[1, 0]] * 400 + [[0.1, 0.995]]
    allowed = [False] * 400 + [True]
    ranking = order(["x"] * 401, "nothing", vectors, [1, 0], allowed)
    assert ranking.positions.tolist() == [400]


def test_without_vectors_the_order_is_that_of_words():
    passages = ["knee pain", "knee knee pain pain swollen", "pain"]
    bare = order(passages, "knee swollen pain")
    beside = order(passages, "knee swollen pain", [None, None, None], [1, 0])
    assert bare.positions.tolist() == beside.positions.tolist() == [1, 0, 2]
    assert not beside.dense.any()


def test_a_passage_without_a_vector_is_scored_by_its_words_alone():
    ranking = order(["knee", "knee", "leg"], "knee", [[1, 0], None, [0, 1]], [1, 0])
    scores = dict(zip(ranking.positions.tolist(), ranking.scores.tolist(), strict=True))
    assert scores[0] == pytest.approx(scores[1])  # its words stand in for the vector
    assert scores[1] > scores[2]


def test_an_empty_index_has_no_order():
    ranking = order([], "knee", named=naming(0), document_of=[])
    assert len(ranking.positions) == 0
    dense = Dense.of(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), 0)
    assert len(dense.search(np.ones(2, np.float32), 5, None)[0]) == 0


def test_the_named_document_comes_first():
    named = naming(2, [1], 1.0, [0.3, 1.0])
    ranking = order(["knee pain", "knee pain"], "knee pain", named=named, document_of=[0, 1])
    assert ranking.positions.tolist() == [1, 0]


@settings(deadline=None)  # the first example loads FAISS
@given(
    st.lists(st.tuples(st.floats(-1, 1), st.booleans(), st.booleans()), min_size=1, max_size=30),
    st.floats(0, 1),
)
def test_scores_fall_and_each_position_comes_once(rows, confidence):
    vectors = [[x, 1 - abs(x)] if has else None for x, has, _ in rows]
    passages = ["knee" if word else "leg" for _, _, word in rows]
    of = [i % 3 for i in range(len(rows))]
    named = naming(3, [1], confidence, [0.5, 1.0, 0.0])
    ranking = order(passages, "knee", vectors, [1, 0], named=named, document_of=of)
    assert np.all(np.diff(ranking.scores) <= 0)
    assert len(set(ranking.positions.tolist())) == len(ranking.positions)
    ties = np.diff(ranking.scores) == 0
    assert np.all(np.diff(ranking.positions)[ties] > 0)


@given(st.lists(st.floats(-1e6, 1e6, width=32) | st.just(float("nan")), max_size=20))
def test_normalised_lies_between_nought_and_one(values):
    out = normalised(np.array(values, np.float32))
    assert np.all((out >= 0) & (out <= 1))
    assert not out[np.isnan(np.array(values, np.float32))].any()


def test_equal_scores_are_all_or_nothing():
    assert normalised(np.array([2, 2], np.float32)).tolist() == [1, 1]
    assert normalised(np.array([0, 0], np.float32)).tolist() == [0, 0]


def test_documents_of_those_who_are_named_come_first():
    named = replace(naming(2), who=np.array([0.0, 1.0], np.float32), who_terms=("harold",))
    assert order(["knee pain", "knee pain"], "knee pain", named=named, document_of=[0, 1]).positions.tolist() == [1, 0]


def test_a_passage_in_a_language_that_the_encoder_does_not_know_goes_by_its_words():
    sparse, of = Sparse.build(["knee", "leg", "leg"]), np.zeros(3, np.int64)
    dense = Dense.of(np.array([[0, 1], [1, 0], [0.9, 0.1]], np.float32), np.arange(3), 3)
    passages = Passages(sparse, dense, of, np.array([True, False, True]), np.full(3, 10, np.int64))
    lexical, words = candidates(naming(1), {"knee": 1.0}, sparse, of, None)
    ranking = rank(naming(1), words, lexical, passages, np.array([[1, 0], [1, 0]], np.float32), None)
    assert dict(zip(ranking.positions.tolist(), ranking.dense.tolist(), strict=True))[1] == 0


def test_every_feature_has_a_weight_and_every_weight_a_feature():
    known = {*NAMES, *(f"{name}*{what}" for name in BY_QUESTION for what in ("length", "match"))}
    known |= {f"{name}*documents" for name in BY_FOLDER}
    assert weights().keys() == known
    assert weights()["asked_vector"] > 0


def test_a_longer_question_shifts_the_weights_within_bounds():
    features = Features(*[np.array([0.2, 0.6], np.float32)] * len(NAMES))
    found = [of_question(naming(1, asked=("a",) * n), features) for n in (1, 5, 40, 400)]
    short, usual, long, longer = (f["length"] for f in found)
    assert short < usual == 0 < long == longer
    assert found[0]["match"] == pytest.approx(0.0, abs=1e-6)
