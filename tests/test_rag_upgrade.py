"""After an upgrade an index is brought up to date by itself, and no more of it than what the change touches."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from casefolio import Library
from casefolio.cli.doctor import examine
from casefolio.cli.ledger_text import lines
from casefolio.indexes import shaping
from casefolio.indexes.shaping import PASSAGES, READING, ROOMS, SHAPED
from casefolio.ingest import fingerprint
from casefolio.ingest.reading import Reader

EXAMPLES = Path(__file__).parent.parent / "examples" / "casefile"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "a.txt").write_text("Date: 3 May 2021\nThe patient takes ramipril 5 mg daily.\n")
    (tmp_path / "b.txt").write_text("The contract ends on the last day of March 2022.\n")
    with Library.open(tmp_path) as opened:
        opened.sync(encode=True)
        yield opened


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files that are read from now on."""
    seen: list[str] = []
    real = Reader.read

    def watched(self: Reader, paths: list[str]) -> Iterator[list[object]]:
        seen.extend(paths)
        return real(self, paths)  # type: ignore[return-value]

    monkeypatch.setattr(Reader, "read", watched)
    return seen


def made_by_another(library: Library, *stages: str) -> None:
    """Make an index look as if code that differs in these stages had made it."""
    index = library._index
    remembered = json.loads(index.recall(SHAPED) or "")
    index.remember(SHAPED, json.dumps(remembered | dict.fromkeys(("code", *stages), "other")))


def told(library: Library) -> str:
    return "\n".join(lines(examine(library), dict.fromkeys(("tesseract", "soffice"), ""), every=False))


def test_nothing_is_done_where_nothing_changed(library: Library, read: list[str]) -> None:
    library.sync(encode=True)
    assert (read, library.pending()) == ([], "")
    assert "another version" not in told(library)


def test_files_are_read_again_where_reading_changed(library: Library, read: list[str]) -> None:
    made_by_another(library, READING)
    assert library.pending() == READING
    assert "every file is read again" in told(library)
    library.sync()
    assert sorted(read) == ["a.txt", "b.txt"]
    assert library.pending() == ""


def test_texts_are_cut_again_and_not_read_where_only_passages_changed(library: Library, read: list[str]) -> None:
    with library._index.store.transaction():
        library._index.store._db.execute("UPDATE documents SET profile = '{}'")
    made_by_another(library, PASSAGES)
    assert "cut into passages again" in told(library)
    before = library._index.counts()
    library.sync()
    assert read == []
    assert library.identities()["a.txt"].day == "2021-05-03"
    assert library._index.counts() == before  # the same passages keep their vectors
    assert library.pending() == ""


def test_nothing_is_read_or_cut_where_other_code_changed(library: Library, read: list[str]) -> None:
    made_by_another(library)
    assert library.pending() == ""
    library.sync()
    assert read == []
    assert json.loads(library._index.recall(SHAPED) or "")["code"] != "other"


def test_an_index_from_before_is_read_again(library: Library, read: list[str]) -> None:
    with library._index.store.transaction():
        library._index.store._db.execute("DELETE FROM meta WHERE key = ?", (SHAPED,))
    library.sync()
    assert sorted(read) == ["a.txt", "b.txt"]


def _counted(*stages: str) -> set[Path]:
    files = [file for stage in stages for file in fingerprint._reached(ROOMS[stage])]
    said = {n.value for f in files for n in ast.walk(ast.parse(f.read_text("utf-8"))) if isinstance(n, ast.Constant)}
    return {*files, *fingerprint.data_files(files, said)}


TRACED = """
import sys
from pathlib import Path
from casefolio.ingest import data

table, lines = data.table, data.lines
data.table = lambda path: print(path) or table(path)
data.lines = lambda path: print(path) or lines(path)

from casefolio.indexes.embedded_text import stored_part
from casefolio.ingest.document import Document
from casefolio.ingest.reading import read_file

for file in sys.argv[2:]:
    for part in read_file(Path(sys.argv[1]), file):
        if isinstance(part, Document):
            stored_part(part, lambda text: [(0, len(text))], 256)
"""


def test_every_table_that_shapes_an_index_is_counted() -> None:
    found = [path for path in EXAMPLES.rglob("*") if path.suffix in (".txt", ".md", ".html", ".xml", ".json", ".hl7")]
    files = [str(path.relative_to(EXAMPLES)) for path in sorted(found)]
    run = subprocess.run([sys.executable, "-c", TRACED, EXAMPLES, *files], capture_output=True, text=True, check=True)
    touched = {Path(line) for line in run.stdout.splitlines()}
    assert len(touched) > 10
    assert touched <= _counted(READING, PASSAGES)


def test_the_loaders_are_counted_though_only_a_table_names_them() -> None:
    names = {path.name for path in _counted(READING)}
    assert {"covers.py", "xml_tree.py", "control_words.py", "loinc.toml", "headings.toml"} <= names
    assert not names & {"messages.toml", "contrasts.toml", "ranking.py"}


def test_comments_and_docstrings_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def of(code: str) -> str:
        fingerprint.fingerprint.cache_clear()
        (tmp_path / "shaped_room.py").write_text(code)
        return fingerprint.fingerprint("shaped_room")

    monkeypatch.syspath_prepend(tmp_path)
    plain = of("def f():\n    return 1\n")
    assert of('"""Said."""\n# why\ndef f():\n    """Also."""\n    return 1\n') == plain
    assert of("def f():\n    return 2\n") != plain
    fingerprint.fingerprint.cache_clear()


def test_fingerprints_are_kept_under_the_code_that_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEFOLIO_CACHE", str(tmp_path))
    shaping.stages.cache_clear()
    found = shaping.stages()
    (note,) = tmp_path.rglob("*.json")
    assert note.stem == shaping.code()
    for damaged in ("", "[]", '{"reading": 1}', '{"reading": "a"}'):
        note.write_text(damaged)
        shaping.stages.cache_clear()
        assert shaping.stages() == found
    note.write_text('{"reading": "a", "passages": "b"}')
    shaping.stages.cache_clear()
    assert shaping.stages() == {"reading": "a", "passages": "b"}
    shaping.stages.cache_clear()
