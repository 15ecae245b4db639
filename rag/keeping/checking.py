"""Whether every quote of a kept answer still stands: in the file itself, and in the documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casefolio.indexes.shaping import READING, stages
from casefolio.indexes.sync import is_file
from casefolio.ingest.document import Document
from casefolio.ingest.errors import UsageError
from casefolio.ingest.opening import file_sha256
from casefolio.ingest.reading import Reader
from casefolio.keeping.page import RECORD, seal_fault
from casefolio.keeping.record import FORMAT


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: faults (what does not stand), remarks, and how many quotes stand."""

    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    standing: int
    quotes: int


def check(file: Path, folder: Path | None, passwords: Sequence[str] = (), *, ocr: bool = True) -> Checked:
    """Check a kept answer.

    Args:
        file: of `rag ask --html`.
        folder: of the documents; None to check the file alone.
        passwords: for encrypted documents.
        ocr: whether Tesseract may read scans.

    Raises:
        UsageError: where the file cannot be read or is no kept answer.
    """
    if not file.is_file():
        raise UsageError(f"no such file: {file}", "check the path")
    try:
        html = file.read_bytes().decode("utf-8")
        record = json.loads(RECORD.findall(html)[-1])
        answer, ledger = record["answer"], record["ledger"]
        quotes = list(answer["citations"])
        if record["format"] != FORMAT:
            raise UsageError(f"{file} is of format {record['format']}", "a later version of this program reads it")
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UsageError(f"{file} is no answer that `rag ask --html` wrote") from error
    faults, remarks = [], []
    seal = seal_fault(html)
    if seal:
        faults.append(seal)
    elif seal == "":
        remarks.append("sealed on another machine: its seal cannot be checked here, its hash fits")
    try:
        faults += _inner(answer)
        if folder is None:
            remarks.append("the documents were not looked at; name their FOLDER")
            return Checked(tuple(faults), tuple(remarks), 0 if faults else len(quotes), len(quotes))
        faults += _ledger(ledger, folder)
        fallen = list(_quotes(record, folder, passwords, ocr, remarks))
    except (LookupError, TypeError, ValueError, AttributeError):
        return Checked((*faults, "its record is damaged"), tuple(remarks), 0, len(quotes))
    return Checked((*faults, *fallen), tuple(remarks), len(quotes) - len(fallen), len(quotes))


def _inner(answer: dict[str, Any]) -> Iterator[str]:
    """What does not fit within the record: every claim stands in the text, every quote is as long as its span."""
    for claim in answer["claims"]:
        if answer["text"][claim["start"] : claim["end"]] != claim["text"]:
            yield "a claim does not stand in the answer's text"
        for cited in claim["citations"]:
            if cited not in answer["citations"]:
                yield "a claim rests on a quote that is not among the answer's"
    for number, quote in enumerate(answer["citations"], start=1):
        if len(quote["quote"]) != quote["end"] - quote["start"]:
            yield f"quote {number} is not as long as its span"


def _ledger(ledger: Sequence[dict[str, Any]], folder: Path) -> Iterator[str]:
    """Files that are gone or others than they were."""
    root = folder.resolve()
    for file, sha256 in sorted({(entry["file"], entry["file_sha256"]) for entry in ledger}):
        path = root / file
        if not path.resolve().is_relative_to(root):
            yield f"the ledger names a file outside the folder: {file}"
        elif not is_file(path):
            if sha256:  # what could not be opened then may be gone now
                yield f"{file} is gone"
        elif sha256 and file_sha256(root, file) != sha256:
            yield f"{file} was changed"


def _quotes(
    record: dict[str, Any], folder: Path, passwords: Sequence[str], ocr: bool, remarks: list[str]
) -> Iterator[str]:
    """Quotes that do not stand in the documents as they are read now."""
    by_path = {entry["path"]: entry for entry in record["ledger"]}
    quotes = record["answer"]["citations"]
    files = sorted({by_path[q["document"]]["file"] for q in quotes if q["document"] in by_path})
    documents = _read(folder, [f for f in files if is_file(folder / f)], passwords, ocr)
    for number, quote in enumerate(quotes, start=1):
        path = quote["document"]
        document, entry = documents.get(path), by_path.get(path)
        if entry is None:
            yield f"quote {number}: {path} is not in the ledger"
        elif document is None:
            yield f"quote {number}: {path} can no longer be read"
        elif document.sha256 != quote["sha256"] or entry["sha256"] != quote["sha256"]:
            yield f"quote {number}: {path} is another file than the one quoted"
        elif (fault := _fallen(quote, document, record["reading"])) is not None:
            yield f"quote {number}: {fault}"
        elif entry["unread"] is None or len(document.pages) != entry["pages"]:
            yield f"quote {number}: the ledger says otherwise of {path}"
        elif list(document.unread_pages) != entry["unread"]:
            remarks.append(f"{path}: other pages can be read now than then")


def _fallen(quote: dict[str, Any], document: Document, reading: str) -> str | None:
    """Why a quote does not stand in its document."""
    start, end, page = quote["start"], quote["end"], quote["page"]
    sheet = next((p for p in document.pages if p.number == page), None)
    if sheet is None:
        return f"there is no page {page}"
    if document.text[start:end] == quote["quote"]:
        return None if document.page_of(start) == page else f"it stands on page {document.page_of(start)}, not {page}"
    # a later version may read a page with other blanks before the quote; the words are then still on it
    if reading != stages()[READING] and quote["quote"] in sheet.span.of(document.text):
        return None
    return "its words do not stand there" + (" as OCR reads the page now" if sheet.source == "ocr" else "")


def _read(folder: Path, files: Sequence[str], passwords: Sequence[str], ocr: bool) -> dict[str, Document]:
    with Reader(folder, passwords=passwords, ocr=ocr) as reader:
        parts = [part for read in reader.read(files) for part in read]
    return {part.path: part for part in parts if isinstance(part, Document)}
