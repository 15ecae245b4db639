"""Case folders: documents, `questions.tsv` and `claims.tsv`, gold as quotes that are found in the canonical text.

    id  kind  question  gold  answer        gold: FILE|QUOTE [ || FILE|QUOTE …], or - [FILE|QUOTE] where nothing answers
    label  FILE|QUOTE  claim                label: supports, contradicts, neither

A quote may hold `\\n` for a line's end; what stands in {braces} before it must precede it and is no part of it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casefolio.ingest.document import Document, Span
from casefolio.ingest.reading import list_files, read_file
from casefolio.training.errors import refuse

QUESTIONS, CLAIMS = "questions.tsv", "claims.tsv"
LABELS = ("supports", "contradicts", "neither")
_BEFORE = re.compile(r"\{(.*?)\}", re.S)
_PARTED = re.compile(r'[^\s|,;"]+')
_LOOSE = r'[\s|,;"]*'  # how reading a table or joining lines may change what parts two words


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a document that a row names."""

    document: str
    span: Span


@dataclass(frozen=True, slots=True)
class Question:
    """One wording of a question. `gold` answers it; `near` is the tempting miss of one that nothing answers."""

    id: str
    kind: str
    text: str
    gold: tuple[Place, ...]
    near: tuple[Place, ...]
    answer: str

    @property
    def fact(self) -> str:
        """What its other wordings ask too."""
        return self.id.split(".")[0]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence and the place it is held against."""

    label: str
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """A folder that was read and found sound."""

    name: str
    folder: Path
    documents: dict[str, Document]
    questions: tuple[Question, ...]
    claims: tuple[Claim, ...]


def case_folders(root: Path) -> list[Path]:
    """The case folders at or below a folder, in order."""
    return sorted(path.parent for path in root.rglob(QUESTIONS))


def read_case_folder(folder: Path) -> CaseFolder:
    """A folder with all its rows.

    Raises:
        TrainingError: naming file, line and field of what is faulty.
    """
    documents = {d.path: d for d in _documents(folder)}
    faults: list[str] = []
    questions = tuple(_questions(folder / QUESTIONS, documents, faults))
    claims = tuple(_claims(folder / CLAIMS, documents, faults)) if (folder / CLAIMS).is_file() else ()
    refuse(folder, faults)
    return CaseFolder(folder.name, folder, documents, questions, claims)


def _documents(folder: Path) -> Iterator[Document]:
    names, _ = list_files(folder)
    for name in names:
        if name in (QUESTIONS, CLAIMS):
            continue
        read = read_file(folder, name, ocr=False)[0]
        if not isinstance(read, Document):  # a mail that is none: its words are read as they stand
            with tempfile.TemporaryDirectory() as beside:
                (Path(beside) / "plain.txt").write_bytes((folder / name).read_bytes())
                read = read_file(Path(beside), "plain.txt", ocr=False)[0]
        if isinstance(read, Document):
            yield read if read.path == name else _renamed(read, name)


def _renamed(document: Document, name: str) -> Document:
    from dataclasses import replace

    return replace(document, path=name)


def _rows(path: Path, fields: int, faults: list[str]) -> Iterator[tuple[str, list[str]]]:
    lines = path.read_text("utf-8-sig").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.rstrip("\r").split("\t")
        where = f"{path.name} line {number}"
        if len(cells) != fields:
            faults.append(f"{where}: {len(cells)} fields, wanted {fields}")
        else:
            yield where, cells


def _questions(path: Path, documents: dict[str, Document], faults: list[str]) -> Iterator[Question]:
    for where, (name, kind, text, gold, answer) in _rows(path, 5, faults):
        gold = gold.strip()
        none = gold.startswith("-")
        body = gold[1:].strip() if none else gold
        places = tuple(
            place for part in body.split(" || ") if part.strip() and (place := _place(part, documents, where, faults))
        )
        if not none and not places:
            faults.append(f"{where}: gold is empty")
        yield Question(name, kind, text.strip(), () if none else places, places if none else (), answer.strip())


def _claims(path: Path, documents: dict[str, Document], faults: list[str]) -> Iterator[Claim]:
    for where, (label, quote, text) in _rows(path, 3, faults):
        if label not in LABELS:
            faults.append(f"{where}: label is {label!r}, one of {', '.join(LABELS)}")
        place = _place(quote, documents, where, faults)
        if place:
            yield Claim(label, place, text.strip())


def _place(named: str, documents: dict[str, Document], where: str, faults: list[str]) -> Place | None:
    name, _, quote = named.partition("|")
    document = documents.get(name.strip())
    if document is None:
        faults.append(f"{where}: there is no document {name.strip()}")
        return None
    span = find_quote(document.text, quote)
    if span is None:
        faults.append(f"{where}: {name.strip()} does not hold the quote")
        return None
    return Place(document.path, span)


def find_quote(text: str, quote: str) -> Span | None:
    """Where a quote stands in a canonical text, first to the letter, then by its words; None where it does not."""
    quote = quote.replace("\\n", "\n")
    before = ""
    if braces := _BEFORE.match(quote):
        before, quote = braces[1], quote[braces.end() :]
    at = text.find(before + quote)
    if at >= 0 and quote:
        return Span(at + len(before), at + len(before) + len(quote))
    said = _LOOSE.join(map(re.escape, _PARTED.findall(quote)))
    first = "".join(re.escape(word) + _LOOSE for word in _PARTED.findall(before))
    found = re.search(f"{first}({said})", text) if said else None
    return Span(*found.span(1)) if found else None
