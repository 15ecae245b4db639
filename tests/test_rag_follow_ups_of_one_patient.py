"""A follow-up that names nobody is about the patient of the last answer, in Korean too."""

from __future__ import annotations

from pathlib import Path

import pytest

from casefolio import Answer, Library

NOTE = "{head}\n{date}\n{patient}: {name}\n\n{drug} {dose} mg.\n{weight} {kg} kg.\n"
FOLDERS = {
    "en": ("Clinic note", "Date: {} May 2024", "Patient", ("Adam Keane", "Ruth Lowe"), "Apixaban", "Weight"),
    "de": ("Ambulanzbrief", "Datum: {}. Mai 2024", "Patient", ("Adam Kern", "Ruth Lohe"), "Apixaban", "Gewicht"),
    "ko": ("외래 기록", "작성일: 2024년 5월 {}일", "환자", ("김영수", "박민지"), "아픽사반", "체중"),
}
QUESTIONS = {
    "en": ("What dose of apixaban does {} take?", "And the weight?", "And Ruth Lowe's weight?"),
    "de": ("Welche Dosis Apixaban nimmt {}?", "Und das Gewicht?", "Welches Gewicht hat Ruth Lohe?"),
    "ko": ("{}의 아픽사반 용량은?", "체중은?", "박민지의 체중은?"),
}


@pytest.mark.parametrize("language", FOLDERS)
def test_it_is_not_answered_from_another_patients_newer_note(tmp_path: Path, language: str) -> None:
    head, day, patient, names, drug, weight = FOLDERS[language]
    for number, (name, dose, kg) in enumerate(zip(names, (5, 2.5), (68, 51), strict=True)):
        text = NOTE.format(
            head=head,
            date=day.format(3 + number),
            patient=patient,
            name=name,
            drug=drug,
            dose=dose,
            weight=weight,
            kg=kg,
        )
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    history: list[Answer] = []
    with Library.open(tmp_path) as library:
        library.sync()
        for question in QUESTIONS[language]:
            history.append(library.ask(question.format(names[0]), history=history))
    told = [" ".join(c.quote for c in answer.citations) for answer in history]
    assert ["68" in told[1], "51" in told[1]] == [True, False]
    assert ["68" in told[2], "51" in told[2]] == [False, True]
