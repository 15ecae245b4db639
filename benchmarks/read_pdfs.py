"""Reads contracts as PDF: are the words right, and how fast is it beside pypdf page by page?

    python benchmarks/read_pdfs.py SET [--rounds N] [--ocr]

SET holds PDFs, `manifest.jsonl` (path, reference_text, pages, pages_without_text). The word F1 of a file compares the
bags of words of its pages that have a text layer with the reference text. Speed is measured without OCR, file by file,
the two readers in turn.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import pypdf

from casefolio.ingest.document import Document
from casefolio.ingest.reading import read_file

_WORD = re.compile(r"\w+")


def word_f1(text: str, reference: str) -> float:
    """F1 of two texts as bags of words, case folded."""
    ours, theirs = (Counter(_WORD.findall(t.casefold())) for t in (text, reference))
    common = sum((ours & theirs).values())
    return 2 * common / max(1, ours.total() + theirs.total())


def with_pypdf(path: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--ocr", action="store_true", help="also read the pages without a text layer by OCR")
    args = parser.parse_args()
    cases = [json.loads(line) for line in (args.set / "manifest.jsonl").read_text("utf-8").splitlines()]
    ours = theirs = 0.0
    scores, peers, n_pages, sources = [], [], 0, Counter[str]()
    for case in cases:
        path, reference = case["path"], (args.set / case["reference_text"]).read_text("utf-8", "replace")
        times = [
            (timed(lambda p=path: read_file(args.set, p, ocr=False)), timed(lambda p=path: with_pypdf(args.set / p)))
            for _ in range(args.rounds)
        ]
        ours += min(t for t, _ in times)
        theirs += min(t for _, t in times)
        (document,) = read_file(args.set, path, ocr=args.ocr)
        assert isinstance(document, Document), document
        sources.update(page.source for page in document.pages)
        n_pages += len(document.pages)
        text = "\n".join(p.span.of(document.text) for p in document.pages if p.source == "text")
        scores.append(word_f1(text, reference))
        peers.append(word_f1(with_pypdf(args.set / path), reference))
        print(f"- {scores[-1]:.4f} (pypdf {peers[-1]:.4f}) {len(document.pages)} pages {path}")
    print(f"\n| {len(cases)} files, {n_pages} pages | word F1, mean | pages a second |\n|---|---|---|")
    print(f"| Casefolio | {fmean(scores):.4f} | {n_pages / ours:.0f} |")
    print(f"| pypdf | {fmean(peers):.4f} | {n_pages / theirs:.0f} |\n")
    print(f"{theirs / ours:.1f} times as fast; pages by source: {dict(sources)}")


if __name__ == "__main__":
    main()
