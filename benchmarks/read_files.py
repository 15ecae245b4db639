"""Reads a set of real files and compares with its manifest: a Markdown table, one row for each format.

    python benchmarks/read_files.py SET [--jobs N] [--faults]

SET holds `files/` and `manifest.jsonl`: path, format, kind, expect (strings that must be in the text), pages,
n_pages_without_text. Strings are compared after NFKC, case folding and folding of white space.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casefolio.ingest.document import Document, Unread
from casefolio.ingest.paging import NO_TEXT
from casefolio.ingest.reading import Reader


@dataclass
class Count:
    files: int = 0
    stating: int = 0
    found: int = 0
    refused: int = 0
    to_refuse: int = 0
    paged: int = 0
    pages_right: int = 0


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def pages_without_text(document: Document) -> int:
    """Pages whose text layer has fewer than five letters: blank ones, and those that need OCR."""
    few = (len("".join(p.span.of(document.text).split())) < 5 for p in document.pages)
    return sum(
        p.reason.startswith(NO_TEXT) or (p.source == "text" and short)
        for p, short in zip(document.pages, few, strict=True)
    )


def judge(case: dict[str, Any], results: list[Document | Unread], count: Count) -> str:
    """Counts a file; says what is wrong with it."""
    faults = []
    first = results[0]
    text = folded("\n".join(r.text for r in results if isinstance(r, Document)))
    count.files += 1
    if case["expect"]:
        missing = [s for s in case["expect"] if folded(s) not in text]
        count.stating += 1
        count.found += not missing
        faults += [f"lacks {missing}"] if missing else []
    if case["kind"] in ("encrypted", "broken"):
        count.to_refuse += 1
        right = isinstance(first, Unread) and (case["kind"] != "encrypted" or "encrypted" in first.reason)
        count.refused += right
        faults += [] if right else ["should be unread"]
    if case["n_pages_without_text"] is not None:
        count.paged += 1
        want = (case["pages"], case["n_pages_without_text"])
        got = (len(first.pages), pages_without_text(first)) if isinstance(first, Document) else None
        count.pages_right += got == want
        faults += [f"pages {got}, not {want}"] if got != want else []
    if case["kind"] == "blank" and text:
        faults.append("invents text")
    if isinstance(first, Unread) and faults:
        faults.append(f"unread: {first.reason}")
    return "; ".join(faults)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--faults", action="store_true", help="name each file that is not as stated")
    parser.add_argument("--only", default="", help="read only the files whose path holds this")
    args = parser.parse_args()
    lines = (args.set / "manifest.jsonl").read_text("utf-8").splitlines()
    cases = {case["path"]: case for line in lines if args.only in (case := json.loads(line))["path"]}
    counts: defaultdict[str, Count] = defaultdict(Count)
    started = time.perf_counter()
    with Reader(args.set, jobs=args.jobs) as reader:
        for results in reader.read(cases):
            case = cases[results[0].path]
            fault = judge(case, results, counts[case["format"]])
            if fault and args.faults:
                print(f"- {case['path']} ({case['kind']}): {fault}")
    elapsed = time.perf_counter() - started
    print("| format | files | all strings found | encrypted or broken, and refused | page counts right |")
    print("|---|---|---|---|---|")
    total = Count()
    for name, count in [*sorted(counts.items()), ("all", total)]:
        shares = [f"{count.found} of {count.stating}", f"{count.refused} of {count.to_refuse}"]
        print(f"| {name} | {count.files} | {' | '.join(shares)} | {count.pages_right} of {count.paged} |")
        for field in vars(total):
            setattr(total, field, getattr(total, field) + getattr(count, field))
    print(f"\n{len(cases)} files in {elapsed:.1f} s")


if __name__ == "__main__":
    main()
