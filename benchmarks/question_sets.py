"""Questions with the places that answer them, from case sets and from the folders of our own corpus.

A corpus folder (`examples/corpus/PART/FOLDER`) holds documents and `questions.tsv`: id, kind, question, gold, answer;
gold is `file|{what stands before}quote`, several joined by ` || `, or begins with `-` where nothing answers.
A case set holds `documents/` and `cases.jsonl`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casefolio.library import Library

_GOLD = re.compile(r"(?P<file>[^|]*)\|(?:\{(?P<before>.*?)\})?(?P<quote>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and where it is answered; no places for one that the folder cannot answer."""

    id: str
    kind: str
    question: str
    places: tuple[tuple[str, int, int], ...]
    group: str = ""


def folders(roots: list[Path]) -> list[Path]:
    """All case sets and corpus folders below some folders."""
    found = {p.parent for root in roots for name in ("questions.tsv", "cases.jsonl") for p in root.rglob(name)}
    return sorted(found)


def documents_of(folder: Path, scratch: Path) -> Path:
    """Where the documents of a set lie, without its questions: those of a corpus folder are copied to `scratch`."""
    if (folder / "cases.jsonl").is_file():
        return folder / "documents"
    for file in folder.iterdir():
        if file.suffix != ".tsv":
            scratch.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, scratch / file.name)
    return scratch


def questions_of(folder: Path, library: Library) -> list[Asked]:
    """The questions of a set; gold that cannot be found in what was read is left out."""
    if (folder / "cases.jsonl").is_file():
        return list(_cases(folder))
    return list(_corpus(folder, library))


def _cases(folder: Path) -> Iterator[Asked]:
    for line in (folder / "cases.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        gold = case.get("gold", ()) if case["answerable"] else ()
        places = tuple((g["document"], g["start"], g["end"]) for g in gold)
        yield Asked(case["id"], case.get("kind", ""), case["question"], places, case.get("group", ""))


def _corpus(folder: Path, library: Library) -> Iterator[Asked]:
    texts = {entry.path: library.document(entry.path).text for entry in library.ledger() if entry.document}
    for line in (folder / "questions.tsv").read_text("utf-8").splitlines():
        cells = line.split("\t")
        if line.startswith("#") or len(cells) != 5:
            continue
        places = () if cells[3].startswith("-") else tuple(_places(cells[3], texts))
        if places or cells[3].startswith("-"):
            yield Asked(cells[0], cells[1], cells[2], places)


def _places(gold: str, texts: dict[str, str]) -> Iterator[tuple[str, int, int]]:
    for one in gold.split(" || "):
        match = _GOLD.fullmatch(one.strip())
        text = texts.get(match["file"].strip()) if match else None
        if match is None or text is None:
            continue
        before, quote = ((part or "").replace("\\n", "\n") for part in (match["before"], match["quote"]))
        found = re.search(_loose(before) + r"\s*(?P<quote>" + _loose(quote) + ")", text) if before else None
        found = found or _in_row(before, quote, text) or re.search(f"(?P<quote>{_loose(quote)})", text)
        if found:
            yield match["file"].strip(), *found.span("quote")


def _in_row(before: str, quote: str, text: str) -> re.Match[str] | None:
    """A cell of a table, whose separators are read as something else: the last such cell of the row."""
    first = re.split(r"[,;\n]", before)[0]
    return re.search(rf"(?m){_loose(first)}.*(?P<quote>{_loose(quote)})", text) if first.strip() else None


def _loose(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.split())
