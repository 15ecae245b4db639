"""Logistic regressions as data: names, weights, a bias. `benchmarks/train_verifier.py` makes `weights.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Model:
    """`probability(x) = 1 / (1 + exp(-(bias + weights . x)))`, x in the order of `names`; decides at `threshold`."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    threshold: float

    def probability(self, values: Sequence[float]) -> float:
        """The probability of the model's class.

        Raises:
            ValueError: there are more or fewer values than weights.
        """
        total = self.bias + sum(w * v for w, v in zip(self.weights, values, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def centred(self, probability: float) -> float:
        """A probability on a scale where the model decides at one half: the odds, divided by those of the threshold."""
        odds = probability * (1 - self.threshold)
        return odds / (odds + self.threshold * (1 - probability))


@cache
def models(path: Path = WEIGHTS) -> dict[str, Model]:
    """The trained models by name: `pair`, `claim`, `response`."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Model(tuple(m["names"]), tuple(m["weights"]), float(m["bias"]), float(m["threshold"]))
        for name, m in raw["models"].items()
    }
