"""A transformer that can be trained, filled from a checked checkpoint; token ids in, vectors of length 1 out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from casefolio.indexes.encoders.checkpoint import Checkpoint, expected_tensors
from casefolio.indexes.encoders.profile import Pooling
from casefolio.indexes.encoders.tokens import Sequences
from casefolio.training.errors import TrainingError

WORDS = "embeddings.word_embeddings.weight"
DROPOUT = 0.1  # of the published models of these families


class Tower:
    """One tower on a device.

    Args:
        checkpoint: where it starts. If its words are read from a shared file, they are not trained.
        pooling: of the last layer.
        device: of torch.
        dropout: share of states dropped while training.
    """

    def __init__(self, checkpoint: Checkpoint, pooling: Pooling, device: str, dropout: float = DROPOUT) -> None:
        self.checkpoint, self.pooling, self.device = checkpoint, pooling, device
        self.model = transformer(checkpoint, dropout).to(device)

    def vectors(self, sequences: Sequences, order: Sequence[int]) -> Any:
        """Vectors of some of the sequences, float32 (len(order), width), with gradients where torch records them."""
        torch = _torch()
        states, mask = self.states([sequences.ids[i] for i in order], [sequences.second[i] for i in order])
        if self.pooling == "cls":
            pooled = states[:, 0].float()
        else:
            pooled = (states.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(pooled, dim=-1)

    def states(self, ids: Sequence[Any], second: Sequence[int]) -> tuple[Any, Any]:
        """Last states (n, longest, width) of right-padded sequences, and which of them are real."""
        torch = _torch()
        longest = max(len(i) for i in ids)
        padded, lengths = np.zeros((len(ids), longest), np.int64), np.array([len(i) for i in ids])
        for row, one in enumerate(ids):
            padded[row, : len(one)] = one
        places = np.arange(longest)
        mask = torch.from_numpy(places < lengths[:, None]).to(self.device)
        feed: dict[str, Any] = {"attention_mask": mask.long()}
        if self.checkpoint.architecture.segments:
            last = self.model.config.type_vocab_size - 1
            kinds = np.minimum((places >= np.array(second)[:, None]) & (places < lengths[:, None]), last)
            feed["token_type_ids"] = torch.from_numpy(kinds.astype(np.int64)).to(self.device)
        if self.checkpoint.rows is None:
            if first := self.checkpoint.architecture.first_position:
                # Given, since the library takes them from where it sees the padding id, which is 0 elsewhere.
                feed["position_ids"] = torch.from_numpy(np.tile(places + first, (len(ids), 1))).to(self.device)
            feed["input_ids"] = torch.from_numpy(padded).to(self.device)
        else:
            feed["inputs_embeds"] = embedded(self.checkpoint, padded, self.device)
        return self.model(**feed).last_hidden_state, mask

    def tensors(self) -> dict[str, Any]:
        """All trained tensors under the names of the architecture, on the processor, float32."""
        wanted = expected_tensors(self.checkpoint.architecture, self.checkpoint.shape)
        if self.checkpoint.rows is not None:
            del wanted[WORDS]
        state = self.model.state_dict()
        return {name: state[name].detach().float().cpu().contiguous() for name in wanted}

    def fill(self, tensors: Mapping[str, Any]) -> None:
        """Put tensors in place of those that it has."""
        missing = set(self.model.load_state_dict(dict(tensors), strict=False).missing_keys)
        if missing - {WORDS, "embeddings.position_ids"}:
            raise TrainingError(f"tensors are missing: {', '.join(sorted(missing)[:3])}")


def embedded(checkpoint: Checkpoint, ids: Any, device: str) -> Any:
    """Embeddings of ids, float32 (n, longest, width): only rows that occur are read, each once."""
    torch = _torch()
    assert checkpoint.rows is not None
    used, places = np.unique(ids, return_inverse=True)
    rows = torch.from_numpy(checkpoint.rows(used.astype(np.int32))).to(device)
    return rows[torch.from_numpy(places.reshape(ids.shape)).to(device)]


def transformer(checkpoint: Checkpoint, dropout: float) -> Any:
    """The library's model of a checkpoint's architecture, with every tensor taken from it."""
    torch = _torch()
    from transformers import AutoConfig, AutoModel

    architecture, shape = checkpoint.architecture, checkpoint.shape
    names = architecture.aliases
    wanted = expected_tensors(architecture, shape)
    if checkpoint.rows is not None:
        del wanted[WORDS]
    state = {name: torch.from_numpy(np.ascontiguousarray(checkpoint.take(name))) for name in wanted}
    settings: dict[str, Any] = {
        names["width"]: shape.width,
        names["layers"]: shape.layers,
        names["heads"]: shape.heads,
        names["inner"]: shape.inner,
        names["activation"]: shape.activation,
        "vocab_size": len(state[WORDS]) if WORDS in state else 4,
        "max_position_embeddings": len(state["embeddings.position_embeddings.weight"]),
    }
    if architecture.name == "distilbert":
        settings |= {"dropout": dropout, "attention_dropout": dropout}
    else:
        settings |= {"layer_norm_eps": shape.epsilon, "hidden_dropout_prob": dropout}
        settings |= {"attention_probs_dropout_prob": dropout}
    if architecture.segments:
        settings["type_vocab_size"] = len(state["embeddings.token_type_embeddings.weight"])
    if architecture.relative:
        settings["relative_attention_num_buckets"] = len(state[architecture.relative])
    extra = {} if architecture.name == "distilbert" else {"add_pooling_layer": False}
    from_config: Any = AutoModel.from_config
    model = from_config(AutoConfig.for_model(architecture.name, **settings), **extra)
    left = model.load_state_dict(state, strict=False)
    missing = {n for n in left.missing_keys if not n.endswith("position_ids")} - {WORDS}
    if missing or left.unexpected_keys:
        raise TrainingError(f"{checkpoint.folder}: tensors do not fit the library's {architecture.name}")
    return model


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise TrainingError("training needs torch", "pip install 'casefolio[torch]'") from None
    return torch
