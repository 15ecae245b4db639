"""Long questions: sixty stories of a paragraph over three statutes of our own, in three languages.

The blend is not below the better one of its parts alone: BM25 on the whole question, and vectors. Every second story
took part when its weights were learned (benchmarks/train_fusing.py).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from casefolio.indexes.analyzers import plain, terms
from casefolio.ingest.language import detect_language
from casefolio.library import Library

DATA = Path(__file__).parent / "data" / "scenarios"
LANGUAGES = ("en", "de", "ko")
HEADING = re.compile(r"^(?:Section (\d+)\.|§ (\d+) |제(\d+)조)", re.MULTILINE)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("statutes")
    for language in LANGUAGES:
        shutil.copy(DATA / f"statute_{language}.txt", folder)
    with Library.open(folder, index=tmp_path_factory.mktemp("index")) as opened:
        opened.sync(encode=True)
        yield opened


def questions(library: Library) -> Iterator[tuple[str, str, int, int]]:
    """Question, document, and the range of the section that decides it."""
    for language in LANGUAGES:
        name = f"statute_{language}.txt"
        starts = {m[1] or m[2] or m[3]: m.start() for m in HEADING.finditer(library.document(name).text)}
        bounds = [*starts.values(), len(library.document(name).text)]
        for line in (DATA / f"questions_{language}.tsv").read_text("utf-8").splitlines():
            number, question = line.split("\t")
            at = bounds.index(starts[number])
            yield question, name, bounds[at], bounds[at + 1]


def gain(order: list[tuple[str, int, int]], document: str, start: int, end: int) -> float:
    """nDCG@10 of one right section: the discount of the rank of its first passage."""
    for rank, (name, first, last) in enumerate(order[:10], start=1):
        if name == document and first < end and last > start:
            return float(1 / np.log2(rank + 1))
    return 0.0


def test_a_long_question_is_not_answered_worse_than_by_the_better_part(library: Library) -> None:
    snapshot = library._index.snapshot()
    pieces = library._index.store.chunks([int(key) for key in snapshot.table.keys])
    rows = [pieces[int(key)] for key in snapshot.table.keys]
    place = [(path, chunk.span.start, chunk.span.end) for chunk, _, path, _ in rows]
    everywhere = np.arange(len(rows))
    gains: dict[str, list[float]] = {"blend": [], "words": [], "vectors": []}
    for question, *gold in questions(library):
        own = dict.fromkeys(terms(plain(question), detect_language(question)), 1.0)
        vector = library.encoder.encode_queries([plain(question).lower()])[0]
        scores = {"words": snapshot.sparse.scores(own), "vectors": snapshot.dense.similarity(vector, everywhere)}
        for name, values in scores.items():
            gains[name].append(gain([place[i] for i in np.argsort(-values, kind="stable")], *gold))
        hits = library.search(question, 10)
        gains["blend"].append(gain([(h.document, h.chunk.span.start, h.chunk.span.end) for h in hits], *gold))
    told = {name: {"all": float(np.mean(g)), **{la: float(np.mean(g[20 * i : 20 * i + 20])) for i, la in
                   enumerate(LANGUAGES)}} for name, g in gains.items()}  # fmt: skip
    assert len(gains["blend"]) == 60
    assert told["blend"]["all"] >= max(told["words"]["all"], told["vectors"]["all"]) - 0.01, told
    for language in LANGUAGES:  # of twenty questions one is .05, and a rank of it half of that or more
        assert told["blend"][language] >= max(told[p][language] for p in ("words", "vectors")) - 0.08, told
