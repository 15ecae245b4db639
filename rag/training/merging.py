"""Mixing a trained encoder back with its base, the share chosen on the development part (MedEmbed's best step)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from casefolio.training.encoder import Run, evaluate
from casefolio.training.ranking import RetrievalSet, mean

STEPS = 10


def mixed(base: Mapping[str, Any], tuned: Mapping[str, Any], share: float) -> dict[str, Any]:
    """Tensors on the line from the base (share 0) to the trained ones (share 1)."""
    return {name: base[name] + share * (tensor - base[name]) for name, tensor in tuned.items()}


def merge_with_base(run: Run, held: RetrievalSet, reading: Any, tell: Callable[[str], None]) -> dict[str, float]:
    """Leaves the towers at the best mixture.

    Args:
        run: trained towers.
        held: development questions.
        reading: of the base.
        tell: told each share's figure.

    Returns:
        Development mAP@100 by the share of the trained weights, from .1 to 1.
    """
    import torch

    tuned = [tower.tensors() for tower in run.towers()]
    bases = []
    for tower, tensors in zip(run.towers(), tuned, strict=True):
        take = tower.checkpoint.take
        bases.append({name: torch.from_numpy(take(name).reshape(t.shape).copy()) for name, t in tensors.items()})
    figures: dict[str, float] = {}
    for k in range(1, STEPS + 1):
        _fill(run, bases, tuned, k / STEPS)
        figures[f"{k / STEPS:.1f}"] = mean(evaluate(run, held, reading)["cross-patient"])
        tell(f"share {k / STEPS:.1f} of the trained weights: dev mAP@100 {figures[f'{k / STEPS:.1f}']:.3f}")
    best = max(figures, key=lambda share: (figures[share], share))
    _fill(run, bases, tuned, float(best))
    return figures


def _fill(run: Run, bases: list[dict[str, Any]], tuned: list[dict[str, Any]], share: float) -> None:
    for tower, base, tensors in zip(run.towers(), bases, tuned, strict=True):
        tower.fill(mixed(base, tensors, share))
