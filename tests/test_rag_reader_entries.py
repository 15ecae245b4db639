"""Notes that run on: what stands in an entry is of its day, and the newer of two values stands first."""

from __future__ import annotations

from pathlib import Path

import pytest

from casefolio.ingest.sentences import sentence_spans
from casefolio.library import Library
from casefolio.reader.entries import entry_day

NURSING = """Haus Erlenhof - Pflegebericht
Bew.: Emil TASCHNER, geb. 17.05.1936, Zi. 114

03.02.25 FD  Nachts unruhig, RR 110/65.
05.02.25 SD  Gewicht 58,4 kg (Vormonat 60,0). Trinkt zu wenig.
20.02.25 FD  Dekubitus 2x1,5 cm, granuliert. Gewicht 59,1 kg.
27.02.25 SD  Tochter zu Besuch.
"""
CLINIC = """[외래 경과기록] 표대진 0048213
2025-01-14  노은결
 - HbA1c 8.1, 메트포르민 1000mg 1일 2회로 증량
 - BP 152/91, 암로디핀 10mg으로 증량
2025-04-22  노은결
 - 다리 부종 호소, 암로디핀 중단
"""
LETTER = """Discharge letter
Patient: Ada Brome, born 3 May 1950

12.03.2024 fell at home
14.03.2024 operation

Medication on discharge: apixaban 5 mg twice daily, ramipril 5 mg once daily, paracetamol 1 g as needed.
She will be seen again in the clinic in six weeks. Physiotherapy has been arranged at home.
Yours sincerely, Dr Holm
"""


@pytest.mark.parametrize(
    ("text", "language", "words", "day"),
    [
        (NURSING, "de", "Gewicht 58,4", "2025-02-05"),
        (NURSING, "de", "Gewicht 59,1", "2025-02-20"),
        (NURSING, "de", "Emil", ""),
        (CLINIC, "ko", "암로디핀 10mg", "2025-01-14"),
        (CLINIC, "ko", "암로디핀 중단", "2025-04-22"),
        (LETTER, "en", "apixaban", ""),  # a letter's history gives no day to its plan
        (LETTER, "en", "operation", ""),
    ],
)
def test_the_day_of_an_entry(text: str, language: str, words: str, day: str) -> None:
    assert entry_day(text, text.index(words), language) == day


def test_entries_in_no_order_are_none() -> None:
    mixed = "05.02.25 SD  Gewicht 58,4 kg.\n03.02.25 FD  Unruhig.\n20.02.25 FD  Dekubitus.\n"
    assert entry_day(mixed, mixed.index("Dekubitus"), "de") == ""


@pytest.mark.parametrize(("text", "language", "line"), [(CLINIC, "ko", "2025-04-22"), (NURSING, "de", "20.02.25 FD")])
def test_an_entry_begins_a_sentence(text: str, language: str, line: str) -> None:
    assert any(span.of(text).startswith(line) for span in sentence_spans(text, language))


def test_the_newer_entry_stands_first_and_each_has_its_day(tmp_path: Path) -> None:
    (tmp_path / "pflege.txt").write_text(NURSING, encoding="utf-8")
    with Library.open(tmp_path, index=tmp_path / "index") as library:
        library.sync(encode=True)
        answer = library.ask("Welches Gewicht hat Emil Taschner?")
    assert answer.citations[0].quote == "Gewicht 59,1 kg."
    assert "20.2.2025" in answer.text


def test_what_was_stopped_is_of_the_day_of_its_entry(tmp_path: Path) -> None:
    (tmp_path / "외래.txt").write_text(CLINIC, encoding="utf-8")
    with Library.open(tmp_path, index=tmp_path / "index") as library:
        library.sync(encode=True)
        answer = library.ask("표대진 환자 아직 암로디핀 먹나요?")
    assert "중단" in answer.citations[0].quote
    assert "2025년 4월 22일" in answer.text
