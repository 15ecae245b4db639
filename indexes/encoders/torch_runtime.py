"""torch: for a GPU, and for architectures that are not built here for ONNX Runtime.

On a GPU it computes in half precision with scaled-dot-product attention, on the CPU in float32. Half precision is
float16, which keeps three more bits than bfloat16; where a model's values leave its range, bfloat16 takes over.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np

from casefolio.indexes.encoders.base import Vectors
from casefolio.indexes.encoders.checkpoint import Checkpoint, open_checkpoint
from casefolio.indexes.encoders.profile import Profile
from casefolio.indexes.encoders.runtime import TOKENS_A_BATCH
from casefolio.indexes.encoders.tokens import Sequences
from casefolio.ingest.errors import EncoderError

# A GPU needs more work at a time than a core's cache holds.
_TOKENS_A_BATCH_ON_GPU = 32_768


class _Model(Protocol):
    def pooled(self, ids: Any, second: Any, lengths: Any) -> Any:
        """Pooled states of right-padded ids, float32 (n, width)."""


class TorchRuntime:
    """Computes pooled vectors.

    Args:
        folder: the checkpoint, which is checked here.
        profile: how it is pooled.
        device: `cpu`, `cuda` or another of torch; empty for a GPU where there is one.
        opened: the checkpoint, where it is no folder.
    """

    def __init__(self, folder: Path, profile: Profile, device: str = "", *, opened: Checkpoint | None = None) -> None:
        self._torch = torch = _torch()
        self._folder, self._profile, self._opened = folder, profile, opened
        self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        on_gpu = self._device.type != "cpu"
        self._budget = _TOKENS_A_BATCH_ON_GPU if on_gpu else TOKENS_A_BATCH
        self._model = self._load(torch.float16 if on_gpu else torch.float32)
        self._lock = Lock()

    def pool(self, sequences: Sequences) -> Vectors:
        """See `Runtime.pool`."""
        with self._lock:
            found = self._pool(sequences)
            if self._device.type != "cpu" and not np.isfinite(found).all():
                self._model = self._load(self._torch.bfloat16)
                found = self._pool(sequences)
            return found

    def _load(self, dtype: Any) -> _Model:
        if self._profile.backbone == "other":
            from casefolio.indexes.encoders.torch_other import OtherModel

            return OtherModel(self._folder, self._profile, self._device, dtype)
        from casefolio.indexes.encoders.torch_model import TorchModel

        checkpoint = self._opened or open_checkpoint(self._folder, self._profile)
        return TorchModel(checkpoint, self._profile.pooling, self._device, dtype)

    def _pool(self, sequences: Sequences) -> Vectors:
        batches = padded_batches([len(ids) for ids in sequences.ids], self._budget)
        with self._torch.inference_mode():
            # Nothing waits for a result before all batches are queued on the device.
            parts = [self._run(sequences, batch) for batch in batches]
            pooled = self._torch.cat(parts).cpu().numpy()
        out: Vectors = np.empty_like(pooled)
        out[[i for batch in batches for i in batch]] = pooled
        return out

    def _run(self, sequences: Sequences, batch: list[int]) -> Any:
        lengths = np.array([[len(sequences.ids[i])] for i in batch])
        ids = np.zeros((len(batch), int(lengths.max())), dtype=np.int64)
        for row, i in enumerate(batch):
            ids[row, : len(sequences.ids[i])] = sequences.ids[i]
        second = np.array([[sequences.second[i]] for i in batch])
        feed = (self._torch.from_numpy(a).to(self._device, non_blocking=True) for a in (ids, second, lengths))
        return self._model.pooled(*feed)


def padded_batches(lengths: list[int], budget: int) -> list[list[int]]:
    """Positions, longest first, in batches that hold at most `budget` tokens with their padding (or one text)."""
    batches: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= budget:
            batches[-1].append(position)
        else:
            batches.append([position])
    return batches


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise EncoderError("torch is not installed", "pip install 'casefolio[torch]'") from None
    return torch
