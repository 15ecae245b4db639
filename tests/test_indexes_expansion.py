from __future__ import annotations

import pytest

from casefolio.indexes.analyzers import terms
from casefolio.indexes.expansion import FIELD_MARKS, expand
from casefolio.indexes.sparse import Sparse
from casefolio.ingest.identity import FIELDS
from casefolio.ingest.languages import lines

LANGUAGES = ("en", "de", "ko")


ROWS = [(language, line) for language in LANGUAGES for line in lines(language, "expansions.txt")]


@pytest.mark.parametrize(("language", "line"), ROWS)
def test_a_row_of_synonyms_can_be_used(language, line):
    left, bar, right = line.partition("|")
    assert bar
    assert "|" not in right
    assert left.split()
    assert right.split()
    for word in (*left.split(), *right.split()):
        if word.startswith("#"):
            assert word in FIELD_MARKS.values()
        else:
            assert terms(word.replace("_", " "), language), f"{word} is a function word: it finds nothing"
    assert not any(w.startswith("#") for w in left.split())
    assert len(set(left.split())) == len(left.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_stands_in_the_questions_of_two_rows(language):
    asked = [word for line in lines(language, "expansions.txt") for word in line.partition("|")[0].split()]
    assert sorted(asked) == sorted(set(asked))


def test_every_field_has_a_mark_of_its_own():
    assert set(FIELD_MARKS) == set(FIELDS)
    assert len(set(FIELD_MARKS.values())) == len(FIELDS)
    # a mark must be no term of any text
    assert all(not terms(mark)[0].startswith("#") for mark in FIELD_MARKS.values())


@pytest.mark.parametrize(
    ("language", "asked", "found"),
    [("en", "heart attack", "infarction"), ("de", "Blutverdünner", "Marcumar"), ("ko", "심장마비", "심근경색")],
)
def test_what_is_meant_is_looked_for_too_but_counts_less(language, asked, found):
    own, wanted = terms(asked, language), terms(found, language)
    weights = expand(own, language, Sparse.build([" ".join(wanted)]))
    assert all(weights[t] == 1.0 for t in own)
    assert all(0 < weights[t] < 1 for t in wanted if t not in own)


def test_a_word_without_synonyms_stays_alone():
    assert expand(["zyx"], "en", Sparse.build(["zyx other"])) == {"zyx": 1.0}
    assert expand([], "de", Sparse.build([])) == {}


def test_a_german_word_finds_the_compounds_it_begins_or_ends():
    vocabulary = Sparse.build(["aufnahmestatus", "notaufnahme", "vaufnahmex status"])
    weights = expand(["aufnahme"], "de", vocabulary)
    assert {"aufnahmestatus", "notaufnahme"} <= weights.keys()
    assert "vaufnahmex" not in weights
    assert "aufnahmestatus" not in expand(["aufnahme"], "en", vocabulary)


@pytest.mark.parametrize(
    ("compound", "passage", "parts"),
    [
        ("radiusfraktur", "radius fraktur", {"radius", "fraktur"}),
        ("entlassungsbrief", "entlassung brief", {"entlassung", "brief"}),  # with its link
        ("radiusfraktur", "radius bruch", set()),  # a part nobody wrote is none
    ],
)
def test_a_german_compound_finds_its_attested_parts(compound, passage, parts):
    assert expand([compound], "de", Sparse.build([passage])).keys() == {compound} | parts
