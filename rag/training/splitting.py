"""A development part that leaks neither its people nor its wordings into training."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from casefolio.training.errors import TrainingError
from casefolio.training.pairs import Pair

SHARE = 0.15


def split(pairs: Sequence[Pair], share: float = SHARE, seed: int = 0) -> tuple[list[Pair], list[Pair]]:
    """Training and development part.

    Whole groups (documents, where there are no groups) are held out, and with them whole templates: a pair of a held
    group with another template, or of another group with a held template, is in neither part.

    Raises:
        TrainingError: one of the two would be empty.
    """
    groups = _held([pair.group or pair.document or pair.query for pair in pairs], share, seed)
    templates = _held([pair.template for pair in pairs if pair.template], share, seed)
    train: list[Pair] = []
    dev: list[Pair] = []
    for pair in pairs:
        held = (pair.group or pair.document or pair.query) in groups
        if pair.template and held != (pair.template in templates):
            continue
        (dev if held else train).append(pair)
    if not dev:  # so few templates that none of a held group is held: its wordings are known then, its people are not
        dev = [pair for pair in pairs if (pair.group or pair.document or pair.query) in groups]
        train = [pair for pair in pairs if (pair.group or pair.document or pair.query) not in groups]
    if not train or not dev:
        raise TrainingError(
            f"{len(pairs)} pairs of {len({p.group for p in pairs})} groups cannot be split for development",
            "give pairs of more people or contracts, or --dev FILE",
        )
    return train, dev


def _held(names: Sequence[str], share: float, seed: int) -> set[str]:
    """About a share of distinct names, chosen by their hash, so that more data move no name; at least one of two."""
    distinct = sorted(set(names), key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).digest())
    return set(distinct[: max(1, round(len(distinct) * share))] if len(distinct) > 1 else [])
