"""How far 8-bit weights move the vectors: measured on our own sentences when a model is converted."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from indexes.encoders.head import Head
from indexes.encoders.onnx_runtime import OnnxRuntime
from indexes.encoders.pairs import read_pairs
from indexes.encoders.tokens import TextTokenizer


def measured_cosine(full: Path, small: Path, tokenizer: TextTokenizer, head: Head) -> tuple[float, float]:
    """Mean and least cosine of 8-bit vectors to 32-bit ones.

    Args:
        full: the model in 32 bits.
        small: the same in 8 bits; the measurement is kept beside it.
        tokenizer: of the model.
        head: of the model.
    """
    kept = small.with_name("cosine.json")
    with suppress(OSError, ValueError):
        mean, least = json.loads(kept.read_text(encoding="ascii"))
        return float(mean), float(least)
    texts = sorted({text for pair in read_pairs() for text in (pair.first, pair.related)})
    # Passages are longer than the sentences: three of them make one.
    texts = [" ".join(texts[i : i + 3]) for i in range(0, len(texts), 3)]
    sequences = tokenizer.encode(texts)
    unit = Head(head.weight, head.bias, head.tanh, unit=True)
    first, second = (unit.finish(r.pool(sequences)) for r in (OnnxRuntime(full), OnnxRuntime(small, alone=True)))
    cosines = np.sum(first * second, axis=1)
    found = float(cosines.mean()), float(cosines.min())
    with suppress(OSError):
        kept.write_text(json.dumps(found), encoding="ascii")
    return found


def tell_cosine(name: str, found: tuple[float, float], tell: Callable[[str], None]) -> None:
    """Says in one line what was measured."""
    tell(f"{name} in int8: cosine to fp32 {found[0]:.4f} in the mean, {found[1]:.4f} at least")
