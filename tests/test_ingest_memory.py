"""What a text costs the asking process: linear in it, and bounded for one file."""

from __future__ import annotations

import re
import tracemalloc
from email.message import EmailMessage
from pathlib import Path

import pytest

from casefolio.indexes.stored_json import pack_document, unpack_document
from casefolio.ingest import limits
from casefolio.ingest.chunking import chunk
from casefolio.ingest.document import Document, Page, Row, Span, Unread
from casefolio.ingest.document_json import pack, unpack
from casefolio.ingest.reading import read_file


def document(text: str, rows: tuple[Row, ...] = ()) -> Document:
    return Document("i", "a.txt", "s", "text/plain", "en", "", text, (Page(1, Span(0, len(text))),), rows=rows)


def peak(work: object, *given: object) -> tuple[object, float]:
    """What a function gives, and the most megabytes that it held at once."""
    tracemalloc.start()
    try:
        return work(*given), tracemalloc.get_traced_memory()[1] / 1e6  # type: ignore[operator]
    finally:
        tracemalloc.stop()


def tokens(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"\w{1,3}|\S", text)]


def test_passages_of_a_long_text_take_little_more_than_it() -> None:
    text = "".join(f"Mr. Marlowe number {n} takes apixaban 3 mg twice daily in March.\n" for n in range(6_000))
    chunks, megabytes = peak(chunk, document(text), tokens, 254, 110)
    assert len(chunks) > 900  # type: ignore[arg-type]
    assert megabytes < 15


def test_no_stretch_given_to_the_tokenizer_is_long_not_even_of_a_word_without_an_end() -> None:
    asked: list[int] = []

    def counting(text: str) -> list[tuple[int, int]]:
        asked.append(len(text))
        return tokens(text)

    for text in ("a" * 500_000, "word " * 100_000, "a\n" * 200_000):
        asked.clear()
        chunks = chunk(document(text), counting, 254, 110)
        assert max(asked) <= 200_000
        assert sum(len(c.span) for c in chunks) >= len(text.replace("\n", "").replace(" ", ""))


def test_names_of_columns_are_held_once_for_all_rows() -> None:
    columns = ("time in seconds", "lead one in millivolts", "lead two in millivolts")
    rows = tuple(Row(Span(n, n + 1), tuple(str(c) for c in columns)) for n in range(20_000))
    made = document("x" * 20_000, rows)
    (read,) = unpack(pack([made]))
    assert isinstance(read, Document)
    assert read == made
    assert len({id(row.columns) for row in read.rows}) == 1
    stored = unpack_document(pack_document(made), "a.txt", "s", "text/plain", "en", made.text)
    assert len({id(row.columns) for row in stored.rows}) == 1


def test_a_file_with_more_text_than_one_may_have_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_CHARACTERS", 2_000_000)
    (tmp_path / "a.txt").write_text("word " * 500_000)
    (unread,) = read_file(tmp_path, "a.txt")
    assert isinstance(unread, Unread)
    assert unread.reason == "more than 2 million characters in one file"
    mail = EmailMessage()
    mail["Subject"] = "Files"
    mail.set_content("See the notes.")
    for name in ("b.txt", "c.txt"):
        mail.add_attachment("word " * 300_000, filename=name)
    (tmp_path / "m.eml").write_bytes(bytes(mail))
    assert [type(part) for part in read_file(tmp_path, "m.eml")] == [Document, Document, Unread]
