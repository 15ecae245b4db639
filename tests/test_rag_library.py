"""The folder is the truth: what changes in it changes the answers, and nothing else does."""

from __future__ import annotations

import threading

import pytest

from casefolio import Filters, Library
from casefolio.generators.scripted import Scripted
from casefolio.reindexing import index_folder


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "files"
    root.mkdir()
    (root / "a.txt").write_text("Alpha note. The patient received ketamine before the procedure.\n")
    (root / "b.txt").write_text("Beta note. The contract ends on the last day of March.\n")
    return root


def documents(library, query):
    return [h.document for h in library.search(query)]


def test_second_sync_does_nothing(folder):
    with Library.open(folder) as library:
        first = library.sync(encode=True)
        second = library.sync(encode=True)
    assert (len(first.changes.added), first.encoded) == (2, 2)
    assert (second.changes.any, second.encoded) == (False, 0)


def test_an_edited_file_is_answered_from_its_new_text(folder):
    with Library.open(folder) as library:
        library.sync(encode=True)
        (folder / "a.txt").write_text("Alpha note. The patient received propofol before the procedure.\n")
        library.sync(encode=True)
        assert "propofol" in library.search("What did the patient receive?")[0].text
        assert not any("ketamine" in h.text for h in library.search("ketamine"))
        assert not any(b"ketamine" in p.read_bytes() for p in (folder / ".rag").rglob("*") if p.is_file())


def test_a_renamed_file_is_not_encoded_again(folder):
    with Library.open(folder) as library:
        library.sync(encode=True)
        (folder / "sub").mkdir()
        (folder / "a.txt").rename(folder / "sub" / "c.txt")
        summary = library.sync(encode=True)
        assert summary.changes.renamed == (("a.txt", "sub/c.txt"),)
        assert summary.encoded == 0
        assert documents(library, "ketamine")[0] == "sub/c.txt"


def test_two_files_may_swap_their_names(folder):
    with Library.open(folder) as library:
        library.sync(encode=True)
        (folder / "a.txt").rename(folder / "x.txt")
        (folder / "b.txt").rename(folder / "a.txt")
        (folder / "x.txt").rename(folder / "b.txt")
        library.sync(encode=True)
        assert documents(library, "ketamine")[0] == "b.txt"
        assert documents(library, "last day of March")[0] == "a.txt"


def test_a_removed_file_gives_no_hit_and_leaves_no_byte(folder):
    with Library.open(folder) as library:
        library.sync(encode=True)
        (folder / "a.txt").unlink()
        library.sync()
        assert documents(library, "ketamine") == ["b.txt"]
    assert not any(b"ketamine" in p.read_bytes() for p in (folder / ".rag").rglob("*") if p.is_file())


def test_passages_are_found_by_words_before_they_have_vectors(folder):
    with Library.open(folder) as library:
        library.sync()
        assert library.passages() == (2, 0)
        assert documents(library, "ketamine")[0] == "a.txt"
        assert library.passages()[1] > 0  # those the question was about have vectors now
        library.encode_pending()
        assert library.passages() == (2, 2)


def test_the_documents_asked_for_are_completed_first(folder):
    (folder / "m.txt").write_text(
        "".join(f"Clause {n}. The lessee keeps meter {n} in repair.\n\n" * 40 for n in range(20))
    )
    (folder / "z.txt").write_text(
        "".join(f"Line {n}. The orchard yields pear {n} this year.\n\n" * 40 for n in range(20))
    )
    with Library.open(folder) as library:
        library.sync()
        library.search("Which pear does the orchard yield?")
        before = library.passages()[1]
        library.encode_pending(limit=10)
        waiting = [text for _, text in library._index.store.pending(1000)]
    assert before > 0
    assert sum("pear" in text for text in waiting) < sum("meter" in text for text in waiting)


def test_hits_do_not_depend_on_the_order_files_came_in(folder, tmp_path):
    with Library.open(folder) as library:
        library.sync(encode=True)
        (folder / "0.txt").write_text("Zero note. The patient received ketamine twice.\n")
        library.sync(encode=True)
        grown = [h.as_json() for h in library.search("ketamine for the patient")]
    with Library.open(folder, index=tmp_path / "fresh") as library:
        library.sync(encode=True)
        assert [h.as_json() for h in library.search("ketamine for the patient")] == grown


def test_another_encoder_is_built_beside_and_a_failure_leaves_the_old_index(folder):
    from casefolio.ingest.errors import RagError

    index_folder(folder)
    before = (folder / ".rag" / "casefolio.sqlite").read_bytes()
    with pytest.raises(RagError, match="nonsense"):
        index_folder(folder, encoder="nonsense")
    assert (folder / ".rag" / "casefolio.sqlite").read_bytes() == before


def test_an_index_inside_the_folder_is_not_read_as_files(folder):
    summary = index_folder(folder, index=folder / "idx")
    assert len(summary.changes.added) == 2
    assert not index_folder(folder, index=folder / "idx").changes.any


def test_one_library_serves_many_threads(folder):
    with Library.open(folder) as library:
        library.sync(encode=True)
        wrong = []

        def ask(query, document):
            for _ in range(5):
                if documents(library, query)[0] != document:
                    wrong.append(query)

        threads = [
            threading.Thread(target=ask, args=pair)
            for pair in [("ketamine", "a.txt"), ("last day of March", "b.txt")] * 3
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_forget_deletes_the_index_and_keeps_the_files(folder):
    library = Library.open(folder)
    library.sync()
    library.forget()
    assert not (folder / ".rag").exists()
    assert (folder / "a.txt").exists()


def test_a_question_takes_filters_and_a_model(folder):
    with Library.open(folder) as library:
        library.sync()
        question = "What did the patient receive before the procedure?"
        plain = library.ask(question)
        assert {c.document for c in plain.citations} == {"a.txt"}
        assert library.ask(question, filters=Filters(scope="b.txt")).status == "abstained"
        assert library.ask(question, filters=Filters(kind="agreement")).status == "abstained"
        spoken = library.ask(question, model=Scripted(lambda prompt: "The patient received ketamine."))
        assert spoken.text.startswith(plain.text)
        assert any(claim.written for claim in spoken.claims)
