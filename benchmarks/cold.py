"""A cold question as a whole process beside importing sentence-transformers, in turn; and `rag --help`.

    python benchmarks/cold.py FOLDER QUESTION [--index DIR] [--runs 5]

FOLDER must be indexed. Prints medians and the ratio, run by run.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time


def seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("question")
    parser.add_argument("--index", default=None)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    place = ["--index", args.index] if args.index else []
    ask = ("-m", "rag", "ask", args.folder, args.question, *place, "--no-sync")
    imported = ("-c", "import sentence_transformers")
    for command in (ask, imported):
        seconds(*command)
    pairs = [(seconds(*ask), seconds(*imported)) for _ in range(args.runs)]
    helped = [seconds("-m", "rag", "--help") for _ in range(args.runs)]
    print("| | median s |\n|---|---|")
    print(f"| `rag ask --no-sync`, cold | {statistics.median(a for a, _ in pairs):.2f} |")
    print(f"| `import sentence_transformers` | {statistics.median(b for _, b in pairs):.2f} |")
    print(f"| ratio, run by run | {statistics.median(a / b for a, b in pairs):.3f} |")
    print(f"| `rag --help` | {statistics.median(helped):.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
