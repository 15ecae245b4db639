"""Query latency beyond the time to encode the question, over a made-up collection.

    python benchmarks/latency.py [--sizes 10000 100000] [--questions 60]

Passages are drawn from a Zipf vocabulary, vectors from a sphere; every document has 40 passages and a name of its own.
Half the questions name a document. What is measured is `Index.search` less `Encoder.encode_queries`, the caches loaded.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from casefolio.indexes.encoders import load_encoder
from casefolio.indexes.index import Index
from casefolio.indexes.store import StoredChunk, StoredPart
from casefolio.indexes.stored_json import pack_identity
from casefolio.ingest.document import Chunk, Document, Page, Span, document_id
from casefolio.ingest.identity import identify

WORDS, PER_DOCUMENT, LENGTH = 30_000, 40, 60


def vocabulary(rng: np.random.Generator) -> list[str]:
    letters = np.array(list("abcdefghijklmnoprstuvwyz"))
    return ["".join(rng.choice(letters, size=int(rng.integers(3, 10)))) for _ in range(WORDS)]


def document(number: int, words: list[str], rng: np.random.Generator) -> tuple[Document, list[Span]]:
    ranks = np.minimum(rng.zipf(1.3, size=(PER_DOCUMENT, LENGTH)) - 1, WORDS - 1)
    name = f"{words[-1 - 2 * number % 20_000].title()} {words[-2 - 2 * number % 20_000].title()}"
    text, spans = f"Patient: {name}\n", []
    for row in ranks:
        start = len(text)
        text += " ".join(words[r] for r in row) + ".\n"
        spans.append(Span(start, len(text) - 1))
    path, sha = f"{number:05}.txt", f"{number:064x}"
    pages = (Page(1, Span(0, len(text))),)
    return Document(document_id(path, sha), path, sha, "text/plain", "en", "", text, pages), spans


def part(made: Document, spans: list[Span]) -> StoredPart:
    chunks = []
    for span in spans:
        passage = span.of(made.text)
        digest = hashlib.sha256(f"{made.id}{span}".encode()).digest()[:16]
        chunk = Chunk(f"{made.id}:{span}", made.id, span, (1,), (), "en")
        chunks.append(StoredChunk(chunk, passage, digest, passage.rstrip(".")))
    return StoredPart(made, pack_identity(identify(made)), tuple(chunks))


def fill(index: Index, n: int, words: list[str], rng: np.random.Generator) -> list[str]:
    """Put n passages with vectors into an index; returns the documents' names."""
    names = []
    for number in range(n // PER_DOCUMENT):
        made, spans = document(number, words, rng)
        stored = part(made, spans)
        names.append(made.text[9 : made.text.index("\n")])
        index.put([(made.path, made.sha256, [stored])])
        vectors = rng.standard_normal((len(spans), index.encoder.dimension)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        with index.store.transaction():
            index.store.put_vectors([c.digest for c in stored.chunks], vectors)
    return names


def measure(n: int, questions: int, seed: int) -> tuple[float, float, float]:
    rng = np.random.default_rng(seed)
    words = vocabulary(rng)
    with tempfile.TemporaryDirectory() as place:
        index = Index(Path(place), load_encoder("minilm"), "minilm", create=True)
        names = fill(index, n, words, rng)
        began = time.perf_counter()
        index.snapshot()
        loading = time.perf_counter() - began
        asked = []
        for number in range(questions):
            content = " ".join(words[min(int(r), WORDS - 1)] for r in rng.zipf(1.3, size=6))
            named = f" of {names[int(rng.integers(len(names)))]}" if number % 2 else ""
            asked.append(f"What is the {content}{named}?")
        index.search(asked[0], 10)
        beyond = []
        for question in asked:
            began = time.perf_counter()
            found = index.search(question, 10)
            whole = time.perf_counter() - began
            began = time.perf_counter()
            index.encoder.encode_queries([found.named.asked])
            beyond.append(1000 * (whole - (time.perf_counter() - began)))
        index.close()
    return float(np.percentile(beyond, 50)), float(np.percentile(beyond, 95)), loading


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    print("| passages | p50 ms | p95 ms | caches built in s |\n|---|---|---|---|")
    for size in args.sizes:
        p50, p95, loading = measure(size, args.questions, args.seed)
        print(f"| {size:,} | {p50:.1f} | {p95:.1f} | {loading:.1f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
