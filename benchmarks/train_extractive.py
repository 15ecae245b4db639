"""Learn the weights of the extractive answer, and measure it on groups it has not seen.

    python benchmarks/train_extractive.py SET... [--index DIR] [--write]

A SET is a folder with `documents/` and `cases.jsonl` (lines {"id", "question", "answerable", "gold": [{"document",
"start", "end"}], "group", "language"}), or one in BEIR form with `answers.jsonl` (see `passage_rows.py`). Two are
fitted. `named` is for questions that name their document and ask for what is in `rag/generators/concepts`. `open` is
for all others: it sees the case sets with names taken out, within the right document, with and without concepts, and
the questions of BEIR sets, once as they are and once with every relevant passage removed, so that none answers. All is
cross-validated by group (a document and its variants): the figures printed are of groups left out. `--write` stores
the weights fitted on all of it; thresholds are chosen by hand from the table and kept.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from passage_rows import Row, passage_rows
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from rag.gathering import gather
from rag.generators.candidates import Candidate
from rag.generators.extractive import _WEIGHTS, is_plain
from rag.generators.features import NAMES, features
from rag.generators.persons import of_the_named
from rag.generators.question import analyse, without_concepts
from rag.library import Library

STRENGTH = 0.3  # inverse of the regularisation; the figures move by under a point from 0.1 to 3
FOLDS = 5
THRESHOLDS = (0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3)
QUOTES, KEEP = 2, 0.5


def rows_of(folder: Path, index: Path | None) -> list[Row]:
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text("utf-8").splitlines() if line]
    out = []
    with Library.open(folder / "documents", index=index and index / folder.name) as library:
        library.sync(encode=True)
        for case in cases:
            out.append(row_of(case, library, folder.name))
    return out


def row_of(case: dict[str, Any], library: Library, name: str) -> Row:
    found = library.find(case["question"], 8)
    question = analyse(case["question"], case["language"], found.named.names)
    gathered = gather(found.hits, found.documents, library.document, only=not question.names)
    sentences = of_the_named(question, gathered)
    hidden = without_concepts(question)
    gold = [
        any(
            s.hit.document == g["document"] and s.span.start < g["end"] and g["start"] < s.span.end
            for g in case["gold"]
        )
        for s in sentences
    ]
    return Row(
        name, f"{name}/{case['group']}", case["answerable"], is_plain(question),
        np.array(features(question, sentences)), np.array(gold, dtype=bool),
        np.array(features(hidden, sentences)),
        np.array([s.hit.document in _right(case, sentences) for s in sentences], dtype=bool),
    )  # fmt: skip


def _right(case: dict[str, Any], sentences: Sequence[Candidate]) -> set[str]:
    """Documents of the gold, or for a case without any, the one that was found first."""
    return {g["document"] for g in case["gold"]} or {s.hit.document for s in sentences if s.rank == 1}


def nameless(row: Row) -> list[Row]:
    """The case within its own document and without its names, with its concepts and without them."""
    if row.hidden is None or row.inside is None or not len(row.gold):
        return [row]
    out = []
    for values, suffix in ((row.values, ""), (row.hidden, "-open")):
        kept = values[row.inside].copy()
        kept[:, NAMES.index("names")] = 0
        out.append(dataclasses.replace(row, set_name=row.set_name + suffix, values=kept, gold=row.gold[row.inside]))
    return out


def fit(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Weights of one model; each set counts alike, and a long document no more than a short one."""
    count = {name: sum(r.set_name == name for r in rows) for name in {r.set_name for r in rows}}
    rows = [free(r) for r in rows]
    rows = [r for r in rows if len(r.gold)]
    weight = [np.full(len(r.gold), min(1.0, 200 / count[r.set_name]) * 60 / max(60, len(r.gold))) for r in rows]
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=1000)
    model.fit(
        np.vstack([r.values for r in rows]),
        np.concatenate([r.gold for r in rows]),
        sample_weight=np.concatenate(weight),
    )
    return np.asarray(model.coef_[0])


def free(row: Row) -> Row:
    """The case without the sentences that are barred from answering."""
    if not len(row.gold):
        return row
    kept = row.values[:, NAMES.index("barred")] == 0
    return dataclasses.replace(row, values=row.values[kept], gold=row.gold[kept])


def top(row: Row, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    row = free(row)
    if not len(row.gold):
        return np.zeros(1), np.zeros(1, dtype=bool)
    scores = row.values @ weights
    order = np.argsort(-scores, kind="stable")[:QUOTES]
    return 1 / (1 + np.exp(-scores[order])), row.gold[order]


def cross_validated(rows: Sequence[Row]) -> list[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    groups = [r.group for r in rows]
    out: list[Any] = [None] * len(rows)
    for train, test in GroupKFold(FOLDS).split(rows, groups=groups):
        weights = fit([rows[i] for i in train])
        for i in test:
            out[i] = top(rows[i], weights)
    return out


def table(rows: Sequence[Row], tops: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]]) -> None:
    for name in sorted({r.set_name for r in rows}):
        own = [(r, t) for r, t in zip(rows, tops, strict=True) if r.set_name == name]
        answerable = [t for r, t in own if r.answerable]
        unanswerable = [t for r, t in own if not r.answerable]
        for limit in THRESHOLDS:
            kept = [g[(s >= limit) & (s >= KEEP * s[0])] for s, g in answerable]
            silent = sum(not len(k) for k in kept)
            right = sum(bool(s[0] < limit) for s, _ in unanswerable)
            overlap = np.mean([bool(k.any()) for k in kept])
            precision = right / max(1, right + silent)
            recall = right / len(unanswerable) if unanswerable else float("nan")
            print(
                f"{name:10s} threshold {limit:.2f}: overlap {overlap:.3f}  quotes {np.mean([len(k) for k in kept]):.2f}"
                f"  abstention precision {precision:.3f} recall {recall:.3f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path, help="folders of case sets or BEIR sets with answers")
    parser.add_argument("--index", type=Path, help="where the indexes of the sets lie or are made")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    passages = [row for folder in args.sets if (folder / "answers.jsonl").exists() for row in passage_rows(folder)]
    cases = [row for folder in args.sets if (folder / "cases.jsonl").exists() for row in rows_of(folder, args.index)]
    stored = json.loads(_WEIGHTS.read_text("utf-8"))
    for mode in ("named", "open"):
        used = [r for r in cases if r.known]
        if mode == "open":
            used = [*passages, *(n for r in cases for n in nameless(r))]
        print(f"--- {mode}: {len(used)} cases")
        table(used, cross_validated(used))
        found = fit(used)
        rounded = {n: round(float(w), 3) for n, w in zip(NAMES, found, strict=True)}
        stored[mode]["weights"] = {n: w for n, w in rounded.items() if w}
    if args.write:
        _WEIGHTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
