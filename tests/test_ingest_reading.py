"""Reading files: the folder, one file, worker processes and their limits."""

from __future__ import annotations

import os
import random
from email.message import EmailMessage
from pathlib import Path

import pytest
from pypdf import PdfWriter

from casefolio.ingest import document_json as wire
from casefolio.ingest import limits
from casefolio.ingest.document import PAGE_BREAK, Document, Page, Row, Section, Span, Unread, document_id
from casefolio.ingest.reading import Reader, list_files, read_file


def _folder(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def test_files_are_listed_sorted_and_hidden_ones_are_passed_over(tmp_path: Path) -> None:
    root = _folder(tmp_path, {"b/x.txt": b"x", "a.txt": b"a", ".rag/store": b"s", "b/.hidden": b"h", "c.txt": b""})
    assert list_files(root) == (["a.txt", "b/x.txt", "c.txt"], [])


def test_links_that_leave_the_folder_are_named_and_not_followed(tmp_path: Path) -> None:
    root = _folder(tmp_path / "in", {"a.txt": b"a", "sub/b.txt": b"b"})
    _folder(tmp_path / "out", {"secret.txt": b"secret"})
    (root / "file").symlink_to(tmp_path / "out" / "secret.txt")
    (root / "folder").symlink_to(tmp_path / "out")
    (root / "loop").symlink_to(root)
    (root / "inside.txt").symlink_to(root / "a.txt")
    files, escaping = list_files(root)
    assert files == ["a.txt", "inside.txt", "sub/b.txt"]
    assert [unread.path for unread in escaping] == ["file", "folder"]


def test_a_text_file_becomes_a_document(tmp_path: Path) -> None:
    _folder(tmp_path, {"letter.txt": "\ufeffDiagnose:\r\nHüftfraktur\r".encode()})
    (document,) = read_file(tmp_path, "letter.txt")
    assert isinstance(document, Document)
    assert document.text == "Diagnose:\nHüftfraktur\n"
    assert document.id == document_id("letter.txt", document.sha256)
    assert document.pages == (Page(1, Span(0, len(document.text))),)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.pdf", b"", "empty"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<", "PDF"),
        ("noise.bin", bytes(range(256)) * 8, "no loader"),
    ],
)
def test_what_cannot_be_read_is_unread_with_a_reason(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    _folder(tmp_path, {name: data})
    (unread,) = read_file(tmp_path, name)
    assert isinstance(unread, Unread)
    assert reason in unread.reason


def test_a_missing_file_is_unread(tmp_path: Path) -> None:
    (unread,) = read_file(tmp_path, "gone.txt")
    assert isinstance(unread, Unread)
    assert "No such file" in unread.reason


def test_workers_read_what_the_calling_process_reads(tmp_path: Path) -> None:
    files = {f"{i}.txt": f"Befund {i}: unauffällig.\n".encode() for i in range(20)} | {"x.pdf": b""}
    _folder(tmp_path, files)
    with Reader(tmp_path, jobs=2) as reader:
        got = {documents[0].path: documents for documents in reader.read(sorted(files))}
    assert got == {name: read_file(tmp_path, name) for name in files}


def test_a_reader_reads_again_after_its_first_files(tmp_path: Path) -> None:
    _folder(tmp_path, {"a.txt": b"one", "b.txt": b"two"})
    with Reader(tmp_path, jobs=1) as reader:
        assert [d.text for ds in reader.read(["a.txt"]) for d in ds if isinstance(d, Document)] == ["one"]
        assert [d.text for ds in reader.read(["b.txt"]) for d in ds if isinstance(d, Document)] == ["two"]


def _bomb(levels: int = 9, calls: int = 10) -> bytes:
    """A PDF page of a few hundred bytes that draws `calls ** levels` forms."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    objects.append("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>")
    objects.append("<</Length 5>>stream\n/F Do\nendstream")
    for level in range(levels):
        body = "/F Do " * calls
        head = f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length {len(body)}"
        objects.append(f"<<{head}/Resources<</XObject<</F {6 + level} 0 R>>>>>>stream\n{body}\nendstream")
    objects.append("<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 3>>stream\nq Q\nendstream")
    bodies = "\n".join(f"{i} 0 obj\n{body}\nendobj" for i, body in enumerate(objects, 1))
    return f"%PDF-1.4\n{bodies}\ntrailer<</Root 1 0 R>>\n".encode()


def test_a_file_that_never_ends_costs_itself_alone(tmp_path: Path) -> None:
    _folder(tmp_path, {"a.txt": b"before", "bomb.pdf": _bomb(), "z.txt": b"after"})
    results = []
    with Reader(tmp_path, jobs=1, seconds=300) as reader:
        for documents in reader.read(["a.txt", "bomb.pdf", "z.txt"]):
            results.append(documents[0])
            reader._seconds = 1.5 if len(results) == 1 else 300  # as little for the bomb alone
    assert [result.path for result in results if isinstance(result, Document)] == ["a.txt", "z.txt"]
    (unread,) = (result for result in results if isinstance(result, Unread))
    assert unread.path == "bomb.pdf"
    assert "no progress" in unread.reason


def test_a_named_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (unread,) = read_file(tmp_path, "pipe.txt")
    assert isinstance(unread, Unread)
    assert unread.reason == "not a regular file"


def test_memory_beyond_the_limit_costs_that_file_alone(tmp_path: Path) -> None:
    _folder(tmp_path, {"big.txt": b"a line of text\n" * 4_000_000, "small.txt": b"small"})
    with Reader(tmp_path, jobs=1, memory=160 * 1024 * 1024) as reader:
        results = {documents[0].path: documents[0] for documents in reader.read(["big.txt", "small.txt"])}
    assert isinstance(results["big.txt"], Unread)
    assert "memory" in results["big.txt"].reason
    assert isinstance(results["small.txt"], Document)


def test_a_pdf_of_a_hundred_thousand_pages_is_refused(tmp_path: Path) -> None:
    kids = " ".join(["3 0 R"] * 100_000)
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count 100000>>"]
    objects.append("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    bodies = "\n".join(f"{i} 0 obj\n{body}\nendobj" for i, body in enumerate(objects, 1))
    _folder(tmp_path, {"long.pdf": f"%PDF-1.4\n{bodies}\ntrailer<</Root 1 0 R>>\n".encode()})
    (unread,) = read_file(tmp_path, "long.pdf")
    assert isinstance(unread, Unread)
    assert "100000 pages" in unread.reason


def test_files_beyond_any_letter_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 4 * limits.MIB)
    monkeypatch.setattr(limits, "MAX_TEXT_BYTES", 2 * limits.MIB)
    _folder(tmp_path, {"vast.txt": b"a line\n" * limits.MIB, "large.txt": b"a line\n" * (limits.MIB // 2)})
    for name, size in (("vast.txt", "7 MiB"), ("large.txt", "3 MiB")):
        (unread,) = read_file(tmp_path, name)
        assert isinstance(unread, Unread)
        assert unread.reason.startswith(size)


def test_mails_in_mails_end_at_a_depth(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["Message-ID"] = "innermost", "a@example.org", "<0@example.org>"
    mail.set_content("The innermost message.")
    for level in range(1, 14):
        outer = EmailMessage()
        outer["Subject"], outer["From"] = f"level {level}", "a@example.org"
        outer["Message-ID"] = f"<{level}@example.org>"
        outer.set_content(f"Message of level {level}.")
        outer.add_attachment(mail)
        mail = outer
    _folder(tmp_path, {"mail.eml": mail.as_bytes()})
    results = read_file(tmp_path, "mail.eml")
    assert isinstance(results[0], Document)
    assert isinstance(results[-1], Unread)
    assert "nested deeper" in results[-1].reason
    assert len(results) == limits.MAX_DEPTH + 2


def test_a_password_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("offen", algorithm="AES-128")
    writer.write(tmp_path / "locked.pdf")
    (locked,) = read_file(tmp_path, "locked.pdf")
    assert isinstance(locked, Unread)
    assert "--password" in locked.hint
    monkeypatch.setenv("CASEFOLIO_PASSWORD", "offen")
    with Reader(tmp_path, jobs=1) as reader:
        ((document,),) = reader.read(["locked.pdf"])
    assert isinstance(document, Document)


CASEFILE = Path(__file__).parent.parent / "examples" / "casefile"


@pytest.mark.parametrize("name", list_files(CASEFILE)[0])
def test_every_span_of_every_loader_quotes_its_document(name: str) -> None:
    for document in read_file(CASEFILE, name, ocr=False):
        if isinstance(document, Document):
            _check(document)


def _check(document: Document) -> None:
    text = document.text
    assert not {"\r", "\x00"} & set(text)
    assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
    assert PAGE_BREAK.join(page.span.of(text) for page in document.pages) == text
    whole = Span(0, len(text))
    for section in document.sections:
        assert whole.contains(section.span)
        assert section.span.contains(section.heading)
    for row in document.rows:
        assert whole.contains(row.span)
        assert row.span.of(text).strip()
    assert all(whole.contains(span) for span in document.furniture)


def test_damaged_files_end_in_the_ledger(tmp_path: Path) -> None:
    rng = random.Random(7)
    models = [CASEFILE / name for name in list_files(CASEFILE)[0]]
    for number in range(60):
        model, other = models[number % len(models)], rng.choice(models).read_bytes()
        data = bytearray(model.read_bytes())
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(data) + 1)
            piece = rng.choice([b"", rng.randbytes(30), other[: rng.randrange(2_000)]])
            data[at : at + rng.randrange(1, 400)] = piece
        (tmp_path / f"{number:02}{model.suffix}").write_bytes(bytes(data))
    names = list_files(tmp_path)[0]
    with Reader(tmp_path, jobs=2, ocr=False, seconds=30) as reader:
        results = list(reader.read(names))
    assert sorted(documents[0].path for documents in results) == names
    for document in (d for documents in results for d in documents if isinstance(d, Document)):
        _check(document)


def test_documents_survive_the_wire() -> None:
    document = Document(
        id="i",
        path="a\udcff.txt",
        sha256="s",
        media_type="text/plain",
        language="ko",
        title="소견",
        text="소견\n\f",
        pages=(Page(1, Span(0, 2), "ocr", 91.5), Page(2, Span(4, 4), "unread", None, "no text layer")),
        sections=(Section("소견", 1, Span(0, 2), Span(0, 2), "findings"),),
        furniture=(Span(0, 1),),
        rows=(Row(Span(0, 2), ("약", "용량")),),
        hidden=3,
        notes=("n",),
        metadata=(("author", "x"),),
    )
    unread = Unread("p", "s", "m", "r", "h")
    assert wire.unpack(wire.pack([document, unread])) == [document, unread]
