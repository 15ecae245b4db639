"""Writes `examples/questions.jsonl` from `examples/sources/questions.toml`: the offsets are those of the text as read.

python examples/make_questions.py
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path

from casefolio.ingest.document import Document
from casefolio.ingest.reading import read_file

HERE = Path(__file__).parent


@cache
def text_of(path: str) -> str:
    document = read_file(HERE / "casefile", path)[0]
    if not isinstance(document, Document):
        raise SystemExit(f"{path} could not be read: {document.reason}")
    return document.text


def gold(path: str, quote: str) -> dict[str, str | int]:
    """The first place where `quote` stands, whatever its white space and its cells' bars."""
    words = [re.escape(word) for word in quote.split() if word != "|"]
    match = re.search(r"(?:\s|\|)+".join(words), text_of(path))
    if match is None:
        raise SystemExit(f"{path} does not say: {quote}")
    return {"document": path, "start": match.start(), "end": match.end(), "quote": match[0]}


def case(source: dict[str, str | list[list[str]]]) -> dict[str, object]:
    quotes = source.get("quotes", [])
    return {
        "id": source["id"],
        "question": source["question"],
        "answer": source.get("answer"),
        "answerable": bool(quotes),
        "gold": [gold(path, quote) for path, quote in quotes],
        "group": source["group"],
        "language": source["language"],
    }


def main() -> None:
    sources = tomllib.loads((HERE / "sources" / "questions.toml").read_text(encoding="utf-8"))["case"]
    lines = [json.dumps(case(source), ensure_ascii=False) for source in sources]
    (HERE / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
