"""A folder that came from somebody else: its index runs nothing, loads nothing, and is not believed."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from casefolio import Library
from casefolio.indexes.encoders.trust import check_named, remember
from casefolio.ingest.errors import EncoderError, StoreError
from casefolio.reindexing import index_folder

LETTER = "Mr. Marlowe takes apixaban 3 mg twice daily. He was seen in March.\n"
SOURCE = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "files"
    root.mkdir()
    (root / "a.txt").write_text(LETTER)
    return root


def sql(folder, *statements):
    with sqlite3.connect(folder / ".rag" / "casefolio.sqlite") as db:
        for statement, *values in statements:
            db.execute(statement, values)


# ------------------------------------------------------------ code


def armed_encoder(place, mark):
    """A model whose code leaves a mark, and a profile that asks for it to be run."""
    model = place / "model"
    model.mkdir(parents=True)
    auto = {"AutoConfig": "own_code.Own", "AutoModel": "own_code.Own"}
    (model / "config.json").write_text(json.dumps({"model_type": "new", "auto_map": auto}))
    (model / "own_code.py").write_text(f"open({str(mark)!r}, 'w').close()\nraise ValueError\n")
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}
    (model / "tokenizer.json").write_text(
        json.dumps({"version": "1.0", "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": vocabulary,
                    "continuing_subword_prefix": "##", "max_input_chars_per_word": 100}, "added_tokens": [],
                    "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None,
                    "truncation": None, "padding": None})
    )  # fmt: skip
    (model / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    profile = place / "mine.toml"
    profile.write_text(
        'source = "model"\nbackbone = "other"\ndimension = 8\npooling = "mean"\nmax_tokens = 64\n'
        "trust_remote_code = true\n"
    )
    return profile


@pytest.mark.parametrize("verb", [("ask", "q?"), ("show", "a.txt"), ("doctor",), ("index",), ("search", "q")])
def test_an_index_that_names_an_encoder_by_path_runs_nothing(folder, tmp_path, verb, rag):
    mark = tmp_path / "ran"
    profile = armed_encoder(folder, mark)
    index_folder(folder)
    sql(folder, ("UPDATE meta SET value = ? WHERE key = 'encoder'", str(profile)))
    result = rag(verb[0], folder, *verb[1:])
    assert "Traceback" not in result.stderr
    assert not mark.exists()


def test_an_encoder_is_taken_from_a_path_that_the_user_named_and_as_it_was_then(tmp_path):
    profile = armed_encoder(tmp_path, tmp_path / "ran")
    with pytest.raises(EncoderError, match="never named"):
        check_named(str(profile))
    remember(str(profile))
    check_named(str(profile))
    (tmp_path / "model" / "own_code.py").write_text("print('other')\n")
    with pytest.raises(EncoderError, match="not those that you named"):
        check_named(str(profile))


def test_a_model_in_the_folder_of_documents_is_not_taken_for_one_of_the_hub(tmp_path, monkeypatch):
    from casefolio.indexes.encoders.sources import find_source

    (tmp_path / "someone" / "model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "nothing"))
    assert find_source("someone/model") is None


def test_modules_in_the_folder_of_documents_are_not_imported(folder):
    for name in ("numpy", "onnxruntime", "bm25s", "resource"):
        (folder / f"{name}.py").write_text("raise SystemExit('imported')\n")
    index_folder(folder)
    command = [sys.executable, "-m", "casefolio", "search", ".", "apixaban", "--no-sync"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    assert "a.txt" in result.stdout
    assert "imported" not in result.stderr


def test_code_of_a_model_needs_the_flag_at_each_call(folder, tmp_path):
    mark = tmp_path / "ran"
    profile = armed_encoder(tmp_path / "model", mark)
    with pytest.raises(EncoderError, match="--trust-remote-code"):
        Library.open(folder, encoder=str(profile))
    assert not mark.exists()


# ------------------------------------------------------------ seal


def quotes(rag, folder, *words):
    answer = json.loads(rag("ask", folder, "How much apixaban does Mr. Marlowe take?", "--json", *words).stdout)
    return " ".join(c["quote"] for c in answer["citations"])


def forge_text(folder):
    sql(
        folder,
        ("UPDATE documents SET text = replace(text, '3 mg', '9 mg')",),
        ("UPDATE chunks SET embedded = replace(embedded, '3 mg', '9 mg')",),
    )


def test_a_forged_text_is_not_quoted_and_the_index_is_made_anew(folder, rag):
    index_folder(folder)
    forge_text(folder)
    refused = rag("ask", folder, "How much apixaban?", "--no-sync")
    assert refused.returncode == 1
    assert "was not made by you on this machine, or was changed since" in refused.stderr
    assert "3 mg" in quotes(rag, folder)
    assert "3 mg" in quotes(rag, folder, "--no-sync")


@pytest.mark.parametrize("keep_times", [False, True])
def test_an_index_of_another_machine_is_made_anew(folder, tmp_path, monkeypatch, keep_times):
    with monkeypatch.context() as other:
        other.setenv("CASEFOLIO_HOME", str(tmp_path / "other"))
        index_folder(folder)
        forge_text(folder)
    database = folder / ".rag" / "casefolio.sqlite"
    if keep_times:
        os.utime(database, ns=(1, 1))
    with pytest.raises(StoreError, match="not made by you"):
        Library.open(folder, create=False)
    told = []
    with Library.open(folder, tell=told.append) as library:
        assert "made anew" in library.sync().warnings[0]
        assert "3 mg" in library.ask("How much apixaban does Mr. Marlowe take?").citations[0].quote
    assert any("made anew" in line for line in told)


def test_a_change_under_an_open_library_is_noticed(folder):
    index_folder(folder)
    with Library.open(folder) as library:
        library.search("apixaban")
        forge_text(folder)
        with pytest.raises(StoreError, match="not trusted"):
            library.search("apixaban")


def test_what_is_forged_between_two_commits_is_not_sealed_with_the_next(folder):
    index_folder(folder)
    with Library.open(folder) as library:
        forge_text(folder)
        with pytest.raises(StoreError, match="not trusted"), library._index.store.transaction():
            library._index.store.set_meta("reader", "x")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM documents",
        "DELETE FROM vectors",
        "INSERT INTO vectors VALUES (x'00', x'00')",
        "UPDATE meta SET value = value + 1 WHERE key = 'generation'",
        "UPDATE chunks SET start = start + 1",
        "CREATE VIEW evil AS SELECT 1",
        "CREATE TRIGGER evil AFTER INSERT ON vectors BEGIN DELETE FROM documents; END",
        "DELETE FROM meta WHERE key = 'seal'",
        "UPDATE meta SET value = replace(value, ' a', ' b') || ' ' WHERE key = 'seal'",
    ],
)
def test_every_kind_of_change_breaks_the_seal(folder, statement):
    index_folder(folder)
    sql(folder, (statement,))
    with pytest.raises(StoreError, match="not trusted"):
        Library.open(folder, create=False)


def test_the_seal_follows_every_change_of_ours_and_a_copy_is_known_by_its_rows(folder, tmp_path):
    index_folder(folder)
    (folder / "a.txt").rename(folder / "c.txt")
    (folder / "b.txt").write_text("Beta note. The contract ends in March.\n")
    index_folder(folder)
    (folder / "b.txt").unlink()
    index_folder(folder, int8=True)
    shutil.copytree(folder, tmp_path / "moved")
    with Library.open(tmp_path / "moved", create=False) as library:
        assert library.search("apixaban")[0].document == "c.txt"


def test_an_index_that_is_known_is_opened_in_milliseconds(folder, monkeypatch):
    index_folder(folder)
    monkeypatch.setattr("casefolio.indexes.sealing.Seal.stands", lambda self: pytest.fail("every row was read"))
    with Library.open(folder, create=False) as library:
        assert library.search("apixaban")


def test_on_a_stick_nothing_is_known_again(folder, monkeypatch):
    index_folder(folder)
    monkeypatch.setattr("casefolio.indexes.witness.on_fixed_disk", lambda folder: False)
    read = []
    monkeypatch.setattr("casefolio.indexes.sealing.Seal.stands", lambda self: read.append(1) or True)
    with Library.open(folder, create=False) as library:
        assert library.search("apixaban")
    assert read


def test_forged_caches_are_not_read(folder):
    (folder / "b.txt").write_text("Beta note. The contract ends in March.\n")
    index_folder(folder)
    with Library.open(folder, create=False) as library:
        true = [h.as_json() for h in library.search("apixaban")]
    for name in ("vectors.faiss", "positions.npy", "terms.json"):
        for file in (folder / ".rag" / "cache").rglob(name):
            state = file.stat()
            data = bytearray(file.read_bytes())
            data[-40:] = data[-40:][::-1]
            file.write_bytes(data)
            os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    with Library.open(folder, create=False) as library:
        assert [h.as_json() for h in library.search("apixaban")] == true


def test_caches_that_were_sealed_for_another_state_are_not_read(folder):
    index_folder(folder)
    (first,) = (folder / ".rag" / "cache").glob("words-*")
    shutil.copytree(first, folder.parent / "kept")
    (folder / "a.txt").write_text(LETTER.replace("apixaban", "warfarin"))
    index_folder(folder)
    (second,) = (folder / ".rag" / "cache").glob("words-*")
    shutil.rmtree(second)
    shutil.copytree(folder.parent / "kept", second)
    with Library.open(folder, create=False) as library:
        assert "sparse" in library.search("warfarin")[0].via


def test_a_forged_calibration_is_not_taken(folder, rag):
    index_folder(folder)
    (folder / ".rag" / "calibration.json").write_text('{"threshold": 0.0}')
    (folder / ".rag" / "calibration.seal").write_text("0" * 64)
    result = rag("ask", folder, "How much apixaban?")
    assert result.returncode == 1
    assert "not of this machine" in result.stderr


def test_a_file_that_was_changed_since_is_not_quoted(folder):
    index_folder(folder)
    (folder / "a.txt").write_text(LETTER.replace("3 mg", "5 mg"))
    with Library.open(folder) as library:
        answer = library.ask("How much apixaban does Mr. Marlowe take?")
        assert answer.status == "abstained"
        assert "a.txt" in answer.notes[0]
        assert "changed" in answer.notes[0]
        library.sync()
        assert "5 mg" in library.ask("How much apixaban does Mr. Marlowe take?").citations[0].quote


# ------------------------------------------------------------ what is not ours


def tree(*places):
    return {p: p.read_bytes() if p.is_file() else None for place in places for p in sorted(place.rglob("*"))}


@pytest.mark.parametrize("name", ["cache", "next", "casefolio.sqlite", "lock", "casefolio.sqlite-journal", "."])
def test_links_in_the_place_of_ours_are_refused_and_lead_nowhere(folder, tmp_path, name, rag):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "text-1").mkdir()
    (outside / "mine.txt").write_text("mine")
    if name == ".":
        (folder / ".rag").symlink_to(outside)
    else:
        index_folder(folder)
        path = folder / ".rag" / name
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)
        path.symlink_to(outside if name in ("cache", "next") else outside / "mine.txt")
    before = tree(outside)
    for verb in (("index",), ("ask", "q?"), ("index", "--int8")):
        result = rag(verb[0], folder, *verb[1:])
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        assert ("is a link" if name == "." else name) in result.stderr
        assert tree(outside) == before


@pytest.mark.parametrize("name", ["cache", "next"])
def test_folders_of_the_users_with_our_names_are_refused_and_stay(folder, tmp_path, name, rag):
    own = tmp_path / "own"
    (own / name).mkdir(parents=True)
    (own / name / "letter.txt").write_text(LETTER)
    before = tree(own)
    result = rag("index", folder, "--index", own)
    assert result.returncode == 1
    assert f"{name}/letter.txt" in result.stderr
    assert tree(own) == before


def test_forget_removes_what_is_ours_alone(folder):
    with Library.open(folder) as library:
        library.sync(encode=True)
        (folder / ".rag" / "notes.txt").write_text("mine")
        with pytest.raises(StoreError, match=r"notes\.txt"):
            library.forget()
    assert (folder / ".rag" / "notes.txt").read_text() == "mine"


def test_a_journal_that_names_another_file_is_not_rolled_back(folder, tmp_path, rag):
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    index_folder(folder)
    name = str(victim).encode()
    # a journal of one page, and at its end the super-journal that SQLite deletes when it has rolled back
    header = bytes.fromhex("d9d505f920a163d7") + (1).to_bytes(4, "big") + bytes(4) + (1).to_bytes(4, "big")
    header = (header + (512).to_bytes(4, "big") + (4096).to_bytes(4, "big")).ljust(512, b"\0")
    tail = (1).to_bytes(4, "big") + name + len(name).to_bytes(4, "big") + (sum(name)).to_bytes(4, "big")
    journal = folder / ".rag" / "casefolio.sqlite-journal"
    journal.write_bytes(header + tail + bytes.fromhex("d9d505f920a163d7"))
    assert "journal is not ours" in rag("doctor", folder).stderr
    assert rag("index", folder).returncode == 0
    assert victim.exists()


# ------------------------------------------------------------ who can read it


def test_the_index_and_the_home_are_the_users_alone_whatever_the_umask(folder, tmp_path):
    home, cache = tmp_path / "home", tmp_path / "cache"
    command = f"umask 000; exec {sys.executable} -m casefolio index {folder}"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "CASEFOLIO_HOME": str(home), "CASEFOLIO_CACHE": str(cache)}
    subprocess.run(["sh", "-c", command], check=True, capture_output=True, env=environment)
    for place in (folder / ".rag", home, cache):
        for path in [place, *place.rglob("*")]:
            assert oct(path.stat().st_mode & 0o777) == ("0o700" if path.is_dir() else "0o600"), path


def test_an_index_that_was_open_to_others_is_closed_to_them(folder):
    index_folder(folder)
    (folder / ".rag").chmod(0o755)
    (folder / ".rag" / "casefolio.sqlite").chmod(0o644)
    index_folder(folder)
    assert (folder / ".rag").stat().st_mode & 0o077 == 0
    assert (folder / ".rag" / "casefolio.sqlite").stat().st_mode & 0o077 == 0
