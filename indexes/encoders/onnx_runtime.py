"""ONNX Runtime on the CPU: converted once into the user's cache, texts of equal length together, one thread a batch.

Two choices make it quick and exact. Batches hold texts of *one* length: nothing is padded, nothing masked. And a
batch runs on one thread while other threads run other batches: no barrier after each operator, no idle spinning,
and sums are formed in one order whatever else is encoded, so that a text's vector does not depend on its neighbours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.base import Vectors
from casefolio.indexes.encoders.cache import build_once, cache_folder
from casefolio.indexes.encoders.checkpoint import Checkpoint, Sizes, hold_against, open_checkpoint
from casefolio.indexes.encoders.graph import GRAPH_VERSION, write_graph
from casefolio.indexes.encoders.profile import Profile
from casefolio.indexes.encoders.runtime import TOKENS_A_BATCH, physical_cores
from casefolio.indexes.encoders.tensors import read_json
from casefolio.indexes.encoders.tokens import Sequences
from casefolio.ingest.errors import EncoderError

Rows = Callable[[NDArray[np.int32]], NDArray[np.float32]]


class OnnxRuntime:
    """Computes pooled vectors by a converted model.

    Args:
        model: the file that `convert` gave.
        alone: each text is computed by itself (int8 scales a batch by its largest value, so neighbours would count).
        rows: reads the embeddings of ids (n,) as float32 (n, width), for a model that takes those.
    """

    def __init__(self, model: Path, *, alone: bool = False, rows: Rows | None = None) -> None:
        self._model = model
        self._alone = alone
        self._rows = rows
        self._lock = Lock()
        self._loaded: Any = None

    def pool(self, sequences: Sequences) -> Vectors:
        """See `Runtime.pool`."""
        session = self._session()
        segmented = len(session.get_inputs()) > 1
        out: Vectors = np.empty((len(sequences), session.get_outputs()[0].shape[1]), dtype=np.float32)

        def run(batch: list[int]) -> None:
            feed: dict[str, NDArray[Any]] = {"ids": np.stack([sequences.ids[i] for i in batch])}
            if self._rows is not None:
                ids = feed.pop("ids")
                feed["rows"] = self._rows(ids.reshape(-1)).reshape(*ids.shape, -1)
            elif segmented:
                feed["segments"] = _segments(sequences, batch)
            out[batch] = session.run(None, feed)[0]

        batches = list(equal_batches([len(i) for i in sequences.ids], 1 if self._alone else TOKENS_A_BATCH))
        workers = min(physical_cores(), len(batches))
        if workers < 2:
            for batch in batches:
                run(batch)
        else:
            with ThreadPoolExecutor(workers, thread_name_prefix="encode") as pool:
                for _ in pool.map(run, batches):
                    pass
        return out

    def _session(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = open_session(self._model)
            return self._loaded


def open_session(model: Path) -> Any:
    """A session that computes on the calling thread. The graph is as good as it gets: nothing is optimised again.

    Raises:
        EncoderError: ONNX Runtime is not installed, or the cached model is damaged.
    """
    try:
        import onnxruntime
    except ImportError:
        raise EncoderError("onnxruntime is not installed", "pip install onnxruntime") from None
    onnxruntime.disable_telemetry_events()  # where it was loaded before us; else `ingest.offline` has seen to it
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no root
        reason = str(error).split("\n")[0][:160]
        raise EncoderError(f"{model} cannot be loaded: {reason}", f"remove {model.parent}; it is made again") from None


def equal_batches(lengths: list[int], budget: int) -> Iterator[list[int]]:
    """Positions grouped by equal length, longest first, each group of at most `budget` tokens (or one text)."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        length = lengths[position]
        if batch and (length != lengths[batch[0]] or (len(batch) + 1) * length > budget):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def _segments(sequences: Sequences, batch: list[int]) -> NDArray[np.int32]:
    starts = np.array([[sequences.second[i]] for i in batch])
    return (np.arange(len(sequences.ids[batch[0]])) >= starts).astype(np.int32)


def convert(
    folder: Path,
    profile: Profile,
    weights: str,
    tell: Callable[[str], None],
    *,
    int8: bool = False,
    opened: Checkpoint | None = None,
) -> Path:
    """The converted model of a checkpoint, from the cache or made now.

    Args:
        folder: the checkpoint.
        profile: how it is pooled.
        weights: hash of the weights, the cache's key.
        tell: told once, if it has to be made.
        int8: weights in 8 bits.
        opened: the checkpoint, where it is no folder.

    Raises:
        EncoderError: the checkpoint does not fit the profile, or the cache cannot be written.
    """
    made_of = f"{GRAPH_VERSION} {weights} {profile.backbone} {profile.pooling} {profile.unused} {int8}"
    target = cache_folder() / "onnx" / hashlib.sha256(made_of.encode()).hexdigest()[:32]

    def build(beside: Path) -> None:
        tell(f"converting {profile.name} for ONNX Runtime{' in 8 bits' if int8 else ''} (once)")
        checkpoint = opened or open_checkpoint(folder, profile)
        write_graph(checkpoint, profile.pooling, beside / "model.onnx", int8=int8)
        (beside / "sizes.json").write_text(json.dumps(asdict(checkpoint.sizes())), encoding="ascii")

    made = build_once(target, build)
    # Converted perhaps under another profile: what was checked then is checked now.
    hold_against(profile, folder, Sizes(**read_json(made / "sizes.json")))
    return made / "model.onnx"
