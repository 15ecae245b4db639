"""Values belong to something, states end, names name: claims against quotes by rule, in three languages."""

from __future__ import annotations

import pytest

from casefolio.ingest.meaning import annotate
from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.bindings import exchanged_values
from casefolio.ingest.meaning.facts import profile
from casefolio.ingest.meaning.named_things import sort_of, unnamed
from casefolio.ingest.meaning.states import changed_states, of_the_past

EXCHANGED = [
    ("en", "dose", "Doxazosin 4 mg and lisinopril 20 mg are taken.", "Lisinopril 4 mg and doxazosin 20 mg are taken."),
    ("en", "dose", "- doxazosin 4 mg\n- lisinopril 20 mg", "The dose of lisinopril is 4 mg."),
    ("en", "number", "Urea was 17 mg/dl and glucose was 98 mg/dl.", "Glucose was 17 mg/dl and urea was 98 mg/dl."),
    ("en", "date", "Ms Orr signed on 2 May 2019, Mr Pym on 9 June 2019.", "Mr Pym signed on 2 May 2019."),
    ("en", "number", "The fare is EUR 30 and the toll is EUR 8.", "The toll is EUR 30 and the fare is EUR 8."),
    ("en", "person", "Father: gout. Mother: migraine.", "Her mother had gout and her father migraine."),
    (
        "en",
        "side",
        "Cyst of the left wrist and burn of the right heel.",
        "Burn of the left heel and cyst of the right wrist.",
    ),
    ("de", "dose", "Doxazosin 4 mg und Lisinopril 20 mg.", "Lisinopril 4 mg und Doxazosin 20 mg."),
    ("de", "number", "Die Pacht beträgt 700 Euro und die Umlage 90 Euro.", "Die Umlage beträgt 700 Euro."),
    (
        "de",
        "side",
        "Narbe am linken Knie und am rechten Ellenbogen.",
        "Narbe am rechten Knie und am linken Ellenbogen.",
    ),
    ("ko", "dose", "독사조신 4mg과 리시노프릴 20mg을 복용한다.", "리시노프릴 4mg과 독사조신 20mg을 복용한다."),
    ("ko", "number", "차임은 50만 원이고 관리비는 7만 원이다.", "관리비는 50만 원이고 차임은 7만 원이다."),
    ("ko", "side", "좌측 무릎과 우측 발목에 흉터가 있다.", "우측 무릎과 좌측 발목에 흉터가 있다."),
]
REORDERED = [
    ("en", "Doxazosin 4 mg and lisinopril 20 mg are taken.", "Taken are lisinopril 20 mg and doxazosin 4 mg."),
    (
        "en",
        "Ms Orr was born on 2 May 1969 and Mr Pym on 9 June 1971.",
        "Mr Pym was born on 9 June 1971, Ms Orr on 2 May 1969.",
    ),
    ("en", "Lisinopril was raised from 10 mg to 20 mg.", "Lisinopril is now 20 mg."),
    (
        "en",
        "Cyst of the left wrist and burn of the right heel.",
        "The right heel is burnt and the left wrist has a cyst.",
    ),
    ("de", "Doxazosin 4 mg und Lisinopril 20 mg.", "Lisinopril 20 mg und Doxazosin 4 mg."),
    ("de", "Die Pacht beträgt 700 Euro, die Umlage 90 Euro.", "Die Umlage beträgt 90 Euro, die Pacht 700 Euro."),
    ("ko", "차임은 50만 원이고 관리비는 7만 원이다.", "관리비는 7만 원, 차임은 50만 원이다."),
]


@pytest.mark.parametrize(("language", "kind", "quote", "claim"), EXCHANGED)
def test_exchanged_values_contradict(language: str, kind: str, quote: str, claim: str) -> None:
    found = exchanged_values(profile(claim, language), profile(quote, language))
    assert [f.kind for f in found if f.status == "conflict"][:1] == [kind]


@pytest.mark.parametrize(("language", "quote", "claim"), REORDERED)
def test_another_order_does_not(language: str, quote: str, claim: str) -> None:
    assert not [f for f in align(profile(claim, language), profile(quote, language)) if f.status == "conflict"]


ENDED = [
    ("en", "Lisinopril was stopped in May.", "She takes lisinopril."),
    ("en", "The tracheostomy tube was taken out.", "The tracheostomy tube is in place."),
    ("en", "The Grantee waives the right of way.", "The Grantee has the right of way."),
    ("en", "The licence was revoked.", "The licence is in force."),
    ("en", "The petition was dismissed.", "The petition was granted."),
    ("en", "He was switched from lisinopril to valsartan.", "He takes lisinopril."),
    ("en", "Valsartan is on hold until Monday.", "He receives valsartan."),
    ("de", "Lisinopril wurde im Mai abgesetzt.", "Sie nimmt Lisinopril."),
    ("de", "Auf das Wegerecht wird verzichtet.", "Das Wegerecht besteht."),
    ("de", "Die Beschwerde wurde verworfen.", "Die Beschwerde hatte Erfolg."),
    ("de", "Valsartan wurde pausiert.", "Er erhält Valsartan."),
    ("de", "Der Pachtvertrag wurde aufgehoben.", "Der Pachtvertrag gilt."),
    ("ko", "리시노프릴을 중단하였다.", "리시노프릴을 복용 중이다."),
    ("ko", "제9조는 삭제되었다.", "제9조가 적용된다."),
    ("ko", "항소를 기각하였다.", "항소가 인용되었다."),
    ("ko", "임대차계약이 해지되었다.", "임대차계약은 유효하다."),
]
NOT_ENDED = [
    ("en", "Lisinopril was stopped in May.", "She took lisinopril until May."),
    ("en", "Lisinopril was not stopped.", "She takes lisinopril."),
    ("en", "Lisinopril was stopped and valsartan started.", "She takes valsartan."),
    ("en", "The licence may be revoked.", "The licence is in force."),
    ("de", "Lisinopril wurde im Mai abgesetzt.", "Früher nahm sie Lisinopril."),
    ("de", "Lisinopril wurde nicht abgesetzt.", "Sie nimmt Lisinopril."),
    ("ko", "리시노프릴을 중단하고 발사르탄을 시작하였다.", "발사르탄을 복용 중이다."),
    ("ko", "당사자는 계약을 해지할 수 있다.", "계약은 유효하다."),
]


@pytest.mark.parametrize(("language", "quote", "claim"), ENDED)
def test_what_ended_contradicts_a_claim_of_the_present(language: str, quote: str, claim: str) -> None:
    found = align(profile(claim, language), profile(quote, language))
    assert [f for f in found if f.status == "conflict"]


@pytest.mark.parametrize(("language", "quote", "claim"), NOT_ENDED)
def test_what_did_not_end_does_not(language: str, quote: str, claim: str) -> None:
    found = changed_states(profile(claim, language), profile(quote, language))
    assert all(f.status == "agree" for f in found)


def test_tense() -> None:
    assert of_the_past("She took it until May.", "en")
    assert not of_the_past("She is being treated with it.", "en")
    assert of_the_past("Er nahm es bis Mai.", "de")
    assert not of_the_past("Er nimmt es.", "de")


def test_a_state_has_its_words() -> None:
    text = "Valsartan was resumed on Friday."
    (found,) = annotate(text, "en")
    assert found.state == "restored"
    assert [c.span.of(text) for c in found.cues if c.kind == "state"] == ["was resumed"]


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "Cefuroxime 1.5 g was given.", "Clindamycin 1.5 g was given."),
        ("en", "He was admitted on 4 May 2020 with bronchitis.", "He was admitted on 4 May 2020 with cystitis."),
        ("de", "Die Kaution beträgt 800 Euro.", "Die Vertragsstrafe beträgt 800 Euro."),
        ("ko", "2020년 5월 4일 기관지염으로 입원하였다.", "2020년 5월 4일 방광염으로 입원하였다."),
        # known by their name alone
        ("en", "He was given naproxen 500 mg twice daily.", "He was given codeine 500 mg twice daily."),
        ("de", "Er erhielt Naproxen 500 mg zweimal täglich.", "Er erhielt Codein 500 mg zweimal täglich."),
        ("ko", "환자는 나프록센 500 mg을 복용한다.", "환자는 코데인 500 mg을 복용한다."),
    ],
)
def test_another_name_in_its_place_contradicts(language: str, quote: str, claim: str) -> None:
    found = align(profile(claim, language), profile(quote, language))
    assert ("name", "conflict") in {(f.kind, f.status) for f in found}


def test_a_brand_is_its_drug_and_what_nobody_names_is_missing() -> None:
    brand, drug = profile("She takes Xarelto.", "en"), profile("Rivaroxaban 20 mg once daily.", "en")
    assert not unnamed(drug, brand, False)
    (found,) = unnamed(profile("He had an appendectomy.", "en"), profile("He had a fall.", "en"), False)
    assert (found.kind, found.status) == ("name", "missing")


@pytest.mark.parametrize(
    ("claim", "quote", "same"),
    [
        ("Ramipril 5 mg daily.", "She takes Delix, 5 mg daily.", True),  # as search knows it
        ("Prednisone 5 mg daily.", "She takes Decortin, 5 mg daily.", True),
        ("Prednisolone 5 mg daily.", "She takes Decortin, 5 mg daily.", False),
        ("Codein 30 mg daily.", "She takes codeine, 30 mg daily.", True),
        ("Lantus 10 units at night.", "Insulin glargine 10 units at night.", True),
        ("Insulin glargine 10 units at night.", "Lantus 10 units at night.", True),
        ("Insulin aspart 10 units at night.", "Lantus 10 units at night.", False),
        ("Augmentin 1 g daily.", "Co-amoxiclav 1 g daily.", True),
    ],
)
def test_a_claim_and_a_search_know_a_drug_by_the_same_names(claim: str, quote: str, same: bool) -> None:
    assert bool(unnamed(profile(claim, "en"), profile(quote, "en"), False)) is not same


@pytest.mark.parametrize(
    "word", ["person", "april", "fine", "grandson", "room", "cholesterol", "symptom", "reason", "versed"]
)
def test_words_that_only_end_like_a_name(word: str) -> None:
    assert not sort_of(word)


@pytest.mark.parametrize(
    ("language", "text", "target"),
    [
        (
            "de",
            "Die Lunge ist frei, es besteht weiterhin keine\nPenicillinallergie und kein\nAsthma bronchiale.",
            "Asthma",
        ),
        ("en", "The chest film shows clear lungs on both sides and there is no\nEffusion or nodule.", "Effusion"),
        ("en", "> She was seen twice this year and has so far had no\n> Stroke or bleeding at all.", "Stroke"),
        ("ko", "두통과 어지럼을 호소하여 내원하였으며 검사에서 뚜렷한 뇌출혈 소견은\n없음.", "뇌출혈"),
    ],
)
def test_negation_runs_over_a_line_end(language: str, text: str, target: str) -> None:
    from casefolio.ingest.document import Span

    start = text.index(target)
    (found,) = annotate(text, language, [Span(start, start + len(target))])
    assert found.negated
