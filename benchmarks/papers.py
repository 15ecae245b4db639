"""Short papers with questions, passage by passage: is it told right whether a paper answers, and where?

    python benchmarks/papers.py FILE.jsonl… [--most 5000] [--held] [--reader FILE.onnx]

FILE: `examples/excerpts/asked_HAND.jsonl`. Nothing is retrieved and no decision is taken: "told" is the sign of the
reader's logit that the passage answers, "touched" that its best span overlaps the answer, "AUC" of that logit. A
wording is the place of a question in its group (examples/excerpts/README.md).
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from casefolio.eval.measures.detectors import auc
from casefolio.indexes.encoders.table import open_table
from casefolio.reader.model import WEIGHTS, Output, ReaderModel
from casefolio.reader.reading import likeliest_span

_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """One wording, the paper it is asked of, and where the paper answers (character offsets; empty: it does not)."""

    language: str
    wording: int
    question: str
    header: str
    passage: str
    answers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the reader said of one wording."""

    answerable: bool
    logit: float
    touched: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=5000, help="wordings, drawn at random with one seed (5000)")
    parser.add_argument("--held", action="store_true", help="only papers that are kept out of training")
    parser.add_argument("--reader", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    every = [asked for file in args.files for asked in wordings(file, held=args.held)]
    some = random.Random(5).sample(every, min(args.most, len(every)))
    reader = ReaderModel(args.reader, open_table())
    slices: dict[str, list[Told]] = defaultdict(list)
    for at in range(0, len(some), _AT_ONCE):
        batch = some[at : at + _AT_ONCE]
        outputs = reader.questions([(a.question, a.header, a.passage) for a in batch])
        for asked, output in zip(batch, outputs, strict=True):
            told = judged(asked, output)
            for name in ("all", asked.language, f"wording {asked.wording}"):
                slices[name].append(told)
    print("| | questions | told right | answerable | unanswerable | touched | AUC |\n|---|---|---|---|---|---|---|")
    for name in sorted(slices):
        print(row(name, slices[name]))


def wordings(file: Path, *, held: bool) -> Iterator[Asked]:
    """All wordings of a file, or only those of its held papers."""
    for line in file.read_text("utf-8").splitlines():
        paper = json.loads(line)
        if held and not paper.get("held"):
            continue
        for group in paper["asked"]:
            answers = tuple((a["start"], a["end"]) for a in group["answers"])
            for n, question in enumerate(group["questions"], 1):
                yield Asked(paper["language"], n, question, paper["header"], paper["passage"], answers)


def judged(asked: Asked, output: Output) -> Told:
    """The reader's output beside the gold."""
    touched = False
    if asked.answers and len(output.begin):
        first, last, _ = likeliest_span(output.begin, output.end)
        start, end = output.offsets[first][0], output.offsets[last][1]
        touched = any(start < b and end > a for a, b in asked.answers)
    return Told(bool(asked.answers), output.answers, touched)


def row(name: str, told: Sequence[Told]) -> str:
    """One line of the table; a dash where a slice has nothing to count."""
    yes, no = [t for t in told if t.answerable], [t for t in told if not t.answerable]
    right_yes, right_no = [t.logit > 0 for t in yes], [t.logit <= 0 for t in no]
    shares = [right_yes + right_no, right_yes, right_no, [t.touched for t in yes]]
    cells = [f"{np.mean(share):.3f}" if share else "–" for share in shares]
    area = auc(np.array([t.logit for t in told]), np.array([t.answerable for t in told]))
    return f"| {name} | {len(told)} | {' | '.join(cells)} | {area:.3f} |"


if __name__ == "__main__":
    main()
