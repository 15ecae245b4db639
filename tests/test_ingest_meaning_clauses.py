# ruff: noqa: E501
"""A value, a time and a state belong to their clause, and what is said of one thing is not said of another."""

from __future__ import annotations

import pytest

from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.clauses import clauses
from casefolio.ingest.meaning.facts import profile
from casefolio.ingest.meaning.said_of_another import said_of_another
from casefolio.verifying import verify

BEGUN_AND_ENDED = {
    "en": ("Enoxaparin was started on 7 May and stopped on 19 June.", "Enoxaparin was {} on {}."),
    "de": ("Der Auftrag begann am 7. Mai und endete am 19. Juni.", "Der Auftrag {} am {}."),
    "ko": ("위탁은 2019년 5월 7일 시작되어 2022년 6월 19일 종료되었으며 이후 갱신되지 않았다.", "위탁은 {}에 {}."),
}


def against(claim: str, quote: str, language: str) -> set[str]:
    return {f.kind for f in align(profile(claim, language), profile(quote, language)) if f.status == "conflict"}


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("en", ("stopped", "19 June"), ("stopped", "7 May")),
        ("de", ("endete", "19. Juni"), ("endete", "7. Mai")),
        ("ko", ("2022년 6월 19일", "종료되었다"), ("2022년 6월 19일", "시작되었다")),
    ],
)
def test_a_date_belongs_to_its_clause(language: str, right: tuple[str, str], wrong: tuple[str, str]) -> None:
    quote, said = BEGUN_AND_ENDED[language]
    assert not against(said.format(*right), quote, language)
    assert against(said.format(*wrong), quote, language)


@pytest.mark.parametrize(
    ("language", "quote", "right", "wrong"),
    [
        (
            "en",
            "The weight was 91 kg before the operation and 84 kg on discharge.",
            "On discharge the weight was 84 kg.",
            "On discharge the weight was 91 kg.",
        ),
        (
            "de",
            "Der Puls betrug vor der Belastung 64/min und danach 118/min.",
            "Nach der Belastung betrug der Puls 118/min.",
            "Nach der Belastung betrug der Puls 64/min.",
        ),
        (
            "ko",
            "체중은 수술 전 91 kg, 퇴원 시 84 kg이었다.",
            "퇴원 시 체중은 84 kg이었다.",
            "퇴원 시 체중은 91 kg이었다.",
        ),
        (
            "de",
            "Das Gericht erließ den Beschluss am 3. März 2021; am 9. Juli 2021 wurde er aufgehoben.",
            "Der Beschluss wurde am 9. Juli 2021 aufgehoben.",
            "Der Beschluss wurde am 3. März 2021 aufgehoben.",
        ),
        (
            "en",
            "Date | Test | Result\n3 May 2022 | CRP | 86 mg/l\n7 May 2022 | CRP | 12 mg/l",
            "On 7 May 2022 CRP was 12 mg/l.",
            "On 7 May 2022 CRP was 86 mg/l.",
        ),
    ],
)
def test_what_goes_on_has_the_subject_of_the_clause_before(language: str, quote: str, right: str, wrong: str) -> None:
    assert not against(right, quote, language)
    assert verify(right, quote, language, read=False).label != "contradicted"
    assert verify(wrong, quote, language).label != "supported"


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "Metoprolol was held on admission and has not been resumed.", "The patient takes metoprolol."),
        ("en", "Mr Dray smoked thirty cigarettes a day but gave up in 2011.", "Mr Dray currently smokes thirty cigarettes a day."),
        ("de", "Bis 2012 trank Frau Holt täglich einen Liter Wein, seitdem lebt sie abstinent.", "Frau Holt trinkt derzeit täglich einen Liter Wein."),
    ],
)  # fmt: skip
def test_what_ended_in_another_clause_ended(language: str, quote: str, claim: str) -> None:
    assert "state" in against(claim, quote, language)


JOINED = "Ivo Marn joined the firm on 4 March 2016 and Petra Lind on 8 August 2019."


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("Petra Lind joined the firm on 8 August 2019 and Ivo Marn on 4 March 2016.", True),
        ("Petra Lind joined the firm on 4 March 2016 and Ivo Marn on 8 August 2019.", False),
        ("Petra Lind joined the firm on 8 August 2019.", True),
        ("Petra Lind joined the firm on 4 March 2016.", False),
    ],
)
def test_what_one_did_the_other_did_on_another_day(claim: str, right: bool) -> None:
    assert ("date" in against(claim, JOINED, "en")) is not right


def test_a_state_of_something_else_contradicts_nothing() -> None:
    quote = "The court dismissed the claim of Harrow Ltd and allowed the counterclaim of Ms Aske in the sum of £9,300."
    assert "state" not in against("Ms Aske's counterclaim was allowed.", quote, "en")
    assert verify("The counterclaim was dismissed.", quote, "en").label != "supported"


def test_a_further_sentence_with_but_singles_nobody_out() -> None:
    quote = (
        "각 당사자는 3개월 전에 통지하여 해지할 수 있다. 다만 공급자는 대금이 60일 이상 연체되면 즉시 해지할 수 있다."
    )
    assert "exception" not in against("대금 연체가 60일 이상이면 공급자는 즉시 해지할 수 있다.", quote, "ko")


def test_the_wards_telephone_is_not_the_fax() -> None:
    quote = "switchboard 0555 31 31  ward 0555 31 450  fax 0555 31 499"
    assert "number" in against("ward 0555 31 499, fax 0555 31 450", quote, "en")
    assert not against("The ward's number is 0555 31450.", quote, "en")


def test_clauses_have_their_subjects() -> None:
    said = "The claim was lodged on 4 May 2019, three days too late, and was rejected; the fee was waived."
    found = clauses(profile(said, "en"))
    assert found[0] == "The claim was lodged on 4 May 2019"
    assert "The claim was rejected" in found
    assert found[-1] == "the fee was waived"
    assert clauses(profile("The claim was lodged on 4 May 2019.", "en")) == []


MISPLACED = [
    ("en", "Amlodipine was stopped because of ankle swelling; ramipril was started the same day.", "Ramipril was stopped because of ankle swelling."),
    ("en", "Blood cultures grew Klebsiella pneumoniae, while the urine culture grew Enterococcus faecalis.", "The blood cultures grew Enterococcus faecalis."),
    ("en", "Drug | Dose | Status\nBisoprolol | 2.5 mg | active\nFurosemide | 40 mg | stopped", "Bisoprolol was stopped."),
    ("de", "Bekannt ist eine Allergie gegen Ibuprofen; Paracetamol wird gut vertragen.", "Bekannt ist eine Allergie gegen Paracetamol."),
    ("ko", "암로디핀은 발목 부종 때문에 중단하였고, 라미프릴은 같은 날 시작하였다.", "라미프릴은 발목 부종 때문에 중단하였다."),
]  # fmt: skip
IN_PLACE = [
    ("en", "Amlodipine was stopped because of ankle swelling; ramipril was started the same day.", "Amlodipine was stopped because of ankle swelling."),
    ("en", "The patient was given penicillin and then ceftriaxone for the abscess.", "The patient was given ceftriaxone."),
    ("en", "Aspirin and clopidogrel were stopped before the operation.", "Aspirin was stopped before the operation."),
    ("de", "In der Blutkultur wuchs Staphylococcus aureus, im Urin Escherichia coli.", "Im Urin wuchs Escherichia coli."),
    ("ko", "심방세동으로 아스피린과 클로피도그렐을 복용한다.", "심방세동으로 클로피도그렐을 복용한다."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "quote", "claim"), MISPLACED)
def test_what_is_said_of_another_is_not_said_of_it(language: str, quote: str, claim: str) -> None:
    assert said_of_another(profile(claim, language), profile(quote, language)) is not None
    assert verify(claim, quote, language).label == "contradicted"


@pytest.mark.parametrize(("language", "quote", "claim"), IN_PLACE)
def test_what_is_said_of_both_or_of_it_stays(language: str, quote: str, claim: str) -> None:
    assert said_of_another(profile(claim, language), profile(quote, language)) is None


OPPOSITES_THAT_MAKE_ONE = [
    ("en", "Metformin may be continued unless the eGFR falls below 30.", "Metformin may be continued if the eGFR is at least 30."),
    ("de", "Metformin kann gegeben werden, es sei denn, die GFR fällt unter 30.", "Metformin kann bei einer GFR von mindestens 30 gegeben werden."),
    ("ko", "메트포르민은 사구체여과율이 30 미만으로 떨어지지 않는 한 복용할 수 있다.", "사구체여과율이 30 이상이면 메트포르민을 복용할 수 있다."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "quote", "claim"), OPPOSITES_THAT_MAKE_ONE)
def test_unless_less_is_if_more(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language).label != "contradicted"


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "The fee is waived unless the order is late.", "The fee is waived even if the order is late."),
        ("de", "Die Gebühr entfällt, es sei denn, die Bestellung kommt zu spät.", "Die Gebühr entfällt, auch wenn die Bestellung zu spät kommt."),
        ("ko", "주문이 늦지 않는 한 수수료는 면제된다.", "주문이 늦는 경우에도 수수료는 면제된다."),
        ("ko", "와파린을 에독사반으로 교체함.", "에독사반을 와파린으로 교체하였다."),
        ("ko", "3일째에 반코마이신을 리네졸리드로 바꾸었다.", "3일째에 리네졸리드를 반코마이신으로 바꾸었다."),
        ("ko", "주식회사 도담은 주식회사 새나에 3,000만 원을 지급하였다.", "주식회사 새나는 주식회사 도담에 3,000만 원을 지급하였다."),
        ("ko", "통증은 일주일 미만 지속되었다.", "통증은 일주일 넘게 지속되었다."),
        ("en", "Mrs Dray leaves her house to her nephew.", "Mrs Dray leaves her house to her cousin."),
        ("de", "Frau Holt vermacht das Haus ihrem Neffen.", "Frau Holt vermacht das Haus ihrem Enkel."),
        ("ko", "집은 조카에게 남긴다.", "집은 손자에게 남긴다."),
    ],
)  # fmt: skip
def test_turned_round_is_not_supported(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language).label != "supported"


def test_days_of_leave_are_as_many_days_off() -> None:
    quote = profile("The Employee is entitled to 26 days of paid leave in each calendar year.", "en")
    found = align(profile("Per calendar year the employee has a right to 26 paid days off.", "en"), quote)
    assert not [f for f in found if f.status == "missing" and f.kind == "number"]
