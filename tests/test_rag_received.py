"""A folder that came from somebody else: its index runs nothing, loads nothing, and is not believed."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from indexes.encoders.trust import check_named, remember
from ingest.errors import EncoderError
from rag import Library
from rag.reindexing import index_folder

LETTER = "Mr. Marlowe takes apixaban 3 mg twice daily. He was seen in March.\n"
SOURCE = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "files"
    root.mkdir()
    (root / "a.txt").write_text(LETTER)
    return root


def rag(*words, cwd=None, **more):
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), **more}
    command = [sys.executable, "-m", "rag", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment, timeout=120)


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
def test_an_index_that_names_an_encoder_by_path_runs_nothing(folder, tmp_path, verb):
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
    from indexes.encoders.sources import find_source

    (tmp_path / "someone" / "model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "nothing"))
    assert find_source("someone/model") is None


def test_modules_in_the_folder_of_documents_are_not_imported(folder):
    for name in ("numpy", "onnxruntime", "bm25s", "resource"):
        (folder / f"{name}.py").write_text("raise SystemExit('imported')\n")
    index_folder(folder)
    result = rag("search", ".", "apixaban", "--no-sync", cwd=folder)
    assert "a.txt" in result.stdout
    assert "imported" not in result.stderr


def test_code_of_a_model_needs_the_flag_at_each_call(folder, tmp_path):
    mark = tmp_path / "ran"
    profile = armed_encoder(tmp_path / "model", mark)
    with pytest.raises(EncoderError, match="--trust-remote-code"):
        Library.open(folder, encoder=str(profile))
    assert not mark.exists()
