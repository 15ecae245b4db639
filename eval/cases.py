"""Case sets: `documents/` and `cases.jsonl`. Gold is spans of the documents' text, never ids of chunks.

    {"id", "question", "answer"?, "answerable"?, "gold": [{"document", "start", "end", "quote"?}], "group"?,
     "language"?}

Offsets count characters of the canonical text, the one that `rag text` prints. `group` is what cases share that are not
independent of each other (a patient, a contract); without one each case stands alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from casefolio.eval.faults import Faults, Row, read_rows, unique_id
from casefolio.ingest.document import Document, Span

AROUND = 160  # characters
PLAIN = {".txt", ".md", ".text"}


@dataclass(frozen=True, slots=True)
class Gold:
    """A stretch of a document that answers a question, and a little of what stands around it, for readers."""

    document: str
    span: Span
    quote: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One question, where its answer stands, and the group whose cases are not independent of it."""

    id: str
    question: str
    answerable: bool
    gold: tuple[Gold, ...]
    answer: str
    group: str
    language: str


@dataclass(frozen=True, slots=True)
class CaseSet:
    """A case set that was read and found sound. `documents` are paths below `folder`/documents."""

    name: str
    folder: Path
    sha256: str
    cases: tuple[Case, ...]
    documents: tuple[str, ...]

    @property
    def root(self) -> Path:
        """The folder of the documents."""
        return self.folder / "documents"

    def documents_of(self, group: str) -> tuple[str, ...]:
        """Documents that hold gold of a group, in order: where a patient-centred search looks."""
        return tuple(sorted({g.document for c in self.cases if c.group == group for g in c.gold}))


def read_case_set(folder: Path, faults: Faults) -> CaseSet:
    """Reads and checks a case set; what is wrong goes into `faults`."""
    root = folder / "documents"
    files = sorted(p for p in root.rglob("*") if p.is_file() and ".rag" not in p.relative_to(root).parts)
    if not files:
        faults.add(str(root), 0, "", "the folder is missing or holds no file")
    names = tuple(p.relative_to(root).as_posix() for p in files)
    path = folder / "cases.jsonl"
    texts = Texts(root, frozenset(names))
    seen: dict[str, int] = {}
    cases = tuple(_case(row, seen, texts) for row in read_rows(path, str(path), faults))
    if not cases:
        faults.add(str(path), 0, "", "holds no case")
    return CaseSet(folder.resolve().name, folder, fingerprint(folder, [path, *files]), cases, names)


def _case(row: Row, seen: dict[str, int], texts: Texts) -> Case:
    name = unique_id(row, seen)
    gold = tuple(g for g in (_gold(r, texts) for r in row.rows("gold")) if g is not None)
    answerable = row.flag("answerable", True)
    if gold and not answerable:
        row.fault("gold", "an unanswerable case has none")
    return Case(
        id=name,
        question=row.text("question"),
        answerable=answerable,
        gold=gold,
        answer=row.text("answer", "", empty=True),
        group=row.text("group", name),
        language=row.text("language", "und"),
    )


def _gold(row: Row, texts: Texts) -> Gold | None:
    document, start, end = row.text("document"), row.integer("start"), row.integer("end")
    quote = row.text("quote", "", empty=True)
    if start < 0 or end < 0 or not document:
        return None
    if end <= start:
        row.fault("end", f"must be greater than start, got {start}-{end}")
        return None
    if document not in texts.names:
        row.fault("document", f"{document!r} is not in documents/")
        return None
    text = texts.get(document)
    if text is None:
        row.fault("document", f"{document!r} cannot be read as text")
        return None
    if end > len(text):
        row.fault("end", f"{end} is past the end of {document!r} ({len(text)} characters)")
        return None
    if quote and text[start:end] != quote:
        row.fault("quote", f"is not what stands at {start}-{end} of {document!r}")
        return None
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return Gold(document, Span(start, end), text[start:end], before, after)


class Texts:
    """Canonical texts of a folder's documents, read when asked for, kept one by one."""

    def __init__(self, root: Path, names: frozenset[str]) -> None:
        self.names = names
        self._root = root
        self._kept: dict[str, str | None] = {}

    def get(self, name: str) -> str | None:
        """The canonical text, or None where nothing can be read."""
        if name not in self._kept:
            self._kept[name] = canonical_text(self._root, name)
        return self._kept[name]


def canonical_text(root: Path, name: str) -> str | None:
    """The text that offsets count in, or None where the file has none.

    Plain UTF-8 files are decoded here, so that checking a set of thousands of files takes no reader process; the result
    is the same by the contract of reading (line ends become `\\n`, a byte order mark is dropped).
    """
    path = root / name
    if path.suffix.lower() in PLAIN:
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        else:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    return _read_with_loader(root, name)


def _read_with_loader(root: Path, name: str) -> str | None:
    from casefolio.ingest.reading import read_file

    for found in read_file(root, name):
        if isinstance(found, Document) and found.path == name:
            return found.text
    return None


def fingerprint(folder: Path, files: list[Path]) -> str:
    """SHA-256 over relative names and bytes of the files that make up a set."""
    digest = hashlib.sha256()
    for path in files:
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
