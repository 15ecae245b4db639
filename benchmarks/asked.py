"""How good the answers are that `Library.ask` gives on case sets: good, right of those shown, refused.

"Unanswerable refused" is the recall of abstention, "of the silences right" its precision.

    python benchmarks/asked.py SET… [--every N] [--cases FILE.jsonl] [--words]

A case is good where a citation shares a character with its gold, or where it has no answer and none is shown. Cases
whose ids end in `#w1` to `#w5` are wordings of one question and are told apart. `--words` encodes nothing before.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from casefolio.answer import Answer
from casefolio.library import Library


def outcome(case: dict[str, Any], answer: Answer) -> Counter[str]:
    shown = answer.status == "supported"
    gold = [(g["document"], g["start"], g["end"]) for g in case.get("gold", [])]
    cited = [(c.document, c.span.start, c.span.end) for c in answer.citations] if shown else []
    right = any(a == d and begin < end and stop > start for a, begin, stop in cited for d, start, end in gold)
    answerable = bool(case["answerable"])
    return Counter(
        cases=1,
        answerable=answerable,
        shown=shown,
        right=right,
        refused=not answerable and not shown,
        good=right if answerable else not shown,
    )


def told(name: str, n: Counter[str]) -> str:
    rest = n["cases"] - n["answerable"]
    shares = {
        "good": n["good"] / n["cases"],
        "of the shown right": n["right"] / max(1, n["shown"]),
        "unanswerable refused": n["refused"] / max(1, rest),
        "of the silences right": n["refused"] / max(1, n["cases"] - n["shown"]),
        "gold cited": n["right"] / max(1, n["answerable"]),
    }
    return f"{name} ({n['cases']}): " + ", ".join(f"{what} {share:.3f}" for what, share in shares.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every N-th case")
    parser.add_argument("--cases", type=Path, help="other cases over the documents of the one set")
    parser.add_argument("--words", action="store_true", help="do not encode the folder first")
    args = parser.parse_args()
    total: Counter[str] = Counter()
    for place in args.sets:
        lines = (args.cases or place / "cases.jsonl").read_text("utf-8").splitlines()
        counts: dict[str, Counter[str]] = {}
        with tempfile.TemporaryDirectory() as index, Library.open(place / "documents", index=index) as library:
            library.sync(encode=not args.words)
            for case in map(json.loads, lines[:: args.every]):
                found = outcome(case, library.ask(case["question"]))
                _, _, wording = case["id"].rpartition("#")
                for name in (place.name, f"{place.name} {wording}") if wording != case["id"] else (place.name,):
                    counts.setdefault(name, Counter()).update(found)
                total.update(found)
        for name, n in sorted(counts.items()):
            print(told(name, n), flush=True)
    print(told("together", total))


if __name__ == "__main__":
    main()
