"""`rag train encoder` from pairs to a folder: split, mine, train, merge, compare with the base, save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from casefolio.training.base import Base, Reading, open_base
from casefolio.training.encoder import Run, Settings, check_pairs, default_device, encode, evaluate, train_encoder
from casefolio.training.errors import TrainingError
from casefolio.training.merging import merge_with_base
from casefolio.training.mining import mine_bm25, mine_dense
from casefolio.training.pairs import Pair, data_hash
from casefolio.training.ranking import mean, set_of_pairs
from casefolio.training.recipes import Recipe
from casefolio.training.saving import save_encoder
from casefolio.training.splitting import split
from casefolio.training.state import State
from casefolio.training.tower import Tower

Tell = Callable[[str], None]
SHOWN = ("mAP@100", "nDCG@10", "recall@1", "recall@10", "recall@100")
Figures = dict[str, dict[str, tuple[float, float]]]


def run_encoder(
    pairs: Sequence[Pair], dev: Sequence[Pair], name: str, recipe: Recipe, out: Path, settings: Settings, tell: Tell
) -> Figures | None:
    """Everything from pairs to a folder.

    Args:
        pairs: all that may be learned from.
        dev: development part; split off the pairs where it is empty.
        name: of the base.
        recipe: how.
        out: folder of the result.
        settings: seed, device and the like.
        tell: told what goes on.

    Returns:
        Figures of base and trained encoder on the development part; None where it was stopped on the way.

    Raises:
        TrainingError: the data do not do, or `out` is in use.
        EncoderError: the base is not here.
    """
    if (out / "profile.toml").exists():
        raise TrainingError(f"{out} holds an encoder already", "name another --out")
    base = open_base(name, recipe)
    train, held_out = (list(pairs), list(dev)) if dev else split(pairs, seed=settings.seed)
    reading = Reading(base, recipe)
    device = settings.device or default_device()
    train = with_negatives(train, base, recipe, reading, device, settings.seed, tell)
    check_pairs(train, recipe)
    tell(f"{len(train)} pairs to train on, {len(held_out)} held out of {len({p.group for p in held_out})} groups")
    held = set_of_pairs(held_out, train[:2000])
    before = evaluate(_untrained(base, device), held, reading)
    run = train_encoder(train, held_out, base, recipe, out, settings, tell)
    if run is None:
        return None
    report: dict[str, Any] = {
        "recipe": asdict(recipe),
        "base": base.profile.name,
        "base_weights": base.sha256,
        "pairs": len(train),
        "data": data_hash(train),
        "dev_pairs": len(held_out),
        "dev_data": data_hash(held_out),
        "steps": run.steps,
        "seed": settings.seed,
        "seconds": round(run.seconds, 1),
        "history": run.history,
    }
    if recipe.merge:
        shares = merge_with_base(run, held, reading, tell)
        report |= {"merged": shares, "share": max(shares, key=lambda s: (shares[s], s))}
    figures = _figures(before, evaluate(run, held, reading))
    save_encoder(out, run, base, report | {"figures": figures})
    State(out, "").remove()
    return figures


def _untrained(base: Base, device: str) -> Run:
    passages = Tower(base.passages, base.profile.pooling, device)
    queries = passages if base.queries is base.passages else Tower(base.queries, base.profile.pooling, device)
    return Run(queries, passages, 0)


def with_negatives(
    pairs: Sequence[Pair], base: Base, recipe: Recipe, reading: Reading, device: str, seed: int, tell: Tell
) -> list[Pair]:
    """The pairs with mined negatives, where the recipe wants some and they have none."""
    if not recipe.miner or not recipe.mined or all(p.negative for p in pairs):
        return list(pairs)
    tell(f"mining {recipe.mined} negatives a pair by {recipe.miner}")
    if recipe.miner == "bm25":
        return mine_bm25(pairs, recipe.mined)
    run = _untrained(base, device)
    return mine_dense(
        pairs,
        recipe.mined,
        lambda texts: encode(run.queries, reading.queries(texts)),
        lambda texts: encode(run.passages, reading.passages(texts)),
        seed,
    )


def _figures(before: dict[str, list[dict[str, float]]], after: dict[str, list[dict[str, float]]]) -> Figures:
    return {
        setting: {what: (round(mean(before[setting], what), 4), round(mean(after[setting], what), 4)) for what in SHOWN}
        for setting in before
    }


def estimate(pairs: Sequence[Pair], name: str, recipe: Recipe, settings: Settings) -> tuple[int, float]:
    """Steps of a training, and seconds that they take by the measure of two small ones.

    Returns:
        Steps and seconds.
    """
    import time

    from casefolio.training.batching import epoch_batches, make_batch
    from casefolio.training.steps import backward, sides_and_loss

    base = open_base(name, recipe)
    device = settings.device or default_device()
    tower, reading = Tower(base.passages, base.profile.pooling, device), Reading(base, recipe)
    towers = (tower, tower)
    some = [p for p in pairs if p.negative or recipe.loss != "triplet"][: max(2, min(recipe.mini_batch, 8))]
    took = 0.0
    for attempt in range(2):  # the first one warms up
        began = time.perf_counter()
        sides, loss_of = sides_and_loss(make_batch(some, recipe, 0, attempt), recipe, reading, towers)
        backward(sides, loss_of, recipe.mini_batch, attempt)
        took = time.perf_counter() - began
    batches = len(epoch_batches(pairs, recipe.batch, settings.seed, 0))
    steps = min(batches * recipe.epochs, settings.most_steps or batches * recipe.epochs)
    size = min(recipe.batch, len(pairs))
    again = 4 / 3 if size > recipe.mini_batch else 1  # vectors are computed twice where the batch is cached
    return steps, took * size / max(1, len(some)) * again * steps
