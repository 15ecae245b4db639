"""Routes, both ends of a change, relatives who come along, exceptions with prohibitions; by the rules alone."""

from __future__ import annotations

import pytest

from casefolio.ingest.meaning.facts import profile
from casefolio.verification.wording import in_the_quotes_words
from casefolio.verifying import ruled_by, verify

TURNED = [
    ("en", "Cefuroxime 750 mg was given i.v.", "Cefuroxime 750 mg was given orally."),
    ("de", "Cefuroxim 750 mg intravenös.", "Cefuroxim 750 mg oral."),
    ("ko", "세푸록심 750mg 정맥 투여.", "세푸록심 750mg 경구 투여."),
    ("en", "She moved from St Anne's to the Priory.", "She moved from the Priory to St Anne's."),
    ("de", "Verlegung von der Chirurgie auf die Kardiologie.", "Verlegung von der Kardiologie auf die Chirurgie."),
    ("ko", "재활병동에서 중환자실로 옮겼다.", "중환자실에서 재활병동으로 옮겼다."),
    ("en", "No tenant may keep dogs, except guide dogs.", "Guide dogs may not be kept."),
    ("en", "All tenants except Mr Lund signed.", "All tenants signed."),
    ("de", "Alle Mieter bis auf Herrn Lund haben unterschrieben.", "Alle Mieter haben unterschrieben."),
    ("de", "Kein Mieter darf grillen, ausgenommen Eigentümer.", "Eigentümer dürfen nicht grillen."),
    ("ko", "이수민을 제외한 모든 임차인이 서명하였다.", "모든 임차인이 서명하였다."),
]
SAME = [
    ("en", "Sodium fell from 139 mmol/L to 131 mmol/L.", "Sodium fell to 131 mmol/L."),
    ("de", "Das Natrium fiel von 139 mmol/l am Montag auf 131 mmol/l am Mittwoch.", "Das Natrium fiel auf 131 mmol/l."),
    ("ko", "나트륨은 139 mmol/L에서 131 mmol/L로 감소하였다.", "나트륨은 131 mmol/L로 감소하였다."),
    ("en", "He lives with his brother in Hull.", "He lives in Hull."),
    ("de", "Sie kam in Begleitung ihrer Nichte mit Schwindel.", "Sie kam mit Schwindel."),
    ("de", "Er schenkte seiner Tochter das Haus; die Grundschuld wurde gelöscht.", "Die Grundschuld wurde gelöscht."),
    ("ko", "딸과 함께 어지럼으로 내원하였다.", "어지럼으로 내원하였다."),
    ("de", "Außer Frau Dr. Lund stimmten alle zu.", "Frau Dr. Lund stimmte nicht zu."),
    ("en", "With the exception of Dr Lund, all partners agreed.", "Dr Lund did not agree."),
]


@pytest.mark.parametrize(("language", "quote", "claim"), TURNED)
def test_the_opposite_is_not_supported(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language, read=False).label != "supported"
    assert verify(claim, quote, language).label != "supported"


@pytest.mark.parametrize(("language", "quote", "claim"), SAME)
def test_the_same_is_not_contradicted(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language, read=False).label != "contradicted"


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "A second biopsy may be considered in June.", "A second biopsy was taken in June."),
        ("de", "In Betracht kommt eine zweite Biopsie.", "Eine zweite Biopsie wurde entnommen."),
        ("ko", "두 번째 생검을 고려할 수 있다.", "두 번째 생검을 시행하였다."),
    ],
)
def test_what_is_considered_was_not_done(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language).label != "supported"


def test_a_claim_that_differs_is_not_rewritten_into_a_true_one() -> None:
    mine = profile("The monthly fee is £2,400.", "en")
    theirs = profile("The annual fee of £2,400 is paid in monthly instalments of £200.", "en")
    assert in_the_quotes_words(mine, theirs, ruled_by(mine, theirs).findings) == "The monthly fee is £2,400."
