"""What rankings are made of: scores on one scale (raw ones say nothing of each other), and the best of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def normalised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Min-max to 0..1 over what is finite; what is NaN (no evidence) becomes 0."""
    finite = np.isfinite(scores)
    if not finite.any():
        return np.zeros_like(scores)
    low, high = scores[finite].min(), scores[finite].max()
    if high - low < 1e-9:
        return np.where(finite, np.float32(high > 0), np.float32(0)).astype(np.float32)
    return np.where(finite, (scores - low) / (high - low), 0).astype(np.float32)


def best(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Positions of the k highest scores, best first, ties by position."""
    if 0 < k < len(scores):
        kept = np.flatnonzero(scores >= np.partition(scores, len(scores) - k)[len(scores) - k])
    else:
        kept = np.arange(len(scores))
    return kept[np.argsort(-scores[kept], kind="stable")][:k]
