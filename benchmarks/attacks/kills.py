"""Killed at random moments of an index, a change of encoder and an edit; two and eight processes at once.

    python benchmarks/attacks/kills.py [--kills 30] [--seed 1]

After each kill the same work is done undisturbed, and the hits must be those of a folder that was never disturbed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
os.environ["CASEFOLIO_HOME"] = tempfile.mkdtemp(prefix="casefolio-attack-home-")

from casefolio import Library  # noqa: E402
from casefolio.reindexing import index_folder  # noqa: E402

QUERIES = ("apixaban dose", "When does the lease end?", "warfarin at night")
KINDS = ("index", "encoder", "edit")


def main() -> int:
    """Kill and compare; 1 where any hits differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng, wrong, began = random.Random(args.seed), 0, time.monotonic()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="casefolio-attack-", dir=memory) as place:
        root = Path(place)
        models = {kind: _undisturbed(root / kind, kind) for kind in KINDS}
        took = {kind: models[kind][1] for kind in KINDS}
        for number in range(args.kills):
            kind, folder = KINDS[number % len(KINDS)], root / "trial"
            _prepare(folder, kind)
            process = _start(folder, kind)
            time.sleep(rng.uniform(0.0, took[kind]))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            _work(folder, kind)
            wrong += _differs(f"kill {number} of {kind}", folder, models[kind][0])
            shutil.rmtree(folder)
        for n in (2, 8):
            folder = root / "trial"
            _prepare(folder, "index")
            processes = [_start(folder, "index") for _ in range(n)]
            failed = sum(process.wait() != 0 for process in processes)
            wrong += _differs(f"{n} at once", folder, models["index"][0]) + failed
            print(f"{failed} of {n} processes at once failed" if failed else "", end="")
            shutil.rmtree(folder)
    print(f"{args.kills} kills, two and eight processes at once: {wrong} wrong, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def _undisturbed(folder: Path, kind: str) -> tuple[list[object], float]:
    _prepare(folder, kind)
    began = time.monotonic()
    assert _start(folder, kind).wait() == 0
    return _hits(folder), time.monotonic() - began


def _prepare(folder: Path, kind: str) -> None:
    folder.mkdir()
    for number in range(40):
        drug = ("apixaban", "warfarin", "heparin", "ramipril")[number % 4]
        text = f"Note {number}. Patient {number} takes {drug} {number} mg at night. The lease ends in month {number}.\n"
        (folder / f"{number}.txt").write_text(text * (1 + number % 3))
    if kind != "index":
        index_folder(folder, encoder="minilm")
    if kind == "edit":
        for number in range(0, 40, 2):
            (folder / f"{number}.txt").write_text(f"Edited note {number}. Patient {number} takes apixaban.\n")
        (folder / "1.txt").unlink()
        (folder / "3.txt").rename(folder / "moved.txt")


def _start(folder: Path, kind: str) -> subprocess.Popen[bytes]:
    words = ["index", str(folder), "--encoder", "minilm", *(["--int8"] if kind == "encoder" else [])]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(
        [sys.executable, "-m", "rag", *words], stdout=subprocess.DEVNULL, env=environment, start_new_session=True
    )


def _work(folder: Path, kind: str) -> None:
    index_folder(folder, encoder="minilm", int8=True if kind == "encoder" else None)


def _hits(folder: Path) -> list[object]:
    with Library.open(folder, create=False) as library:
        found = [h for query in QUERIES for h in library.search(query, 8)]
        return [(h.document, str(h.chunk.span), h.text, round(h.score, 4)) for h in found]


def _differs(what: str, folder: Path, true: list[object]) -> int:
    hits = _hits(folder)
    if hits != true:
        print(f"{what}: other hits\n  {hits[:2]}\n  {true[:2]}")
    return int(hits != true)


if __name__ == "__main__":
    sys.exit(main())
