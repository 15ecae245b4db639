"""How fast passages become vectors, beside sentence-transformers in the same run, and how far the vectors agree.

    python benchmarks/encode.py SET [--chunks 256] [--runs 3] [--same 500] [--ndcg] [--memory 200000] [--gpu]

SET is a folder with `documents/**/*.txt`, or a BEIR folder (`corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`). All
runtimes take turns, run by run, on the same chunks of about 200 tokens; medians and their ratios are printed as one
JSON object. The processor's own rate is that of a large float32 matrix product (the better of numpy and torch) with the
same threads, measured in turn with the rest. `--ndcg` needs a BEIR folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from casefolio.indexes.encoders import built_in, load_encoder
from casefolio.indexes.encoders.runtime import physical_cores
from casefolio.indexes.encoders.sources import resolve
from casefolio.indexes.encoders.text_encoder import TextEncoder

ROOT = Path(__file__).parents[1]
TOKENS = 200
MATRIX = 2048


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--chunks", type=int, default=256)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--same", type=int, default=500, help="passages whose vectors are held against the peer's")
    parser.add_argument("--ndcg", action="store_true", help="nDCG@10 of fp32 and int8 on a BEIR folder")
    parser.add_argument("--memory", type=int, default=0, metavar="N", help="stream N passages, print the peak memory")
    parser.add_argument("--gpu", action="store_true", help="torch beside sentence-transformers on the GPU")
    parser.add_argument("--stream-only", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.stream_only:
        print(json.dumps(stream(args.stream_only)))
        return
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(physical_cores())
    report: dict[str, Any] = {"set": args.set.resolve().name, "cores": physical_cores(), "processor": processor()}
    fp32 = load_encoder("minilm", tell=tell)
    passages = cut(documents(args.set), fp32)
    picked = passages[:: max(1, len(passages) // args.chunks)][: args.chunks]
    print(f"{len(picked)} chunks of {np.mean([len(fp32.token_spans(t)) for t in picked]):.0f} tokens", file=sys.stderr)
    report |= on_gpu(picked, args.runs) if args.gpu else on_cpu(picked, args.runs, fp32)
    if args.same and not args.gpu:
        report |= same_vectors(passages[:: max(1, len(passages) // args.same)][: args.same], fp32)
    if args.ndcg:
        report |= ndcg(args.set, {"fp32": fp32, "int8": load_encoder("minilm", int8=True, tell=tell)})
    if args.memory:
        command = [sys.executable, __file__, str(args.set), "--stream-only", str(args.memory)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        report |= json.loads(done.stdout)
    print(json.dumps(report, indent=1))


def tell(line: str) -> None:
    print(line, file=sys.stderr)


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def documents(folder: Path) -> list[str]:
    if (folder / "corpus.jsonl").is_file():
        rows = [json.loads(line) for line in (folder / "corpus.jsonl").open(encoding="utf-8")]
        return [f"{row.get('title') or ''}\n\n{row['text']}".strip() for row in rows]
    return [path.read_text(encoding="utf-8") for path in sorted((folder / "documents").rglob("*.txt"))]


def cut(texts: list[str], encoder: TextEncoder) -> list[str]:
    """Pieces of about 200 tokens, cut where a token ends; a short rest is dropped."""
    found = []
    for text in texts:
        spans = encoder.token_spans(text)
        for start in range(0, len(spans), TOKENS - 6):
            piece = spans[start : start + TOKENS - 6]
            if len(piece) > TOKENS // 2 or start == 0:
                found.append(text[piece[0][0] : piece[-1][1]])
    return found


def operations(tokens: int, width: int = 384, inner: int = 1536, layers: int = 6) -> float:
    """Floating-point operations of the matrix products of MiniLM for one text."""
    return layers * tokens * (2 * (4 * width * width + 2 * width * inner) + 4 * tokens * width)


def peer(device: str) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(physical_cores())
    return SentenceTransformer(str(resolve(built_in()["minilm"].source)), device=device)


def on_cpu(picked: list[str], runs: int, fp32: TextEncoder) -> dict[str, Any]:
    model = peer("cpu")
    small = load_encoder("minilm", int8=True, tell=tell)
    seconds = take_turns(
        {
            "sentence-transformers": lambda: model.encode(picked, batch_size=32),
            "fp32": lambda: fp32.encode_passages(picked),
            "int8": lambda: small.encode_passages(picked),
            "matrix numpy": lambda: numpy_product(),
            "matrix torch": lambda: torch_product(),
        },
        runs,
    )
    work = sum(operations(len(fp32.token_spans(text)) + 2) for text in picked)
    rate = 2 * MATRIX**3 / min(seconds["matrix numpy"], seconds["matrix torch"]) / 1e9
    cosine = np.sum(fp32.encode_passages(picked) * small.encode_passages(picked), axis=1)
    return {
        "chunks": len(picked),
        "runs": runs,
        "chunks_per_s": {k: round(len(picked) / s, 1) for k, s in seconds.items() if not k.startswith("matrix")},
        "fp32_ratio": round(seconds["sentence-transformers"] / seconds["fp32"], 2),
        "int8_ratio": round(seconds["sentence-transformers"] / seconds["int8"], 2),
        "fp32_gflop_per_s": round(work / seconds["fp32"] / 1e9, 1),
        "matrix_gflop_per_s": round(rate, 1),
        "fp32_share_of_matrix_rate": round(work / seconds["fp32"] / 1e9 / rate, 3),
        "int8_cosine_to_fp32": {"mean": round(float(cosine.mean()), 4), "least": round(float(cosine.min()), 4)},
    }


def take_turns(kinds: dict[str, Callable[[], Any]], runs: int) -> dict[str, float]:
    """Median seconds of each, one run of each after the other, after a first one that does not count."""
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for run in range(runs + 1):
        for name, work in kinds.items():
            began = time.perf_counter()
            work()
            if run:
                times[name].append(time.perf_counter() - began)
    return {name: median(taken) for name, taken in times.items()}


_LEFT = np.random.default_rng(0).random((MATRIX, MATRIX), dtype=np.float32)


def numpy_product() -> Any:
    return _LEFT @ _LEFT


def torch_product() -> Any:
    import torch

    left = torch.from_numpy(_LEFT)
    return left @ left


def on_gpu(picked: list[str], runs: int) -> dict[str, Any]:
    import torch

    if not torch.cuda.is_available():
        return {"gpu": "left out: torch sees no GPU"}
    model, ours = peer("cuda"), load_encoder("minilm", runtime="torch")
    seconds = take_turns(
        {"peer": lambda: model.encode(picked, batch_size=256), "ours": lambda: ours.encode_passages(picked)}, runs
    )
    cosine = np.sum(model.encode(picked, normalize_embeddings=True) * ours.encode_passages(picked), axis=1)
    return {
        "gpu": torch.cuda.get_device_name(),
        "gpu_passages_per_s": {name: round(len(picked) / taken) for name, taken in seconds.items()},
        "gpu_ratio": round(seconds["peer"] / seconds["ours"], 2),
        "gpu_least_cosine": round(float(cosine.min()), 5),
    }


def same_vectors(texts: list[str], fp32: TextEncoder) -> dict[str, Any]:
    wanted = peer("cpu").encode(texts, batch_size=32, normalize_embeddings=True)
    cosine = np.sum(wanted * fp32.encode_passages(texts), axis=1)
    return {"same_passages": len(texts), "same_least_cosine": round(float(cosine.min()), 7)}


def ndcg(folder: Path, encoders: dict[str, TextEncoder]) -> dict[str, Any]:
    """Mean nDCG@10 of an exact dense search over whole passages; a passage beyond the window is cut to it."""
    corpus = [json.loads(line) for line in (folder / "corpus.jsonl").open(encoding="utf-8")]
    gold: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        gold.setdefault(query, {})[document] = int(grade)
    asked = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]
    asked = [query for query in asked if query["_id"] in gold]
    found = {}
    for name, encoder in encoders.items():
        texts = [f"{row.get('title') or ''}\n\n{row['text']}".strip() for row in corpus]
        spans = [encoder.token_spans(text)[: encoder.max_tokens] for text in texts]
        vectors = encoder.encode_passages([t[: s[-1][1]] if s else t for t, s in zip(texts, spans, strict=True)])
        scores = encoder.encode_queries([query["text"] for query in asked]) @ vectors.T
        gains = [
            _ndcg([gold[query["_id"]].get(corpus[i]["_id"], 0) for i in np.argsort(-row, kind="stable")[:10]],
                  list(gold[query["_id"]].values()))
            for query, row in zip(asked, scores, strict=True)
        ]  # fmt: skip
        found[name] = round(float(np.mean(gains)), 4)
    return {"ndcg_at_10": found}


def _ndcg(ranked: list[int], ideal: list[int]) -> float:
    discounts = 1 / np.log2(np.arange(2, 12))
    best = np.sort(ideal)[::-1][:10]
    return float(np.dot(ranked, discounts[: len(ranked)]) / np.dot(best, discounts[: len(best)]))


def stream(n: int) -> dict[str, Any]:
    """Streams passages through a small random model in this process and tells its peak memory."""
    import tempfile

    from random_model import write_random_model

    words = (ROOT / "indexes" / "encoders" / "pairs.tsv").read_text(encoding="utf-8").split()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CASEFOLIO_CACHE"] = str(Path(folder) / "cache")
        encoder = load_encoder(write_random_model(Path(folder) / "model"))
        began, done = time.perf_counter(), 0
        choose = np.random.default_rng(0)
        texts = (" ".join(words[i] for i in choose.integers(0, len(words), choose.integers(10, 90))) for _ in range(n))
        for block in encoder.encode_stream(texts):
            done += len(block)
        taken = time.perf_counter() - began
    return {"streamed": done, "stream_per_s": round(done / taken), "stream_peak_gb": round(peak_bytes() / 2**30, 3)}


def peak_bytes() -> int:
    """Peak resident memory of this process. Linux hands ru_maxrss of the parent on, so its own count is read there."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
