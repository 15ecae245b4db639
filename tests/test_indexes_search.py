"""Search end to end under the embedded encoder: after an edit, in small letters, with namesakes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casefolio.library import Library

LETTERS = {
    "anna.txt": "Patient: Anna Lindqvist\n\nShe has a penicillin allergy with a rash. The wound was dry.",
    "bernd.txt": "Patient: Bernd Hollis\n\nHe takes warfarin 5 mg for atrial fibrillation. No complaints today.",
    "carla.txt": "Patient: Carla Hollis\n\nShe takes apixaban 5 mg for atrial fibrillation. No complaints today.",
    "dora.txt": "Patient: Dora Maltby\n\nThe fracture of the left wrist has healed. Plaster removed on 3 May.",
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "letters"
    folder.mkdir()
    for name, text in LETTERS.items():
        (folder / name).write_text(text, "utf-8")
    with Library.open(folder, index=tmp_path / "index") as opened:
        opened.sync(encode=True)
        yield opened


def test_an_edited_file_is_found_by_meaning_before_it_was_encoded(library: Library) -> None:
    (library.folder / "dora.txt").write_text("Patient: Dora Maltby\n\nShe is hypersensitive to sulfonamides.", "utf-8")
    library.sync()
    assert library.passages()[1] < library.passages()[0]
    found = library.find("penicillin allergy", 4)
    assert [hit.document for hit in found.hits][:2] == ["anna.txt", "dora.txt"]
    assert "dense" in found.hits[1].via
    assert found.vector_share == 1.0


@pytest.mark.parametrize("question", ["What does Carla Hollis take?", "carla blood thinner", "CARLA ANTICOAGULANT"])
def test_a_given_name_in_any_letters_finds_its_own_letter(library: Library, question: str) -> None:
    found = library.find(question, 4)
    assert found.hits[0].document == "carla.txt"
    assert found.persons == ()


def test_a_surname_of_two_is_told(library: Library) -> None:
    found = library.find("what does hollis take", 4)
    assert {hit.document for hit in found.hits[:2]} == {"bernd.txt", "carla.txt"}
    assert found.persons == ("Bernd Hollis", "Carla Hollis")
    notes = library.ask("what does hollis take").notes
    assert any("Bernd Hollis, Carla Hollis" in note for note in notes)


def test_small_and_capital_letters_give_the_same_order(library: Library) -> None:
    question = "Which drug for atrial fibrillation does Bernd Hollis take?"
    orders = [
        [(hit.document, round(hit.score, 4)) for hit in library.search(q, 4)]
        for q in (question, question.lower(), question.upper())
    ]
    assert orders[0] == orders[1] == orders[2]
