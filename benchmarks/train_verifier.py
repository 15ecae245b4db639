"""Train the three logistic regressions of the verifier and write `rag/verification/weights.json`.

    python benchmarks/train_verifier.py --responses PATH/grounding.jsonl [--write]

`pair` learns from the twins in `tests/twins/develop.jsonl` (and from pairs that belong to nothing), `claim` and
`response` from responses whose unsupported spans people marked (RAGTruth, MIT). Without `--write` only the figures of
the cross-validation, grouped by contexts, are printed. Needs scikit-learn; the weights are plain numbers afterwards.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.facts import profile
from casefolio.verification.evidence import Evidence
from casefolio.verification.features import CLAIM_FEATURES, RESPONSE_FEATURES, response_features
from casefolio.verification.grounding import measure
from casefolio.verification.model import WEIGHTS, Model
from casefolio.verification.pairs import PAIR_FEATURES, pair_features, uncovered

TWINS = Path(__file__).resolve().parents[1] / "tests" / "twins"
FOLDS = 10


def fit(names: Iterable[str], x: np.ndarray, y: np.ndarray, strength: float) -> Model:
    """A regularised logistic regression on standardised features, the scale folded into its weights."""
    scaler = StandardScaler().fit(x)
    scale = np.where(scaler.scale_ > 0, scaler.scale_, 1.0)
    fitted = LogisticRegression(C=strength, max_iter=2000).fit((x - scaler.mean_) / scale, y)
    weights = fitted.coef_[0] / scale
    bias = float(fitted.intercept_[0] - (weights * scaler.mean_).sum())
    return Model(tuple(names), tuple(float(w) for w in weights), bias, 0.5)


def probabilities(model: Model, x: np.ndarray) -> np.ndarray:
    return np.array([model.probability(row) for row in x])


def best_threshold(p: np.ndarray) -> float:
    """Where the expected F1 of calibrated probabilities is best (Lipton et al., 2014): no label is looked at twice."""
    ordered = np.sort(p)[::-1]
    expected = 2 * np.cumsum(ordered) / (np.arange(1, len(ordered) + 1) + ordered.sum())
    return float(ordered[int(expected.argmax())])


def train_pair() -> Model:
    rows = [json.loads(line) for line in (TWINS / "develop.jsonl").open(encoding="utf-8")]
    rng = random.Random(7)
    pairs = [(r["claim"], r["quote"], r["language"], int(r["label"] == "same")) for r in rows]
    for row in rows:
        others = [r for r in rows if r["language"] == row["language"] and r["kind"] != row["kind"]]
        pairs.append((row["claim"], rng.choice(others)["quote"], row["language"], 0))
    x, y = [], []
    for claim, quote, language, label in pairs:
        mine, theirs = profile(claim, language), profile(quote, language)
        x.append(pair_features(mine, align(mine, theirs), uncovered(mine, theirs)))
        y.append(label)
    return fit(PAIR_FEATURES, np.array(x), np.array(y), 1.0)


def read_responses(path: Path) -> list[dict[str, Any]]:
    """Features and labels of every response, grouped by its contexts."""
    kept: dict[tuple[str, ...], Evidence] = {}
    out = []
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        key = tuple(row["contexts"])
        evidence = kept.setdefault(key, Evidence(key, row["language"]))
        sentences = measure(row["response"], evidence)
        marked = [any(m["start"] < s.end and s.start < m["end"] for m in row["labels"]) for s, _, _ in sentences]
        out.append({
            "group": key, "y": int(not row["grounded"]), "n": len(row["response"]), "sentences": marked,
            "x": np.array([[f[name] for name in CLAIM_FEATURES] for _, f, _ in sentences]), "row": row,
            "spans": [s for s, _, _ in sentences],
        })  # fmt: skip
    return out


def train_responses(data: list[dict[str, Any]]) -> tuple[Model, Model]:
    x, marked = np.concatenate([d["x"] for d in data]), np.concatenate([d["sentences"] for d in data])
    claim = fit(CLAIM_FEATURES, x, marked.astype(int), 0.1)
    y = np.array([d["y"] for d in data])
    whole = whole_features(claim, data)
    response = fit(RESPONSE_FEATURES, whole, y, 0.03)
    return (
        Model(claim.names, claim.weights, claim.bias, best_threshold(probabilities(claim, x))),
        Model(response.names, response.weights, response.bias, best_threshold(probabilities(response, whole))),
    )


def whole_features(claim: Model, data: list[dict[str, Any]]) -> np.ndarray:
    return np.array([response_features(list(probabilities(claim, d["x"])), d["x"], d["n"]) for d in data])


def folds(data: list[dict[str, Any]], seed: int) -> np.ndarray:
    groups = sorted({d["group"] for d in data})
    order = np.random.default_rng(seed).permutation(len(groups)) % FOLDS
    number = {group: int(order[i]) for i, group in enumerate(groups)}
    return np.array([number[d["group"]] for d in data])


def cross_validate(data: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    """Out-of-fold probability and decision of every response and sentence."""
    fold = folds(data, seed)
    y = np.array([d["y"] for d in data])
    p, decided = np.zeros(len(data)), np.zeros(len(data), dtype=int)
    sentences: list[tuple[np.ndarray, np.ndarray]] = [(np.zeros(0), np.zeros(0))] * len(data)
    for k in range(FOLDS):
        test = np.flatnonzero(fold == k)
        claim, response = train_responses([data[i] for i in np.flatnonzero(fold != k)])
        p[test] = probabilities(response, whole_features(claim, [data[i] for i in test]))
        decided[test] = p[test] >= response.threshold
        for i in test:
            q = probabilities(claim, data[i]["x"])
            sentences[i] = q, q >= claim.threshold
    return {"y": y, "p": p, "decided": decided, "sentences": sentences}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=Path, required=True, help="responses with marked spans, one a line")
    parser.add_argument("--write", action="store_true", help="train on all of it and write the weights")
    parser.add_argument("--seeds", type=int, default=1, help="rounds of cross-validation")
    args = parser.parse_args()
    data = read_responses(args.responses)
    for seed in range(args.seeds):
        out = cross_validate(data, seed)
        auc, f1 = roc_auc_score(out["y"], out["p"]), f1_score(out["y"], out["decided"])
        print(f"seed {seed}: AUC {auc:.3f}, response F1 {f1:.3f}")
    if args.write:
        claim, response = train_responses(data)
        named = {"pair": train_pair(), "claim": claim, "response": response}
        raw = {n: {"names": m.names, "weights": [round(w, 5) for w in m.weights], "bias": round(m.bias, 5),
                   "threshold": round(m.threshold, 4)} for n, m in named.items()}  # fmt: skip
        WEIGHTS.write_text(json.dumps({"models": raw}, indent=1) + "\n", encoding="utf-8")
        for name, model in named.items():
            print(
                name,
                {n: round(w, 2) for n, w in zip(model.names, model.weights, strict=True)},
                round(model.bias, 2),
                round(model.threshold, 3),
            )


if __name__ == "__main__":
    main()
