"""A sentence-transformers folder read as a profile: its own modules, prompts and window."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from casefolio.indexes.encoders.architectures import ARCHITECTURES
from casefolio.indexes.encoders.profile import Backbone, Pooling, Profile, Similarity
from casefolio.indexes.encoders.tensors import read_json, tensor_names
from casefolio.ingest.errors import EncoderError

_QUERY_PROMPTS = ("query", "question", "search_query", "retrieval.query")
_PASSAGE_PROMPTS = ("passage", "document", "search_document", "retrieval.passage")


def read_modules(folder: Path, source: str = "") -> Profile:
    """The profile that a sentence-transformers folder states of itself.

    Args:
        folder: holds `modules.json`.
        source: where the folder came from, if that is not its path.

    Raises:
        EncoderError: there is no `modules.json`, or it holds a module that is not supported.
    """
    if not (folder / "modules.json").is_file():
        raise EncoderError(
            f"{folder}: no modules.json says how its vectors are pooled",
            "write a profile: a TOML file with source, backbone, dimension, pooling, max_tokens",
        )
    modules = _modules(folder)
    inner = folder / modules[0][1]
    config = read_json(inner / "config.json")
    backbone = detect_backbone(inner)
    kinds = [kind for kind, _ in modules]
    tail = set(kinds[2:]) - {"Dense", "Normalize"}
    if kinds[:2] != ["Transformer", "Pooling"] or tail or kinds.count("Dense") > 1:
        raise EncoderError(
            f"{folder}: modules {', '.join(kinds)} are not supported",
            "Transformer, Pooling, one Dense and Normalize are",
        )
    pooling, width = _pooling(folder / modules[1][1])
    dense = next((path for kind, path in modules if kind == "Dense"), "")
    stated = _optional(folder / "config_sentence_transformers.json")
    prompts = {str(k): str(v) for k, v in (stated.get("prompts") or {}).items()}
    default = prompts.get(str(stated.get("default_prompt_name")), "")
    return Profile(
        name=folder.name,
        source=source or str(folder.resolve()),
        backbone=backbone,
        dimension=int(read_json(folder / dense / "config.json")["out_features"]) if dense else width,
        pooling=pooling,
        projection=dense,
        # The index compares by inner product, which is the cosine of vectors of length 1 only.
        normalize="Normalize" in kinds or _similarity(stated) == "cosine",
        query_prefix=next((prompts[k] for k in _QUERY_PROMPTS if k in prompts), default),
        passage_prefix=next((prompts[k] for k in _PASSAGE_PROMPTS if k in prompts), default),
        max_tokens=_window(inner, config, backbone),
        similarity=_similarity(stated),
        note="Read from the folder's own modules.",
    )


def detect_backbone(folder: Path) -> Backbone:
    """Architecture of a checkpoint by the names of its tensors; `config.json` only tells BERT from RoBERTa."""
    names = tensor_names(folder)
    if any("transformer.layer.0.attention.q_lin" in name for name in names):
        return "distilbert"
    if any(ARCHITECTURES["mpnet"].relative in name for name in names):
        return "mpnet"
    kind = str(read_json(folder / "config.json").get("model_type", ""))
    if any("encoder.layer.0.attention.self.query" in name for name in names):
        return (
            "xlm-roberta" if kind in {"xlm-roberta", "roberta", "camembert"} else "bert" if kind == "bert" else "other"
        )
    return "other"


def _modules(folder: Path) -> list[tuple[str, str]]:
    """Class and path of each module, in order."""
    try:
        listed = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        listed.sort(key=lambda module: module["idx"])
        return [(str(module["type"]).rpartition(".")[2], str(module.get("path", ""))) for module in listed]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"{folder / 'modules.json'}: {error}".replace("\n", " ")) from None


def _pooling(folder: Path) -> tuple[Pooling, int]:
    settings = read_json(folder / "config.json")
    width = settings.get("embedding_dimension", settings.get("word_embedding_dimension"))
    chosen = settings.get("pooling_mode")
    switched_on = [key for key, on in settings.items() if key.startswith("pooling_mode_") and on]
    modes = [chosen] if isinstance(chosen, str) else switched_on
    known = {"cls": "cls", "mean": "mean", "pooling_mode_cls_token": "cls", "pooling_mode_mean_tokens": "mean"}
    if len(modes) != 1 or modes[0] not in known or not settings.get("include_prompt", True) or width is None:
        told = ", ".join(modes) or "unknown"
        raise EncoderError(f"{folder}: pooling {told} is not supported", "cls and mean are, prompts included")
    return cast("Pooling", known[modes[0]]), int(width)


def _window(folder: Path, config: dict[str, Any], backbone: Backbone) -> int:
    stated = _optional(folder / "sentence_bert_config.json").get("max_seq_length")
    if stated:
        return int(stated)
    first = ARCHITECTURES[backbone].first_position if backbone in ARCHITECTURES else 0
    positions = int(config.get("max_position_embeddings", 512)) - first
    told = _optional(folder / "tokenizer_config.json").get("model_max_length")
    return min(positions, int(told)) if isinstance(told, int) else positions


def _similarity(stated: dict[str, Any]) -> Similarity:
    name = str(stated.get("similarity_fn_name") or "cosine")
    if name not in {"cosine", "dot"}:
        raise EncoderError(f"similarity {name} is not supported", "cosine and dot are")
    return "dot" if name == "dot" else "cosine"


def _optional(path: Path) -> dict[str, Any]:
    return read_json(path) if path.is_file() else {}
