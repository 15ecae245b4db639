"""Pairs: a question, the passages that answer it, and what must not leak between training and evaluation.

    {"query", "positive": TEXT | [TEXT…], "negative"?: [TEXT…], "title"?, "label"?, "group"?, "template"?,
     "document"?, "answer"?, "language"?, "start"?, "end"?}

Other forms that published sets have are read too: `pos`/`neg`, `anchor`, `question`; and TSV of sent0, sent1, label.
`group` is a patient or a contract, `template` the wording that made the question: a split by both leaks neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from casefolio.training.errors import TrainingError, lines_of, refuse

_NAMES = {
    "query": ("query", "question", "anchor"),
    "positive": ("positive", "pos"),
    "negative": ("negative", "neg", "hard_neg"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of training.

    Attributes:
        query: as asked; for terms, a name.
        positive: texts that answer it, at least one.
        negative: texts known not to.
        title: of the positives, for encoders of pairs.
        label: concept or relation, for losses over labels.
        group: patient, contract: rows of one group are not independent of each other.
        template: which wording made the query; empty where a person did.
        document: where the positives stand.
        answer: the words that answer, as they stand in the first positive; empty where all of it does.
        language: ISO 639-1 code.
        passage: the first positive as a reader sees it, where the positive is what an index embeds of it.
    """

    query: str
    positive: tuple[str, ...]
    negative: tuple[str, ...] = ()
    title: str = ""
    label: str = ""
    group: str = ""
    template: str = ""
    document: str = ""
    answer: str = ""
    language: str = ""
    passage: str = ""


def read_pairs(path: Path) -> list[Pair]:
    """Pairs of a JSONL or TSV file.

    Raises:
        TrainingError: the file cannot be read, or naming line and field of what is faulty.
    """
    lines = lines_of(path)
    faults: list[str] = []
    read = _tsv if path.suffix.lower() in {".tsv", ".txt"} else _json
    found = [
        pair
        for number, line in enumerate(lines, 1)
        if line.strip() and (pair := read(line.rstrip("\r"), number, faults))
    ]
    refuse(path, faults, "see docs/training.md for the fields")
    if not found:
        raise TrainingError(f"{path}: holds no pair")
    return found


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Write pairs as JSON lines, empty fields left out."""
    with path.open("w", encoding="utf-8") as file:
        for pair in pairs:
            row = {name: value for name, value in asdict(pair).items() if value}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def data_hash(pairs: Sequence[Pair]) -> str:
    """SHA-256 of all that training reads of the pairs, in their order."""
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(json.dumps(asdict(pair), ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


def _tsv(line: str, number: int, faults: list[str]) -> Pair | None:
    cells = line.split("\t")
    if len(cells) < 2 or not cells[0].strip() or not cells[1].strip():
        faults.append(f"line {number}: two texts and a label, parted by tabs, are needed")
        return None
    label = cells[2].strip() if len(cells) > 2 else ""
    return Pair(cells[0].strip(), (cells[1].strip(),), label=label)


def _json(line: str, number: int, faults: list[str]) -> Pair | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        faults.append(f"line {number}: no JSON: {str(error)[:80]}")
        return None
    if not isinstance(row, dict):
        faults.append(f"line {number}: no JSON object")
        return None
    before = len(faults)
    query = _first(row, "query")
    if not isinstance(query, str) or not query.strip():
        faults.append(f"line {number}: query is missing or no text")
    positive = _texts(_first(row, "positive"))
    if not positive:
        faults.append(f"line {number}: positive is missing, or neither a text nor a list of texts")
    negative = _texts(_first(row, "negative") or [])
    if negative is None:
        faults.append(f"line {number}: negative is neither a text nor a list of texts")
    rest: dict[str, str] = {}
    for field in fields(Pair)[3:]:
        value = row.get(field.name)
        if value is None:
            continue
        if not isinstance(value, str | int) or isinstance(value, bool):
            faults.append(f"line {number}: {field.name} is no text")
        rest[field.name] = str(value)
    if len(faults) > before or positive is None or negative is None:
        return None
    return Pair(query, positive, negative, **rest)


def _first(row: dict[str, Any], name: str) -> Any:
    return next((row[key] for key in _NAMES[name] if row.get(key) is not None), None)


def _texts(value: Any) -> tuple[str, ...] | None:
    """Texts of a text, of a list of texts, or of a list of {"text": …}; None where it is neither."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        return None
    found = [item.get("text") if isinstance(item, dict) else item for item in items]
    kept = tuple(text for text in found if isinstance(text, str) and text.strip())
    return kept if len(kept) == len(found) else None
