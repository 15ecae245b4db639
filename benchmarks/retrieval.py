"""Retrieval of one set beside the peers' lines, with bootstrap intervals.

    python benchmarks/retrieval.py SET [--beir] [--peers FOLDER] [--encoder NAME] [--only dense|sparse] [--index DIR]
                                   [--depth 20] [--within group] [--json]

SET is a folder with `documents/` and `cases.jsonl`, or (with --beir) with `corpus.jsonl`, `queries.jsonl`, `qrels/`.
FOLDER holds `*.jsonl` with one object a line: `system`, `set`, `set_sha256` and the figures under their names.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from casefolio.eval.beir import BeirSet
from casefolio.eval.cases import CaseSet
from casefolio.eval.measures.beir import score_beir
from casefolio.eval.measures.cases import score_cases
from casefolio.eval.measures.retrieval import BUDGETS, KS
from casefolio.eval.sets import load_sets
from casefolio.eval.statistics import Figure, percentile
from casefolio.eval.system import Configuration, open_library
from casefolio.eval.tasks import BeirTask, CaseTask, Task
from casefolio.indexes.encoders import default_encoder
from casefolio.ingest.errors import RagError

BEIR_NAMES = {"ndcg@10": "nDCG@10", "recall@10": "R@10", "recall@100": "R@100", "mrr@10": "RR@10"}


def main() -> int:
    args = parser().parse_args()
    try:
        found = [s for s in load_sets([args.set]) if isinstance(s, BeirSet if args.beir else CaseSet)]
        if not found:
            print(f"{args.set} holds no {'BEIR' if args.beir else 'case'} set", file=sys.stderr)
            return 1
        figures, seconds = measure(found[0], args)
    except RagError as error:
        print(error, file=sys.stderr)
        return 1
    label = "word overlap" if args.encoder == "words" else " ".join(("casefolio", args.encoder, args.only)).strip()
    ours = {"system": label, "set": found[0].name, "figures": figures, "query_ms_p50": percentile(seconds, 0.5)}
    peers = list(peer_lines(args.peers, found[0])) if args.peers else []
    print(json.dumps(plain(ours)) if args.json else table(label, figures, peers, seconds))
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("set", type=Path)
    made.add_argument("--beir", action="store_true")
    made.add_argument("--peers", type=Path)
    made.add_argument("--encoder", default=default_encoder()[0])
    made.add_argument("--only", choices=("dense", "sparse"), default="", help="one part of the search alone")
    made.add_argument("--within", choices=("all", "group"), default="all")
    made.add_argument("--depth", type=int, default=20)
    made.add_argument("--index", type=Path, help="keep the index here, to run again without encoding")
    made.add_argument("--json", action="store_true")
    return made


def measure(case_set: CaseSet | BeirSet, args: argparse.Namespace) -> tuple[dict[str, Figure], list[float]]:
    configuration = Configuration(args.encoder, within=args.within, only=args.only, answers=False, depth=args.depth)
    with tempfile.TemporaryDirectory() as temporary:
        task = retrieval_task(case_set, configuration, args.index or Path(temporary))
        task.prepare()
        produced = [task.produce(item) for item in task.items()]
    scorer = score_beir if args.beir else score_cases
    return scorer([p.record for p in produced]).figures, [p.seconds["search"] * 1000 for p in produced if p.seconds]


def retrieval_task(case_set: CaseSet | BeirSet, configuration: Configuration, work: Path) -> Task:
    if isinstance(case_set, BeirSet):
        return BeirTask(case_set, configuration, open_library, work)
    return CaseTask(case_set, configuration, open_library, work / "index")


def peer_lines(folder: Path, case_set: CaseSet | BeirSet) -> Iterator[dict[str, Any]]:
    """Lines that were measured on the same texts, questions and gold."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if "system" in row and case_set.sha256.startswith(row.get("set_sha256") or "-"):
                yield row


def table(name: str, figures: dict[str, Figure], peers: list[dict[str, Any]], milliseconds: list[float]) -> str:
    spans = [f"{m}@{b}c" for b in BUDGETS for m in ("recall", "wrong")] + [f"recall@{k}" for k in KS]
    ours = {theirs: figures[name] for theirs, name in BEIR_NAMES.items()} if "nDCG@10" in figures else figures
    names = list(BEIR_NAMES) if "nDCG@10" in figures else spans
    lines = ["| system | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for row in peers:
        lines.append(f"| {row['system']} | " + " | ".join(cell(row.get(n)) for n in names) + " |")
    lines.append(f"| **{name}** | " + " | ".join(str(ours[n]) for n in names) + " |")
    p50, p95 = percentile(milliseconds, 0.5), percentile(milliseconds, 0.95)
    lines.append(f"\nquestions {len(milliseconds)}, p50 {p50:.1f} ms, p95 {p95:.1f} ms; intervals: 95 %, groups drawn")
    return "\n".join(lines)


def cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def plain(ours: dict[str, Any]) -> dict[str, Any]:
    figures = {n: [f.value, f.low, f.high] for n, f in ours["figures"].items()}
    return {**ours, "figures": figures}


if __name__ == "__main__":
    sys.exit(main())
