"""The reader while it is trained: one tower with three heads, its losses, and the mean of its weights over steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casefolio.reader.export import lower_layers
from casefolio.training.base import Base
from casefolio.training.errors import TrainingError
from casefolio.training.reader_examples import Collated
from casefolio.training.tower import WORDS, Tower

HEADS = {"span": 2, "rel": 1, "nli": 3}  # begin and end; answerable; relation of a claim
_SMOOTHED = 0.03  # labels of claims are not all right
_NEVER = -1e4


@dataclass(frozen=True, slots=True)
class Logits:
    """span (n, longest, 2), answers (n,), relation (n, 3); all float32."""

    span: Any
    answers: Any
    relation: Any


class Reader:
    """Tower and heads on a device.

    Args:
        base: an encoder whose words are read from the shared table.
        device: of torch.
        dropout: share of states dropped while training.
        seed: of the heads' first weights.
    """

    def __init__(self, base: Base, device: str, dropout: float = 0.1, seed: int = 0) -> None:
        import torch

        if not base.words:
            raise TrainingError(
                f"{base.profile.name} has a table of words of its own",
                "a reader shares the table of multilingual-e5-small: name that, or an encoder or reader made from it",
            )
        self.tower = Tower(base.passages, "cls", device, dropout)
        torch.manual_seed(seed)
        width = base.passages.shape.width
        self.heads = torch.nn.ModuleDict({name: torch.nn.Linear(width, n) for name, n in HEADS.items()}).to(device)
        self.dropout = torch.nn.Dropout(dropout)
        self.device = device
        self.shape = base.passages.shape

    def parameters(self) -> dict[str, Any]:
        """Trained parameters by the names that are written."""
        found = {f"bert.{n}": p for n, p in self.tower.model.named_parameters() if n != WORDS}
        return found | dict(self.heads.named_parameters())

    def hold_lower(self, heads: bool = False) -> None:
        """Keep the lower half of the layers as it is, and the heads of questions with it where told."""
        half = lower_layers(self.shape)
        held = ["bert.embeddings.", *(f"bert.encoder.layer.{n}." for n in range(half))]
        held += ["span.", "rel."] if heads else []
        for name, parameter in self.parameters().items():
            parameter.requires_grad_(not name.startswith(tuple(held)))

    def train(self, training: bool) -> None:
        """Switch dropout on or off."""
        for part in (self.tower.model, self.heads, self.dropout):
            part.train(training)

    def logits(self, batch: Collated) -> Logits:
        """What the heads say of a batch."""
        states, _ = self.tower.states(batch.ids, batch.second)
        states = self.dropout(states)
        first = states[:, 0]
        span, answers, relation = self.heads["span"](states), self.heads["rel"](first), self.heads["nli"](first)
        return Logits(span.float(), answers.float().squeeze(-1), relation.float())

    def tensors(self) -> dict[str, Any]:
        """All trained tensors on the processor, float32."""
        return {name: p.detach().float().cpu().clone() for name, p in self.parameters().items()}

    def fill(self, tensors: Mapping[str, Any]) -> None:
        """Put tensors in place of those that it has.

        Raises:
            TrainingError: some are missing or of another size.
        """
        import torch

        with torch.no_grad():
            for name, parameter in self.parameters().items():
                if name not in tensors or tensors[name].shape != parameter.shape:
                    raise TrainingError(f"the weights have no {name} of this reader's size")
                parameter.copy_(tensors[name])


def reader_loss(logits: Logits, batch: Collated, device: str) -> tuple[Any, dict[str, float]]:
    """The loss of a batch, each head weighing as many rows as it has, and the losses by head.

    The span's loss is that of Clark and Gardner (ACL 2018): the probability of all right begins together, likewise of
    ends, over the passage's tokens and the first one, which stands for "nothing answers".
    """
    import torch
    from torch.nn import functional

    def put(array: Any) -> Any:
        return torch.from_numpy(array).to(device)

    asked, claims = put(batch.answers >= 0), put(batch.labels >= 0)
    outside = ~put(batch.passage)[..., None]
    probable = functional.log_softmax(logits.span.masked_fill(outside, _NEVER), dim=1)
    total, told = torch.zeros((), device=device), {}

    def add(name: str, loss: Any, rows: Any) -> None:
        nonlocal total
        total = total + loss * rows.float().mean()
        told[name] = float(loss.detach())

    if asked.any():
        begins = -torch.logsumexp(probable[..., 0].masked_fill(~put(batch.begins), _NEVER), 1)
        ends = -torch.logsumexp(probable[..., 1].masked_fill(~put(batch.ends), _NEVER), 1)
        add("span", ((begins + ends) / 2)[asked].mean(), asked)
        answers = put(batch.answers)[asked]
        add("answers", functional.binary_cross_entropy_with_logits(logits.answers[asked], answers), asked)
    if claims.any():
        labels = put(batch.labels)[claims]
        loss = functional.cross_entropy(logits.relation[claims], labels, label_smoothing=_SMOOTHED)
        add("relation", loss, claims)
    return total, told


class Mean:
    """An exponential mean of the parameters, which reads better than the last step's: early steps are forgotten."""

    EVERY = 10  # steps between two updates

    def __init__(self, reader: Reader) -> None:
        self.tensors = {name: p.detach().clone() for name, p in reader.parameters().items()}

    def update(self, reader: Reader, step: int) -> None:
        """Takes in the parameters after a step, if it is one of those that count."""
        import torch

        if step % self.EVERY:
            return
        with torch.no_grad():
            for name, p in reader.parameters().items():
                self.tensors[name].lerp_(p, 1 - min(0.98, step / (step + 50)))
