"""The files of a model: JSON, and tensors from safetensors or from `.bin`, without running any code of theirs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from casefolio.ingest.errors import EncoderError


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


def tensor_names(folder: Path) -> set[str]:
    """Names of all tensors of a checkpoint, whatever its architecture.

    Raises:
        EncoderError: a file is missing or damaged.
    """
    return set(open_tensors(weight_files(folder)))


def open_tensors(files: list[Path]) -> dict[str, Callable[[], Any]]:
    """Name to a function that reads the tensor. Nothing is unpickled but plain tensors.

    Raises:
        EncoderError: a file is damaged.
    """
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
