"""Trained layers as the one file that is shipped: weights in 8 bits, three heads on one pass, no table of words.

rows     float32 (n, length, 384)   embeddings of the tokens, that of the second segment added where it applies
span     float32 (n, length, 2)     logits of a token to begin and to end the answer; the first token: no answer
answers  float32 (n,)               logit that the passage answers
relation float32 (n, 3)             logits of supports, contradicts, neither
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

    def take(name: str) -> NDArray[np.float32]:
        return np.asarray(tensors[f"bert.{name}"], np.float32)

    def rows(ids: NDArray[np.int32]) -> NDArray[np.float32]:
        raise AssertionError("the graph takes rows; none are read while it is written")

    checkpoint = Checkpoint(path, ARCHITECTURES["bert"], shape, take, rows)
    onnx.save_model(_Reader(checkpoint, int8, tensors).graph(), str(path))


class _Reader(GraphBuilder):
    def __init__(self, checkpoint: Checkpoint, int8: bool, tensors: Mapping[str, NDArray[np.float32]]) -> None:
        super().__init__(checkpoint, int8)
        self._heads = tensors

    def graph(self) -> Any:
        from onnx import TensorProto, helper

        flow = self.place()
        for layer in range(self.shape.layers):
            flow = self.layer(layer, flow, "", only_first=False)
        self.node("Gather", [flow, self.constant("first_place", np.array([0]))], "first_row", axis=1)
        self.node("Squeeze", ["first_row", self.constant("axis1", np.array([1]))], "first")
        self.head("span", flow, "span")
        self.head("rel", "first", "rel")
        self.node("Squeeze", ["rel", self.constant("axis1", np.array([1]))], "answers")
        self.head("nli", "first", "relation")
        width, one = self.shape.width, TensorProto.FLOAT
        graph = helper.make_graph(
            self.nodes,
            "reader",
            [helper.make_tensor_value_info("rows", one, ["n", "length", width])],
            [
                helper.make_tensor_value_info("span", one, ["n", "length", 2]),
                helper.make_tensor_value_info("answers", one, ["n"]),
                helper.make_tensor_value_info("relation", one, ["n", 3]),
            ],
            self.constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(FUSED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="casefolio")
        kinds = self.take(_SEGMENTS)
        added = ",".join(f"{x:.9g}" for x in (kinds[1] - kinds[0]).tolist())
        helper.set_model_props(model, {SEGMENT_ROW: added})
        return model

    def head(self, name: str, flow: str, output: str) -> str:
        weight = np.asarray(self._heads[f"{name}.weight"], np.float32).T
        self.node("MatMul", [flow, self.constant(f"{name}_w", weight)], f"{name}_product")
        bias = self.constant(f"{name}_b", np.asarray(self._heads[f"{name}.bias"], np.float32))
        return self.node("Add", [f"{name}_product", bias], output)
