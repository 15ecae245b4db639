"""The four architectures as one torch function over checked tensors, with scaled-dot-product attention for all of them.

Own code, where transformers has classes, for two reasons: those fill what a checkpoint lacks with random numbers, and
MPNet's has no fused attention.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from casefolio.indexes.encoders.checkpoint import Checkpoint
from casefolio.indexes.encoders.graph import relative_bucket
from casefolio.indexes.encoders.profile import Pooling
from casefolio.ingest.errors import EncoderError

_APPROXIMATE = {"gelu": "none", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}


class TorchModel:
    """A transformer on a device.

    Args:
        checkpoint: where the tensors come from.
        pooling: of the last layer.
        device: of torch.
        dtype: of torch; softmax and norms are computed in float32 inside their kernels.
    """

    def __init__(self, checkpoint: Checkpoint, pooling: Pooling, device: Any, dtype: Any) -> None:
        import torch

        self._torch = torch
        self._shape = checkpoint.shape
        self._pooling = pooling
        self._device = device
        if self._shape.activation not in _APPROXIMATE:
            raise EncoderError(f"{checkpoint.folder}: activation {self._shape.activation} is not supported")
        architecture = checkpoint.architecture

        def put(name: str) -> Any:
            return torch.from_numpy(np.ascontiguousarray(checkpoint.take(name))).to(device, dtype)

        self._rows, self._dtype = checkpoint.rows, dtype
        self._words: Any = put("embeddings.word_embeddings.weight") if checkpoint.rows is None else None
        self._places = put("embeddings.position_embeddings.weight")[architecture.first_position :]
        self._kinds = put("embeddings.token_type_embeddings.weight") if architecture.segments else None
        self._norm = put("embeddings.LayerNorm.weight"), put("embeddings.LayerNorm.bias")
        self._layers: list[dict[str, tuple[Any, Any]]] = []
        for layer in range(self._shape.layers):
            prefix = architecture.layer.format(layer)
            parts = {p: (put(f"{prefix}{n}.weight"), put(f"{prefix}{n}.bias")) for p, n in architecture.parts.items()}
            streams = [parts.pop(part) for part in ("query", "key", "value")]
            parts["streams"] = (torch.cat([w for w, _ in streams]), torch.cat([b for _, b in streams]))
            self._layers.append(parts)
        self._by_distance = None
        if architecture.relative:
            table, longest = checkpoint.take(architecture.relative), len(self._places)
            buckets = relative_bucket(np.arange(-longest, longest + 1), len(table))
            self._by_distance = torch.from_numpy(np.ascontiguousarray(table[buckets].T)).to(device, dtype)

    def pooled(self, ids: Any, second: Any, lengths: Any) -> Any:
        """Pooled states, float32 (n, width).

        Args:
            ids: int64 (n, longest), padded on the right with anything.
            second: int64 (n, 1), where the second segment starts.
            lengths: int64 (n, 1), how many tokens each text has.
        """
        torch, functional = self._torch, self._torch.nn.functional
        n, longest = ids.shape
        places = torch.arange(longest, device=self._device)
        real = places < lengths
        flow = self._embedded(ids) + self._places[:longest]
        if self._kinds is not None:
            last = len(self._kinds) - 1
            flow = flow + functional.embedding((places >= second).long().clamp(max=last), self._kinds)
        flow = self._normed(flow, self._norm)
        mask = real[:, None, None, :]
        if self._by_distance is not None:
            distance = places[None, :] - places[:, None] + len(self._places)
            bias = self._by_distance[:, distance][None]
            mask = bias.masked_fill(~mask, -torch.inf)
        for layer in self._layers:
            flow = self._layer(layer, flow, mask, n, longest)
        if self._pooling == "cls":
            return flow[:, 0].float()
        return (flow.float() * real[:, :, None]).sum(1) / lengths

    def _embedded(self, ids: Any) -> Any:
        if self._rows is None:
            return self._torch.nn.functional.embedding(ids, self._words)
        rows = self._rows(ids.cpu().numpy().reshape(-1)).reshape(*ids.shape, -1)
        return self._torch.from_numpy(rows).to(self._device, self._dtype)

    def _layer(self, parts: dict[str, tuple[Any, Any]], flow: Any, mask: Any, n: int, longest: int) -> Any:
        functional = self._torch.nn.functional
        heads, width = self._shape.heads, self._shape.width
        streams = functional.linear(flow, *parts["streams"]).view(n, longest, 3, heads, width // heads)
        query, key, value = streams.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(n, longest, width)
        attended = self._normed(functional.linear(mixed, *parts["attended"]) + flow, parts["attended_norm"])
        inner = functional.linear(attended, *parts["inner"])
        inner = functional.gelu(inner, approximate=_APPROXIMATE[self._shape.activation])
        return self._normed(functional.linear(inner, *parts["outer"]) + attended, parts["outer_norm"])

    def _normed(self, flow: Any, scale_and_shift: tuple[Any, Any]) -> Any:
        width = (self._shape.width,)
        return self._torch.nn.functional.layer_norm(flow, width, *scale_and_shift, eps=self._shape.epsilon)
