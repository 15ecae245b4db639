"""A checkpoint on disk: its configuration, and its tensors after they were held against the architecture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.architectures import ARCHITECTURES, UNUSED, Architecture
from casefolio.indexes.encoders.profile import Profile
from casefolio.indexes.encoders.tensors import open_tensors, read_json, weight_files
from casefolio.ingest.errors import EncoderError

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
class Sizes:
    """What a profile says of a checkpoint: rows of its word and position tables, and its width."""

    vocabulary: int
    positions: int
    width: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Tensors under the names of their architecture, checked to be all of them and no others.

    `take(name)` reads one tensor as float32, and raises EncoderError where it has another size than the others imply.
    Where `rows` is given, it reads the embeddings of some words, and the table of all `vocabulary` words is not taken.
    Where `blocks` is given, it reads a matrix as it was quantised, in blocks of 32 along a row: scales (blocks,) and
    two weights a byte (blocks, 16), the even one in the low half; weight = (half - 8) * scale.
    """

    folder: Path
    architecture: Architecture
    shape: Shape
    take: Callable[[str], Tensor]
    rows: Callable[[NDArray[np.int32]], Tensor] | None = None
    vocabulary: int = 0
    blocks: Callable[[str], tuple[Tensor, NDArray[np.uint8]]] | None = None

    def sizes(self) -> Sizes:
        """Its sizes, as a profile states them."""
        words = self.vocabulary or self.take("embeddings.word_embeddings.weight").shape[0]
        places = self.take("embeddings.position_embeddings.weight").shape[0]
        return Sizes(words, places - self.architecture.first_position, self.shape.width)


def model_folder(folder: Path) -> Path:
    """Where in a source the transformer and its tokenizer lie.

    At the top on the hub, under the first module's path in older sentence-transformers folders, and under `bert_model`
    in the package of Mejurix.
    """
    places = (folder, folder / "0_Transformer", folder / "bert_model")
    inner = next((place for place in places if (place / "config.json").is_file()), None)
    if inner is None:
        raise EncoderError(f"{folder}: config.json is missing", "this folder is not a complete model")
    return inner


def open_checkpoint(
    folder: Path, profile: Profile, rows: Callable[[NDArray[np.int32]], Tensor] | None = None, vocabulary: int = 0
) -> Checkpoint:
    """Opens a checkpoint as the architecture that the profile names, and refuses what does not fit.

    `config.json` does not decide: it may call a DistilBERT `BertModel`, and transformers would then start its layers
    at random with no more than a warning. The names of the tensors do.

    Args:
        folder: of the checkpoint.
        profile: what it is to be.
        rows: reads embeddings of words that lie elsewhere; the folder then has no table of them.
        vocabulary: how many words there are in that case.

    Raises:
        EncoderError: a file is damaged, tensors are missing or left over, or sizes contradict the profile.
    """
    architecture = ARCHITECTURES[profile.backbone]
    tensors = open_tensors(weight_files(folder))
    prefix = next((p for p in architecture.prefixes if p and any(n.startswith(p) for n in tensors)), "")
    config = read_json(folder / "config.json")
    shape = _shape(config, architecture, folder)
    if architecture.first_position and config.get("pad_token_id", 1) != architecture.first_position - 1:
        raise EncoderError(f"{folder}: positions start after padding token {config['pad_token_id']}, not supported")
    expected = expected_tensors(architecture, shape)
    if rows is not None:
        del expected["embeddings.word_embeddings.weight"]
    found = {n.removeprefix(prefix): n for n in tensors}
    compare_names(folder, profile, set(expected), set(found))

    def take(name: str) -> Tensor:
        tensor = np.asarray(tensors[found[name]](), dtype=np.float32)
        fits = [wanted in (0, size) for size, wanted in zip(tensor.shape, expected[name], strict=False)]
        if tensor.ndim != len(expected[name]) or not all(fits):
            wanted = " x ".join(str(size or "any") for size in expected[name])
            told = " x ".join(map(str, tensor.shape))
            raise EncoderError(f"{folder}: {name} is {told}, config.json makes it {wanted}")
        return tensor

    checkpoint = Checkpoint(folder, architecture, shape, take, rows, vocabulary)
    hold_against(profile, folder, checkpoint.sizes())
    return checkpoint


def expected_tensors(architecture: Architecture, shape: Shape) -> dict[str, tuple[int, ...]]:
    """Names of all tensors of an architecture and their sizes; 0 where the configuration does not say it."""
    width, inner = shape.width, shape.inner
    tensors: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (0, width),
        "embeddings.position_embeddings.weight": (0, width),
        "embeddings.LayerNorm.weight": (width,),
        "embeddings.LayerNorm.bias": (width,),
    }
    if architecture.segments:
        tensors["embeddings.token_type_embeddings.weight"] = (0, width)
    if architecture.relative:
        tensors[architecture.relative] = (0, shape.heads)
    square = {"inner": (inner, width), "outer": (width, inner), "attended_norm": (width,), "outer_norm": (width,)}
    for layer in range(shape.layers):
        for part, name in architecture.parts.items():
            size = square.get(part, (width, width))
            tensors[f"{architecture.layer.format(layer)}{name}.weight"] = size
            tensors[f"{architecture.layer.format(layer)}{name}.bias"] = size[:1]
    return tensors


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

    if int(value("width")) % int(value("heads")):
        raise EncoderError(f"{folder}: width {value('width')} is not divided by {value('heads')} heads")
    return Shape(
        width=int(value("width")),
        layers=int(value("layers")),
        heads=int(value("heads")),
        inner=int(value("inner")),
        activation=str(value("activation", "gelu")),
        # DistilBERT has no such setting; its code says 1e-12.
        epsilon=1e-12 if architecture.name == "distilbert" else float(value("epsilon", 1e-12)),
    )


def hold_against(profile: Profile, folder: Path, sizes: Sizes) -> None:
    """Holds the sizes of a checkpoint against its profile.

    Raises:
        EncoderError: naming what differs and both numbers.
    """
    facts = []
    if profile.vocabulary:
        facts.append(("vocabulary", sizes.vocabulary, profile.vocabulary))
    if not profile.projection:
        facts.append(("dimension", sizes.width, profile.dimension))
    for what, found, wanted in facts:
        if found != wanted:
            raise EncoderError(f"{folder}: {what} is {found}, {profile.name} needs {wanted}")
    if sizes.positions < profile.max_tokens:
        raise EncoderError(f"{folder}: {sizes.positions} positions, {profile.name} needs {profile.max_tokens}")
