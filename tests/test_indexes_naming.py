from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.indexes.analyzers import terms
from casefolio.indexes.reading_questions import Naming, identity_zone, long_zone
from casefolio.indexes.sparse import Sparse

FILLER = "The wound was clean and dry. Further checks are planned. "


def naming(documents, names=None, language="en", passages=2):
    """Naming over documents that are cut into equal passages; `names` are what the rules found in each."""
    pieces, of = [], []
    for at, text in enumerate(documents):
        step = max(1, -(-len(text) // passages))
        for start in range(0, len(text), step):
            pieces.append(" ".join(terms(text[start : start + step], language)))
            of.append(at)
    return Naming(
        Sparse.build(" ".join(terms(identity_zone(t, language), language)) for t in documents),
        Sparse.build(" ".join(terms(n, language)) for n in (names or [""] * len(documents))),
        Sparse.build(pieces),
        np.array(of, np.int64),
        lambda at: identity_zone(documents[at], language),
        lambda at: long_zone(documents[at]),
        [language] * len(documents),
    )


def letters(*names):
    return [f"Discharge summary. Patient: {name}. " + FILLER * 3 for name in names]


NAMES = ("Alice Barlow", "Brian Carver", "Clara Dalton", "Daniel Easton", "Edith Fowler", "Frank Garner")


def test_a_name_is_cut_out_and_its_document_comes_first():
    named = naming(letters(*NAMES), NAMES).read("Which drug does Clara Dalton take for the pain?", "en")
    assert named.documents[0] == 2
    assert named.names == ("Clara Dalton",)
    assert "Dalton" not in named.asked
    assert "drug" in named.asked
    assert not {"clara", "dalton"} & set(named.terms)
    assert named.confidence > 0.5
    assert int(np.argmax(named.evidence)) == 2
    assert named.evidence.max() == 1.0


def test_two_patients_of_one_name_are_both_kept():
    named = naming(letters("Alice Barlow", "Alice Barlow", *NAMES[2:])).read("What does Alice Barlow take?", "en")
    assert set(named.documents) == {0, 1}
    assert named.evidence[0] == pytest.approx(named.evidence[1])


def test_a_surname_alone_keeps_all_who_bear_it():
    named = naming(letters("Alice Barlow", "Brian Barlow", *NAMES[2:])).read("What does Barlow take?", "en")
    assert set(named.documents) == {0, 1}


@pytest.mark.parametrize("question", ["which drug is given for the pain?", "when was the wound closed", "", "???"])
def test_a_question_without_a_name_stays_as_it_is(question):
    named = naming(letters(*NAMES), NAMES).read(question, "en")
    assert (named.asked, named.names, named.documents, named.confidence) == (question, (), (), 0.0)


def test_a_name_that_every_document_bears_names_none():
    documents = [f"Riverbank Hospital. Patient {name}. " + FILLER * 3 for name in NAMES]
    named = naming(documents).read("What is said of Riverbank Hospital drains?", "en")
    assert named.documents == ()
    assert "Riverbank" in named.asked


def test_a_single_document_is_never_named():
    named = naming(letters("Alice Barlow")).read("What does Alice Barlow take?", "en")
    assert (named.documents, named.asked) == ((), "What does Alice Barlow take?")


def test_of_one_passage_documents_only_names_that_the_rules_found_count():
    documents = [f"{name} writes of Harbour Street." for name in NAMES]
    assert naming(documents, passages=1).read("Who is Clara Dalton?", "en").documents == ()
    named = naming(documents, NAMES, passages=1).read("Who is Clara Dalton?", "en")
    assert named.documents == (2,)
    assert named.asked == "Who is Clara Dalton?"  # the passage itself holds the name


def test_a_german_name_is_found_in_the_genitive_and_with_its_umlaut_written_out():
    people = ("Müller", "Albers", "Conrad")
    documents = [f"Wir berichten über Frau {n}. Die Wunde war reizlos. " * 2 for n in people]
    for question in ("Welche Medikamente nimmt Frau Mueller?", "Was waren Müllers Medikamente?"):
        assert naming(documents, people, "de").read(question, "de").documents == (0,)


def test_a_korean_name_is_found_under_its_particle():
    people = ("김민수", "박서연", "이지훈", "최하은")
    documents = [f"환자명: {p}\n상처는 깨끗하였다. 외래에서 추적 관찰할 예정이다. " * 2 for p in people]
    named = naming(documents, people, "ko").read("박서연은 무엇을 복용합니까?", "ko")
    assert named.documents == (1,)
    assert "박서연" not in named.asked


def test_a_title_of_common_words_goes_with_the_names_after_it():
    rows = [("Acme", "Borex"), ("Corvid", "Dunlin"), ("Egret", "Fulmar"), ("Gadwall", "Heron")]
    documents = [f"Services Agreement between {a} and {b}. " + FILLER * 3 for a, b in rows]
    named = naming(documents).read(
        "In the Services Agreement between Corvid and Dunlin: which law governs the dispute?", "en"
    )
    assert named.documents[0] == 1
    assert named.asked == "which law governs the dispute?"


def test_evidence_is_the_same_when_asked_twice():
    reader = naming(letters(*NAMES), NAMES)
    first, second = (reader.read("Where does Edith Fowler live?", "en") for _ in range(2))
    assert np.array_equal(first.evidence, second.evidence)
    assert (first.asked, first.documents) == (second.asked, second.documents)


@given(st.text(alphabet="ABCabc ,.?-'äß가1", max_size=40), st.sampled_from(NAMES))
def test_any_question_is_read(text, name):
    named = READER.read(f"{text} {name}", "en")
    assert np.all((named.evidence >= 0) & (named.evidence <= 1))
    assert 0 <= named.confidence <= 1
    assert named.asked
    assert all(n in f"{text} {name}" for n in named.names)


READER = naming(letters(*NAMES), NAMES)
