"""Reads damaged files: bytes flipped, cut out, cut off, doubled, spliced from another file. Seeded.

    python benchmarks/fuzz_reading.py SET [--count 2000] [--seed 0] [--seconds 20]

SET is a folder; every file in it is a model. Each mutant must end in the ledger, read or unread; the run must not end,
no file may take longer than the limit says, and the memory of this process must stay bounded.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

from casefolio.ingest.document import Document
from casefolio.ingest.reading import Reader, list_files

_LARGEST = 3_000_000


def mutated(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """`data` with one to four injuries."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(out) + 1)
        match rng.randrange(6):
            case 0:
                for _ in range(rng.randint(1, 40)):
                    if out:
                        out[rng.randrange(len(out))] = rng.randrange(256)
            case 1:
                del out[at:]
            case 2:
                del out[at : at + rng.randint(1, 2_000)]
            case 3:
                out[at:at] = out[at : at + rng.randint(1, 5_000)]
            case 4:
                start = rng.randrange(len(other) + 1)
                out[at : at + rng.randint(0, 500)] = other[start : start + rng.randint(1, 5_000)]
            case _:
                out[at : at + rng.randint(1, 64)] = bytes(rng.randint(1, 64))
    return bytes(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--ocr", action="store_true")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    names = [name for name in list_files(args.set)[0] if (args.set / name).stat().st_size <= _LARGEST]
    models = {name: (args.set / name).read_bytes() for name in names}
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = []
        for number in range(args.count):
            name = names[number % len(names)]
            paths.append(f"{number:05}_{Path(name).name}")
            (root / paths[-1]).write_bytes(mutated(models[name], models[rng.choice(names)], rng))
        started = last = time.perf_counter()
        seen = set()
        with Reader(root, jobs=args.jobs, ocr=args.ocr, seconds=args.seconds) as reader:
            for results in reader.read(paths):
                slowest, last = max(slowest, time.perf_counter() - last), time.perf_counter()
                seen.add(results[0].path)
                outcomes["read" if isinstance(results[0], Document) else f"unread: {results[0].reason[:60]}"] += 1
                for result in results:
                    if isinstance(result, Document):
                        check(result)
        missing = set(paths) - seen
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for outcome, count in outcomes.most_common():
        print(f"{count:6} {outcome}")
    print(f"{len(seen)} of {args.count} in the ledger in {last - started:.0f} s", end="; ")
    print(f"longest wait {slowest:.1f} s; peak memory {peak} MiB")
    assert not missing, sorted(missing)[:5]


def check(document: Document) -> None:
    """The contract of a reading."""
    size = len(document.text)
    spans = [p.span for p in document.pages] + [s.span for s in document.sections] + [r.span for r in document.rows]
    assert document.pages, document.path
    assert all(span.end <= size for span in spans), document.path
    assert not {"\r", "\x00"} & set(document.text), document.path
    document.text.encode()


if __name__ == "__main__":
    main()
