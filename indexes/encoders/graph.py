"""A checkpoint as an ONNX graph, built from its tensors: no torch, no tracing, only operators that run fused.

The graph takes texts of one length, so it has neither padding nor masks:

    ids      int32 (n, length)   with begin and end tokens; or
    rows     float32 (n, length, width)   their embeddings, where the checkpoint keeps those to itself
    segments int32 (n, length)   0, or 1 for the second text of a pair; only where the family has segments
    pooled   float32 (n, width)  the first token or the mean of all, neither projected nor normalised

Operators of the domain `com.microsoft` are documented in ONNX Runtime's ContribOperators.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from casefolio.indexes.encoders.checkpoint import Checkpoint, Tensor
from casefolio.indexes.encoders.profile import Pooling
from casefolio.ingest.errors import EncoderError

# Part of the key under which a converted model is cached: raise it when the graph changes.
GRAPH_VERSION = 6
FUSED = "com.microsoft"
_OPSET = 18
_EMBEDDINGS = "embeddings."


def write_graph(checkpoint: Checkpoint, pooling: Pooling, path: Path, *, int8: bool = False) -> None:
    """Writes the graph to `path` and its weights to `weights.bin` beside it, where they can be mapped into memory.

    With `int8` the weights of all products are signed 8-bit integers with one scale a column; activations are scaled
    when they come, biases, norms and embeddings stay in 32 bits.
    """
    import onnx

    model = GraphBuilder(checkpoint, int8).model(pooling)
    onnx.save_model(model, str(path), save_as_external_data=True, location="weights.bin", size_threshold=1024)


class GraphBuilder:
    """Collects nodes and constants; each method appends and returns the name of its output."""

    def __init__(self, checkpoint: Checkpoint, int8: bool) -> None:
        self.checkpoint = checkpoint
        self.int8 = int8
        self.shape = checkpoint.shape
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def model(self, pooling: Pooling) -> Any:
        """The whole model, with the texts' vectors as its output."""
        from onnx import TensorProto, helper

        flow = self.embed() if self.checkpoint.rows is None else self.place()
        bias = self.relative_bias() if self.checkpoint.architecture.relative else ""
        for layer in range(self.shape.layers):
            only_first = pooling == "cls" and layer == self.shape.layers - 1
            flow = self.layer(layer, flow, bias, only_first)
        row = flow if pooling == "cls" else self.mean(flow)
        self.node("Squeeze", [row, self.constant("axis", np.array([1]))], "pooled")
        names = ["ids", "segments"] if self.checkpoint.architecture.segments else ["ids"]
        inputs = [helper.make_tensor_value_info(n, TensorProto.INT32, ["n", "length"]) for n in names]
        if self.checkpoint.rows is not None:
            inputs = [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", "length", self.shape.width])]
        graph = helper.make_graph(
            self.nodes,
            "encoder",
            inputs,
            [helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["n", self.shape.width])],
            self.constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="casefolio")

    def node(self, op: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        """An operator; returns the name of its output."""
        from onnx import helper

        self.nodes.append(helper.make_node(op, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def constant(self, name: str, value: Any) -> str:
        """A constant, once under its name; scalars become vectors of one."""
        from onnx import numpy_helper

        if all(known.name != name for known in self.constants):
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def take(self, name: str) -> Tensor:
        """A tensor of the checkpoint by its architecture's name."""
        return self.checkpoint.take(name)

    def embed(self) -> str:
        """Word, position and segment embeddings, summed and normalised: float32 (n, length, width)."""
        architecture = self.checkpoint.architecture
        places = self.take(f"{_EMBEDDINGS}position_embeddings.weight")[architecture.first_position :]
        inputs = ["ids", "", "", "", "", "", ""]
        if architecture.segments:
            kinds = self.take(f"{_EMBEDDINGS}token_type_embeddings.weight")
            # A family that never learned a second segment reads the first for it.
            kinds = np.repeat(kinds, 2, axis=0) if len(kinds) == 1 else kinds
            inputs[1], inputs[4] = "segments", self.constant("segment_table", kinds)
        inputs[2] = self.constant("words", self.take(f"{_EMBEDDINGS}word_embeddings.weight"))
        inputs[3] = self.constant("places", places)
        inputs[5] = self.constant("embedded_scale", self.take(f"{_EMBEDDINGS}LayerNorm.weight"))
        inputs[6] = self.constant("embedded_shift", self.take(f"{_EMBEDDINGS}LayerNorm.bias"))
        from onnx import helper

        outputs = ["embedded", "unused_mask_index"]
        epsilon = self.shape.epsilon
        self.nodes.append(
            helper.make_node("EmbedLayerNormalization", inputs, outputs, domain=FUSED, name="embedded", epsilon=epsilon)
        )
        return "embedded"

    def place(self) -> str:
        """The same from rows that were read outside; all tokens are of the first segment."""
        architecture = self.checkpoint.architecture
        places = self.take(f"{_EMBEDDINGS}position_embeddings.weight")[architecture.first_position :]
        if architecture.segments:
            places = places + self.take(f"{_EMBEDDINGS}token_type_embeddings.weight")[0]
        scale, shift = (
            self.constant(f"embedded_{name}", self.take(f"{_EMBEDDINGS}LayerNorm.{kind}"))
            for name, kind in (("scale", "weight"), ("shift", "bias"))
        )
        self.node("Shape", ["rows"], "rows_length", start=1, end=2)
        bounds = [self.constant("start", np.array([0])), "rows_length", self.constant("axis0", np.array([0]))]
        self.node("Slice", [self.constant("places", places), *bounds], "placed")
        self.node("Add", ["rows", "placed"], "summed")
        return self.node(
            "LayerNormalization", ["summed", scale, shift], "embedded", axis=-1, epsilon=self.shape.epsilon
        )

    def linear(self, layer: int, part: str, flow: str) -> str:
        """`flow` times the weights of a part; the bias goes into the operator that follows."""
        name = f"{part}_{layer}"
        if self.checkpoint.blocks is not None and not self.int8:
            return self.quantised(layer, part, flow)
        weight = self.part(layer, part, "weight").T
        if not self.int8:
            return self.node("MatMul", [flow, self.constant(f"{name}_w", weight)], name)
        scale = np.maximum(np.abs(weight).max(axis=0), 1e-12) / np.float32(127)
        whole = np.clip(np.rint(weight / scale), -127, 127).astype(np.int8)
        inputs = [flow, self.constant(f"{name}_w", whole), self.constant(f"{name}_scale", scale.astype(np.float32))]
        return self.node("DynamicQuantizeMatMul", inputs, name, FUSED)

    def quantised(self, layer: int, part: str, flow: str) -> str:
        """The same with weights that stay in four bits until they are multiplied, in float32 (accuracy level 1)."""
        assert self.checkpoint.blocks is not None
        name, (rows, columns) = f"{part}_{layer}", self._size(part)
        scales, halves = self.checkpoint.blocks(self.named(layer, part, "weight"))
        inputs = [
            flow,
            self.constant(f"{name}_w", halves.reshape(rows, columns // 32, 16)),
            self.constant(f"{name}_scale", scales),
        ]
        settings = {"K": columns, "N": rows, "bits": 4, "block_size": 32, "accuracy_level": 1}
        return self.node("MatMulNBits", inputs, name, FUSED, **settings)

    def _size(self, part: str) -> tuple[int, int]:
        width, inner = self.shape.width, self.shape.inner
        return {"inner": (inner, width), "outer": (width, inner)}.get(part, (width, width))

    def named(self, layer: int, part: str, kind: str) -> str:
        """Name of a part's tensor in a layer; `kind` is `weight` or `bias`."""
        architecture = self.checkpoint.architecture
        return f"{architecture.layer.format(layer)}{architecture.parts[part]}.{kind}"

    def part(self, layer: int, part: str, kind: str) -> Tensor:
        """Tensor of a part of a layer."""
        return self.take(self.named(layer, part, kind))

    def layer(self, layer: int, flow: str, bias: str, only_first: bool) -> str:
        """One transformer layer. `only_first` computes the first token alone, which the others still attend to."""
        asking = flow
        if only_first:
            index = self.constant("first", np.array([0]))
            asking = self.node("Gather", [flow, index], "first_token", axis=1)
            if bias:
                bias = self.node("Gather", [bias, index], "first_bias", axis=2)
        streams = [self.linear(layer, "query", asking), *(self.linear(layer, p, flow) for p in ("key", "value"))]
        biases = np.concatenate([self.part(layer, p, "bias") for p in ("query", "key", "value")])
        inputs = [*streams, self.constant(f"attention_{layer}_b", biases), *(["", bias] if bias else [])]
        mixed = self.node("MultiHeadAttention", inputs, f"mixed_{layer}", FUSED, num_heads=self.shape.heads)
        attended = self.add_norm(layer, "attended", self.linear(layer, "attended", mixed), asking)
        inner = self.activate(layer, self.linear(layer, "inner", attended))
        return self.add_norm(layer, "outer", self.linear(layer, "outer", inner), attended)

    def activate(self, layer: int, flow: str) -> str:
        """The inner bias and activation of a layer."""
        bias = self.constant(f"inner_{layer}_b", self.part(layer, "inner", "bias"))
        operators = {"gelu": "BiasGelu", "gelu_new": "FastGelu", "gelu_pytorch_tanh": "FastGelu"}
        if self.shape.activation not in operators:
            raise EncoderError(
                f"{self.checkpoint.folder}: activation {self.shape.activation} is not built for ONNX Runtime",
                "use runtime torch",
            )
        return self.node(operators[self.shape.activation], [flow, bias], f"active_{layer}", FUSED)

    def add_norm(self, layer: int, part: str, flow: str, skip: str) -> str:
        """Bias, residual and layer norm: as three operators a quarter of the time of the fused one."""
        name = f"{part}_norm_{layer}"
        bias = self.constant(f"{part}_{layer}_b", self.part(layer, part, "bias"))
        summed = self.node("Add", [self.node("Add", [flow, bias], f"{name}_biased"), skip], f"{name}_sum")
        scale, shift = (self.constant(f"{name}_{k}", self.part(layer, f"{part}_norm", k)) for k in ("weight", "bias"))
        return self.node("LayerNormalization", [summed, scale, shift], name, axis=-1, epsilon=self.shape.epsilon)

    def mean(self, flow: str) -> str:
        """Mean over the tokens, float32 (n, 1, width).

        As a product, because ReduceMean sums in another order when there are more texts in the batch.
        """
        from onnx import numpy_helper

        self.node("Shape", [flow], "flow_length", start=1, end=2)
        self.node("Concat", [self.constant("row", np.array([1])), "flow_length"], "ones_shape", axis=0)
        one = numpy_helper.from_array(np.ones(1, dtype=np.float32))
        self.node("ConstantOfShape", ["ones_shape"], "ones", value=one)
        self.node("MatMul", ["ones", flow], "sum")
        self.node("Cast", ["flow_length"], "count", to=1)
        return self.node("Div", ["sum", "count"], "mean")

    def relative_bias(self) -> str:
        """MPNet's bias for how far two tokens lie apart: float32 (1, heads, length, length), cut from a table.

        The bias depends on the distance alone, so one row a head over all distances says everything.
        """
        table = self.take(self.checkpoint.architecture.relative)  # (buckets, heads)
        longest = self.take(f"{_EMBEDDINGS}position_embeddings.weight").shape[0]
        distances = np.arange(-longest, longest + 1)  # key position minus query position
        by_distance = table[relative_bucket(distances, len(table))].T
        self.node("Shape", ["ids"], "ids_shape")
        self.node("Gather", ["ids_shape", self.constant("one", np.array(1))], "length", axis=0)
        steps = [self.constant("zero", np.array(0)), "length", self.constant("one", np.array(1))]
        self.node("Range", steps, "range")
        self.node("Unsqueeze", ["range", self.constant("axis0", np.array([0]))], "keys")
        self.node("Unsqueeze", ["range", self.constant("axis", np.array([1]))], "queries")
        self.node("Sub", ["keys", "queries"], "distance")
        self.node("Add", ["distance", self.constant("longest", np.array(longest))], "distance_index")
        self.node("Gather", [self.constant("by_distance", by_distance), "distance_index"], "heads_bias", axis=1)
        return self.node("Unsqueeze", ["heads_bias", self.constant("axis0", np.array([0]))], "relative_bias")


def relative_bucket(distance: Any, buckets: int, longest: int = 128) -> Any:
    """Bucket of a relative position as MPNet (and T5, arXiv 1910.10683, section 2.1) counts them.

    Half of the buckets are for tokens after, half for those before; of each half, the first half is one distance a
    bucket, the rest grows with the logarithm up to `longest`.
    """
    half = buckets // 2
    exact = half // 2
    far = np.abs(distance)
    # float32, as the reference computes: the bounds of the buckets fall on rounding.
    ratio = np.log(np.maximum(far, 1).astype(np.float32) / np.float32(exact)) / np.float32(np.log(longest / exact))
    grown = np.minimum(exact + (ratio * (half - exact)).astype(np.int64), half - 1)
    return np.where(distance > 0, half, 0) + np.where(far < exact, far, grown)
