from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.indexes.analyzers import fold, terms, words
from casefolio.ingest.words import without_particle


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "The fractures were treated", "fracture treats"),
        ("en", "naïve", "NAÏVE"),
        ("en", "the patient's knee", "the patients knee"),
        ("de", "Müller", "MUELLER"),
        ("de", "Straße", "strasse"),
        ("de", "Weiß", "Weiss"),
        ("de", "Grünwälder", "Gruenwaelder"),
        ("de", "Ärzte", "Aerzte"),
        ("de", "Ent-\nlassung", "Entlassung"),
        ("de", "Ent\u00adlassung", "Entlassung"),
        ("en", "ﬁbrosis", "fibrosis"),
        ("en", "5 ｍｇ", "5 mg"),
        ("en", "mmol/L", "mmol/l"),
        ("en", "μg", "µg"),
    ],
)
def test_two_spellings_share_their_terms(language, one, other):
    assert set(terms(other, language)) <= set(terms(one, language)) != set()


@pytest.mark.parametrize("number", ["1.5", "1,234.56", "4.2.1", "3/4", "2021", "03.05.2021", "7,5"])
@pytest.mark.parametrize("language", ["en", "de", "ko"])
def test_a_number_stays_whole(language, number):
    assert terms(f"dose {number} mg", language)[1] == number


@pytest.mark.parametrize("code", ["J45.9", "ICD10", "L3", "HbA1c", "K21"])
def test_a_code_stays_whole(code):
    assert terms(f"code {code},", "en")[1] == code.casefold()


def test_numbers_that_differ_share_nothing():
    assert not set(terms("1.5", "en")) & set(terms("15", "en"))


@pytest.mark.parametrize("sign", ["§", "%", "€"])
def test_signs_of_law_and_money_are_words(sign):
    assert sign in terms(f"{sign} 5", "de")


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("환자는", "환자"), ("병원에서", "병원"), ("계약서에는", "계약서"), ("골절이", "골절"), ("골절", "골절"),
        ("의사로부터", "의사"), ("나는", "나는"), ("손목을", "손목"), ("약으로", "약으로"),
    ],
)  # fmt: skip
def test_a_particle_comes_off_where_a_noun_is_left(word, bare):
    assert without_particle(word) == bare


@pytest.mark.parametrize("particle", ["은", "이", "을", "에서", "으로", "까지", "의"])
def test_a_korean_noun_is_found_under_every_particle(particle):
    assert set(terms("고혈압", "ko")) - {"고혈압"} <= set(terms(f"고혈압{particle}", "ko"))
    assert "고혈압" in terms(f"고혈압{particle}", "ko")


def test_a_korean_noun_is_found_inside_a_compound():
    assert set(terms("골절", "ko")) <= set(terms("쇄골골절", "ko"))


@pytest.mark.parametrize(("language", "text"), [("en", "what is the of and"), ("de", "was ist der die das und")])
def test_function_words_are_left_out(language, text):
    assert terms(text, language) == []


@given(st.text(max_size=80), st.sampled_from(["en", "de", "ko", "und"]))
def test_any_text_has_terms_without_blanks_and_case_counts_for_nothing(text, language):
    # terms are stored joined by blanks: one that held a blank would come apart
    found = terms(text, language)
    assert all(t and not any(c.isspace() for c in t) for t in found)
    assert found == terms(fold(text), language)


@given(st.text(alphabet="abäßÄé 가나다의12.,-'\n", max_size=60), st.sampled_from(["en", "de", "ko"]))
def test_words_stand_where_they_say_in_order(text, language):
    found = words(text, language)
    assert all(0 <= w.start < w.end <= len(text) and not text[w.start : w.end].isspace() for w in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_what_looks_like_a_name():
    looks = {w.key: w.proper for w in words("Which drug does Poole 2021 환자 take", "en")}
    assert looks["pool"]
    assert looks["2021"]
    assert looks["환자"]
    assert not looks["drug"]
