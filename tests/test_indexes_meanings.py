from __future__ import annotations

import pytest

from casefolio.indexes.analyzers import terms
from casefolio.indexes.expansion import expand
from casefolio.indexes.meanings import asked_names, groups, other_words
from casefolio.indexes.sparse import Sparse

LANGUAGES = ("en", "de", "ko")
ROWS = [(language, group) for language in LANGUAGES for group in groups(language)]


def test_every_line_finds_what_it_says():
    """Asked with the first name the last one is found, and where the names are equal the other way round."""
    silent = []
    for language, group in ROWS:
        for asked, found in ((group.asked[0], group.found[-1]), (group.asked[-1], group.found[0])):
            own, wanted = set(terms(asked, language)), set(terms(found, language))
            if not wanted - own:
                continue
            if not wanted - own <= other_words(terms(asked, language), language).keys():
                silent.append((language, asked, found))
    assert silent == []


def test_there_are_hundreds_of_groups_in_each_language():
    for language in LANGUAGES:
        assert len([1 for tongue, _ in ROWS if tongue == language]) > 500


def test_no_name_is_empty_or_stands_twice_in_its_line():
    for _, group in ROWS:
        assert all(name for name in group.found)
        assert len(set(group.asked)) == len(group.asked)


@pytest.mark.parametrize(
    ("language", "question", "passage"),
    [
        ("en", "is harold on blood thinners", "apixaban 2.5 mg BD"),
        ("en", "eliquis dose", "Apixaban 5 mg"),
        ("en", "any antidepressant?", "PROzac (FLUoxetine) oral capsule"),
        ("en", "liability cap", "in no event shall the aggregate liability exceed"),
        ("en", "water tablet dose now", "Furosemide 40 mg OM"),
        ("de", "nimmt er Blutverdünner?", "Marcumar nach INR"),
        ("de", "Langzeitzucker", "HbA1c 7,2 %"),
        ("de", "Wie viel Kaution?", "Die Mietsicherheit beträgt"),
        ("ko", "혈액희석제를 먹나요?", "엘리퀴스 5mg bid"),
        ("ko", "집주인이 누구예요?", "임대인 오승민"),
        ("ko", "리바록사반 용량", "Xarelto 20 mg qd"),
    ],
)
def test_what_a_person_calls_it_is_found_under_its_other_name(language, question, passage):
    vocabulary = Sparse.build([" ".join(terms(passage, language)), "zyx"])
    added = expand(terms(question, language), language, vocabulary)
    assert vocabulary.scores(added)[0] > 0
    assert vocabulary.scores(dict.fromkeys(terms(question, language), 1.0))[0] < vocabulary.scores(added)[0]


def test_a_phrase_needs_all_its_words():
    assert "infarct" in other_words(terms("heart attack", "en"), "en")
    assert "infarct" not in other_words(terms("panic attack at home", "en"), "en")


def test_members_do_not_find_their_class():
    assert "warfarin" not in other_words(terms("apixaban", "en"), "en")


@pytest.mark.parametrize("language", ["en", "de", "ko"])
def test_every_name_is_found_by_the_first_letters_of_its_terms(language):
    named = asked_names(language)
    names = {name for group in groups(language) for name in group.asked}
    assert len(names) > 500
    for name in names:
        held = terms(name, language)
        assert not held or name in {found for found, _ in named.of(held)}, name
