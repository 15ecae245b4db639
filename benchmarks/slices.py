"""Whether every citation and hit of the command line is the slice of the text that it says it is.

    python benchmarks/slices.py SET [--index DIR] [--limit N]

SET is a case set (`documents/`, `cases.jsonl`). Runs `rag ask --questions`, `rag search --queries` and `rag text` as
whole processes over its answerable cases.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def rag(*words: str) -> str:
    result = subprocess.run([sys.executable, "-m", "rag", *words], stdout=subprocess.PIPE, check=True)
    return result.stdout.decode("utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--index", default=None)
    parser.add_argument("--limit", type=int, default=None)
    args = parser.parse_args()
    folder = str(args.set / "documents")
    place = ["--index", args.index] if args.index else []
    cases = [json.loads(line) for line in (args.set / "cases.jsonl").read_text("utf-8").splitlines() if line]
    asked = [c for c in cases if c["answerable"]][: args.limit]
    with tempfile.TemporaryDirectory() as scratch:
        questions, queries = Path(scratch, "q.jsonl"), Path(scratch, "s.jsonl")
        for file, field in ((questions, "question"), (queries, "text")):
            file.write_text("\n".join(json.dumps({"id": c["id"], field: c["question"]}) for c in asked), "utf-8")
        rag("index", folder, *place)
        answers = [json.loads(x) for x in rag("ask", folder, *place, "--questions", str(questions)).splitlines()]
        found = [json.loads(x) for x in rag("search", folder, *place, "--queries", str(queries)).splitlines()]
    spans = [(c["document"], c["start"], c["end"], c["quote"]) for a in answers for c in a["citations"]]
    hits = [(h["document"], h["start"], h["end"], h["text"]) for f in found for h in f["hits"]]
    named = {d for d, *_ in [*spans, *hits]}
    texts = {name: rag("text", folder, name, *place) for name in named}
    wrong = [f"{d}:{s}-{e}" for d, s, e, quote in [*spans, *hits] if texts[d][s:e] != quote]
    print(
        f"{len(asked)} questions, {len(answers)} answers, {len(spans)} citations, {len(hits)} hits, {len(wrong)} wrong"
    )
    print("\n".join(wrong[:20]))
    return 1 if wrong or len(answers) != len(asked) or len(found) != len(asked) else 0


if __name__ == "__main__":
    sys.exit(main())
