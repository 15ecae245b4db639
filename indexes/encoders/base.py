"""What the rest of the house may ask of an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors, under one contract.

    Vectors are float32 of shape (n, `dimension`), in the order of the texts, of length 1 where the contract
    normalises (every built-in profile is searched by inner product). A text never depends on its neighbours in a batch.
    """

    @property
    def name(self) -> str:
        """Name of the profile, e.g. `minilm`."""

    @property
    def contract(self) -> dict[str, str | int | float | bool]:
        """All that changes a vector: hashes of weights and tokenizer, pooling, prefixes, lengths, dimension, …"""

    @property
    def dimension(self) -> int:
        """Width of a vector."""

    @property
    def max_tokens(self) -> int:
        """Tokens of a passage that fit beside special tokens and prefix."""

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes of the languages it was trained for; `*` for many."""

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character ranges of the tokens of `text`, without special tokens and never truncated."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages. A text longer than `max_tokens` is an error, not a truncation.

        Raises:
            EncoderError: naming the length and the limit.
        """
