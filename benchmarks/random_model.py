"""A small BERT with random weights on disk: shape of the real thing, none of its cost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from casefolio.indexes.encoders import Profile, built_in
from casefolio.indexes.encoders.architectures import ARCHITECTURES
from casefolio.indexes.encoders.checkpoint import Shape, expected_tensors
from casefolio.indexes.encoders.sources import resolve

SIZES = Shape(width=64, layers=2, heads=4, inner=128, activation="gelu", epsilon=1e-12)
# Sizes that the configuration does not say.
ROWS = {"word_embeddings": 30522, "position_embeddings": 512, "token_type_embeddings": 2}


def write_random_model(folder: Path) -> Profile:
    """Writes the checkpoint, with MiniLM's tokenizer, and returns the profile that loads it."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True)
    noise = np.random.default_rng(0)
    state = {}
    for name, size in expected_tensors(ARCHITECTURES["bert"], SIZES).items():
        rows = next((rows for part, rows in ROWS.items() if part in name), 0)
        state[name] = noise.normal(0, 0.2, size=[length or rows for length in size]).astype(np.float32)
    save_file(state, folder / "model.safetensors")
    aliases = ARCHITECTURES["bert"].aliases
    settings = {aliases[field]: getattr(SIZES, field) for field in aliases}
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", **settings}))
    shutil.copy(resolve(built_in()["minilm"].source) / "tokenizer.json", folder)
    return Profile("random", str(folder), "bert", dimension=SIZES.width, pooling="mean", max_tokens=256)
