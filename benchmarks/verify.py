"""Tables of the verifier: twins, ranking, grounding, entailment, speed.

    python benchmarks/verify.py [--responses PATH/grounding.jsonl] [--nli PATH/pairs.jsonl] [--encoder minilm]

The twins are our own (`tests/twins`). `--responses` adds the set of whole responses, cross-validated by contexts (the
shipped weights were trained on such a set, so they are not used here); `--nli` adds pairs with entailment labels.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from casefolio.ingest.meaning.agreement import agreement
from casefolio.verification.evidence import Evidence, content_keys
from casefolio.verifying import grounding, verify

TWINS = Path(__file__).resolve().parents[1] / "tests" / "twins"
LANGUAGES = ("en", "de", "ko")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def table(head: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for line in lines:
        print("| " + " | ".join(f"{c:.3f}" if isinstance(c, float) else str(c) for c in line) + " |")


def encoder_vectors(name: str) -> Callable[[list[str]], np.ndarray]:
    """Vectors of texts by name of an encoder."""
    from casefolio.indexes.encoders import load_encoder

    encoder = load_encoder(name)
    return lambda texts: np.asarray(encoder.encode_passages(texts))


def twins(part: str, encode: Callable[[list[str]], np.ndarray] | None) -> None:
    """Contradictions found and false alarms, by language and by kind; cosine at its best threshold beside."""
    rows = read(TWINS / f"{part}.jsonl")
    labels = [verify(r["claim"], r["quote"], r["language"]).label for r in rows]
    cosines = None
    if encode is not None:
        a, b = encode([r["claim"] for r in rows]), encode([r["quote"] for r in rows])
        cosines = (a * b).sum(1)
    kinds = list(dict.fromkeys(r["kind"] for r in rows))
    lines = []
    for name in (*LANGUAGES, *kinds):
        mine = [i for i, r in enumerate(rows) if name in (r["language"], r["kind"])]
        y = np.array([rows[i]["label"] == "contradiction" for i in mine])
        said = np.array([labels[i] == "contradicted" for i in mine])
        supported = np.array([labels[i] == "supported" for i in mine])
        line = [name, int(y.sum()), float(said[y].mean()), float(said[~y].mean()), float(supported[~y].mean())]
        if cosines is not None:
            c = cosines[mine]
            line.append(max(balanced_accuracy_score(y, c <= t) for t in np.unique(c)))
            line.append(balanced_accuracy_score(y, said))
        lines.append(line)
    head = [f"twins, {part}", "pairs", "contradictions found", "false alarms", "paraphrases supported"]
    table(head + (["cosine, balanced accuracy", "ours"] if cosines is not None else []), lines)


def ranking(part: str, encode: Callable[[list[str]], np.ndarray] | None) -> None:
    """How often the right twin comes first; a tie counts as lost."""
    rows = read(TWINS / f"ranking_{part}.jsonl")
    ours = [
        agreement(r["question"], r["right"], r["language"]) > agreement(r["question"], r["wrong"], r["language"])
        for r in rows
    ]
    cosine: list[bool] | None = None
    if encode is not None:
        q, a, b = (encode([r[field] for r in rows]) for field in ("question", "right", "wrong"))
        cosine = list((q * a).sum(1) > (q * b).sum(1))
    lines = []
    for name in (*LANGUAGES, "all"):
        mine = [i for i, r in enumerate(rows) if name in (r["language"], "all")]
        line: list[Any] = [name, len(mine), float(np.mean([ours[i] for i in mine]))]
        lines.append(line + ([float(np.mean([cosine[i] for i in mine]))] if cosine else []))
    table([f"ranking, {part}", "twins", "right one first"] + (["by cosine"] if cosine else []), lines)


def characters(spans: list[tuple[int, int]]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


def span_f1(data: list[dict[str, Any]], sentences: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """F1 over characters of marked spans, and balanced accuracy over sentences."""
    hit = said = marked = 0
    truth: list[bool] = []
    given: list[bool] = []
    for d, (_, decided) in zip(data, sentences, strict=True):
        gold = characters([(m["start"], m["end"]) for m in d["row"]["labels"]])
        found = characters([(s.start, s.end) for s, yes in zip(d["spans"], decided, strict=True) if yes])
        hit, said, marked = hit + len(gold & found), said + len(found), marked + len(gold)
        truth += list(d["sentences"])
        given += list(decided)
    return 2 * hit / max(said + marked, 1), float(balanced_accuracy_score(truth, given))


def lexical_gate(row: dict[str, Any]) -> float:
    """The baseline: the share of the response's content words that no context has."""
    from casefolio.ingest.meaning.compared_words import words

    evidence = Evidence(row["contexts"], row["language"])
    keys = content_keys(words(row["response"], row["language"]))
    return sum(key not in evidence.keys for key in keys) / max(len(keys), 1)


def responses(path: Path) -> None:
    """AUC and F1 of whole responses by cross-validation, baselines beside."""
    from train_verifier import cross_validate, read_responses

    data = read_responses(path)
    y = np.array([d["y"] for d in data])
    gate = np.array([lexical_gate(d["row"]) for d in data])
    gate_f1 = max(f1_score(y, gate >= t) for t in np.unique(gate))
    lines: list[list[Any]] = [
        ["flag everything", 0.5, f1_score(y, np.ones_like(y)), 0.5, "", ""],
        ["lexical gate (threshold chosen on the set)", roc_auc_score(y, gate), gate_f1, "", "", ""],
    ]
    rounds = []
    for seed in range(3):
        out = cross_validate(data, seed)
        chars, sentences = span_f1(data, out["sentences"])
        whole = balanced_accuracy_score(y, out["decided"])
        rounds.append([roc_auc_score(y, out["p"]), f1_score(y, out["decided"]), whole, chars, sentences])
    lines.append(["verifier, 10 folds by contexts, mean of 3 rounds", *map(float, np.mean(rounds, axis=0))])
    head = [f"responses ({len(y)}, {int(y.sum())} not grounded)", "AUC", "response F1", "balanced accuracy", "span F1"]
    table([*head, "sentence balanced accuracy"], lines)
    start = time.perf_counter()
    for d in data[:100]:
        grounding(d["row"]["question"], d["row"]["contexts"], d["row"]["response"], "en")
    print(f"\n{100 / (time.perf_counter() - start):.0f} responses a second")


def entailment(path: Path) -> None:
    """Contradiction against the rest; the baseline calls everything a contradiction."""
    rows = read(path)
    start = time.perf_counter()
    verdicts = [verify(r["claim"], r["quote"], r["language"]) for r in rows]
    rate = len(rows) / (time.perf_counter() - start)
    y = np.array([r["label"] == "contradiction" for r in rows])
    said = np.array([v.label == "contradicted" for v in verdicts])
    score = np.array([1 - v.score + (v.label == "contradicted") for v in verdicts])
    precision = float(y[said].mean()) if said.any() else 0.0
    lines = [
        ["everything a contradiction", f1_score(y, np.ones_like(y)), float(y.mean()), 1.0, 0.5, 0.5],
        [
            "verifier",
            f1_score(y, said),
            precision,
            float(said[y].mean()),
            balanced_accuracy_score(y, said),
            roc_auc_score(y, score),
        ],
    ]
    table([f"entailment ({len(rows)} pairs)", "F1", "precision", "recall", "balanced accuracy", "AUC"], lines)
    print(f"\n{rate:.0f} pairs a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=Path, help="responses with marked spans, one a line")
    parser.add_argument("--nli", type=Path, help="pairs labelled entailment, neutral or contradiction")
    parser.add_argument("--encoder", help="name of an encoder for the cosine column, e.g. minilm")
    args = parser.parse_args()
    encode = encoder_vectors(args.encoder) if args.encoder else None
    for part in ("develop", "held"):
        twins(part, encode)
        ranking(part, encode)
    if args.responses:
        responses(args.responses)
    if args.nli:
        entailment(args.nli)


if __name__ == "__main__":
    main()
