from __future__ import annotations

import hashlib
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from casefolio.indexes.analyzers import terms
from casefolio.indexes.filters import Filters
from casefolio.indexes.index import Index
from casefolio.indexes.owned import close_to_others, foreign
from casefolio.indexes.store import Store
from casefolio.ingest.document import Document, Page, Span, document_id
from casefolio.ingest.errors import ContractMismatch, StoreError


class HashEncoder:
    """An encoder without weights: texts that share words are near."""

    name, dimension, max_tokens, languages = "hash", 64, 40, ("en",)

    def __init__(self, seed=0):
        self.seed = seed
        self.contract = {"name": "hash", "seed": seed, "dimension": 64}

    def token_spans(self, text):
        ends = [i for i, c in enumerate(text) if c.isspace()] + [len(text)]
        starts = [0] + [e + 1 for e in ends[:-1]]
        return [(a, b) for a, b in zip(starts, ends, strict=True) if b > a]

    def encode_passages(self, texts):
        out = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(out, texts, strict=True):
            for term in terms(text):
                row[int(hashlib.sha256(f"{self.seed}{term}".encode()).hexdigest(), 16) % self.dimension] += 1
            row /= max(float(np.linalg.norm(row)), 1e-9)
        return out

    encode_queries = encode_passages


SUBJECTS = ("wound", "knee", "heart", "lung", "liver", "kidney", "skin", "blood", "bone", "nerve")


def letter(number, name):
    lines = [f"The {s} of case {number} was seen on day {i} and found to be in order {number * i}." for i, s in
             enumerate(SUBJECTS)]  # fmt: skip
    return f"Discharge Summary\n\nPatient: {name}\n\n" + "\n\n".join(lines) + "\n"


def document(path, text, language="en"):
    sha = hashlib.sha256(text.encode()).hexdigest()
    return Document(document_id(path, sha), path, sha, "text/plain", language, "", text, (Page(1, Span(0, len(text))),))


NAMES = ("Alice Barlow", "Brian Carver", "Clara Dalton", "Daniel Easton")


def fill(index, names=NAMES):
    parts = [document(f"{i}.txt", letter(i, name)) for i, name in enumerate(names)]
    index.put([(d.path, d.sha256, index.prepare([d])) for d in parts])
    index.encode_pending()
    return {d.path: d for d in parts}


@pytest.fixture
def index(tmp_path):
    opened = Index(tmp_path / "index", HashEncoder(), "hash", create=True)
    yield opened
    opened.close()


def test_a_store_of_another_encoder_is_refused_and_both_sides_told(tmp_path, index):
    fill(index)
    with pytest.raises(ContractMismatch) as told:
        Index(tmp_path / "index", HashEncoder(seed=7), "hash", create=False)
    assert "seed: index has 0, encoder has 7" in str(told.value)
    assert "dimension" not in str(told.value)
    assert "rag index" in (told.value.hint or "")


def test_a_store_that_is_not_there_or_of_another_layout_is_refused(tmp_path):
    with pytest.raises(StoreError, match="no index"):
        Store(tmp_path / "nowhere", create=False)
    store = Store(tmp_path / "s", create=True)
    with store.transaction():
        store.set_meta("schema", "999")
    store.close()
    with pytest.raises(StoreError, match="999"):
        Store(tmp_path / "s", create=False)


def test_a_transaction_that_fails_leaves_nothing(index):
    before = index.store.generation

    def fails():
        with index.store.transaction():
            index.store.set_meta("half", "done")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fails()
    assert index.store.meta("half") is None
    assert index.store.generation == before


def test_hits_are_slices_of_their_documents_and_never_overlap(index):
    documents = fill(index)
    for question in ("wound of case 2", "Was the heart of Clara Dalton in order?", "day", "in order"):
        hits = index.search(question, 50).hits
        assert hits
        assert [h.rank for h in hits] == list(range(1, len(hits) + 1))
        assert all(a.score >= b.score for a, b in pairwise(hits))
        for hit in hits:
            assert hit.text == hit.chunk.span.of(documents[hit.document].text)
            assert hit.chunk.id == f"{documents[hit.document].id}:{hit.chunk.span}"
        for a, b in combinations(hits, 2):
            assert a.document != b.document or not a.chunk.span.overlaps(b.chunk.span)


def test_the_named_letter_comes_first(index):
    fill(index)
    for at, name in enumerate(NAMES):
        found = index.search(f"Was the heart of {name} in order?", 3)
        assert found.documents == (f"{at}.txt",)
        assert found.hits[0].document == f"{at}.txt"


def test_scope_and_filters_hold(index):
    fill(index)
    scoped = index.search("Was the heart of Alice Barlow in order?", 20, Filters(scope="2.txt")).hits
    assert {h.document for h in scoped} == {"2.txt"}
    assert index.search("heart", 20, Filters(scope="nowhere/")).hits == ()
    assert index.search("heart", 20, Filters(language="de")).hits == ()


def test_an_empty_index_finds_nothing(index):
    found = index.search("heart", 5)
    assert found.hits == ()
    assert found.vector_share == 1.0


def test_fewer_passages_than_asked_for(index):
    fill(index, NAMES[:1])
    n = len(index.snapshot().table.keys)
    assert 0 < len(index.search("heart", 10 * n).hits) <= n


def test_a_passage_is_found_before_its_vector_exists(index):
    made = document("a.txt", letter(3, "Alice Barlow"))
    index.put([(made.path, made.sha256, index.prepare([made]))])
    assert index.counts()[1] == 0
    hits = index.search("kidney", 1).hits
    assert "kidney" in hits[0].text


def test_what_is_removed_is_found_no_more_and_the_rest_stays(index):
    fill(index)
    kept = [h.text for h in index.search("liver of case 1", 3).hits if h.document == "1.txt"]
    index.move([], ["0.txt"])
    index.tidy()
    hits = index.search("liver of case 1", 50).hits
    assert "0.txt" not in {h.document for h in hits}
    assert kept
    assert set(kept) <= {h.text for h in hits}
    # vectors nobody refers to are gone too
    assert index.counts()[0] == index.counts()[1]


def test_a_reopened_index_answers_the_same(tmp_path, index):
    fill(index)
    first = index.search("Was the heart of Clara Dalton in order?", 10).hits
    index.close()
    again = Index(tmp_path / "index", HashEncoder(), "hash", create=False)
    try:
        assert again.search("Was the heart of Clara Dalton in order?", 10).hits == first
    finally:
        again.close()


def test_the_order_of_indexing_changes_no_hit(tmp_path, index):
    fill(index)
    other = Index(tmp_path / "other", HashEncoder(), "hash", create=True)
    try:
        for at in reversed(range(len(NAMES))):
            made = document(f"{at}.txt", letter(at, NAMES[at]))
            other.put([(made.path, made.sha256, other.prepare([made]))])
            other.encode_pending()
        for question in ("heart in order", "Was the knee of Brian Carver in order?"):
            assert other.search(question, 10).hits == index.search(question, 10).hits
    finally:
        other.close()


def test_boilerplate_does_not_fill_the_list(index):
    footer = "Privacy notice: this letter is confidential and meant for the practice only."
    texts = [f"Note {i} for the ward.\n\n" + "The wound was seen and dressed again on that day. " * 3 + f"\n\n{footer}"
             for i in range(12)]  # fmt: skip
    texts.append("The notice period of the privacy officer is four weeks, and letters are kept ten years.")
    parts = [document(f"{i:02}.txt", text) for i, text in enumerate(texts)]
    index.put([(d.path, d.sha256, index.prepare([d])) for d in parts])
    index.encode_pending()
    hits = index.search("privacy notice of a confidential letter", 4).hits
    assert len(hits) == 4
    assert len({" ".join(h.text.split()) for h in hits}) == 4
    # nothing is lost: asked for more, the same words come again, last
    everything = index.search("privacy notice of a confidential letter", 100).hits
    said = [" ".join(h.text.split()) for h in everything]
    assert len(said) > len(set(said))
    assert len(set(said[: len(set(said))])) == len(set(said))
    assert all(a.score >= b.score for a, b in pairwise(everything))


def test_a_journal_that_another_process_takes_away_meanwhile_is_no_error(tmp_path, monkeypatch):
    """Several processes at once: what was listed, or was there a moment ago, may be gone."""
    folder = tmp_path / "s"
    Store(folder, create=True).close()
    opened, listed = Path.open, Path.iterdir

    def gone(path, *args, **kwargs):
        if path.name.endswith("-journal"):
            path.unlink(missing_ok=True)
        return opened(path, *args, **kwargs)

    (folder / "casefolio.sqlite-journal").write_bytes(b"x" * 20)
    monkeypatch.setattr(Path, "open", gone)
    Store(folder, create=True).close()
    ghosts = [folder / "casefolio.sqlite-journal", folder / "cache"]
    monkeypatch.setattr(Path, "iterdir", lambda path: [*listed(path), *(g for g in ghosts if g.parent == path)])
    assert foreign(folder) == []
    close_to_others(folder)
