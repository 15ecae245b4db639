"""Is a place that answers among the first passages? For case sets and folders of our own corpus, one index each.

    python benchmarks/first_passages.py FOLDER… [--encoder NAME] [--indexes DIR] [--only dense|sparse] [--misses]

Every set below FOLDER is asked all of its answerable questions. `--indexes` keeps the indexes, to run again without
encoding; `--misses` prints the questions whose place is not among the first five.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from question_sets import Asked, documents_of, folders, questions_of

from casefolio.indexes.encoders import default_encoder
from casefolio.indexes.switches import ALL
from casefolio.library import Library

DEPTHS = (1, 3, 5, 8, 16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--encoder", default=default_encoder()[0])
    parser.add_argument("--indexes", type=Path)
    parser.add_argument("--only", choices=("dense", "sparse"))
    parser.add_argument("--misses", action="store_true")
    args = parser.parse_args()
    totals: dict[str, list[int | None]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for folder in folders(args.folders):
            ranks = ranks_of(folder, args.encoder, args.indexes or Path(scratch), args.only, misses=args.misses)
            if ranks:
                print(told(folder.name, ranks), flush=True)
                totals.setdefault(folder.parent.name, []).extend(ranks)
    for name, ranks in totals.items():
        print(told(f"all of {name}", ranks))


def open_set(folder: Path, encoder: str, indexes: Path) -> Library:
    """The library of a set, synced and encoded."""
    place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    index = indexes / f"{folder.name}-{encoder}-{place}"
    library = Library.open(documents_of(folder, indexes / "texts" / folder.name), index=index, encoder=encoder)
    library.sync(encode=True)
    return library


def ranks_of(folder: Path, encoder: str, indexes: Path, only: str | None, *, misses: bool) -> list[int | None]:
    """Rank of the first passage that holds a place, for each answerable question; None where there is none."""
    ranks = []
    with open_set(folder, encoder, indexes) as library:
        if only:
            off = {"dense": only == "dense", "sparse": only == "sparse"}
            library._index.parts = replace(ALL, naming=False, feedback=False, twins=False, **off)
        for asked in questions_of(folder, library):
            if asked.places:
                ranks.append(rank_of(library, asked))
                if misses and (ranks[-1] or 99) > 5:
                    print(f"  {ranks[-1]}\t{asked.id}\t{asked.question}")
    return ranks


def rank_of(library: Library, asked: Asked) -> int | None:
    for hit in library.search(asked.question, max(DEPTHS)):
        span = hit.chunk.span
        if any(hit.document == d and s < span.end and e > span.start for d, s, e in asked.places):
            return hit.rank
    return None


def told(name: str, ranks: list[int | None]) -> str:
    shares = "  ".join(f"{k}: {sum(r is not None and r <= k for r in ranks) / len(ranks):.3f}" for k in DEPTHS)
    return f"{name:28} n {len(ranks):4}  {shares}"


if __name__ == "__main__":
    main()
