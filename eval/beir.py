"""BEIR folders: `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`.

A corpus entry is written as one text file (title, blank line, text) and indexed like any other folder; passages found
are folded into documents at the rank of their best one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from casefolio.eval.cases import fingerprint
from casefolio.eval.faults import Faults, read_rows, unique_id


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of the corpus."""

    id: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """What is written into its file."""
        return f"{self.title}\n\n{self.text}".strip()


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the documents judged for it: pairs of id and relevance, only those above 0."""

    id: str
    text: str
    relevant: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class BeirSet:
    """A BEIR folder that was read and found sound; `queries` are those with a relevant document."""

    name: str
    folder: Path
    sha256: str
    corpus: tuple[Entry, ...]
    queries: tuple[Query, ...]

    def write_folder(self, root: Path) -> dict[str, str]:
        """Writes every entry as a text file below `root`.

        Names are counted in consonants, since ids may hold any character, and a digit or a word in a path could match a
        question; 400 files share a folder.

        Returns:
            id of the entry by path below `root`.
        """
        ids = {}
        for i, entry in enumerate(self.corpus):
            name = f"{_consonants(i // 400)}/{_consonants(i)}.txt"
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(entry.whole.encode())
            ids[name] = entry.id
        return ids


def _consonants(number: int) -> str:
    letters = "bcdfghjklmnpqrstvwxz"
    return "".join(letters[number // 20**place % 20] for place in (5, 4, 3, 2, 1, 0))


def read_beir_set(folder: Path, faults: Faults, name: str = "") -> BeirSet:
    """Reads and checks a BEIR folder; what is wrong goes into `faults`."""
    corpus, queries, qrels = (folder / n for n in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"))
    seen: dict[str, int] = {}
    entries = tuple(
        Entry(unique_id(row, seen, "_id"), row.text("title", "", empty=True), row.text("text", empty=True))
        for row in read_rows(corpus, str(corpus), faults)
    )
    asked: dict[str, int] = {}
    texts = {unique_id(r, asked, "_id"): r.text("text") for r in read_rows(queries, str(queries), faults)}
    judged = _read_qrels(qrels, seen.keys(), texts.keys(), faults)
    kept = tuple(Query(i, text, tuple(judged[i])) for i, text in texts.items() if judged.get(i))
    if not kept:
        faults.add(str(qrels), 0, "", "no query has a relevant document")
    sha256 = fingerprint(folder, [corpus, queries, qrels])
    return BeirSet(name or folder.resolve().name, folder, sha256, entries, kept)


def _read_qrels(
    path: Path, documents: Iterable[str], queries: Iterable[str], faults: Faults
) -> dict[str, list[tuple[str, int]]]:
    judged: dict[str, list[tuple[str, int]]] = {}
    known, asked = set(documents), set(queries)
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        faults.add(str(path), 0, "", f"cannot be read: {error}")
        return judged
    for number, line in enumerate(lines, start=1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and not cells[-1].lstrip("-").isdigit()):
            continue
        if len(cells) not in (3, 4) or not cells[-1].lstrip("-").isdigit():
            faults.add(str(path), number, "", "must be query, document and a whole number, divided by tabs")
            continue
        query, document, relevance = cells[0], cells[-2], int(cells[-1])
        if query not in asked:
            faults.add(str(path), number, "query-id", f"{query!r} is not in queries.jsonl")
        if document not in known:
            faults.add(str(path), number, "corpus-id", f"{document!r} is not in corpus.jsonl")
        if relevance > 0:
            judged.setdefault(query, []).append((document, relevance))
    return judged
