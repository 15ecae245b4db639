"""The encoder that a training starts from: its profile, checked tensors and tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from casefolio.indexes.encoders.checkpoint import Checkpoint
from casefolio.indexes.encoders.load import find_profile, open_source
from casefolio.indexes.encoders.profile import Pooling, Profile
from casefolio.indexes.encoders.sources import resolve
from casefolio.indexes.encoders.table import PROFILE as SHARED
from casefolio.indexes.encoders.tokens import Sequences, TextTokenizer
from casefolio.training.errors import TrainingError
from casefolio.training.recipes import Recipe


@dataclass(frozen=True, slots=True)
class Base:
    """What is trained.

    Attributes:
        profile: how it is used; pooling and pairs are the recipe's already.
        passages: checkpoint of the tower of passages.
        queries: that of questions, the same one unless the base has two towers.
        tokenizer: of both.
        folder: where tokenizer and configuration lie; a file where the base is one.
        sha256: of the weights.
    """

    profile: Profile
    passages: Checkpoint
    queries: Checkpoint
    tokenizer: TextTokenizer
    folder: Path
    sha256: str

    @property
    def words(self) -> str:
        """Built-in profile whose table of words is used and stays as it is; empty where the base has its own."""
        return SHARED if self.passages.rows is not None else ""


def open_base(name: str, recipe: Recipe) -> Base:
    """The base under a recipe.

    Raises:
        EncoderError: it is not here, or damaged.
        TrainingError: it is of a kind that cannot be trained here.
    """
    profile = find_profile(name)
    if profile.backbone == "other" or profile.projection:
        what = "a projection" if profile.projection else "an architecture of its own"
        raise TrainingError(
            f"{name} has {what}, which is not trained here", "name a base of BERT's families without one"
        )
    pooling: Pooling = profile.pooling if not recipe.pooling else "cls" if recipe.pooling == "cls" else "mean"
    pairs = recipe.pairs or profile.pairs
    profile = replace(profile, pooling=pooling, pairs=pairs, title_tokens=profile.title_tokens or (32 if pairs else 0))
    found = open_source(resolve(profile.source), profile)
    opened = found.checkpoint(profile)
    queries = opened
    if profile.query_source:
        queries = open_source(resolve(profile.query_source), profile).checkpoint(profile)
    return Base(profile, opened, queries, found.tokenizer, found.folder, found.sha256)


class Reading:
    """Texts to token ids as the encoder will read them, cut at the recipe's windows.

    Args:
        base: whose tokenizer, prefixes and window hold.
        recipe: whose lengths hold.
    """

    def __init__(self, base: Base, recipe: Recipe) -> None:
        self._base, self._profile = base, base.profile
        self._query_tokens = min(recipe.query_tokens, base.profile.max_tokens)
        self._passage_tokens = min(recipe.passage_tokens, base.profile.max_tokens)

    def queries(self, texts: Sequence[str]) -> Sequences:
        """Ids of questions."""
        return self._cut(
            self._base.tokenizer.encode([self._profile.query_prefix + t for t in texts]), self._query_tokens
        )

    def passages(self, texts: Sequence[str], titles: Sequence[str] | None = None) -> Sequences:
        """Ids of passages; as pairs with their titles where the encoder reads those."""
        prefixed = [self._profile.passage_prefix + t for t in texts]
        tokenizer = self._base.tokenizer
        if not self._profile.pairs or titles is None or not any(titles):
            return self._cut(tokenizer.encode(prefixed), self._passage_tokens)
        alone, paired = (
            tokenizer.encode(prefixed),
            tokenizer.encode_pairs(
                [(title or "-", text) for title, text in zip(titles, prefixed, strict=True)], self._profile.title_tokens
            ),
        )
        rows = [(paired if t else alone) for t in titles]
        chosen = Sequences(
            tuple(row.ids[i] for i, row in enumerate(rows)), tuple(row.second[i] for i, row in enumerate(rows))
        )
        return self._cut(chosen, self._passage_tokens)

    def _cut(self, found: Sequences, limit: int) -> Sequences:
        end = np.array(self._base.tokenizer.end, dtype=np.int32)
        ids = tuple(i if len(i) <= limit else np.concatenate([i[: limit - len(end)], end]) for i in found.ids)
        return Sequences(ids, tuple(min(s, len(i)) for s, i in zip(found.second, ids, strict=True)))
