"""Training of an encoder by a recipe: steps, development figures, what is kept, and where a killed run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.tokens import Sequences
from casefolio.training.base import Base, Reading
from casefolio.training.batching import epoch_batches, make_batch
from casefolio.training.errors import TrainingError
from casefolio.training.pairs import Pair, data_hash
from casefolio.training.ranking import RetrievalSet, mean, measure_all, set_of_pairs
from casefolio.training.recipes import Recipe
from casefolio.training.schedule import rate_at
from casefolio.training.state import State, signature
from casefolio.training.steps import Side, backward, sides_and_loss
from casefolio.training.tower import Tower

Tell = Callable[[str], None]
FEWEST = 8  # pairs below which nothing can be learned from others in a batch
_TEXTS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """What is no part of the recipe.

    Attributes:
        seed: of batches, negatives and dropout.
        device: of torch; empty for a GPU where there is one.
        save_every: seconds between two states on disk.
        most_steps: at most so many; 0 for all of the recipe's.
        stop_after: steps after which this call ends as if it were killed; 0 for never (tests).
    """

    seed: int = 0
    device: str = ""
    save_every: float = 300.0
    most_steps: int = 0
    stop_after: int = 0


@dataclass(slots=True)
class Run:
    """A training under way.

    Attributes:
        queries, passages: the towers, the same one where the recipe has one.
        steps: all of them.
        step: the next.
        best: figure and tensors of the best epoch.
        history: a line of figures for each epoch.
        seconds: spent in steps.
    """

    queries: Tower
    passages: Tower
    steps: int
    step: int = 0
    best: tuple[float, dict[str, Any]] | None = None
    history: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0

    def towers(self) -> list[Tower]:
        """Distinct towers, passages first."""
        return [self.passages] if self.queries is self.passages else [self.passages, self.queries]


def check_pairs(pairs: Sequence[Pair], recipe: Recipe) -> None:
    """Refuse pairs that a recipe cannot learn from.

    Raises:
        TrainingError: too few, or without what its loss needs.
    """
    if len(pairs) < FEWEST:
        raise TrainingError(f"{len(pairs)} pairs are too few to train on", f"give at least {FEWEST}")
    if recipe.loss == "triplet" and (bare := sum(not p.negative for p in pairs)):
        raise TrainingError(f"{bare} of {len(pairs)} pairs have no negative", "list them, or name a miner")
    if recipe.loss == "multi-similarity" and len({p.label for p in pairs}) < 2:
        raise TrainingError("the pairs have fewer than two labels", f"{recipe.name} learns from concepts that differ")


def train_encoder(
    pairs: Sequence[Pair], dev: Sequence[Pair], base: Base, recipe: Recipe, out: Path, settings: Settings, tell: Tell
) -> Run | None:
    """Trains, or goes on with, an encoder.

    Args:
        pairs: training part, negatives mined already.
        dev: development part; may be empty where the recipe neither keeps the best nor merges.
        base: where it starts.
        recipe: how.
        out: folder of the result, where the state lies meanwhile.
        settings: seed, device and the like.
        tell: told a line of progress now and then.

    Returns:
        The trained towers; None where it was stopped on the way.

    Raises:
        TrainingError: the pairs do not do, or `out` holds another training.
    """
    check_pairs(pairs, recipe)
    device = settings.device or default_device()
    passages = Tower(base.passages, base.profile.pooling, device, recipe.dropout)
    two = recipe.towers == 2 or base.queries is not base.passages
    queries = Tower(base.queries, base.profile.pooling, device, recipe.dropout) if two else passages
    a_epoch = len(epoch_batches(pairs, recipe.batch, settings.seed, 0))
    if not a_epoch:
        raise TrainingError("no batch can be made: all pairs share their question or passage")
    steps = a_epoch * recipe.epochs
    run = Run(queries, passages, min(steps, settings.most_steps or steps))
    sign = signature(
        recipe=asdict(recipe), data=data_hash(pairs), base=base.sha256, seed=settings.seed, steps=run.steps
    )
    state, optimizer = State(out, sign), optimizer_of(run.towers(), recipe)
    if saved := state.load():
        _restore(run, optimizer, saved)
        tell(f"goes on at step {run.step} of {run.steps}")
    reading, held = Reading(base, recipe), set_of_pairs(dev) if dev else None
    loop = _Loop(run, pairs, recipe, reading, settings, optimizer, a_epoch)
    if not _train(loop, held, state, tell):
        return None
    if recipe.keep == "best" and run.best:
        for tower, tensors in zip(run.towers(), run.best[1].values(), strict=True):
            tower.fill(tensors)
    return run


@dataclass(slots=True)
class _Loop:
    run: Run
    pairs: Sequence[Pair]
    recipe: Recipe
    reading: Reading
    settings: Settings
    optimizer: Any
    a_epoch: int
    epoch: int = -1
    batches: list[list[int]] = field(default_factory=list)

    def step(self) -> float:
        """One step; the loss."""
        import torch

        run, recipe, seed = self.run, self.recipe, self.settings.seed
        epoch, place = divmod(run.step, self.a_epoch)
        if epoch != self.epoch:
            self.epoch, self.batches = epoch, epoch_batches(self.pairs, recipe.batch, seed, epoch)
        members = self.batches[place % len(self.batches)]  # another order may leave one batch fewer
        batch = make_batch([self.pairs[i] for i in members], recipe, seed, run.step)
        for tower in run.towers():
            tower.model.train()
        rate = rate_at(run.step, run.steps, recipe.rate, recipe.warmup, recipe.schedule)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        sides, loss_of = sides_and_loss(batch, recipe, self.reading, (run.queries, run.passages))
        self.optimizer.zero_grad(set_to_none=True)
        loss = backward(sides, loss_of, recipe.mini_batch, seed * 1_000_003 + run.step)
        parameters = [p for g in self.optimizer.param_groups for p in g["params"]]
        torch.nn.utils.clip_grad_norm_(parameters, recipe.clip)
        self.optimizer.step()
        run.step += 1
        return loss

    @property
    def epoch_ended(self) -> bool:
        """Whether the last step was its epoch's last."""
        return self.run.step % self.a_epoch == 0 or self.run.step == self.run.steps


def _train(loop: _Loop, held: RetrievalSet | None, state: State, tell: Tell) -> bool:
    """All steps that are left; False where it was stopped before the end."""
    run, recipe, settings = loop.run, loop.recipe, loop.settings
    saved = told = time.monotonic()
    first = run.step
    while run.step < run.steps:
        began = time.monotonic()
        loss = loop.step()
        run.seconds += time.monotonic() - began
        if loop.epoch_ended and held is not None and recipe.keep == "best" and not _gains(run, held, loop):
            break
        if settings.stop_after and run.step - first >= settings.stop_after and run.step < run.steps:
            _save(run, loop.optimizer, state)
            return False
        now = time.monotonic()
        if now - saved > settings.save_every:
            _save(run, loop.optimizer, state)
            saved = now
        if now - told > 10 or run.step == run.steps:
            left = (run.steps - run.step) * run.seconds / run.step
            tell(f"step {run.step} of {run.steps}, loss {loss:.3f}, {_clock(left)} left")
            told = now
    return True


def _gains(run: Run, held: RetrievalSet, loop: _Loop) -> bool:
    """Notes the development figure of an epoch; False where the recipe's patience is at its end."""
    figure = mean(evaluate(run, held, loop.reading)["cross-patient"])
    run.history.append({"step": float(run.step), "dev mAP@100": figure})
    if run.best is None or figure > run.best[0]:
        run.best = (figure, {str(i): tower.tensors() for i, tower in enumerate(run.towers())})
    after = next(i for i, line in enumerate(run.history[::-1]) if line["dev mAP@100"] == run.best[0])
    return not loop.recipe.patience or after < loop.recipe.patience


def evaluate(run: Run, data: RetrievalSet, reading: Reading) -> dict[str, list[dict[str, float]]]:
    """Figures of the towers as they are now."""
    queries = encode(run.queries, reading.queries(data.queries))
    return measure_all(data, queries, encode(run.passages, reading.passages(data.passages, data.titles)))


def encode(tower: Tower, sequences: Sequences) -> NDArray[np.float32]:
    """Vectors of sequences, float32 (n, width), without dropout."""
    import torch

    tower.model.eval()
    order = sorted(range(len(sequences)), key=lambda i: len(sequences.ids[i]))
    out = np.zeros((len(order), tower.checkpoint.shape.width), np.float32)
    with torch.inference_mode():
        for at in range(0, len(order), _TEXTS_AT_ONCE):
            part = order[at : at + _TEXTS_AT_ONCE]
            out[part] = Side(tower, sequences).tower.vectors(sequences, part).cpu().numpy()
    return out


def optimizer_of(towers: Sequence[Tower], recipe: Recipe) -> Any:
    """AdamW; biases and norms do not decay."""
    import torch

    parameters = [p for tower in towers for p in tower.model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": recipe.decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.rate, eps=1e-8)


def default_device() -> str:
    """A GPU where there is one."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _save(run: Run, optimizer: Any, state: State) -> None:
    towers = [tower.model.state_dict() for tower in run.towers()]
    best = {"figure": run.best[0], "tensors": run.best[1]} if run.best else None
    values = {"step": run.step, "history": run.history, "seconds": run.seconds}
    state.save(towers=towers, optimizer=optimizer.state_dict(), best=best, **values)


def _restore(run: Run, optimizer: Any, saved: dict[str, Any]) -> None:
    for tower, tensors in zip(run.towers(), saved["towers"], strict=True):
        tower.model.load_state_dict(tensors)
    optimizer.load_state_dict(saved["optimizer"])
    run.step, run.history, run.seconds = saved["step"], saved["history"], saved["seconds"]
    if saved["best"]:
        run.best = (saved["best"]["figure"], saved["best"]["tensors"])


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"
