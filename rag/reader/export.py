"""Trained layers as the files that are shipped: weights in 8 bits, no table of words.

The reader, three heads on one pass:

rows     float32 (n, length, 384)   embeddings of the tokens, that of the second segment added where it applies
span     float32 (n, length, 2)     logits of a token to begin and to end the answer; the first token: no answer
answers  float32 (n,)               logit that the passage answers
relation float32 (n, 3)             logits of supports, contradicts, neither
middle   float32 (n, length, 384)   what leaves the lower half of the layers; only what is fetched is computed

The judge of claims, upper layers of its own on the reader's lower ones:

middle   float32 (n, length, 384)   as the reader gives it
relation float32 (n, 3)             logits as above
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.architectures import ARCHITECTURES
from casefolio.indexes.encoders.checkpoint import Checkpoint, Shape
from casefolio.indexes.encoders.graph import FUSED, GraphBuilder

SHAPE = Shape(width=384, layers=12, heads=12, inner=1536, activation="gelu", epsilon=1e-12)
_OPSET = 18
_SEGMENTS = "embeddings.token_type_embeddings.weight"
SEGMENT_ROW = "segment"  # what the second segment adds to a row, kept in the file's metadata


def write_reader(
    tensors: Mapping[str, NDArray[np.float32]], path: Path, *, shape: Shape = SHAPE, int8: bool = True
) -> None:
    """Write the model file.

    Args:
        tensors: by the names of training: `bert.…`, `span`, `rel` and `nli` with `.weight` and `.bias`.
        path: of the file.
        shape: sizes of the layers.
        int8: weights of products in 8 bits with one scale a column; activations are scaled as they come.
    """
    import onnx

    onnx.save_model(_Layers(_checkpoint(tensors, path, shape), int8, tensors).reader(), str(path))


def write_judge(
    tensors: Mapping[str, NDArray[np.float32]], path: Path, *, shape: Shape = SHAPE, int8: bool = True
) -> None:
    """Write the file of the judge of claims: the upper half of the layers and the head `nli`; as `write_reader`."""
    import onnx

    onnx.save_model(_Layers(_checkpoint(tensors, path, shape), int8, tensors).judge(), str(path))


def lower_layers(shape: Shape) -> int:
    """Number of the layers that reader and judge of claims share."""
    return shape.layers // 2


def _checkpoint(tensors: Mapping[str, NDArray[np.float32]], path: Path, shape: Shape) -> Checkpoint:
    def take(name: str) -> NDArray[np.float32]:
        return np.asarray(tensors[f"bert.{name}"], np.float32)

    def rows(ids: NDArray[np.int32]) -> NDArray[np.float32]:
        raise AssertionError("the graph takes rows; none are read while it is written")

    return Checkpoint(path, ARCHITECTURES["bert"], shape, take, rows)


class _Layers(GraphBuilder):
    def __init__(self, checkpoint: Checkpoint, int8: bool, tensors: Mapping[str, NDArray[np.float32]]) -> None:
        super().__init__(checkpoint, int8)
        self._heads = tensors

    def reader(self) -> Any:
        """All layers, three heads, and what leaves the lower layers."""
        from onnx import helper

        half = lower_layers(self.shape)
        flow = self._through(self.place(), 0, half)
        self.node("Identity", [flow], "middle")
        flow = self._through(flow, half, self.shape.layers)
        first = self._first_row(flow)
        self.head("span", flow, "span")
        self.head("rel", first, "rel")
        self.node("Squeeze", ["rel", self.constant("axis1", np.array([1]))], "answers")
        self.head("nli", first, "relation")
        model = self._model(
            "rows", {"span": ["length", 2], "answers": [], "relation": [3], "middle": ["length", self.shape.width]}
        )
        kinds = self.take(_SEGMENTS)
        added = ",".join(f"{x:.9g}" for x in (kinds[1] - kinds[0]).tolist())
        helper.set_model_props(model, {SEGMENT_ROW: added})
        return model

    def judge(self) -> Any:
        """The upper layers and one head."""
        flow = self._through("middle", lower_layers(self.shape), self.shape.layers)
        self.head("nli", self._first_row(flow), "relation")
        return self._model("middle", {"relation": [3]})

    def _through(self, flow: str, first: int, end: int) -> str:
        for layer in range(first, end):
            flow = self.layer(layer, flow, "", only_first=False)
        return flow

    def _first_row(self, flow: str) -> str:
        self.node("Gather", [flow, self.constant("first_place", np.array([0]))], "first_row", axis=1)
        return self.node("Squeeze", ["first_row", self.constant("axis1", np.array([1]))], "first")

    def _model(self, taken: str, given: Mapping[str, list[Any]]) -> Any:
        from onnx import TensorProto, helper

        one = TensorProto.FLOAT
        graph = helper.make_graph(
            self.nodes,
            "reader",
            [helper.make_tensor_value_info(taken, one, ["n", "length", self.shape.width])],
            [helper.make_tensor_value_info(name, one, ["n", *shape]) for name, shape in given.items()],
            self.constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="casefolio")

    def head(self, name: str, flow: str, output: str) -> str:
        weight = np.asarray(self._heads[f"{name}.weight"], np.float32).T
        self.node("MatMul", [flow, self.constant(f"{name}_w", weight)], f"{name}_product")
        bias = self.constant(f"{name}_b", np.asarray(self._heads[f"{name}.bias"], np.float32))
        return self.node("Add", [f"{name}_product", bias], output)
