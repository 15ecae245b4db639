"""What comes after pooling: a linear projection where the encoder has one, and length 1."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.encoders.base import Vectors


@dataclass(frozen=True, slots=True)
class Head:
    """Projection and normalisation.

    Attributes:
        weight: float32 (dimension, width), or None where nothing is projected.
        bias: float32 (dimension,), zero where the projection has none.
        tanh: whether the projection ends in a hyperbolic tangent.
        unit: whether vectors are brought to length 1.
    """

    weight: NDArray[np.float32] | None = None
    bias: NDArray[np.float32] | None = None
    tanh: bool = False
    unit: bool = True

    def finish(self, pooled: Vectors) -> Vectors:
        """Vectors of pooled states, float32 (n, dimension)."""
        projected = pooled
        if self.weight is not None:
            # Row by row: a product of many rows may sum in another order than a product of one.
            projected = np.stack([self.weight @ row for row in pooled])
            projected = projected if self.bias is None else projected + self.bias
            projected = np.tanh(projected) if self.tanh else projected
        return self.normalize(projected)

    def normalize(self, vectors: Vectors) -> Vectors:
        """Brings vectors to length 1, if this head does so; a zero vector stays zero."""
        if not self.unit:
            return vectors
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
        return unit

    @property
    def sha256(self) -> str:
        """Hash of the projection, empty where there is none."""
        if self.weight is None:
            return ""
        bias = b"" if self.bias is None else self.bias.tobytes()
        return hashlib.sha256(self.weight.tobytes() + bias + bytes([self.tanh])).hexdigest()
