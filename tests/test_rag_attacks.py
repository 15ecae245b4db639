"""What a hostile or unlucky world does to a folder and its index, and what must stand nevertheless."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from casefolio import Library
from casefolio.cli import main
from casefolio.cli.show import marked_pages
from casefolio.ingest.document import Document, Page, Span
from casefolio.ingest.errors import ContractMismatch, StoreError, UsageError
from casefolio.reindexing import index_folder

ALPHA = "Alpha note. The patient received ketamine before the procedure.\n"


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "files"
    root.mkdir()
    (root / "a.txt").write_text(ALPHA)
    return root


def mail(attachment):
    message = EmailMessage()
    message["Subject"] = "Files"
    message.set_content("See the attached note.")
    message.add_attachment(attachment, filename="note.txt")
    return bytes(message)


def bytes_within(index):
    return b"".join(p.read_bytes() for p in index.rglob("*") if p.is_file())


# ------------------------------------------------------------ names


def test_a_renamed_mail_keeps_its_attachments(folder):
    (folder / "m.eml").write_bytes(mail("The quokka therapy was stopped.\n"))
    (folder / "o.eml").write_bytes(mail("The numbat therapy was begun.\n"))
    with Library.open(folder) as library:
        library.sync(encode=True)
        (folder / "m.eml").rename(folder / "x.eml")
        (folder / "o.eml").rename(folder / "y.eml")
        summary = library.sync(encode=True)
        assert (len(summary.changes.renamed), summary.encoded) == (2, 0)
        assert library.search("quokka therapy")[0].document == "x.eml/note.txt"
        assert library.search("numbat therapy")[0].document == "y.eml/note.txt"


def test_a_mail_gives_way_to_a_folder_of_its_name(folder):
    (folder / "m.eml").write_bytes(mail("The quokka therapy was stopped.\n"))
    (folder / "q.txt").write_text("The numbat therapy was begun.\n")
    with Library.open(folder) as library:
        library.sync()
        (folder / "m.eml").unlink()
        (folder / "m.eml").mkdir()
        (folder / "q.txt").rename(folder / "m.eml" / "note.txt")
        library.sync()
        assert "numbat" in library.document("m.eml/note.txt").text


def test_a_name_that_is_not_utf8_costs_that_file_alone(folder):
    with open(os.fsencode(folder) + b"/caf\xe9.txt", "w") as file:
        file.write("The wombat therapy was stopped.\n")
    with Library.open(folder) as library:
        summary = library.sync()
        assert library.search("ketamine")[0].document == "a.txt"
    assert [(u.document, u.reason) for u in summary.unread] == [("caf\\xe9.txt", "its name is not UTF-8")]


def test_what_is_no_file_is_in_the_ledger(folder):
    os.mkfifo(folder / "pipe.txt")
    (folder / "broken.txt").symlink_to("nowhere.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    with Library.open(folder) as library:
        assert {u.document for u in library.sync().unread} == {"pipe.txt", "broken.txt", "loop.txt"}


@pytest.mark.parametrize("place", [".", "..", "documents"])
def test_an_index_among_the_files_is_refused_and_touches_none_of_them(folder, place):
    (folder / "documents").mkdir()
    (folder / "documents" / "lock").mkdir()
    (folder / "documents" / "lock" / "b.txt").write_text(ALPHA)
    before = sorted(folder.rglob("*"))
    with pytest.raises(StoreError, match=r"documents themselves|what is not part of an index: lock"):
        index_folder(folder, index=folder / place)
    assert sorted(folder.rglob("*")) == before


# ------------------------------------------------------------ kills


def test_an_index_killed_at_birth_is_made_anew(folder):
    (folder / ".rag").mkdir()
    (folder / ".rag" / "casefolio.sqlite").touch()
    with pytest.raises(StoreError, match="no index"):
        Library.open(folder, create=False)
    assert index_folder(folder).read == 1


def test_what_a_killed_writer_left_half_done_is_undone(folder):
    index_folder(folder)
    half_written = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size = 1')\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "db.executemany('INSERT INTO meta VALUES (?, ?)', [(str(n), 'v' * 500) for n in range(2000)])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", half_written, folder / ".rag" / "casefolio.sqlite"], check=False)
    assert (folder / ".rag" / "casefolio.sqlite-journal").exists()
    with Library.open(folder, create=False) as library:
        assert library.search("ketamine")[0].document == "a.txt"
    assert not index_folder(folder).changes.any


def test_a_kill_after_a_deletion_leaves_nothing_of_it_once_synced_again(folder):
    (folder / "b.txt").write_text("Beta note. The contract ends in March.\n")
    with Library.open(folder) as library:
        library.sync(encode=True)
        (folder / "a.txt").unlink()
        library._index.move([], ["a.txt"])  # and killed here, before `tidy`
    with Library.open(folder) as library:
        library.sync()
        assert library.passages() == (1, 1)
    assert b"ketamine" not in bytes_within(folder / ".rag")


def test_caches_of_another_store_are_not_taken_for_its_own(folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("Gamma note. Another quokka altogether stands in this place here.\n")
    index_folder(folder)
    index_folder(other)
    # as where a change of encoder was killed between the new store and the dropping of the old caches
    (other / ".rag" / "casefolio.sqlite").replace(folder / ".rag" / "casefolio.sqlite")
    with Library.open(folder, create=False) as library:
        assert "sparse" in library.search("quokka")[0].via


# ------------------------------------------------------------ several at once


class Interfering:
    """An encoder that lets something happen while a question is being encoded."""

    def __init__(self, encoder, happens):
        self._encoder, self._happens = encoder, happens

    def __getattr__(self, name):
        return getattr(self._encoder, name)

    def encode_queries(self, texts):
        if self._happens:
            self._happens.pop()()
        return self._encoder.encode_queries(texts)


def test_a_question_during_a_sync_gets_hits_of_one_state(folder):
    (folder / "b.txt").write_text("Beta note. The contract ends in March.\n")
    index_folder(folder)

    def edit():
        (folder / "a.txt").unlink()
        (folder / "b.txt").write_text("Beta note. Propofol was given.\n")
        index_folder(folder)

    with Library.open(folder) as library:
        library._index.encoder = Interfering(library._index.encoder, [edit])
        hits = library.search("ketamine")
        assert [h.document for h in hits] == ["b.txt"]
        assert all(library.document(h.document).text[h.chunk.span.start : h.chunk.span.end] == h.text for h in hits)


def test_a_question_that_makes_vectors_during_a_sync_gets_hits_of_one_state(folder):
    (folder / "b.txt").write_text("Beta note. The contract ends in March.\n")
    with Library.open(folder) as library:
        library.sync()
        encode = library._index._encode

        def interfere(batch, asked=()):
            library._index._encode = encode
            (folder / "b.txt").unlink()
            index_folder(folder)
            encode(batch)

        library._index._encode = interfere
        assert [h.document for h in library.search("When does the contract end?")] == ["a.txt"]


def test_a_vector_of_a_passage_deleted_meanwhile_is_not_kept(folder):
    with Library.open(folder) as library:
        library.sync()
        batch = library._index.store.pending(9)
        (folder / "a.txt").unlink()
        library.sync()
        library._index._encode(batch)
        assert library.passages() == (0, 0)


def test_who_asks_does_not_wait_for_vectors(folder, monkeypatch):
    from casefolio.locking import ENCODING_LOCK, folder_lock

    monkeypatch.setattr("casefolio.locking.folder_lock.__wrapped__.__defaults__", ("lock", 0.2))
    with Library.open(folder) as library:
        library.sync()
        with folder_lock(folder / ".rag", ENCODING_LOCK):
            library.sync()
            with pytest.raises(StoreError, match="another process"):
                library.sync(encode=True)


def test_a_library_under_the_old_encoder_is_told_of_the_new(folder):
    index_folder(folder)
    with Library.open(folder) as library:
        library.search("ketamine")
        index_folder(folder, int8=True)
        with pytest.raises(ContractMismatch):
            library.search("ketamine")
    with Library.open(folder) as library:
        assert library.search("ketamine")[0].document == "a.txt"


# ------------------------------------------------------------ damage


@pytest.mark.parametrize("damage", [b"", b"null", b"[]", b"\x93NUMPY"])
def test_damaged_caches_are_built_anew(folder, damage):
    index_folder(folder)
    with Library.open(folder, create=False) as library:
        whole = [h.as_json() for h in library.search("ketamine patient")]
    for file in [p for p in (folder / ".rag" / "cache").rglob("*") if p.is_file()]:
        kept = file.read_bytes()
        file.write_bytes(damage)
        with Library.open(folder, create=False) as library:
            assert [h.as_json() for h in library.search("ketamine patient")] == whole, file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(kept)


def test_a_limit_of_the_disk_is_not_called_damage(folder):
    limited = "import resource as r; from casefolio.cli import main\n"
    limited += "r.setrlimit(r.RLIMIT_FSIZE, (20480, 20480)); main()"
    result = subprocess.run(
        [sys.executable, "-c", limited, "index", str(folder)],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    assert "disk" in result.stderr
    assert "damaged" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_disk_that_fills_within_a_transaction_is_called_full(folder):
    index_folder(folder)
    with Library.open(folder) as library:
        store = library._index.store
        pages = store._rows("PRAGMA page_count")[0][0]
        store._rows(f"PRAGMA max_page_count = {pages}")  # SQLite answers as on a full disk, and rolls back by itself
        (folder / "b.txt").write_text("Beta note. The contract ends in March.\n" * 5000)
        with pytest.raises(StoreError, match="no space left"):
            library.sync()
        assert library.search("ketamine")[0].document == "a.txt"


def test_another_layout_is_made_anew(folder, monkeypatch):
    index_folder(folder)
    monkeypatch.setattr("casefolio.indexes.database.SCHEMA_VERSION", 99)
    with pytest.raises(StoreError, match=r"\.rag is not trusted: it has layout \d, this program reads layout 99"):
        Library.open(folder, create=False)
    assert "made anew" in index_folder(folder).warnings[0]
    with Library.open(folder, create=False) as library:
        assert library.search("ketamine")[0].document == "a.txt"


def test_a_damaged_calibration_is_one_clear_line(folder, capsys):
    index_folder(folder)
    (folder / ".rag" / "calibration.json").write_text('{"threshold": "high"}')
    assert main(["ask", str(folder), "What did the patient receive?"]) == 1
    assert "calibration.json is damaged" in capsys.readouterr().err


# ------------------------------------------------------------ questions


@pytest.mark.parametrize("question", ["???", "\u200b", "\ufeff", "“”"])
def test_a_question_without_a_word_is_none(folder, question):
    with Library.open(folder) as library:
        library.sync()
        with pytest.raises(UsageError, match="no word"):
            library.ask(question)


def test_half_a_surrogate_pair_is_asked_and_answered(folder):
    with Library.open(folder) as library:
        library.sync()
        assert library.search("ketamine \ud800")[0].document == "a.txt"
        assert library.ask("Did the patient receive ketamine? \udce9").question.endswith("\udce9")


def test_a_line_without_a_question_costs_itself_alone(folder, tmp_path, capsys):
    lines = [{"id": "a", "question": "What did the patient receive?"}, {"id": "b", "question": " "},
             {"id": "c", "question": "ketamine \ud800?"}]  # fmt: skip
    file = tmp_path / "q.jsonl"
    file.write_text("\ufeff" + "\r\n".join(map(json.dumps, lines)), "utf-8")
    assert main(["ask", str(folder), "--questions", str(file)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [("error" in line, line["id"]) for line in told] == [(False, "a"), (True, "b"), (False, "c")]
    file.write_text(file.read_text("utf-8").replace("question", "text"), "utf-8")
    assert main(["search", str(folder), "--queries", str(file)]) == 0
    assert [len(json.loads(line)["hits"]) for line in capsys.readouterr().out.splitlines()] == [1, 0, 1]


@pytest.mark.parametrize("line", ["[" * 100_000, '{"id": "a", "question": ' + "9" * 5000 + "}"])
def test_an_absurd_line_is_named(folder, tmp_path, capsys, line):
    file = tmp_path / "q.jsonl"
    file.write_text(line)
    assert main(["ask", str(folder), "--questions", str(file)]) == 2
    assert "line 1" in capsys.readouterr().err


def test_an_absurd_span_is_no_span(folder, capsys):
    index_folder(folder)
    assert main(["show", str(folder), "a.txt:0-" + "9" * 5000]) == 2
    assert "no document" in capsys.readouterr().err


@pytest.mark.parametrize("span", [Span(15, 15), Span(15, 17), Span(16, 17), Span(12, 20)])
def test_a_span_between_two_pages_is_shown_on_the_former(span):
    pages = (Page(1, Span(0, 15)), Page(2, Span(17, 33)))
    document = Document("x", "two.pdf", "", "", "en", "", "Page one quoll.\n\fPage two quenda.", pages)
    shown = marked_pages(document, span, colour=False)
    assert "page 1 of 2" in shown
    assert shown.count("page 2 of 2") == (span.end > 17)
    assert shown.replace(">>>", "").replace("<<<", "").count("quoll.") == 1


# ------------------------------------------------------------ output


def run(words, **settings):
    command = [sys.executable, "-m", "casefolio", *map(str, words)]
    return subprocess.run(command, stderr=subprocess.PIPE, check=False, **settings)


def test_results_are_utf8_under_any_locale(folder):
    (folder / "ä.txt").write_text("Der Würfel wurde geröntgt.\n", "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONIOENCODING": "ascii"}
    result = run(["search", folder, "Würfel", "--json"], stdout=subprocess.PIPE, env=environment)
    assert json.loads(result.stdout.decode("utf-8"))["hits"][0]["document"] == "ä.txt"


def test_a_full_disk_under_the_output_is_one_clear_line(folder):
    index_folder(folder)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with open("/dev/full", "w") as full:
        result = run(["text", folder, "a.txt"], stdout=full, env=environment)
    assert result.returncode == 1
    assert result.stderr.decode().splitlines() == ["rag: cannot write the results: No space left on device"]
