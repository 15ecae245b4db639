"""What is over and what is so now: history, dates, former offices, in three languages; by the rules alone."""

from __future__ import annotations

import pytest

from casefolio.verifying import verify

SAME = [
    ("en", "He had appendicitis in 2010.", "He had appendicitis."),
    ("en", "In 2012 he underwent a cholecystectomy.", "He underwent a cholecystectomy."),
    ("en", "Ten years ago he broke his wrist.", "He broke his wrist."),
    ("en", "Known asthma.", "She has asthma."),
    ("en", "PMH: hypertension, gout.", "He has hypertension."),
    ("en", "Ms Grant resigned as director on 3 May 2020.", "Ms Grant used to be a director."),
    ("de", "2015 erlitt sie einen Schlaganfall.", "Sie erlitt einen Schlaganfall."),
    ("de", "Vor zehn Jahren brach er sich das Handgelenk.", "Er brach sich das Handgelenk."),
    ("de", "Bekannte Herzinsuffizienz.", "Es besteht eine Herzinsuffizienz."),
    ("de", "Frau Keller wurde als Geschäftsführerin abberufen.", "Frau Keller ist ehemalige Geschäftsführerin."),
    ("de", "Zwei Brüder leben mit Asthma.", "Die Geschwister leben mit Asthma."),
    ("ko", "위원회는 1983년에 설립되었다.", "위원회는 설립되었다."),
    ("ko", "10년 전 손목이 골절되었다.", "손목이 골절되었다."),
    ("ko", "과거력: 고혈압, 통풍.", "고혈압이 있다."),
    ("ko", "조현우는 대표이사직에서 사임하였다.", "조현우는 전 대표이사이다."),
]
OPPOSED = [
    ("en", "He has a history of stroke.", "He presents with a new stroke."),
    ("en", "She had a stroke in 2015.", "She is having a stroke now."),
    ("en", "Ms Grant resigned as director on 3 May 2020.", "Ms Grant is a director."),
    ("en", "He was removed as trustee by deed of 2 May.", "He is trustee."),
    ("en", "He ceased to be a partner on 30 June.", "He is a partner."),
    ("en", "Mr Hale, formerly director of the company, signed.", "Mr Hale is director of the company."),
    ("en", "Metoprolol was not stopped.", "Metoprolol was stopped."),
    ("de", "Metoprolol wurde nicht abgesetzt.", "Metoprolol wurde abgesetzt."),
    ("ko", "메토프롤롤은 중단되지 않았다.", "메토프롤롤은 중단되었다."),
    ("de", "Metoprolol wurde nicht abgesetzt.", "Er nimmt kein Metoprolol."),
    ("en", "The contract was not terminated.", "The contract was terminated."),
    ("en", "The Lease was cancelled on 2 June 2024.", "The Lease is in force."),
    ("en", "He took ibuprofen until 2019.", "He takes ibuprofen."),
    ("de", "Z. n. Pneumonie.", "Es besteht aktuell eine Pneumonie."),
    ("de", "Frau Keller wurde als Geschäftsführerin abberufen.", "Frau Keller ist Geschäftsführerin."),
    ("de", "Frau Grant trat als Vorsitzende zurück.", "Frau Grant ist Vorsitzende."),
    ("de", "Die Ehe wurde 2019 geschieden.", "Die Ehe besteht."),
    ("de", "Herr Hale, ehemals Geschäftsführer der GmbH, unterschrieb.", "Herr Hale ist Geschäftsführer der GmbH."),
    ("ko", "2015년에 뇌졸중을 앓았다.", "현재 뇌졸중이 있다."),
    ("ko", "조현우는 2023년 3월 31일 대표이사직에서 사임하였다.", "조현우는 대표이사이다."),
    ("ko", "회사는 2022년 4월 4일 해산하였다.", "회사는 존속한다."),
    ("ko", "전 대표이사 김민수가 서명하였다.", "김민수는 대표이사이다."),
]


@pytest.mark.parametrize(("language", "quote", "claim"), SAME)
def test_what_was_so_then_and_is_told_as_past_or_as_known_is_no_contradiction(
    language: str, quote: str, claim: str
) -> None:
    assert verify(claim, quote, language, read=False).label != "contradicted"


@pytest.mark.parametrize(("language", "quote", "claim"), OPPOSED)
def test_what_is_over_contradicts_what_is_told_as_so_now(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language, read=False).label == "contradicted"


def test_cultures_without_growth_grew_nothing_whatever_the_verb() -> None:
    for claim, quote in (
        ("Cultures did not show growth.", "Cultures showed no growth."),
        ("Cultures showed no growth.", "Cultures did not show any growth."),
    ):
        assert verify(claim, quote, "en", read=False).label == "supported"
    assert verify("Cultures showed growth.", "Cultures showed no growth.", "en", read=False).label == "contradicted"
