"""Exceptions, plans, what was granted beside what was dismissed, and who sues whom; by the rules alone."""

from __future__ import annotations

import pytest

from casefolio.verifying import verify

EXCEPTED = [
    (
        "en",
        "All employees except trainees receive the bonus.",
        "Trainees do not receive the bonus.",
        "Trainees receive the bonus.",
    ),
    (
        "en",
        "All staff, except for trainees, receive the bonus.",
        "Trainees do not receive the bonus.",
        "Trainees receive the bonus.",
    ),
    (
        "en",
        "No patients other than infants were isolated.",
        "Infants were isolated.",
        "Infants were not isolated.",
    ),
    (
        "de",
        "Alle Mitarbeiter außer den Auszubildenden erhalten den Bonus.",
        "Die Auszubildenden erhalten keinen Bonus.",
        "Die Auszubildenden erhalten den Bonus.",
    ),
    (
        "ko",
        "수습직원을 제외한 모든 직원은 상여금을 받는다.",
        "수습직원은 상여금을 받지 않는다.",
        "수습직원은 상여금을 받는다.",
    ),
]


@pytest.mark.parametrize(("language", "quote", "true", "false"), EXCEPTED)
def test_what_is_excepted_is_the_other_way_round(language: str, quote: str, true: str, false: str) -> None:
    assert verify(true, quote, language).label == "supported"
    assert verify(false, quote, language, read=False).label == "contradicted"


def test_what_is_said_of_the_exception_itself_is_no_turn() -> None:
    quote = "Weight bearing as tolerated except on stairs, where crutches are to be used."
    assert verify("On stairs she should use crutches.", quote, "en", read=False).label != "contradicted"


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "Warfarin is to be restarted on 4 May if INR is below 3.", "Warfarin was restarted on 4 May."),
        ("en", "We recommend a colonoscopy.", "A colonoscopy was performed."),
        ("en", "CT planned for Thursday.", "A CT was done on Thursday."),
        ("de", "Marcumar soll ab 4. Mai wieder gegeben werden.", "Marcumar wurde am 4. Mai wieder gegeben."),
        ("de", "Wir empfehlen eine Koloskopie.", "Eine Koloskopie wurde durchgeführt."),
        ("ko", "5월 4일부터 와파린 재개 예정.", "5월 4일 와파린을 재개하였다."),
        ("ko", "내시경을 권유함.", "내시경을 시행하였다."),
    ],
)
def test_what_is_only_intended_was_not_done(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language, read=False).label != "supported"
    assert verify(claim, quote, language).label != "supported"


@pytest.mark.parametrize(
    ("language", "quote", "true", "false"),
    [
        (
            "de",
            "Die Klage wegen entgangenen Gewinns wird abgewiesen, die Reparaturkosten werden zugesprochen.",
            "Die Reparaturkosten wurden zugesprochen.",
            "Die Reparaturkosten wurden abgewiesen.",
        ),
        (
            "ko",
            "일실이익 청구는 기각하고 수리비 청구는 인용한다.",
            "수리비 청구는 인용되었다.",
            "수리비 청구는 기각되었다.",
        ),
        (
            "ko",
            "하준호가 노서연을 상대로 소를 제기하였다.",
            "하준호는 노서연을 상대로 소를 제기하였다.",
            "노서연이 하준호를 상대로 소를 제기하였다.",
        ),
    ],
)
def test_what_was_granted_was_not_dismissed_and_who_sues_is_not_sued(
    language: str, quote: str, true: str, false: str
) -> None:
    assert verify(true, quote, language, read=False).label != "contradicted"
    assert verify(false, quote, language, read=False).label == "contradicted"


def test_who_gives_and_who_receives_have_not_changed_places() -> None:
    quote, claim = "하준호가 노서연에게 돈을 보냈다.", "노서연이 하준호에게서 돈을 받았다."
    assert verify(claim, quote, "ko", read=False).label != "contradicted"


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "Only the executor may open the account.", "The heirs may open the account."),
        ("de", "Nur der Testamentsvollstrecker darf das Konto öffnen.", "Die Erben dürfen das Konto öffnen."),
        ("ko", "유언집행자만 계좌를 개설할 수 있다.", "상속인이 계좌를 개설할 수 있다."),
    ],
)
def test_what_one_alone_may_another_may_not(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language, read=False).label != "supported"
    assert verify(claim, quote, language).label != "supported"


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "Aspirin was given instead of clopidogrel.", "Clopidogrel was given instead of aspirin."),
        ("de", "ASS wurde statt Clopidogrel gegeben.", "Clopidogrel wurde statt ASS gegeben."),
        ("ko", "클로피도그렐 대신 아스피린을 투여하였다.", "아스피린 대신 클로피도그렐을 투여하였다."),
        ("en", "The appeal was lodged out of time.", "The appeal was lodged in time."),
        ("de", "Die Berufung wurde verspätet eingelegt.", "Die Berufung wurde fristgerecht eingelegt."),
        ("ko", "항소는 기한을 넘겨 제기되었다.", "항소는 기한 내에 제기되었다."),
    ],
)
def test_what_was_replaced_and_what_was_late(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language, read=False).label == "contradicted"


@pytest.mark.parametrize(
    ("language", "quote", "other", "right"),
    [
        (
            "en",
            "The left kidney is normal; the right kidney contains a 3 cm cyst.",
            "There is a cyst in the left kidney.",
            "There is a cyst in the right kidney.",
        ),
        (
            "de",
            "Die linke Niere ist unauffällig, die rechte enthält eine 3 cm große Zyste.",
            "In der linken Niere findet sich eine Zyste.",
            "Die rechte Niere hat eine Zyste von 30 mm.",
        ),
        (
            "ko",
            "왼쪽 신장은 정상이며 오른쪽 신장에 3cm 낭종이 있다.",
            "왼쪽 신장에 낭종이 있다.",
            "오른쪽 신장에 30mm 낭종이 있다.",
        ),
        (
            "en",
            "Fracture of the left radius and of the right ulna.",
            "Fracture of the right radius.",
            "Fracture of the right ulna.",
        ),
    ],
)
def test_a_finding_has_the_side_it_was_found_on(language: str, quote: str, other: str, right: str) -> None:
    assert verify(other, quote, language, read=False).label == "contradicted"
    assert verify(right, quote, language, read=False).label != "contradicted"
