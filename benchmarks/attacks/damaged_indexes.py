"""Damaged, forged and swapped indexes: no traceback, no answer but that of a fresh index, nothing outside touched.

    python benchmarks/attacks/damaged_indexes.py [--trials 500] [--seed 1]

Files are read in this process and the encoder is loaded once, so that a trial takes some hundredths of a second.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

os.environ["CASEFOLIO_HOME"] = tempfile.mkdtemp(prefix="casefolio-attack-home-")

import casefolio.indexes.encoders
import casefolio.ingest.pool
from casefolio import Library
from casefolio.ingest.errors import RagError
from casefolio.ingest.reading import read_file
from casefolio.reindexing import index_folder

QUESTION = "How much apixaban does Mr. Marlowe take?"
FILES = {
    "a.txt": "Mr. Marlowe takes apixaban 3 mg twice daily. He was seen in March.\n",
    "b.txt": "Mrs. Quill takes warfarin 5 mg at night. She was seen in April.\n",
    "c.csv": "drug,dose\nramipril,5 mg\ntorasemide,10 mg\n",
}
TEXT = ("documents", "text"), ("documents", "path"), ("documents", "body"), ("chunks", "terms")
NUMBER = ("chunks", "start"), ("chunks", "end"), ("chunks", "document"), ("documents", "asked"), ("documents", "key")
VALUES = [None, -1, 2**62, 1.5, "", "x" * 100_000, b"\xff\x00", "[" * 3000, "{}", "9 mg", "../../etc/passwd", "\x1b[2K"]


def main() -> int:
    """Run the trials; 1 where any went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    _quicken()
    rng, wrong, began = random.Random(args.seed), 0, time.monotonic()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # what is measured is no disk
    with tempfile.TemporaryDirectory(prefix="casefolio-attack-", dir=memory) as place:
        root = Path(place)
        outside = root / "outside"
        (outside / "cache").mkdir(parents=True)
        (outside / "cache" / "mine.txt").write_text("mine")
        (outside / "empty").touch()
        model = root / "model"
        _write(model)
        index_folder(model)
        other = root / "other"
        _write(other, "9 mg")
        index_folder(other)
        true, before = _answer(model), _tree(outside)
        for number in range(args.trials):
            folder = root / "trial"
            shutil.copytree(model, folder)
            said = _damage(folder / ".rag", other / ".rag", outside, rng)
            problem = _problem(folder, true) or ("touched what is outside" if _tree(outside) != before else "")
            if problem:
                wrong += 1
                print(f"trial {number}: {said}: {problem}")
            shutil.rmtree(folder)
    print(f"{args.trials} damaged indexes, {wrong} wrong, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def _quicken() -> None:
    casefolio.indexes.encoders.load_encoder = cache(casefolio.indexes.encoders.load_encoder)  # type: ignore[assignment]
    casefolio.ingest.pool.Reader.read = (  # type: ignore[method-assign]
        lambda self, paths: (read_file(self._root, path, ocr=False) for path in paths)
    )


def _nobody(line: str) -> None:
    """Is told what is made anew."""


def _write(folder: Path, dose: str = "3 mg") -> None:
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text.replace("3 mg", dose))


def _answer(folder: Path) -> tuple[object, ...]:
    with Library.open(folder, tell=_nobody) as library:
        library.sync(encode=True)
        answer = library.ask(QUESTION)
        hits = [(h.document, h.chunk.span, h.text, round(h.score, 4)) for h in library.search("dose of warfarin", 5)]
        ledger = [(e.path, e.sha256, e.reason) for e in library.ledger()]
        return answer.status, answer.text, [c.quote for c in answer.citations], hits, ledger


def _problem(folder: Path, true: tuple[object, ...]) -> str:
    try:
        found = _answer(folder)
    except RagError as error:
        # one clear line is no wrong answer; it must be gone when what it names is
        return "" if "\n" not in str(error) and str(error) else f"no clear line: {error!r}"
    except BaseException:
        return traceback.format_exc()
    return "" if found == true else f"another answer: {found}"


def _damage(index: Path, other: Path, outside: Path, rng: random.Random) -> str:
    kinds = (_cut, _flip, _forge, _forge, _forge, _swap, _link, _garbage, _remove)
    kind: Callable[[Path, Path, Path, random.Random], str] = rng.choice(kinds)
    return f"{kind.__name__[1:]} {kind(index, other, outside, rng)}"


def _files(index: Path) -> list[Path]:
    return sorted(p for p in index.rglob("*") if p.is_file())


def _cut(index: Path, other: Path, outside: Path, rng: random.Random) -> str:
    file = rng.choice(_files(index))
    os.truncate(file, rng.randrange(file.stat().st_size + 1))
    return file.name


def _flip(index: Path, other: Path, outside: Path, rng: random.Random) -> str:
    file = rng.choice([*_files(index), index / "casefolio.sqlite"])
    data, times = bytearray(file.read_bytes()), file.stat()
    for _ in range(rng.choice([1, 1, 20, 500])):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    file.write_bytes(data)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    return file.name


def _forge(index: Path, other: Path, outside: Path, rng: random.Random) -> str:
    table, column = rng.choice([*TEXT, *NUMBER, ("meta", "value"), ("vectors", "vector")])
    said = f"{table}.{column}"
    with closing(sqlite3.connect(index / "casefolio.sqlite")) as db:
        try:
            if rng.random() < 0.4:
                db.execute("UPDATE documents SET text = replace(text, '3 mg', '9 mg')")
                db.execute("UPDATE chunks SET terms = replace(terms, '3', '9'), embedded = replace(embedded, '3', '9')")
            else:
                value = rng.choice(VALUES)
                db.execute(
                    f"UPDATE {table} SET {column} = ? WHERE rowid = (SELECT rowid FROM {table} LIMIT 1)"
                    if table != "meta"
                    else "UPDATE meta SET value = ? WHERE key = (SELECT key FROM meta ORDER BY random() LIMIT 1)",
                    (value,),
                )
            db.commit()
        except sqlite3.Error as error:
            return f"{said} ({error})"
    return said


def _swap(index: Path, other: Path, outside: Path, rng: random.Random) -> str:
    file = rng.choice(_files(other))
    target = rng.choice([f for f in _files(index) if f.suffix == file.suffix] or _files(index))
    shutil.copyfile(file, target)
    return f"{target.name} for {file.name}"


def _link(index: Path, other: Path, outside: Path, rng: random.Random) -> str:
    name = rng.choice(["cache", "next", "casefolio.sqlite", "casefolio.sqlite-journal", "lock", "calibration.json"])
    path = index / name
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    path.symlink_to(rng.choice([outside, outside / "cache", outside / "empty", outside / "gone", Path("/dev/zero")]))
    return name


def _garbage(index: Path, other: Path, outside: Path, rng: random.Random) -> str:
    name = rng.choice(["casefolio.sqlite", "casefolio.sqlite-journal", "calibration.json", "lock", "encoding-lock"])
    (index / name).write_bytes(rng.choice([b"", b"null", b"[]", b'{"threshold": NaN}', rng.randbytes(5000)]))
    return name


def _remove(index: Path, other: Path, outside: Path, rng: random.Random) -> str:
    file = rng.choice(_files(index))
    file.unlink()
    return file.name


def _tree(place: Path) -> dict[str, bytes | None]:
    return {str(p): p.read_bytes() if p.is_file() else None for p in sorted(place.rglob("*"))}


if __name__ == "__main__":
    sys.exit(main())
