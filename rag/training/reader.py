"""Training of the reader: which rows are drawn, the steps, figures on the rows held out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from casefolio.reader.framing import Tokenize
from casefolio.training.base import Base
from casefolio.training.encoder import default_device
from casefolio.training.errors import TrainingError
from casefolio.training.merging import mixed
from casefolio.training.reader_examples import Example, collate, make_example
from casefolio.training.reader_model import Mean, Reader, reader_loss
from casefolio.training.reader_rows import Row
from casefolio.training.schedule import rate_at
from casefolio.training.state import State, signature

_AHEAD = 8  # batches whose rows are drawn at once and cut by length


@dataclass(frozen=True, slots=True)
class Plan:
    """How a reader is trained.

    Attributes:
        steps: of the stage.
        batch: rows a step.
        rate: highest learning rate; falls along a cosine.
        warmup: share of the steps in which it rises.
        decay: weight decay, not of biases and norms.
        clip: greatest norm of a step's gradient.
        claims: share of a batch that are claims, where both kinds are there.
        judge: train the judge of claims: from claims alone, and the lower half of the layers stays as it is.
        upper: train the upper half of the layers and the heads alone: a judge that stands on the lower half stays true.
        share: of the trained weights in the result, the rest is what the stage began from (Wortsman et al., CVPR 2022).
        answered: how much more often a row that answers is drawn than one that does not.
        weights: how often a source's rows are drawn, 1 where it is not named.
        seed: of everything drawn.
        device: of torch; empty for a GPU where there is one.
        save_every: seconds between two states on disk.
        stop_after: steps after which this call ends as if it were killed; 0 for never (tests).
    """

    steps: int = 1000
    batch: int = 32
    rate: float = 1e-4
    warmup: float = 0.05
    decay: float = 0.01
    clip: float = 1.0
    claims: float = 0.22
    judge: bool = False
    upper: bool = False
    share: float = 1.0
    answered: float = 1.0
    weights: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    device: str = ""
    save_every: float = 300.0
    stop_after: int = 0


class Draws:
    """Batches of a training, the same ones for the same seed.

    Args:
        rows: training part.
        plan: shares and weights.
        tokenize: of the framing.
    """

    def __init__(self, rows: Sequence[Row], plan: Plan, tokenize: Tokenize) -> None:
        self._rows, self._plan, self._tokenize = rows, plan, tokenize
        self._questions = np.flatnonzero([r.label < 0 for r in rows])
        self._claims = np.flatnonzero([r.label >= 0 for r in rows])
        self._block, self._batches = -1, list[list[Example]]()

    def batch(self, step: int) -> list[Example]:
        """The examples of a step. Rows of `_AHEAD` steps are drawn together and cut by length: little is padded."""
        block, place = divmod(step, _AHEAD)
        if block != self._block:
            rng = np.random.default_rng([self._plan.seed, block])
            drawn = sorted(self._examples(rng), key=lambda e: len(e.frame.ids))
            size = self._plan.batch
            cut = [drawn[at : at + size] for at in range(0, size * _AHEAD, size)]
            self._block, self._batches = block, [cut[int(k)] for k in rng.permutation(_AHEAD)]
        return self._batches[place]

    def _examples(self, rng: np.random.Generator) -> list[Example]:
        n = self._plan.batch * _AHEAD
        share = self._plan.claims if len(self._questions) and len(self._claims) else float(not len(self._questions))
        share = 1.0 if self._plan.judge else share
        claims = int((rng.random(n) < share).sum())
        chosen = [*self._drawn(self._questions, n - claims, rng), *self._drawn(self._claims, claims, rng)]
        return [make_example(self._rows[i], self._tokenize, rng, training=True) for i in chosen]

    def _drawn(self, of: Any, n: int, rng: np.random.Generator) -> list[int]:
        if not n:
            return []
        weights = np.array([self._weight(self._rows[i]) for i in of])
        return [int(i) for i in rng.choice(of, n, p=weights / weights.sum())]

    def _weight(self, row: Row) -> float:
        weight = self._plan.weights.get(row.source, self._plan.weights.get("*", 1.0))
        return weight * (self._plan.answered if row.answers else 1.0)


def train_reader(
    rows: Sequence[Row],
    base: Base,
    tokenize: Tokenize,
    plan: Plan,
    out: Path,
    tell: Callable[[str], None],
    start: Mapping[str, Any] | None = None,
) -> Reader | None:
    """Trains, or goes on with, a reader.

    Args:
        rows: all; those that are held stay out.
        base: an encoder with the shared table.
        tokenize: of the framing.
        plan: how.
        out: folder of the result, where the state lies meanwhile.
        tell: told a line of progress now and then.
        start: tensors of an earlier stage.

    Returns:
        The reader under the mean of its weights; None where it was stopped on the way.

    Raises:
        TrainingError: there is too little to learn from, or `out` holds another training.
    """
    learned = _learned(rows, plan, start)
    reader = _begun(base, plan, start)
    optimizer, mean = _optimizer(reader, plan), Mean(reader)
    state = State(out, _sign(learned, base, plan, start))
    first = _resumed(state, reader, optimizer, mean)
    if first:
        tell(f"goes on at step {first} of {plan.steps}")
    if not _steps(reader, optimizer, mean, Draws(learned, plan, tokenize), plan, state, first, tell):
        return None
    reader.fill(_result(mean, plan, start))
    return reader


def _begun(base: Base, plan: Plan, start: Mapping[str, Any] | None) -> Reader:
    """The reader before its first step."""
    reader = Reader(base, plan.device or default_device(), seed=plan.seed)
    if start is not None:
        reader.fill(start)
    if plan.judge or plan.upper:
        reader.hold_lower(heads=plan.judge)
    return reader


def _sign(learned: Sequence[Row], base: Base, plan: Plan, start: Mapping[str, Any] | None) -> str:
    """What a state on disk belongs to: all that decides what comes out, and nothing of how it is run."""
    return signature(
        plan={k: v for k, v in asdict(plan).items() if k not in {"device", "save_every", "stop_after"}},
        rows=[asdict(r) for r in learned],
        base=base.sha256,
        staged=_digest(start) if start is not None else None,
    )


def _steps(
    reader: Reader,
    optimizer: Any,
    mean: Mean,
    draws: Draws,
    plan: Plan,
    state: State,
    first: int,
    tell: Callable[[str], None],
) -> bool:
    """The steps from `first` on, their state saved now and then; False where it was stopped on the way."""
    step = first
    began = saved_at = told = time.monotonic()
    while step < plan.steps:
        losses = _step(reader, optimizer, draws.batch(step), plan, step)
        step += 1
        mean.update(reader, step)
        now = time.monotonic()
        stops = plan.stop_after and step - first >= plan.stop_after and step < plan.steps
        if stops or now - saved_at > plan.save_every:
            state.save(tensors=reader.tensors(), mean=mean.tensors, optimizer=optimizer.state_dict(), step=step)
            saved_at = now
        if stops:
            return False
        if now - told > 10 or step == plan.steps:
            left = (plan.steps - step) * (now - began) / (step - first)
            heads = ", ".join(f"{name} {value:.3f}" for name, value in losses.items())
            tell(f"step {step} of {plan.steps}, {heads}, {left / 60:.1f} min left")
            told = now
    return True


def _result(mean: Mean, plan: Plan, start: Mapping[str, Any] | None) -> dict[str, Any]:
    """The mean of the weights, with what the stage began from where its share is below 1."""
    trained = {name: tensor.float().cpu() for name, tensor in mean.tensors.items()}
    if start is None or plan.share == 1:
        return trained
    return mixed({name: start[name].float() for name in trained}, trained, plan.share)


def _learned(rows: Sequence[Row], plan: Plan, start: Mapping[str, Any] | None) -> list[Row]:
    """The rows to train on.

    Raises:
        TrainingError: they are too few, or the share of the result is none.
    """
    learned = [r for r in rows if not r.held and (r.label >= 0 or not plan.judge)]
    if len(learned) < plan.batch:
        raise TrainingError(f"{len(learned)} rows for training are less than a batch of {plan.batch}")
    if plan.share < 1 and start is None:
        raise TrainingError(
            "a share of the trained weights needs an earlier stage to be mixed with", "name its folder as --base"
        )
    if not 0 < plan.share <= 1:
        raise TrainingError(f"a share of {plan.share:g} of the trained weights: it is above 0 and at most 1")
    return learned


def _digest(tensors: Mapping[str, Any]) -> str:
    """Of an earlier stage: a training goes on from that which it began from, and from no other."""
    told = hashlib.sha256()
    for name in sorted(tensors):
        told.update(name.encode() + tensors[name].float().cpu().contiguous().numpy().tobytes())
    return told.hexdigest()


def _optimizer(reader: Reader, plan: Plan) -> Any:
    import torch

    parameters = [p for p in reader.parameters().values() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": plan.decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98))


def _resumed(state: State, reader: Reader, optimizer: Any, mean: Mean) -> int:
    """The step to go on at: all is set as it was saved; 0 where nothing was."""
    saved = state.load()
    if not saved:
        return 0
    reader.fill(saved["tensors"])
    optimizer.load_state_dict(saved["optimizer"])
    mean.tensors = {n: t.to(reader.device) for n, t in saved["mean"].items()}
    return int(saved["step"])


def _step(reader: Reader, optimizer: Any, examples: Sequence[Example], plan: Plan, step: int) -> dict[str, float]:
    import torch

    torch.manual_seed(plan.seed * 1_000_003 + step)
    reader.train(True)
    for group in optimizer.param_groups:
        group["lr"] = rate_at(step, plan.steps, plan.rate, plan.warmup, "cosine")
    batch = collate(examples)
    half = reader.device.startswith("cuda")
    with torch.autocast("cuda", torch.bfloat16) if half else nullcontext():
        logits = reader.logits(batch)
    loss, told = reader_loss(logits, batch, reader.device)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(list(reader.parameters().values()), plan.clip)
    optimizer.step()
    return told


def judge(reader: Reader, rows: Sequence[Row], tokenize: Tokenize, batch: int = 64) -> dict[str, dict[str, float]]:
    """Figures of rows by source: share of answers begun rightly, AUC of answerable, share of claims judged rightly."""
    import torch

    rng = np.random.default_rng(0)
    examples = sorted((make_example(r, tokenize, rng, training=False) for r in rows), key=lambda e: len(e.frame.ids))
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    reader.train(False)
    for at in range(0, len(examples), batch):
        part = examples[at : at + batch]
        data = collate(part)
        with torch.inference_mode():
            logits = reader.logits(data)
        span = logits.span.cpu().numpy()
        for i, example in enumerate(part):
            of = found.setdefault(example.source, {"span": [], "answers": [], "relation": []})
            if example.label >= 0:
                of["relation"].append((float(logits.relation[i].argmax()), float(example.label)))
                continue
            of["answers"].append((float(logits.answers[i]), float(example.answers)))
            if example.gold:
                best = int(np.where(data.passage[i], span[i, : data.passage.shape[1], 0], -np.inf).argmax())
                of["span"].append((float(best), float(data.begins[i, best])))
    return {source: _figures(of) for source, of in sorted(found.items())}


def _figures(of: Mapping[str, Sequence[tuple[float, float]]]) -> dict[str, float]:
    out: dict[str, float] = {"rows": float(len(of["answers"]) + len(of["relation"]))}
    if of["span"]:
        out["span"] = float(np.mean([hit for _, hit in of["span"]]))
    if of["answers"] and not np.isnan(area := auc([s for s, _ in of["answers"]], [y for _, y in of["answers"]])):
        out["answerable AUC"] = area
    if of["relation"]:
        out["relation"] = float(np.mean([a == b for a, b in of["relation"]]))
    return {name: round(value, 4) for name, value in out.items()}


def auc(scores: Sequence[float], labels: Sequence[float]) -> float:
    """How often a right one scores above a wrong one; equal scores count half. NaN where one kind is missing."""
    s, y = np.array(scores), np.array(labels) > 0.5
    if y.all() or not y.any():
        return float("nan")
    above = (s[y][:, None] > s[~y][None, :]).mean()
    return float(above + (s[y][:, None] == s[~y][None, :]).mean() / 2)
