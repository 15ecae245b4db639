"""The ledger of a folder in words: what to look at first and the way out, then every file by folder."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

LONG = 60  # files from which only those are listed that somebody should look at
_LOW = 70.0  # mean confidence of OCR below which a page is worth a look
_NAMED = 6  # files that are named under one reason
_SAID = {"read": "read", "ocr": "read by OCR", "partly": "partly read", "unread": "not read"}

# What the next question, or `rag index`, does again after an upgrade.
_PENDING = {"reading": "every file is read again", "passages": "every document is cut into passages again"}

File = dict[str, Any]


def lines(report: dict[str, Any], tools: dict[str, str], *, every: bool) -> Iterator[str]:
    """What to print of a report.

    Args:
        report: as `examine` makes it.
        tools: what each program is for that may be missing.
        every: whether to list every file of a large folder too.
    """
    files: list[File] = report["files"]
    yield from _summary(report, files)
    yield from _troubles(files)
    yield from _worth_a_look(files)
    for tool, present in report["tools"].items():
        if not present:
            yield f"{tool} is not installed; it {tools[tool]}"
    if every or len(files) <= LONG:
        yield from _by_folder(files)
    else:
        yield f"{len(files)} files and attachments; --all lists every one"


def _summary(report: dict[str, Any], files: list[File]) -> Iterator[str]:
    counts = Counter(file["status"] for file in files)
    said = ", ".join(f"{counts[status]} {words}" for status, words in _SAID.items() if counts[status])
    waiting = report["passages"] - report["with_vector"]
    vectors = f", {waiting} still without a vector" if waiting else ""
    yield f"{report['folder']}: {len(files)} documents: {said or 'none'}; {report['passages']} passages{vectors}"
    dimension = report["contract"].get("dimension")
    yield f"index {report['index']}, encoder {report['encoder']} ({dimension} dimensions)"
    if report.get("missing"):
        told = report["missing"] if report["missing"] > 0 else "an unknown number of"
        yield f"not read to its end: {told} files are missing; `rag index {report['folder']}` goes on"
    if report.get("pending"):
        yield f"made by another version: {_PENDING[report['pending']]}; `rag index {report['folder']}` does it now"
    if report.get("better_encoder"):
        better = report["better_encoder"]
        yield f"{better} is at hand and finds more, in many languages: rag index {report['folder']} --encoder {better}"


def _troubles(files: list[File]) -> Iterator[str]:
    """What could not be read, by reason and way out, the most frequent first; under each the files by folder."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for file in files:
        for reason, hint, name in _faults(file):
            found[reason, hint].append(name)
    if not found:
        yield "nothing is unread"
        return
    yield "Look at these first:"
    for (reason, hint), names in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        way_out = f" → {hint}" if hint else ""
        yield f"  {len(names)} × {reason}{way_out}"
        for folder, members in groupby(sorted(names), key=_folder):
            inside = [PurePosixPath(name).name if folder else name for name in members]
            more = f" and {len(inside) - _NAMED} more" if len(inside) > _NAMED else ""
            yield f"      {folder + '/: ' if folder else ''}{', '.join(inside[:_NAMED])}{more}"


def _faults(file: File) -> Iterator[tuple[str, str, str]]:
    """Reason, way out, and the file, with its pages where it is not all of it."""
    if file["status"] == "unread" and not file["pages"]:
        yield file["reason"], file["hint"], file["document"]
        return
    pages: defaultdict[str, list[int]] = defaultdict(list)
    for page in file["pages"]:
        if page["lacks_text"]:
            pages[page["reason"]].append(page["page"])
    for reason, numbers in pages.items():
        yield reason, "", f"{file['document']} ({_pages(numbers)})"


def _worth_a_look(files: list[File]) -> Iterator[str]:
    """What was read and yet may not be all that a reader sees: poor OCR, words left out."""
    said = []
    for file in files:
        poor = [p["page"] for p in file["pages"] if p["confidence"] is not None and p["confidence"] < _LOW]
        if poor:
            said.append(f"  {file['document']}: OCR was unsure on {_pages(poor)}; compare with the picture")
        said += [f"  {file['document']}: {note}" for note in file.get("notes", []) if "left out" in note]
        if file.get("hidden_characters"):
            n = file["hidden_characters"]
            said.append(f"  {file['document']}: {n} characters that a reader cannot see were left out")
    if said:
        yield "Worth a look:"
        yield from said[:LONG]
        if len(said) > LONG:
            yield f"  and {len(said) - LONG} more (--json)"


def _by_folder(files: list[File]) -> Iterator[str]:
    for folder, members in groupby(sorted(files, key=lambda f: (_folder(f["document"]), f["document"])), key=_of):
        yield f"{folder or '.'}/"
        for file in members:
            yield from _file(file, folder)


def _of(file: File) -> str:
    return _folder(file["document"])


def _file(file: File, folder: str) -> Iterator[str]:
    name = file["document"][len(folder) + 1 :] if folder else file["document"]
    n = file.get("n_pages", 0)
    told = f"  {n} page{'' if n == 1 else 's'}" if n else ""
    why = f"  {file['reason']}" if file["reason"] else ""
    yield f"  {file['status']:<7} {name}{told}{why}"
    known = [file.get("kind", "").replace("_", " "), file.get("date", ""), *_names(file)]
    if any(known):
        yield f"            {'; '.join(k for k in known if k)}"
    for page in file["pages"]:
        if page["source"] == "unread":
            yield f"            page {page['page']} unread: {page['reason']}"
        elif page["source"] == "ocr":
            confidence = "" if page["confidence"] is None else f", confidence {page['confidence']:.0f}"
            yield f"            page {page['page']} read by OCR{confidence}"
        elif page["reason"] and page["reason"] != "blank":
            yield f"            page {page['page']}: {page['reason']}"
    for note in file.get("notes", []):
        yield f"            {note}"


def _names(file: File) -> list[str]:
    named = {f["value"]: None for f in file.get("identity", []) if f["field"] in ("patient", "party")}
    return list(named)[:4]


def _folder(path: str) -> str:
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent


def _pages(numbers: list[int]) -> str:
    """`page 3`, `pages 1-4, 9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return f"page{'' if len(numbers) == 1 else 's'} {said}"
