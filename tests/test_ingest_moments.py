"""Dates and durations in the formats of three languages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.ingest.meaning.moments import full_days, moments


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("April 3, 2021", "en"),
        ("3 April 2021", "en"),
        ("the 3rd day of April, 2021", "en"),
        ("2021-04-03", "en"),
        ("04/03/2021", "en"),
        ("3.4.2021", "de"),
        ("03.04.21", "de"),
        ("3. April 2021", "de"),
        ("2021년 4월 3일", "ko"),
        ("2021. 4. 3.", "ko"),
    ],
)
def test_one_day_in_many_spellings(text: str, language: str) -> None:
    (moment,) = moments(text, language)
    assert (moment.kind, moment.start, moment.end) == ("date", "2021-04-03", "2021-04-03")


def test_an_ambiguous_date_keeps_its_other_reading() -> None:
    (moment,) = moments("04/03/2021", "en")
    assert moment.alternative == "2021-03-04"
    (sure,) = moments("13/04/2021", "en")
    assert (sure.start, sure.alternative) == ("2021-04-13", "")


def test_months_and_years_are_stretches_of_days() -> None:
    assert [(m.kind, m.start, m.end) for m in moments("April 2021, in 2019")] == [
        ("month", "2021-04-01", "2021-04-30"),
        ("year", "2019-01-01", "2019-12-31"),
    ]


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("thirty (30) days", "en", 30.0),
        ("6 Wochen", "de", 42.0),
        ("mit zweiwöchiger Frist", "de", 14.0),
        ("eine 14-tägige Frist", "de", 14.0),
        ("die sechsmonatige Probezeit", "de", 182.625),
        ("3개월", "ko", 91.3125),
        ("24 hours", "en", 1.0),
        ("두 달", "ko", 60.875),
        ("삼십 일", "ko", 30.0),
    ],
)
def test_durations(text: str, language: str, days: float) -> None:
    (moment,) = moments(text, language)
    assert (moment.kind, moment.days) == ("duration", pytest.approx(days))


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("two weeks ago", "en", -14.0),
        ("vor 3 Tagen", "de", -3.0),
        ("3일 전", "ko", -3.0),
        ("2주 후", "ko", 14.0),
        ("gestern", "de", -1.0),
    ],
)
def test_days_counted_from_now(text: str, language: str, days: float) -> None:
    (moment,) = moments(text, language, anchor=date(2021, 4, 17))
    assert (moment.kind, moment.days) == ("relative", days)
    assert moment.start == date.fromordinal(date(2021, 4, 17).toordinal() + int(days)).isoformat()


@pytest.mark.parametrize("text", ["31.02.2021", "99/99/2021", "version 1.2.3.4"])
def test_no_such_day(text: str) -> None:
    assert [m for m in moments(text, "de") if m.kind == "date"] == []


@given(st.text(alphabet="0123456789./- MayprilJun년월일,", max_size=80), st.sampled_from(["en", "de", "ko"]))
def test_any_text_is_read(text: str, language: str) -> None:
    for moment in moments(text, language):
        assert 0 <= moment.span.start < moment.span.end <= len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3.4.2021", "de"),
        ("am 3. April 2021", "de"),
        ("2021년 4월 3일", "ko"),
        ("April 3, 2021", "en"),
        ("2021-04-03", "en"),
    ],
)
def test_full_days_are_read_in_each_of_their_forms(text, language):
    assert full_days(text, language) == ["2021-04-03"]


def test_months_lengths_and_words_are_no_full_days():
    assert full_days("im April 2021, drei Tage danach und 10 Tage lang", "de") == []
    assert full_days("yesterday", "en") == []


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("notice of a fortnight", "en", 14.0),
        ("The notice period is a month.", "en", 30.4375),
        ("review 6/52", "en", 42.0),
        ("a year and a half", "en", 547.875),
        ("ein halbes Jahr", "de", 182.625),
        ("Kontrolle: 6 Wo.", "de", 42.0),
        ("보름 안에", "ko", 15.0),
        ("half a month", "en", 15.21875),
        ("BP was 90/52", "en", None),
        ("T4/52", "en", None),
        ("보름달이 떴다", "ko", None),
        ("Zimmer 3 wo er lag", "de", None),
        ("5 mg a day", "en", None),
        ("once a month", "en", None),
        ("rent of 400 pounds a month", "en", None),
    ],
)
def test_a_length_of_time_in_one_word(text: str, language: str, days: float | None) -> None:
    assert [m.days for m in moments(text, language) if m.kind == "duration"] == ([] if days is None else [days])
