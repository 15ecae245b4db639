"""Write the twins of `tests/twins` from their templates: pairs that differ in one word or number, and paraphrases.

    python benchmarks/make_twins.py

The first two templates of each kind and language are for development, the third is held out.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

TWINS = Path(__file__).resolve().parents[1] / "tests" / "twins"
LANGUAGES = ("en", "de", "ko")
FILLINGS = 3
_SLOT = re.compile(r"\{([^{}]*)\}")


def fill(template: str, which: int) -> str:
    return _SLOT.sub(lambda slot: slot[1].split(";")[which], template)


def templates(language: str) -> list[list[str]]:
    lines = (TWINS / "templates" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split(" | ")] for line in lines if line.strip() and not line.startswith("#")]
    for row in rows:
        if len(row) != 5:
            raise ValueError(f"a template has five cells: {row}")
    return rows


def items(language: str) -> dict[str, list[dict[str, str]]]:
    """Records of a language by file: pairs and rankings, to develop on and held out."""
    out: dict[str, list[dict[str, str]]] = {}
    seen: dict[str, int] = {}
    for kind, *cells in templates(language):
        seen[kind] = seen.get(kind, 0) + 1
        part = "held" if seen[kind] % 3 == 0 else "develop"
        for which in range(FILLINGS):
            quote, same, twin, question = (fill(cell, which) for cell in cells)
            name = f"{language}-{kind.replace(' ', '_')}-{seen[kind]}{'abc'[which]}"
            base = {"language": language, "kind": kind}
            # Every other pair is turned round: the change may stand in the claim or in the quote.
            for label, other in (("contradiction", twin), ("same", same)):
                claim, cited = (other, quote) if which % 2 == 0 else (quote, other)
                row = {"id": f"{name}-{label}", **base, "claim": claim, "quote": cited, "label": label}
                out.setdefault(f"{part}.jsonl", []).append(row)
            rank = {"id": name, **base, "question": question, "right": quote, "wrong": twin}
            out.setdefault(f"ranking_{part}.jsonl", []).append(rank)
    return out


def main() -> None:
    files: dict[str, list[dict[str, str]]] = {}
    for language in LANGUAGES:
        for name, rows in items(language).items():
            files.setdefault(name, []).extend(rows)
    for name, rows in files.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (TWINS / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(rows)}")


if __name__ == "__main__":
    main()
