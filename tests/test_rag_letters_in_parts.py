"""Files, names of folders and questions whose letters are written in parts (NFD), as macOS does."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from casefolio import Library
from casefolio.indexes.filters import scope_filter
from casefolio.ingest.text import canonical


def parts(text: str) -> str:
    return unicodedata.normalize("NFD", text)


LETTER = "Ambulanzbrief vom 3. März 2024\nPatientin: Erika Müller\n\nRamipril 10 mg einmal täglich.\n"
NOTE = "외래 기록\n환자: 김영수\n\n아픽사반 2.5 mg 하루 두 번 복용.\n"


@pytest.mark.parametrize("asked", [str, parts])
def test_they_are_read_asked_and_chosen_as_any_other(tmp_path: Path, asked: Callable[[str], str]) -> None:
    folder = tmp_path / parts("Müller")
    folder.mkdir()
    (folder / "a.txt").write_text(parts(LETTER), encoding="utf-8")
    (tmp_path / "b.txt").write_text(parts(NOTE), encoding="utf-8")
    with Library.open(tmp_path) as library:
        library.sync()
        identities = {Path(path).name: identity for path, identity in library.identities().items()}
        assert identities["a.txt"].values("patient") == ("Erika Müller",)
        assert identities["a.txt"].day == "2024-03-03"
        assert identities["b.txt"].values("patient") == ("김영수",)
        answer = library.ask(asked("Welche Dosis Ramipril nimmt Erika Müller?"), scope=asked("Müller/**"))
        assert [c.quote for c in answer.citations] == ["Ramipril 10 mg einmal täglich."]
        assert library.ask(asked("김영수의 아픽사반 용량은?")).status == "supported"


def test_a_page_of_a_pdf_keeps_its_characters_since_they_are_counted() -> None:
    assert canonical(parts("für"), composed=False) == parts("für")
    assert canonical(parts("für")) == "für"
    assert scope_filter("Müller/**")(parts("Müller/a.txt"))
