"""Recipes: loss, batch, schedule, negatives and what follows training, one frozen value each, from a data file."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from casefolio.ingest import data
from casefolio.training.errors import TrainingError

_DATA = Path(__file__).with_name("recipes.toml")
LOSSES = ("softmax", "multi-similarity", "triplet")
SCHEDULES = ("linear", "cosine", "constant")
MINERS = ("", "bm25", "dense")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an encoder is trained.

    Attributes:
        name: of the recipe.
        loss: one of `LOSSES`.
        batch: pairs a step.
        mini_batch: pairs whose activations are held at once; the loss is that of the whole batch all the same.
        epochs: passes over the pairs.
        rate: highest learning rate of AdamW.
        schedule: how it falls after the warm-up, to 0 at the last step.
        warmup: share of the steps in which it rises from 0.
        decay: weight decay, not of biases and norms.
        clip: greatest norm of a step's gradient.
        dropout: share of states dropped while training.
        temperature: similarities are divided by it (softmax, multi-similarity).
        margin: of triplets.
        positive_scale, negative_scale, threshold: of multi-similarity.
        symmetric: whether passages also choose their query (softmax).
        negatives: of a pair's own list, drawn anew at each step.
        towers: 2 where questions get an encoder of their own.
        pooling: `cls`, `mean`, or empty for the base's.
        pairs: whether a passage with a title is encoded as the pair (title, text).
        query_tokens, passage_tokens: windows in training.
        miner: where negatives come from if the pairs have none.
        mined: negatives a pair that are mined.
        merge: whether the result is mixed with its base, the share chosen on the development part.
        keep: `last`, or `best` on the development part after each epoch.
        patience: epochs without a gain after which `best` stops; 0 for never.
        note: what the recipe does otherwise than its origin.
    """

    name: str
    loss: str
    batch: int
    mini_batch: int
    epochs: int
    rate: float
    schedule: str = "linear"
    warmup: float = 0.05
    decay: float = 0.0
    clip: float = 1.0
    dropout: float = 0.1
    temperature: float = 0.05
    margin: float = 1.0
    positive_scale: float = 1.0
    negative_scale: float = 60.0
    threshold: float = 0.8
    symmetric: bool = False
    negatives: int = 0
    towers: int = 1
    pooling: str = ""
    pairs: bool = False
    query_tokens: int = 128
    passage_tokens: int = 512
    miner: str = ""
    mined: int = 0
    merge: bool = False
    keep: str = "last"
    patience: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        for what, value, allowed in (
            ("loss", self.loss, LOSSES),
            ("schedule", self.schedule, SCHEDULES),
            ("miner", self.miner, MINERS),
            ("pooling", self.pooling, ("", "cls", "mean")),
            ("keep", self.keep, ("last", "best")),
        ):
            if value not in allowed:
                raise TrainingError(f"recipe {self.name}: {what} is {value!r}", f"one of {', '.join(allowed)}")
        for what, number in (("batch", self.batch), ("mini_batch", self.mini_batch), ("epochs", self.epochs)):
            if number < 1:
                raise TrainingError(f"recipe {self.name}: {what} is {number}", "at least 1")
        if self.rate <= 0 or self.temperature <= 0:
            raise TrainingError(f"recipe {self.name}: rate and temperature are above 0")


@cache
def recipes() -> dict[str, Recipe]:
    """All recipes by name."""
    return {name: Recipe(name, **entry) for name, entry in data.table(_DATA).items()}


def recipe(name: str, **changes: Any) -> Recipe:
    """A recipe with some of its values changed; None leaves one as it is.

    Raises:
        TrainingError: there is none of that name, or a value makes no sense.
    """
    if name not in recipes():
        raise TrainingError(f"no recipe {name}", f"one of {', '.join(recipes())}")
    known = {field.name for field in fields(Recipe)}
    if unknown := set(changes) - known:
        raise TrainingError(f"a recipe has no {', '.join(sorted(unknown))}")
    return replace(recipes()[name], **{k: v for k, v in changes.items() if v is not None})
