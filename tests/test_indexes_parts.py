from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from casefolio.indexes.dense import Dense
from casefolio.indexes.expansion import expand
from casefolio.indexes.fusing import Passages
from casefolio.indexes.ranking import candidates, rank
from casefolio.indexes.reading_questions import Naming
from casefolio.indexes.sparse import Sparse
from casefolio.indexes.switches import ALL, Parts


def off(*names):
    return replace(ALL, **dict.fromkeys(names, False))


def test_all_parts_are_on_unless_one_is_measured():
    assert all(getattr(Parts(), f.name) is True for f in fields(Parts))


@pytest.mark.parametrize(
    ("part", "term", "language"),
    [("synonyms", "myokardinfarkt", "de"), ("marks", "#patient", "de"), ("compounds", "geburtsort", "de")],
)
def test_a_part_of_the_expansion_can_be_switched_off(part, term, language):
    vocabulary = Sparse.build(["geburtsort #patient myokardinfarkt herzinfarkt geburt"])
    asked = ["geburt", "herzinfarkt"]
    assert term in expand(asked, language, vocabulary)
    assert term not in expand(asked, language, vocabulary, off(part))


def test_without_naming_a_question_stays_whole():
    documents = [f"patient {name} wound clean" for name in ("barlow", "carver", "dalton")]
    of = np.array([0, 0, 1, 1, 2, 2])
    zones, passages = Sparse.build(documents), Sparse.build([d for d in documents for _ in "ab"])
    naming = Naming(zones, zones, passages,
                    of, lambda at: documents[at], lambda at: documents[at], ["en"] * 3)  # fmt: skip
    whole, bare = (naming.read("Is Carver clean?", "en", parts) for parts in (ALL, off("naming")))
    assert whole.documents == (1,)
    assert (bare.documents, bare.asked, bare.confidence) == ((), "Is Carver clean?", 0.0)
    assert not bare.evidence.any()
    # the name that the rules found counts once more
    assert naming.read("Is Carver clean?", "en", off("names")).documents == (1,)


def ranked(parts):
    sparse = Sparse.build(["knee", "knee knee pain", "leg"])
    dense = Dense.of(np.array([[1, 0], [0.6, 0.8], [0.8, 0.6]], np.float32), np.arange(3), 3)
    named = Naming(Sparse.build([""]), Sparse.build([""]), sparse, np.zeros(3, np.int64), str, str, ["en"])
    read = named.read("knee pain", "en")
    of = np.zeros(3, np.int64)
    lexical, words = candidates(read, {"knee": 1.0, "pain": 1.0}, sparse, of, None, parts)
    query = np.array([[1, 0], [1, 0]], np.float32) if parts.dense else None
    return rank(read, words, lexical, Passages(sparse, dense, of, np.ones(3, bool), np.full(3, 9)), query, None, parts)


def test_words_alone_and_vectors_alone():
    assert ranked(off("dense")).positions.tolist() == [1, 0]
    assert not ranked(off("dense")).dense.any()
    assert ranked(off("sparse", "feedback")).positions.tolist() == [0, 2, 1]
    assert not ranked(off("sparse")).sparse.any()


def test_the_root_lifts_what_has_few_of_the_words():
    with_root, without = (dict(zip(r.positions.tolist(), r.sparse.tolist(), strict=True)) for r in
                          (ranked(ALL), ranked(off("root"))))  # fmt: skip
    assert 0 < without[0] < with_root[0] < 1


def test_feedback_moves_the_question():
    assert not np.array_equal(ranked(ALL).scores, ranked(off("feedback")).scores)
