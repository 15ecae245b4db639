"""Old Word files: through LibreOffice where it is installed, else unread with the hint."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import docx
import pytest

from casefolio.ingest.errors import BrokenFile, MissingTool, ReadingError
from casefolio.ingest.loaders.office.legacy import read_legacy
from casefolio.ingest.loaders.shared.source import Source

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def test_without_libreoffice_the_hint_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool) as caught:
        read_legacy(Source("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
    assert "libreoffice-writer" in caught.value.hint


@needs_libreoffice
def test_an_old_word_file_keeps_its_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Medikation", 1)
    table = document.add_table(rows=0, cols=3)
    for values in [("Wirkstoff", "Dosis", "Einnahme"), ("Ramipril", "5 mg", "1-0-0"), ("Torasemid", "10 mg", "1-0-0")]:
        for cell, value in zip(table.add_row().cells, values, strict=True):
            cell.text = value
    document.add_paragraph("Ende.")
    made = io.BytesIO()
    document.save(made)
    (tmp_path / "a.docx").write_bytes(made.getvalue())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(["soffice", profile, "--headless", "--convert-to", "doc", "--outdir", str(tmp_path),
                    str(tmp_path / "a.docx")], check=True, capture_output=True, timeout=600)  # fmt: skip
    reading = read_legacy(Source("a.doc", (tmp_path / "a.doc").read_bytes()))
    assert reading.media_type == "application/msword"
    rows = [row.span.of(reading.text) for row in reading.rows]
    assert rows == ["Ramipril | 5 mg | 1-0-0", "Torasemid | 10 mg | 1-0-0"]
    assert reading.rows[0].columns == ("Wirkstoff", "Dosis", "Einnahme")
    assert "read through LibreOffice" in reading.notes


@needs_libreoffice
def test_what_libreoffice_cannot_read_is_broken() -> None:
    with pytest.raises(ReadingError) as caught:
        read_legacy(Source("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600))
    assert isinstance(caught.value, BrokenFile)
