"""The learning rate of each step."""

from __future__ import annotations

import math


def rate_at(step: int, steps: int, rate: float, warmup: float, kind: str) -> float:
    """The rate of step `step` (from 0) of `steps`.

    It rises linearly over the share `warmup` of the steps, then falls linearly, or along half a cosine, or stays.
    """
    rising = round(steps * warmup)
    if step < rising:
        return rate * (step + 1) / rising
    done = (step - rising) / max(1, steps - rising)
    if kind == "linear":
        return rate * (1 - done)
    if kind == "cosine":
        return rate * (1 + math.cos(math.pi * done)) / 2
    return rate
