"""A checkpoint on disk: its configuration, and its tensors after they were held against the architecture."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.encoders.architectures import ARCHITECTURES, UNUSED, Architecture
from indexes.encoders.profile import Profile
from ingest.errors import EncoderError

Tensor = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a transformer. `epsilon` is that of its layer norms."""

    width: int
    layers: int
    heads: int
    inner: int
    activation: str
    epsilon: float


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Tensors under the names of their architecture, checked to be all of them and no others.

    `take(name)` reads one tensor as float32.
    """

    folder: Path
    architecture: Architecture
    shape: Shape
    names: frozenset[str]
    take: Callable[[str], Tensor]


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of the model.

    Raises:
        EncoderError: the file is missing, or holds no JSON object.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EncoderError(f"{path.parent}: {path.name} is missing", "this folder is not a complete model") from None
    except (OSError, ValueError) as error:
        raise EncoderError(f"{path}: {error}".replace("\n", " ")) from None
    if not isinstance(found, dict):
        raise EncoderError(f"{path}: not a JSON object")
    return found


def weight_files(folder: Path) -> list[Path]:
    """The files that hold the weights, safetensors before `.bin`, all shards in order.

    Raises:
        EncoderError: there are none, or a shard is missing.
    """
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return [folder / name]
        index = folder / f"{name}.index.json"
        if index.is_file():
            shards = [folder / shard for shard in sorted(set(read_json(index)["weight_map"].values()))]
            if absent := [shard.name for shard in shards if not shard.is_file()]:
                raise EncoderError(f"{folder}: {', '.join(absent)} missing")
            return shards
    raise EncoderError(f"{folder}: no model.safetensors and no pytorch_model.bin")


def open_checkpoint(folder: Path, profile: Profile) -> Checkpoint:
    """Opens a checkpoint as the architecture that the profile names, and refuses what does not fit.

    `config.json` does not decide: it may call a DistilBERT `BertModel`, and transformers would then start its layers
    at random with no more than a warning. The names of the tensors do.

    Raises:
        EncoderError: a file is damaged, tensors are missing or left over, or sizes contradict the profile.
    """
    architecture = ARCHITECTURES[profile.backbone]
    tensors = _tensors(weight_files(folder))
    prefix = next((p for p in architecture.prefixes if p and any(n.startswith(p) for n in tensors)), "")
    shape = _shape(read_json(folder / "config.json"), architecture, folder)
    expected = expected_names(architecture, shape.layers)
    found = {n.removeprefix(prefix): n for n in tensors}
    compare_names(folder, profile, expected, set(found))

    def take(name: str) -> Tensor:
        return np.asarray(tensors[found[name]](), dtype=np.float32)

    checkpoint = Checkpoint(folder, architecture, shape, frozenset(expected), take)
    _check_sizes(checkpoint, profile)
    return checkpoint


def expected_names(architecture: Architecture, layers: int) -> set[str]:
    """Names of all tensors of an architecture with so many layers."""
    names = {"embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"}
    names |= {f"embeddings.LayerNorm.{kind}" for kind in ("weight", "bias")}
    if architecture.segments:
        names.add("embeddings.token_type_embeddings.weight")
    if architecture.relative:
        names.add(architecture.relative)
    for layer in range(layers):
        for part in architecture.parts.values():
            names |= {f"{architecture.layer.format(layer)}{part}.{kind}" for kind in ("weight", "bias")}
    return names


def compare_names(folder: Path, profile: Profile, expected: set[str], found: set[str]) -> None:
    """Holds the names in a checkpoint against those of its architecture.

    Raises:
        EncoderError: naming the first of those missing and left over, and how many there are.
    """
    missing = sorted(expected - found)
    unused = (*UNUSED, *profile.unused)
    left = sorted(n for n in found - expected if not any(fnmatch(n, pattern) for pattern in unused))
    kinds = (("missing", missing), ("left over", left))
    faults = [f"{len(names)} {what} ({_some(names)})" for what, names in kinds if names]
    if faults:
        raise EncoderError(
            f"{folder}: not a {profile.backbone} checkpoint as {profile.name} needs: tensors {' and '.join(faults)}",
            "another architecture, or an incomplete download",
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _shape(config: Mapping[str, Any], architecture: Architecture, folder: Path) -> Shape:
    def value(key: str, default: Any = None) -> Any:
        # The family's own word first: a config.json may carry another family's beside it, or instead of it.
        for words in (architecture.aliases, *(a.aliases for a in ARCHITECTURES.values())):
            if words[key] in config:
                return config[words[key]]
        if default is None:
            raise EncoderError(f"{folder}: config.json does not say {architecture.aliases[key]}")
        return default

    return Shape(
        width=int(value("width")),
        layers=int(value("layers")),
        heads=int(value("heads")),
        inner=int(value("inner")),
        activation=str(value("activation", "gelu")),
        # DistilBERT has no such setting; its code says 1e-12.
        epsilon=1e-12 if architecture.name == "distilbert" else float(value("epsilon", 1e-12)),
    )


def _check_sizes(checkpoint: Checkpoint, profile: Profile) -> None:
    words = checkpoint.take("embeddings.word_embeddings.weight").shape
    places = checkpoint.take("embeddings.position_embeddings.weight").shape[0] - checkpoint.architecture.first_position
    shape = checkpoint.shape
    inner = checkpoint.take(f"{checkpoint.architecture.layer.format(0)}{checkpoint.architecture.parts['inner']}.weight")
    facts: list[tuple[str, int, int]] = [
        ("width of the word embedding", words[1], shape.width),
        ("inner width", inner.shape[0], shape.inner),
        ("width divided by heads leaves", shape.width % shape.heads, 0),
    ]
    if profile.vocabulary:
        facts.append(("vocabulary", words[0], profile.vocabulary))
    if not profile.projection:
        facts.append(("dimension", shape.width, profile.dimension))
    for what, found, wanted in facts:
        if found != wanted:
            raise EncoderError(f"{checkpoint.folder}: {what} is {found}, {profile.name} needs {wanted}")
    if places < profile.max_tokens:
        raise EncoderError(f"{checkpoint.folder}: {places} positions, {profile.name} needs {profile.max_tokens}")


def _tensors(files: list[Path]) -> dict[str, Callable[[], Any]]:
    """Name to a function that reads the tensor. Nothing is unpickled but plain tensors."""
    if files[0].suffix == ".bin":
        return _pickled(files)
    from safetensors import SafetensorError, safe_open

    found: dict[str, Callable[[], Any]] = {}
    for file in files:
        try:
            opened = safe_open(file, framework="np")
            found |= {name: _reader(opened, name) for name in opened.keys()}  # type: ignore[no-untyped-call]  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise EncoderError(f"{file} is damaged: {error}".replace("\n", " "), "fetch it again") from None
    return found


def _reader(opened: Any, name: str) -> Callable[[], Any]:
    return lambda: opened.get_tensor(name)


def _pickled(files: list[Path]) -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {}
    for file in files:
        for name, tensor in load_pickle(file).items():
            found[name] = tensor.float().numpy
    return found


def load_pickle(file: Path) -> dict[str, Any]:
    """Tensors of a torch file, without running code from it.

    Raises:
        EncoderError: the file is damaged, or holds more than tensors and plain values.
    """
    import torch

    try:
        loaded = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises what pickle, zip and its own checks raise
        reason = str(error).split("\n")[0][:160]
        message = f"{file} cannot be loaded without running code: {reason}"
        raise EncoderError(message, "convert it to safetensors") from None
    if not isinstance(loaded, dict):
        raise EncoderError(f"{file}: not a table of tensors")
    return loaded
