"""How far 8-bit weights move the vectors: measured on our own sentences when a model is converted."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from casefolio.indexes.encoders.head import Head
from casefolio.indexes.encoders.onnx_runtime import OnnxRuntime, Rows
from casefolio.indexes.encoders.pairs import read_pairs
from casefolio.indexes.encoders.tokens import TextTokenizer


def report_cosine(
    full: Path,
    small: Path,
    encoder: tuple[str, TextTokenizer, Head],
    tell: Callable[[str], None],
    rows: Rows | None = None,
) -> None:
    """Measures the cosine of 8-bit vectors to 32-bit ones, keeps it beside the model, and tells it, once.

    Args:
        full: the model in 32 bits.
        small: the same in 8 bits.
        encoder: its name, tokenizer and head.
        tell: told in one line.
        rows: of the embeddings, where the models take those.
    """
    name, tokenizer, head = encoder
    kept = small.with_name("cosine.json")
    if kept.is_file():
        return
    texts = sorted({text for pair in read_pairs() for text in (pair.first, pair.related)})
    # Passages are longer than the sentences: three of them make one.
    sequences = tokenizer.encode([" ".join(texts[i : i + 3]) for i in range(0, len(texts), 3)])
    unit = Head(head.weight, head.bias, head.tanh, unit=True)
    first, second = (
        unit.finish(r.pool(sequences))
        for r in (OnnxRuntime(full, rows=rows), OnnxRuntime(small, alone=True, rows=rows))
    )
    cosines = np.sum(first * second, axis=1)
    mean, least = float(cosines.mean()), float(cosines.min())
    with suppress(OSError):
        kept.write_text(json.dumps({"mean": mean, "least": least}), encoding="ascii")
    tell(f"{name} in int8: cosine to fp32 {mean:.4f} in the mean, {least:.4f} at least")
