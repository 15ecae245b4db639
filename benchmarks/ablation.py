"""What each part of the search gives: each is switched off in turn, paired case by case with the whole.

    python benchmarks/ablation.py SET... [--beir] [--index DIR] [--stripped] [--prefix] [--off PART,...]

SET is a folder with `documents/` and `cases.jsonl`, or (with --beir) with `corpus.jsonl`, `queries.jsonl`, `qrels/`. A
difference is the search without the part less the whole search: below nought, the part gives something. Intervals are
95 %, groups drawn. --stripped takes the names out of the questions (as the search itself reads them) and holds plain
fusion of words and vectors beside the whole search. --prefix indexes once more without headings and titles before what
is embedded and matched, which takes as long as indexing. --index keeps the indexes, so that a second run is quick.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from casefolio.eval.beir import BeirSet
from casefolio.eval.cases import CaseSet
from casefolio.eval.measures.beir import score_beir
from casefolio.eval.measures.cases import score_cases
from casefolio.eval.measures.score_tables import Scores
from casefolio.eval.sets import load_sets
from casefolio.eval.statistics import compare
from casefolio.eval.system import Configuration, open_library
from casefolio.eval.tasks import BeirTask, CaseTask, Task
from casefolio.indexes.switches import ALL, Parts
from casefolio.ingest.document import Chunk
from casefolio.ingest.errors import RagError
from casefolio.ingest.language import detect_language

CASES = ("recall@4000c", "recall@2000c", "recall@5", "wrong@4000c")
BEIR = ("nDCG@10", "R@100")
FUSED = replace(ALL, **{f.name: False for f in fields(Parts) if f.name not in ("sparse", "dense")})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--beir", action="store_true")
    parser.add_argument("--index", type=Path)
    parser.add_argument("--stripped", action="store_true")
    parser.add_argument("--prefix", action="store_true")
    parser.add_argument("--off", default=",".join(f.name for f in fields(Parts)))
    args = parser.parse_args()
    try:
        for found in load_sets(args.sets):
            if isinstance(found, BeirSet if args.beir else CaseSet):
                with tempfile.TemporaryDirectory() as temporary:
                    report(found, args, args.index or Path(temporary))
    except RagError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def report(found: CaseSet | BeirSet, args: argparse.Namespace, place: Path) -> None:
    measures = BEIR if isinstance(found, BeirSet) else CASES
    work = place / (f"{found.name}_beir" if isinstance(found, BeirSet) else found.name)
    task = prepared(found, work)
    index = task.system._library._index  # type: ignore[attr-defined]
    whole = scores(task)
    print(f"\n{found.name}: {' '.join(f'{m} {whole.figures[m]}' for m in measures)}\n")
    print("| without | " + " | ".join(measures) + " |\n|---" + "|---" * len(measures) + "|", flush=True)
    for name in filter(None, args.off.split(",")):
        index.parts = replace(ALL, **{name: False})
        line(name, whole, scores(task), measures)
    if args.stripped:
        index.parts = ALL
        shorter = {item.id: asked(index, text_of(item)) for item in task.items()}
        bare = scores(task, shorter)
        index.parts = FUSED
        line("stripped: all parts but words and vectors", bare, scores(task, shorter), measures)
        print("stripped, whole search: " + " ".join(f"{m} {bare.figures[m]}" for m in measures))
    task.close()
    if args.prefix:
        without_prefix(found, work, whole, measures)


def prepared(found: CaseSet | BeirSet, work: Path) -> Any:
    configuration = Configuration(answers=False)
    task: Task = (
        BeirTask(found, configuration, open_library, work)
        if isinstance(found, BeirSet)
        else CaseTask(found, configuration, open_library, work / "index")
    )
    task.prepare()
    return task


def scores(task: Any, questions: dict[str, str] | None = None) -> Scores:
    """Scores of one run; `questions` stand in for those of the set, by id."""
    field = "text" if task.kind == "beir" else "question"
    items = [i if questions is None else replace(i, **{field: questions[i.id]}) for i in task.items()]
    records = [task.produce(item).record for item in items]
    return (score_beir if task.kind == "beir" else score_cases)(records)


def line(name: str, whole: Scores, other: Scores, measures: tuple[str, ...]) -> None:
    cells = []
    for measure in measures:
        c = compare(whole.cases[measure], other.cases[measure], whole.groups)
        sure = "**" if c.low > 0 or c.high < 0 else ""
        cells.append(f"{sure}{c.difference:+.3f}{sure} [{c.low:+.3f}, {c.high:+.3f}]")
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def text_of(item: Any) -> str:
    return str(item.text if hasattr(item, "text") else item.question)


def asked(index: Any, question: str) -> str:
    """The question without the names that the index's documents bear."""
    named = index.snapshot().naming.read(question, detect_language(question))
    return str(named.asked)


def without_prefix(found: CaseSet | BeirSet, work: Path, whole: Scores, measures: tuple[str, ...]) -> None:
    import casefolio.indexes.index

    made = casefolio.indexes.index.stored_chunk

    def bare(document: Any, piece: Chunk, context: str, *rest: Any) -> Any:
        stored = made(document, replace(piece, section=()), "", *rest)
        return replace(stored, chunk=piece)

    with patch.object(casefolio.indexes.index, "stored_chunk", bare):
        task = prepared(found, work.with_name(f"{work.name}_no_prefix"))
    line("prefix of headings and title", whole, scores(task), measures)
    task.close()


if __name__ == "__main__":
    sys.exit(main())
