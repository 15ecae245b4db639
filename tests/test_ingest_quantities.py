"""Amounts: canonical units, formats of each language, and numbers that are no amounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.ingest.meaning.numerals import number, numerals
from casefolio.ingest.meaning.quantities import quantities


def found(text: str, language: str = "en") -> list[tuple[float, float, str]]:
    return [(q.value, q.high, q.unit) for q in quantities(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "value", "unit"),
    [
        ("Ramipril 5 mg", "en", 5.0, "mg"),
        ("0.5 g", "en", 500.0, "mg"),
        ("200 µg", "en", 0.2, "mg"),
        ("200 mcg", "en", 0.2, "mg"),
        ("5㎎을", "ko", 5.0, "mg"),
        ("12 IE Insulin", "de", 12.0, "IU"),
        ("8단위", "ko", 8.0, "IU"),
        ("1,2 mg/dl", "de", 0.012, "mg/ml"),
        ("1.2 mg/dL이었다", "ko", 0.012, "mg/ml"),
        ("WBC 12.3 x 10^9/L", "en", 1.23e10, "/l"),
        ("Leukozyten 12,3 G/l", "de", 1.23e10, "/l"),
        ("101.3 °F", "en", 38.5, "°C"),
        ("1.234,56 €", "de", 1234.56, "EUR"),
        ("$1.5 million", "en", 1.5e6, "USD"),
        ("USD 20,000", "en", 20_000.0, "USD"),
        ("3,5 Mio. Euro", "de", 3.5e6, "EUR"),
        ("1억 5천만 원", "ko", 1.5e8, "KRW"),
        ("120만원", "ko", 1.2e6, "KRW"),
        ("3.5억원", "ko", 3.5e8, "KRW"),
        ("25 percent", "en", 25.0, "%"),
        ("12 퍼센트", "ko", 12.0, "%"),
        ("b.i.d.", "en", 2.0, "/d"),
        ("bd", "en", 2.0, "/d"),
        ("t.d.s.", "en", 3.0, "/d"),
        ("qds", "en", 4.0, "/d"),
        ("1-0-1", "de", 2.0, "/d"),
        ("2x tgl.", "de", 2.0, "/d"),
        ("zweimal täglich", "de", 2.0, "/d"),
        ("하루 2회", "ko", 2.0, "/d"),
        ("하루 두 번", "ko", 2.0, "/d"),
        ("every 8 hours", "en", 3.0, "/d"),
        ("q8h", "en", 3.0, "/d"),
        ("alle 8 Stunden", "de", 3.0, "/d"),
        ("two tablets", "en", 2.0, "tablet"),
        ("½ tablet", "en", 0.5, "tablet"),
        ("1/2 tablet", "en", 0.5, "tablet"),
        ("a 64-year-old man", "en", 64.0, "a"),
        ("64세 남성", "ko", 64.0, "a"),
    ],
)
def test_one_amount_in_canonical_unit(text: str, language: str, value: float, unit: str) -> None:
    assert [(v, u) for v, _, u in found(text, language)] == [(pytest.approx(value), unit)]


@pytest.mark.parametrize(
    ("text", "often"),
    [
        ("100 mg od", True),
        ("5 mg tablets od", True),
        ("5 mg PO od", True),
        ("5 mg, right eye od", False),
        ("2 puffs om", True),
        ("OD 2019 with paracetamol", False),
        ("visus OD 0.8", False),
    ],
)
def test_letters_tell_how_often_behind_an_amount_alone(text: str, often: bool) -> None:
    assert ((1.0, 1.0, "/d") in found(text)) is often


def test_sizes_share_their_unit() -> None:
    assert found("a mass of 3 x 4 cm") == [(30.0, 30.0, "mm"), (40.0, 40.0, "mm")]


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("raised from 5 to 10 mg", "en", [5.0, 10.0]),
        ("5 → 10 mg", "en", [5.0, 10.0]),
        ("5->10 mg", "de", [5.0, 10.0]),
        ("tablets of 5 and 10 mg", "en", [5.0, 10.0]),
        ("von 5 auf 10 mg", "de", [5.0, 10.0]),
        ("von 5 auf **10 mg**", "de", [5.0, 10.0]),
        ("Tabletten zu 5 und 10 mg", "de", [5.0, 10.0]),
        ("5에서 10 mg로", "ko", [5.0, 10.0]),
    ],
)
def test_what_was_and_what_is_are_two_values_of_one_unit(text: str, language: str, values: list[float]) -> None:
    assert found(text, language) == [(value, value, "mg") for value in values]


@pytest.mark.parametrize(
    ("text", "language"), [("between 5 and 10 mg", "en"), ("zwischen 5 und 10 mg", "de"), ("5 bis 10 mg", "de")]
)
def test_between_two_values_is_a_range(text: str, language: str) -> None:
    assert found(text, language) == [(5.0, 10.0, "mg")]


@pytest.mark.parametrize(
    ("text", "often"),
    [
        ("twice a day for a week", [2.0]),
        ("once a week", [0.142857]),
        ("within a month", []),
        ("6-monthly", [0.005476]),
        ("3-weekly", [0.047619]),
    ],
)
def test_a_length_of_time_says_not_how_often(text: str, often: list[float]) -> None:
    assert [value for value, _, unit in found(text) if unit == "/d"] == often


@pytest.mark.parametrize("text", ["5-10 mg", "5 to 10 mg", "5 mg"])
def test_ranges(text: str) -> None:
    assert found(text) == [(5.0, 10.0 if "10" in text else 5.0, "mg")]


@pytest.mark.parametrize(
    "text",
    [
        "ICD-10 J45.0",
        "the L3 vertebra",
        "COVID-19",
        "vitamin B12",
        "Section 4.2",
        "call 030-1234567-8",
        "at 14:30",
        "April 3, 2021",
        "LWK 3",
        "1. Background\n2. Facts",
    ],
)
def test_numbers_that_are_parts_of_names_are_no_amounts(text: str) -> None:
    assert found(text) == []


def test_what_is_measured() -> None:
    (quantity,) = quantities("The creatinine was 1.2 mg/dl.")
    assert quantity.measures == "creatinine"


@pytest.mark.parametrize(
    ("digits", "language", "value"),
    [
        ("1.234", "de", 1234.0),
        ("1.234", "en", 1.234),
        ("1,234", "en", 1234.0),
        ("1,5", "en", 1.5),
        ("0.125", "de", 0.125),
        ("1.234.567", "de", 1234567.0),
        ("1,234.56", "ko", 1234.56),
    ],
)
def test_separators(digits: str, language: str, value: float) -> None:
    assert number(digits, language) == value


def test_words_and_brackets_are_one_number() -> None:
    assert [n.value for n in numerals("thirty (30) days")] == [30.0]
    assert [n.value for n in numerals("zweiundzwanzig Tage", "de")] == [22.0]
    assert [n.value for n in numerals("이후 백혈구", "ko")] == []
    assert [n.value for n in numerals("이사회의 사건, 그 이유로 사정과 조건, 만일 사인을", "ko")] == []
    assert [n.value for n in numerals("삼 년, 육 개월, 십이 주, 삼백만 원, 만 원, 이층", "ko")] == [
        3,
        6,
        12,
        3e6,
        1e4,
        2,
    ]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("체중은 육십오 킬로그램이다", 65e6, "mg"),
        ("생리식염수 이십 리터", 20_000.0, "ml"),
        ("담장에서 십오 미터 떨어져", 15_000.0, "mm"),
        ("이십 캡슐을 처방", 20.0, "capsule"),
        ("인슐린 이십오 단위", 25.0, "IU"),
        ("삼십 kg", 30e6, "mg"),
        ("삼천만 엔", 3e7, "JPY"),
    ],
)
def test_korean_syllables_are_a_number_before_every_unit(text: str, value: float, unit: str) -> None:
    (quantity,) = quantities(text, "ko")
    assert (quantity.value, quantity.unit.split("/")[0]) == (value, unit)


@pytest.mark.parametrize("text", ["구조부의 수선", "조사 평가", "구조 부위", "조사원의 조사 개요", "구조 인원"])
def test_korean_words_that_only_look_like_a_number_are_none(text: str) -> None:
    assert numerals(text, "ko") == []


@given(st.text(alphabet="0123456789.,-/ xmg%€두일억만§()a\n", max_size=120), st.sampled_from(["en", "de", "ko"]))
def test_spans_lie_in_order_without_overlap(text: str, language: str) -> None:
    end = 0
    for quantity in quantities(text, language):
        assert end <= quantity.span.start < quantity.span.end <= len(text)
        end = quantity.span.end


@pytest.mark.parametrize("piece", ["1", "5 mg ", "1-", "1.1.", "§ 1 "])
def test_a_long_line_takes_time_in_proportion(piece: str, linear_time: Callable[..., None]) -> None:
    linear_time(lambda size: quantities(piece * (size // len(piece)), "de"), 10_000, 80_000)


@pytest.mark.parametrize(
    ("text", "language", "share"),
    [
        ("Half of the deposit is due", "en", 50.0),
        ("a quarter of the costs", "en", 25.0),
        ("the seller bears 1/3 of the costs", "en", 33.3333),
        ("die Hälfte der Kaution", "de", 50.0),
        ("ein Drittel der Kosten", "de", 33.3333),
        ("보증금의 절반을 낸다", "ko", 50.0),
        ("비용의 3분의 1을 부담한다", "ko", 33.3333),
        ("비용의 1/3을 부담한다", "ko", 33.3333),
        ("50 basis points", "en", 0.5),
    ],
)
def test_a_share_is_so_many_per_cent(text: str, language: str, share: float) -> None:
    assert [(value, unit) for value, _, unit in found(text, language)] == [(share, "bp" if "basis" in text else "%")]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("in the first half of the year", "en"),
        ("at half past nine", "en"),
        ("die zweite Hälfte der Laufzeit", "de"),
        ("half a tablet", "en"),
        ("sight 6/12 of the right eye", "en"),
        ("strength 4/5 of the left leg", "en"),
        ("Part 1/2 of the contract", "en"),
    ],
)
def test_a_half_that_is_no_share(text: str, language: str) -> None:
    assert not any(unit == "%" for _, _, unit in found(text, language))


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("one and a quarter million", "en", 1.25e6),
        ("two and a half", "en", 2.5),
        ("half a million", "en", 0.5e6),
        ("eineinviertel Millionen", "de", 1.25e6),
        ("zweieinhalb", "de", 2.5),
        ("예순여섯 살", "ko", 66.0),
        ("스물한 명", "ko", 21.0),
        ("열두 개", "ko", 12.0),
        ("3분의 2", "ko", 2 / 3),
    ],
)
def test_numbers_with_a_part_and_korean_ones_to_ninety_nine(text: str, language: str, value: float) -> None:
    assert [n.value for n in numerals(text, language)] == pytest.approx([value])


@pytest.mark.parametrize(
    ("text", "language", "often"),
    [
        ("Aspirin 6-hourly", "en", 4.0),
        ("Gabe 8-stündlich", "de", 3.0),
        ("every hour", "en", 24.0),
        ("jede Stunde", "de", 24.0),
        ("매시간", "ko", 24.0),
        ("5 mg a day", "en", 1.0),
        ("6 monthly instalments", "en", 1 / 30.4375),
        ("10 beds a week later", "en", None),
    ],
)
def test_so_many_hours_apart(text: str, language: str, often: float | None) -> None:
    told = [value for value, _, unit in found(text, language) if unit == "/d"]
    assert told == ([] if often is None else pytest.approx([often], abs=1e-5))
