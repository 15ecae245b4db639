from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.indexes.hit import Hit
from casefolio.indexes.reordering import TWINS_AMONG, agreeing_first, same_words
from casefolio.ingest.document import Chunk, Span


def hits(*texts, language="en", document=None, scores=None):
    named = document or [0.0] * len(texts)
    given_scores = scores or [1 - 0.01 * i for i in range(len(texts))]
    return [
        Hit(
            Chunk(str(i), "d", Span(0, len(t)), (1,), (), language), f"{i}.txt", "", t, s, i + 1, (), (("document", n),)
        )
        for i, (t, n, s) in enumerate(zip(texts, named, given_scores, strict=True))
    ]


def order(question, given_hits):
    return [int(h.chunk.id) for h in agreeing_first(question, given_hits)]


@pytest.mark.parametrize(
    ("language", "question", "against", "agreeing"),
    [
        ("en", "Is the left knee swollen?", "The right knee is swollen.", "The left knee is swollen."),
        (
            "de",
            "Ist das linke Knie geschwollen?",
            "Das rechte Knie ist geschwollen.",
            "Das linke Knie ist geschwollen.",
        ),
        ("ko", "왼쪽 무릎이 부어 있습니까?", "오른쪽 무릎이 부어 있다.", "왼쪽 무릎이 부어 있다."),
    ],
)
def test_the_twin_that_agrees_comes_first(language, question, against, agreeing):
    listed = hits(against, "Something else was seen.", agreeing, language=language)
    assert order(question, listed) == [1, 2, 0]
    assert order(question, hits(agreeing, against, language=language)) == [0, 1]


def test_a_passage_without_a_twin_stays_where_it_is():
    listed = hits("The right knee is swollen.", "Discharge is planned for Friday with a letter to the practice.")
    assert order("Is the left knee swollen?", listed) == [0, 1]


def test_a_question_that_takes_no_side_changes_nothing():
    listed = hits("The right knee is swollen.", "The left knee is swollen.")
    assert order("What is swollen?", listed) == [0, 1]


def test_a_twin_in_a_document_that_is_named_less_never_passes():
    texts = ("The right knee is swollen.", "The left knee is swollen.")
    assert order("Is the left knee swollen?", hits(*texts, document=[1.0, 0.4])) == [0, 1]
    assert order("Is the left knee swollen?", hits(*texts, document=[0.4, 0.4])) == [1, 0]


@given(
    st.lists(st.sampled_from(["The left knee hurts.", "The right knee hurts.", "No pain in the knee.", "Other."]),
             max_size=TWINS_AMONG + 4),
)  # fmt: skip
def test_no_hit_is_lost_and_scores_still_fall(texts):
    listed = hits(*texts)
    out = agreeing_first("Does the left knee hurt?", listed)
    assert sorted(h.chunk.id for h in out) == sorted(h.chunk.id for h in listed)
    assert all(a.score >= b.score for a, b in pairwise(out))


def test_case_and_blanks_make_no_other_words_but_numbers_do():
    assert same_words("The  dose\nis 5 mg") == same_words("the dose is 5 mg")
    assert same_words("the dose is 5 mg") != same_words("the dose is 50 mg")
