"""Fifty questions at once against one library: latency of each, and of the same one after another.

python benchmarks/fifty_at_once.py FOLDER QUESTION [--calls 50] [--index DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import sys
import time

from casefolio.library import Library


async def timed(library: Library, question: str) -> float:
    began = time.perf_counter()
    await library.aask(question)
    return time.perf_counter() - began


async def together(library: Library, question: str, calls: int) -> list[float]:
    return await asyncio.gather(*(timed(library, question) for _ in range(calls)))


async def in_turn(library: Library, question: str, calls: int) -> list[float]:
    return [await timed(library, question) for _ in range(calls)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("question")
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--index", default=None)
    args = parser.parse_args()
    with Library.open(args.folder, index=args.index) as library:
        library.sync(encode=True)
        library.ask(args.question)
        print("| | p50 s | p95 s |\n|---|---|---|")
        for name, run in (("one after another", in_turn), (f"{args.calls} at once", together)):
            seconds = asyncio.run(run(library, args.question, args.calls))
            cuts = statistics.quantiles(seconds, n=20)
            print(f"| {name} | {cuts[9]:.3f} | {cuts[18]:.3f} |")
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
