"""What stands in parts: the same ones in another order, or words that have changed places between them."""

from __future__ import annotations

import pytest

from casefolio.ingest.meaning.facts import profile
from casefolio.ingest.meaning.parts import compared_parts
from casefolio.verifying import verify

SAME = [
    ("en", "CT: cyst in the left kidney and a stone in the right ureter.",
     "CT: a stone in the right ureter and a cyst in the left kidney."),
    ("en", "The lessee pays the heating. The lessor pays the insurance.",
     "The lessor pays the insurance and the lessee the heating."),
    ("de", "Verordnet wurden Torasemid 10 mg 1-0-0 und Spironolacton 25 mg 0-1-0.",
     "Verordnet wurden Spironolacton 25 mg 0-1-0 und Torasemid 10 mg 1-0-0."),
    ("de", "Kreatinin 1,3 mg/dl, Natrium 139 mmol/l, Kalium 4,4 mmol/l.",
     "Kalium 4,4 mmol/l, Natrium 139 mmol/l, Kreatinin 1,3 mg/dl."),
    ("ko", "로사르탄 50 mg 1일 1회와 아토르바스타틴 20 mg 1일 1회를 처방하였다.",
     "아토르바스타틴 20 mg 1일 1회와 로사르탄 50 mg 1일 1회를 처방하였다."),
    ("ko", "보증금은 3천만 원이고 월 차임은 90만 원이다.", "월 차임은 90만 원이고 보증금은 3천만 원이다."),
]  # fmt: skip
CROSSED = [
    ("en", "Digoxin was stopped and bisoprolol was continued.", "Bisoprolol was stopped and digoxin was continued."),
    ("en", "Sertraline 50 mg once daily and quetiapine 25 mg at night were continued.",
     "Quetiapine 50 mg once daily and sertraline 25 mg at night were continued."),
    ("de", "Links besteht eine Rhizarthrose, rechts eine Omarthrose.",
     "Rechts besteht eine Rhizarthrose, links eine Omarthrose."),
    ("de", "Frau Ida Lenz ist am 04.02.1971 geboren, Herr Udo Lenz am 13.10.1966.",
     "Herr Udo Lenz ist am 04.02.1971 geboren, Frau Ida Lenz am 13.10.1966."),
    ("ko", "로사르탄 50 mg 1일 1회, 니페디핀 30 mg 1일 2회를 처방함.",
     "니페디핀 50 mg 1일 1회, 로사르탄 30 mg 1일 2회를 처방하였다."),
]  # fmt: skip
UNSURE = [
    ("en", "Paul Ames thanked Jane Orr, and Jane left.", "Jane Orr thanked Paul Ames, and Jane left."),  # who did it?
    ("en", "The fee and the deposit are 900 and 1,200 euros respectively.",
     "The deposit and the fee are 900 and 1,200 euros respectively."),
    ("en", "Give aspirin or clopidogrel 75 mg, and ramipril 5 mg.",
     "Give ramipril 5 mg and aspirin, and clopidogrel 75 mg."),
    ("de", "Er wurde in Ulm, Bayern, geboren und starb in Linz.",
     "Er wurde in Linz, Bayern, geboren und starb in Ulm."),
    ("en", "No rash.", "No rash."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "quote", "claim"), SAME)
def test_the_same_parts_in_another_order_support(language: str, quote: str, claim: str) -> None:
    assert compared_parts(profile(claim, language), profile(quote, language)) == "same"
    assert verify(claim, quote, language, read=False).label == "supported"


@pytest.mark.parametrize(("language", "quote", "claim"), CROSSED)
def test_words_that_changed_places_contradict(language: str, quote: str, claim: str) -> None:
    assert compared_parts(profile(claim, language), profile(quote, language)) == "crossed"
    assert verify(claim, quote, language).label == "contradicted"


@pytest.mark.parametrize(("language", "quote", "claim"), UNSURE)
def test_where_order_or_other_words_tell_more_nothing_is_said(language: str, quote: str, claim: str) -> None:
    assert compared_parts(profile(claim, language), profile(quote, language)) != "same"


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "Cough with fever, no rash.", "No cough with fever, rash."),
        ("de", "Übelkeit, kein Erbrechen, keine Diarrhoe.", "Keine Übelkeit, Erbrechen, Diarrhoe."),
        ("de", "Kein Fieber, Husten.", "Husten, kein Fieber."),
        ("ko", "기침 있음, 발열 없음.", "발열 있음, 기침 없음."),
    ],
)  # fmt: skip
def test_a_negation_that_moved_is_no_other_order(language: str, quote: str, claim: str) -> None:
    assert compared_parts(profile(claim, language), profile(quote, language)) != "same"
