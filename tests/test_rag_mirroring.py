"""One file never stops a folder: what fails on it is its own line of the ledger."""

from __future__ import annotations

import base64
import hashlib

import pytest

from casefolio import Library
from casefolio.indexes.index import Index
from casefolio.ingest.document import Document


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.txt").write_text("The claimant was discharged on 3 May 2021 with ramipril 5 mg daily.")
    return tmp_path


def reasons(library):
    return {entry.path: entry.reason for entry in library.ledger()}


def test_words_longer_than_the_window_are_cut_and_nothing_stops(folder):
    noise = base64.b64encode(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(90))).decode()
    lines = [f"Enclosure {n} {noise[n * 40 : n * 40 + 1400]} signed electronically." for n in range(5)]
    (folder / "signed.txt").write_text(noise + "\n" + "\n".join(lines) + "\n" + "_" * 400)
    with Library.open(folder) as library:
        library.sync(encode=True)
        total, done = library.passages()
        assert done == total > 10
        assert reasons(library) == {"good.txt": "", "signed.txt": ""}


def test_a_stage_behind_reading_that_fails_costs_its_file_only(folder, monkeypatch):
    (folder / "odd.txt").write_text("A text that drives a stage mad.")
    part = Index._part

    def failing(self: Index, document: Document):
        if document.path == "odd.txt":
            raise RuntimeError("of the text")
        return part(self, document)

    monkeypatch.setattr(Index, "_part", failing)
    with Library.open(folder) as library:
        library.sync()
        told = reasons(library)
        assert told["odd.txt"] == "read, but could not be indexed (RuntimeError)"
        assert told["good.txt"] == ""
        assert [hit.document for hit in library.search("ramipril", k=1)] == ["good.txt"]


def test_a_text_that_cannot_be_stored_costs_its_file_only(folder, monkeypatch):
    from casefolio.indexes.store import Store

    (folder / "odd.txt").write_text("A text that no table holds.")
    put = Store.put

    def failing(self, path, sha256, parts):
        if path == "odd.txt" and isinstance(parts[0].part, Document):
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")
        put(self, path, sha256, parts)

    monkeypatch.setattr(Store, "put", failing)
    with Library.open(folder) as library:
        library.sync()
        told = reasons(library)
        assert "UnicodeEncodeError" in told["odd.txt"]
        assert told["good.txt"] == ""
