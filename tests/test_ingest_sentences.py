from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.ingest.document import PAGE_BREAK
from casefolio.ingest.sentences import LONGEST, sentence_spans


def sentences(text: str, language: str) -> list[str]:
    return [span.of(text) for span in sentence_spans(text, language)]


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ["Dr. Hale saw J. R. Moss at 5 p.m. on 3 May.", "She was well."]),
        ("de", ["Der o. g. Patient befand sich bei uns.", "Die u. g. Maßnahme half, d. h. Ruhe."]),
        ("de", ["Wir berichten über o.g. Patientin.", "Z. n. Hüft-TEP."]),
        ("en", ["Norwood Inc. shall pay 3.5 percent, e.g. by wire.", "The fee is due at once."]),
        ("en", ["See No. 4 and Sec. 4.2.", "There was no effusion!", "Was there a fracture?", "None."]),
        ("en", ["Warfarin 5 mg p.o. daily was stopped in 2019.", "Apixaban was begun."]),
        ("de", ["Z. n. Appendektomie am 3. Mai 2021.", "V. a. Pneumonie li. basal."]),
        ("de", ["Nach § 5 Abs. 2 Nr. 3 BGB bzw. Art. 5 DSGVO haftet er ca. zur Hälfte.", "Das genügt."]),
        ("de", ["Der 2. Senat hat am 12. 4. 2022 entschieden.", "Kraftgrad 4.", "Insofern gut."]),
        ("de", ["Die Wohnung liegt Lindenallee 8, 2. OG links.", "Der Keller liegt im Hof, 1. Untergeschoss."]),
        ("de", ["Prof. Dr. med. Anna Veit, u. a. tätig in Ulm.", "Wir danken."]),
        ("de", ["Gewichtsabnahme um 6 kg.", "Marcumar wurde abgesetzt.", "Herd von 12 mm.", "Kein Erguss."]),
        ("de", ["Kläger ist die Müller KG.", "Die Huber & Co. KG Ulm zahlt 8 Kommanditisten aus."]),
        ("ko", ["아스피린은 중단하기로 함.", "퇴원 예정임.", "가. 임차인은 월세를 낸다.", "나. 임대인은 수리한다."]),
        ("ko", ["환자는 2021. 3. 4. 입원하였다.", "흉통은 없었습니다.", "퇴원함."]),
        ("ko", ["제3조에 따라 해지할 수 있다.", "다만, 30일 전에 통지하여야 한다."]),
    ],
)
def test_dots(language: str, parts: list[str]) -> None:
    assert sentences(" ".join(parts), language) == parts


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["Diagnosis:", "Pneumonia", "Plan", "Antibiotics for a week"]),
        ("en", ["1. Term.", "2. Fees.", "(a) monthly", "- or yearly"]),
        ("de", ["Diagnosen", "Z. n. TEP re.", "Mit freundlichen Grüßen", "Dr. Veit"]),
        ("ko", ["주호소", "흉통 없음", "3. 진단: 폐렴임", "추적 관찰 요함"]),
        ("en", ["Discharged on 15 January 2025", "Diagnosis: pneumonia"]),
        ("de", ["Entlassen am 15. Januar 2025", "Aktuelle Diagnose: Pneumonie"]),
        ("ko", ["퇴원 2025년 1월 15일", "진단: 폐렴"]),
    ],
)
def test_lines_of_their_own(language: str, lines: list[str]) -> None:
    assert sentences("\n".join(lines), language) == lines


@pytest.mark.parametrize("gap", ["\n", PAGE_BREAK])
@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        (
            "en",
            "The patient was admitted with pain in the left hip after a",
            "fall from a ladder and was operated on the same day.",
        ),
        (
            "de",
            "Die Patientin wurde nach einem Sturz aus großer Höhe mit dem",
            "Rettungshubschrauber gebracht und noch am Abend operiert.",
        ),
    ],
)
def test_a_wrapped_line_goes_on(language: str, first: str, second: str, gap: str) -> None:
    assert sentences(first + gap + second, language) == [first + gap + second]


texts = st.text(alphabet="aB. \n\f\t,;:?1(가다ß", max_size=400)


@given(texts, st.sampled_from(["en", "de", "ko", "und"]))
def test_spans_cover_every_character_once(text: str, language: str) -> None:
    covered = "".join(sentences(text, language))
    assert "".join(covered.split()) == "".join(text.split())
    spans = sentence_spans(text, language)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(part == part.strip() and part for part in sentences(text, language))


@pytest.mark.parametrize("piece", ["word ", "word, ", "x", ". ", "\n", "a\n", "1. ", "Dr. ", "다 "])
def test_a_long_text_without_sentences_is_cut_in_linear_time(piece: str, linear_time: Callable[..., None]) -> None:
    def cut(size: int) -> None:
        assert all(len(span) <= LONGEST for span in sentence_spans(piece * (size // len(piece)), "en"))

    linear_time(cut, 40_000, 300_000)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Es fand sich kein\nNachweis einer Embolie."),
        ("de", "Wir bitten um eine kardiolog. Kontrolle und um ordentl. Dokumentation."),
        ("en", "The grant is made without\nRecourse to the bank."),
        ("en", "Rent ........ 900 euros a month"),
        ("en", "She has for three months no longer been taking at all her old\nMetoprolol: 50 mg at night."),
        (
            "de",
            "In der Duplexsonographie ergab sich kein Anhalt für eine frische\nBeinvenenthrombose: alle Venen frei.",
        ),
        ("ko", "2026년 9월 10일에 시행한 초음파 검사에서는 급성 병변의 소견이 전혀 없었던\n담낭염: 추적하지 않음."),
        ("ko", "이 약은 두 시간마다\n먹는다."),
        ("ko", "담관 확장은 있으나 종괴는\n보이지 않음."),
        ("ko", "임차인은 서면으로 통지하며\n보증금은 반환하지 아니한다."),
        ("ko", "수술 후에는 집에서\n안정을 취하도록 함."),
        ("ko", "수술은 필요\n없다."),
    ],
)
def test_what_goes_on(language: str, text: str) -> None:
    assert sentences(text, language) == [text]


def test_an_answer_of_a_form_does_not() -> None:
    assert sentences("이름: 정다은\n나이: 45세", "ko") == ["이름: 정다은", "나이: 45세"]
    assert sentences("추적 촬영 필요\n다음 외래 3월 5일", "ko") == ["추적 촬영 필요", "다음 외래 3월 5일"]
    assert sentences("이사 선임\n감사 유임", "ko") == ["이사 선임", "감사 유임"]
    assert sentences("기침 없음\n이 환자는 발열 있음", "ko") == ["기침 없음", "이 환자는 발열 있음"]
    assert sentences("Smoker: no\nDrinker: yes", "en") == ["Smoker: no", "Drinker: yes"]


@pytest.mark.parametrize(
    ("language", "text", "pieces"),
    [
        # a title before a name ends nothing, a verb does
        ("de", "Es erkennt der Richter Mag. Ole Fint. Sie mag. Das genügt.",
         ["Es erkennt der Richter Mag. Ole Fint.", "Sie mag.", "Das genügt."]),
        ("en", "Seen by Supt. Orr and Asst. Prof. Lund. He slept.",
         ["Seen by Supt. Orr and Asst. Prof. Lund.", "He slept."]),
        # a heading begins a line of its own, whatever the list before it ends with
        ("de", "## Bedarf\n- Metamizol 500 mg, max. 4x tgl.\n\n## Beendet\n- Ibuprofen",
         ["## Bedarf", "- Metamizol 500 mg, max. 4x tgl.", "## Beendet", "- Ibuprofen"]),
        ("de", "Torasemid 1x tgl.\n\nAllergie: keine", ["Torasemid 1x tgl.", "Allergie: keine"]),
        # a "no" behind a colon is an answer of a form, unless its noun stands on the next line
        ("de", "- CT vom 3. Mai: kein\n  Erguss\n- weiter so", ["- CT vom 3. Mai: kein\n  Erguss", "- weiter so"]),
        ("de", "MRT: kein\nNachweis einer Blutung\nRauchen: keine\nAlkohol: selten",
         ["MRT: kein\nNachweis einer Blutung", "Rauchen: keine", "Alkohol: selten"]),
        # notes in small letters
        ("en", "home visit. nan in good form. walks with a stick, no falls since may.\nson smokes. seen again in june.",
         ["home visit.", "nan in good form.", "walks with a stick, no falls since may.", "son smokes.",
          "seen again in june."]),
        ("de", "hausbesuch. oma wohlauf. läuft am stock. keine stürze seit mai. sohn raucht ca. zehn am tag.",
         ["hausbesuch.", "oma wohlauf.", "läuft am stock.", "keine stürze seit mai.", "sohn raucht ca. zehn am tag."]),
    ],
)  # fmt: skip
def test_titles_headings_denials_and_small_letters(language: str, text: str, pieces: list[str]) -> None:
    assert [span.of(text) for span in sentence_spans(text, language)] == pieces


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "He was seen with his daughter after the weekend. His weight went from\n82.6 kg to 79.1 kg in a week.\n",
            ["He was seen with his daughter after the weekend.", "His weight went from\n82.6 kg to 79.1 kg in a week."],
        ),
        ("en", "She comes back on\n4 August 2025.\n", ["She comes back on\n4 August 2025."]),
        ("en", "TSH 9.4 mU/l. Lithium continues.", ["TSH 9.4 mU/l.", "Lithium continues."]),
        ("de", "GFR 48 ml/min. Metformin pausiert.", ["GFR 48 ml/min.", "Metformin pausiert."]),
        ("de", "Die Miete beträgt\n1.240,00 EUR.\n", ["Die Miete beträgt\n1.240,00 EUR."]),
        ("de", "Lieber Herr Lund,\n\nseit dem 3.11. tropft es.\n", ["Lieber Herr Lund,", "seit dem 3.11. tropft es."]),
        (
            "en",
            "4.1 The tenant pays.\n4.2 The landlord insures.\n",
            ["4.1 The tenant pays.", "4.2 The landlord insures."],
        ),
        ("ko", "체중은 당시\n82.6 kg이었다.\n1.2 임대인은 수선한다.\n", None),
        ("en", "Weight\n82.6 kg\nPulse\n72\n", ["Weight", "82.6 kg", "Pulse", "72"]),
    ],
)
def test_an_amount_at_the_start_of_a_line_opens_no_clause_and_a_unit_ends_its_sentence(
    language: str, text: str, expected: list[str] | None
) -> None:
    found = [span.of(text) for span in sentence_spans(text, language)]
    assert found == expected if expected else found[-1] == "1.2 임대인은 수선한다."
