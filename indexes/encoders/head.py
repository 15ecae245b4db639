"""What comes after pooling: a linear projection where the encoder has one, and length 1."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.base import Vectors
from casefolio.indexes.encoders.profile import Profile
from casefolio.indexes.encoders.tensors import load_pickle, read_json
from casefolio.ingest.errors import EncoderError

_ACTIVATIONS = {"": False, "Identity": False, "NoneType": False, "Tanh": True}


@dataclass(frozen=True, slots=True)
class Head:
    """Projection and normalisation.

    Attributes:
        weight: float32 (dimension, width), or None where nothing is projected.
        bias: float32 (dimension,), or None where the projection has none.
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


def load_head(folder: Path, profile: Profile) -> Head:
    """The head of a profile.

    Raises:
        EncoderError: the projection is missing, damaged, or of another size than the profile says.
    """
    if not profile.projection:
        return Head(unit=profile.normalize)
    place = folder / profile.projection
    if place.is_dir():
        weight, bias, tanh = _dense(place)
    elif place.is_file():
        state = load_pickle(place)
        weight, bias, tanh = _array(state, "projection.weight", place), _array(state, "projection.bias", place), False
    else:
        raise EncoderError(
            f"{profile.name} needs its projection {place}, which is not there: without it its vectors are others",
            "put the author's file there, or choose a profile without a projection",
        )
    if weight.shape[0] != profile.dimension or (bias is not None and bias.shape != (profile.dimension,)):
        raise EncoderError(f"{place}: dimension is {weight.shape[0]}, {profile.name} needs {profile.dimension}")
    return Head(weight, bias, tanh, profile.normalize)


def _array(state: dict[str, Any], name: str, place: Path) -> NDArray[np.float32]:
    if name not in state:
        raise EncoderError(f"{place}: {name} is missing", f"it holds {', '.join(sorted(state)[:4]) or 'nothing'}")
    found: NDArray[np.float32] = state[name].float().numpy()
    return found


def _dense(folder: Path) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, bool]:
    """A Dense module of sentence-transformers: one linear layer and an activation."""
    settings = read_json(folder / "config.json")
    activation = str(settings.get("activation_function") or "").rpartition(".")[2]
    if activation not in _ACTIVATIONS or settings.get("use_residual"):
        raise EncoderError(f"{folder}: a Dense module with {activation or 'a residual'} is not supported")
    if (folder / "model.safetensors").is_file():
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            state = load_file(folder / "model.safetensors")
        except (SafetensorError, OSError) as error:
            raise EncoderError(f"{folder / 'model.safetensors'} is damaged: {error}".replace("\n", " ")) from None
    else:
        state = {name: tensor.float().numpy() for name, tensor in load_pickle(folder / "pytorch_model.bin").items()}
    if "linear.weight" not in state:
        raise EncoderError(f"{folder}: linear.weight is missing")
    weight, bias = state["linear.weight"].astype(np.float32), state.get("linear.bias")
    return weight, None if bias is None else bias.astype(np.float32), _ACTIVATIONS[activation]
