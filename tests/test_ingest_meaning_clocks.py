"""Times of day in words and digits, and what a claim of one makes of a quote of another."""

from __future__ import annotations

import pytest

from casefolio.ingest.languages import every
from casefolio.ingest.meaning.agreeing import AGREE, APART, CONFLICT, relation
from casefolio.ingest.meaning.clocks import clocks
from casefolio.ingest.meaning.facts import Fact, profile

FORMS = [(language, row["example"]) for language, table in every("clock") for row in table["form"]]


@pytest.mark.parametrize(("language", "example"), FORMS)
def test_a_form_of_the_data_finds_its_example(language: str, example: str) -> None:
    text = example.replace("<<", "").replace(">>", "")
    wanted = example[example.index("<<") + 2 : example.index(">>")]
    assert [clock.span.of(text) for clock in clocks(text, language)] == [wanted]


@pytest.mark.parametrize(
    ("language", "text", "minutes"),
    [
        ("en", "at 2.20 pm", {860}),
        ("en", "at half past nine", {570, 1290}),
        ("en", "at eleven at night", {1380}),
        ("en", "at two at night", {120}),
        ("en", "12 am", {0}),
        ("en", "12 pm", {720}),
        ("en", "at noon", {720}),
        ("de", "9.30 Uhr", {570}),
        ("de", "um halb zehn", {570, 1290}),
        ("de", "12 Uhr mittags", {720}),
        ("ko", "오후 2시 20분", {860}),
        ("ko", "밤 11시 반", {1410}),
        ("ko", "정오", {720}),
        ("fr", "14:05", {845}),
    ],
)
def test_minutes_after_midnight_both_where_nobody_says_which_half(language: str, text: str, minutes: set[int]) -> None:
    assert [set(clock.minutes) for clock in clocks(text, language)] == [minutes]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "adrenaline 1:1000"),
        ("en", "version 2.20 of the plan"),
        ("en", "one of six"),
        ("de", "Raum 6 am Ende des Flurs"),
        ("de", "Laktat 2.20 mmol/l"),
        ("ko", "9시간 뒤"),
        ("ko", "한시적으로 허가한다"),
        ("en", "at 25:10"),
        ("en", "titre 1:40"),
        ("en", "ratio of 1:10"),
        ("en", "Clause 4:15"),
        ("en", "1430 hours of work"),
        ("en", "for 2.30 hours"),
        ("en", "2:30 hours"),
        ("en", "take 1 at night"),
        ("en", "GCS 15 at night"),
        ("ko", "정오표"),
        ("ko", "역가 1:40"),
    ],
)
def test_what_is_no_time_of_day(language: str, text: str) -> None:
    assert list(clocks(text, language)) == []


def _clock(text: str, language: str) -> Fact:
    (fact,) = (f for f in profile(text, language).facts if f.family == "clock")
    return fact


@pytest.mark.parametrize(
    ("language", "claim", "quote", "expected"),
    [
        ("en", "half past nine", "9:30 am", AGREE),
        ("en", "half past nine", "21:30", APART),  # it may be, but nobody says so
        ("en", "2:30", "2:30 pm", APART),
        ("de", "um acht Uhr", "20 Uhr", APART),
        ("en", "half past nine", "10:30", CONFLICT),
        ("en", "at six in the evening", "06:00", CONFLICT),
        ("en", "2.20 pm", "02:20", CONFLICT),
        ("de", "halb zehn abends", "9.30 Uhr", CONFLICT),
        ("de", "viertel nach acht", "8:15 Uhr", AGREE),
        ("ko", "오후 2시 20분", "14:20", AGREE),
        ("ko", "오전 9시 반", "10:30", CONFLICT),
    ],
)
def test_times_agree_that_may_be_one(language: str, claim: str, quote: str, expected: int) -> None:
    assert relation(_clock(claim, language), _clock(quote, language), claim, quote) == expected


@pytest.mark.parametrize("text", ["um 8 Uhr morgenſ", "at mİdnight", "half past fıve", "at 6 ın the morning"])
def test_letters_that_are_taken_for_others_stop_nothing(text: str) -> None:
    assert len(list(clocks(text, "de" if "Uhr" in text else "en"))) == 1


def test_the_numbers_of_a_time_are_no_amounts() -> None:
    facts = profile("9시 20분에 500mg을 주었다", "ko").facts
    assert {(f.family, f.span.of("9시 20분에 500mg을 주었다")) for f in facts} >= {("clock", "9시 20분")}
    assert not any(f.family in ("duration", "count") for f in facts)
