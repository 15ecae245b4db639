from __future__ import annotations

import pytest

from casefolio.ingest.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Which anticoagulant was she given?", "en"),
        ("What is the notice period?", "en"),
        ("Who signed the amendment?", "en"),
        ("Governing law and jurisdiction", "en"),
        ("Welche Seite war betroffen?", "de"),
        ("Wann wurde sie entlassen?", "de"),
        ("Kündigungsfrist des Vertrags", "de"),
        ("Entlassung in die Häuslichkeit", "de"),
        ("퇴원 약은 무엇입니까?", "ko"),
        ("CT에서 pulmonary nodule이 보였습니까?", "ko"),
        ("해지 통지 기간은?", "ko"),
        ("Quel est le traitement de sortie ?", "fr"),
        ("¿Cuál es el diagnóstico de la paciente?", "es"),
        ("Какой диагноз был поставлен?", "ru"),
        ("診断は肺炎です", "ja"),
        ("诊断为肺炎", "zh"),
        ("120/80  37.2", "und"),
        ("", "und"),
    ],
)
def test_language_of_questions_and_phrases(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_korean_note_full_of_english_terms_is_korean() -> None:
    note = "Chest CT: RLL에 8 mm nodule 있음. PE 소견 없음. f/u CT 6개월 후 시행 예정임."
    assert detect_language(note) == "ko"


def test_of_a_long_text_a_sample_is_read() -> None:
    seen = "The tenant shall pay the rent on the first day of each month. " * 40
    unseen = "Der Mieter zahlt die Miete am ersten Tag eines jeden Monats. " * 100_000
    assert detect_language(seen + unseen + seen + unseen + seen) == "en"
    assert detect_language(unseen + seen + unseen) == "de"
