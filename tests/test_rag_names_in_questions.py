"""Whom a question names: one list of titles serves the search, the comparison and the reading of questions."""

from __future__ import annotations

import pytest

from casefolio.names_in_questions import analyse, names_in


@pytest.mark.parametrize(
    ("question", "language", "names"),
    [
        ("What sum did Judge Lundquist make the mother contribute?", "en", {"lundquist"}),
        ("Who wrote for Professor Isolde Kirkbride?", "en", {"isolde", "kirkbride"}),
        ("Wie hoch war die Anzahlung der Familie Lütjohann?", "de", {"lütjohann"}),
        ("Wann hat Frau von der Heide gefiebert?", "de", {"heide"}),
        ("HbA1c des Zimmermanns", "de", set()),
        ("Quelle est la dose de Madame Claire Dupont ?", "fr", {"claire", "dupont"}),
        ("이서연 환자의 혈압은?", "ko", {"이서연"}),
    ],
)
def test_titles_name_nobody_and_who_stands_behind_them_is_named(question: str, language: str, names: set[str]) -> None:
    assert analyse(question, language).names == names


def test_a_title_is_no_part_of_a_name_that_is_asked_for() -> None:
    assert "judge" not in analyse("Ret. Judge Abel Whitfeather", "en").names
    assert names_in("What did Dr Ada Lorne say?") == ["Dr Ada Lorne"]
