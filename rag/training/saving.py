"""The folder of a trained encoder, as `--encoder` takes it: weights, profile, card, figures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from casefolio.indexes.encoders.checkpoint import Checkpoint
from casefolio.indexes.encoders.load import OWN_PROFILE
from casefolio.indexes.encoders.profile import Profile
from casefolio.training.base import Base
from casefolio.training.encoder import Run
from casefolio.training.tower import WORDS

_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json")
_LEFT_OUT = {"name", "source", "query_source", "sha256", "note", "example", "parameters", "languages", "licence"}


def save_encoder(out: Path, run: Run, base: Base, report: Mapping[str, Any]) -> None:
    """Write the folder.

    Args:
        out: of the result.
        run: trained towers.
        base: where they started.
        report: recipe, data hashes and figures; becomes `training.json` and the card.
    """
    two = run.queries is not run.passages
    _save_tower(out, run.passages.checkpoint, run.passages.tensors(), base)
    if two:
        _save_tower(out / "queries", run.queries.checkpoint, run.queries.tensors(), base)
    (out / OWN_PROFILE).write_text(profile_text(out.name, base, two), encoding="utf-8")
    (out / "training.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (out / "README.md").write_text(card(out.name, base, report), encoding="utf-8")
    if not two and not base.words and not base.profile.pairs:
        _save_modules(out, base.profile)


def _save_tower(folder: Path, checkpoint: Checkpoint, tensors: Mapping[str, Any], base: Base) -> None:
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(tensors), folder / "model.safetensors", metadata={"format": "pt"})
    names, shape = checkpoint.architecture.aliases, checkpoint.shape
    config = {
        "model_type": checkpoint.architecture.name,
        names["width"]: shape.width,
        names["layers"]: shape.layers,
        names["heads"]: shape.heads,
        names["inner"]: shape.inner,
        names["activation"]: shape.activation,
        "max_position_embeddings": len(tensors["embeddings.position_embeddings.weight"]),
        "vocab_size": len(tensors[WORDS]) if WORDS in tensors else checkpoint.vocabulary,
    }
    if names["epsilon"] not in config:
        config[names["epsilon"]] = shape.epsilon
    if checkpoint.architecture.segments:
        config["type_vocab_size"] = len(tensors["embeddings.token_type_embeddings.weight"])
    if checkpoint.architecture.first_position:
        config["pad_token_id"] = checkpoint.architecture.first_position - 1
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    if not base.words:
        for name in _TOKENIZER:
            if (base.folder / name).is_file():
                shutil.copyfile(base.folder / name, folder / name)


def profile_text(name: str, base: Base, two: bool) -> str:
    """The profile of the result, as TOML."""
    profile = base.profile
    rows: dict[str, Any] = {"name": name, "source": ".", **({"query_source": "queries"} if two else {})}
    for field in fields(Profile):
        value = getattr(profile, field.name)
        if field.name not in _LEFT_OUT and field.name not in rows and value != field.default:
            rows[field.name] = list(value) if isinstance(value, tuple) else value
    if base.words:
        rows["words"] = base.words
    rows["languages"] = list(profile.languages)
    rows["licence"] = profile.licence
    rows["note"] = f"Trained from {profile.name} by rag train encoder; see README.md."
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rows.items()]
    return "# How this encoder is used. Written by rag train encoder.\n" + "\n".join(lines) + "\n"


def card(name: str, base: Base, report: Mapping[str, Any]) -> str:
    """The card: what it was made of, by which recipe, and how it compares with its base."""
    recipe, figures = report["recipe"], report.get("figures", {})
    lines = [
        f"# {name}",
        "",
        f"Trained from `{base.profile.name}` ({base.profile.licence or 'licence: see the base'}) by the recipe "
        f"`{recipe['name']}` of `rag train encoder`. {recipe['note']}",
        "",
        f"* base weights: SHA-256 `{base.sha256}`",
        f"* training pairs: {report['pairs']}, SHA-256 `{report['data']}`",
        f"* development pairs: {report['dev_pairs']}, SHA-256 `{report['dev_data']}`",
        f"* steps: {report['steps']} of {recipe['batch']} pairs, seed {report['seed']}",
    ]
    if base.words:
        lines.append(f"* embeddings of words: those of `{base.words}`, not trained, not in this folder")
    if report.get("merged"):
        lines.append(f"* mixed with the base: share {report['share']} of the trained weights")
    if figures:
        lines += ["", "| on the development part | base | trained |", "|---|---|---|"]
        for setting, rows in figures.items():
            lines += [f"| {setting} {what} | {a:.3f} | {b:.3f} |" for what, (a, b) in rows.items()]
        lines += ["", "The share of the mixture and the best epoch were chosen on this part: its figures flatter."]
    return "\n".join(lines) + "\n"


def _save_modules(out: Path, profile: Profile) -> None:
    """What sentence-transformers wants to open the same folder."""
    kinds = ["Transformer", "Pooling", *(["Normalize"] if profile.normalize else [])]
    paths = ["", "1_Pooling", "2_Normalize"]
    modules = [
        {"idx": i, "name": str(i), "path": paths[i], "type": f"sentence_transformers.models.{kind}"}
        for i, kind in enumerate(kinds)
    ]
    pooling = {"word_embedding_dimension": profile.dimension}
    pooling |= {
        "pooling_mode_cls_token": profile.pooling == "cls",
        "pooling_mode_mean_tokens": profile.pooling == "mean",
    }
    stated = {
        "prompts": {"query": profile.query_prefix, "passage": profile.passage_prefix},
        "similarity_fn_name": profile.similarity,
    }
    (out / "1_Pooling").mkdir(exist_ok=True)
    for name, value in (
        ("modules.json", modules),
        ("1_Pooling/config.json", pooling),
        ("config_sentence_transformers.json", stated),
        ("sentence_bert_config.json", {"max_seq_length": profile.max_tokens, "do_lower_case": False}),
    ):
        (out / name).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
