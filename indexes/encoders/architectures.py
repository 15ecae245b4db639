"""What the tensors of each architecture are called, and what its special tokens are.

The four families share one shape (post-norm transformer of Vaswani et al. 2017 with learned positions). They differ in
names, in where positions start, in segments, and MPNet (arXiv 2004.09297) adds a bias for relative positions.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Architecture:
    """Names of one family.

    Attributes:
        prefixes: what may stand before every name, longest first, as saved from a model with a head.
        layer: prefix of a layer, with `{}` for its number.
        parts: our name of a layer's part to the family's, without `.weight` and `.bias`.
        segments: whether a table of segment embeddings exists.
        relative: table of relative positions, empty where there is none.
        first_position: row of the position table of the first token (padding takes the rows before it).
        specials: begin and end of a text.
        aliases: our name of a setting to the family's in `config.json`.
    """

    name: str
    prefixes: tuple[str, ...]
    layer: str
    parts: dict[str, str]
    segments: bool
    specials: tuple[str, str]
    relative: str = ""
    first_position: int = 0
    aliases: dict[str, str] = field(default_factory=dict)


_BERT_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "attended_norm": "attention.output.LayerNorm",
    "inner": "intermediate.dense",
    "outer": "output.dense",
    "outer_norm": "output.LayerNorm",
}
_SETTINGS = {
    "width": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "inner": "intermediate_size",
    "activation": "hidden_act",
    "epsilon": "layer_norm_eps",
}

ARCHITECTURES: dict[str, Architecture] = {
    "bert": Architecture(
        name="bert",
        prefixes=("bert.", ""),
        layer="encoder.layer.{}.",
        parts=_BERT_PARTS,
        segments=True,
        specials=("[CLS]", "[SEP]"),
        aliases=_SETTINGS,
    ),
    "distilbert": Architecture(
        name="distilbert",
        prefixes=("distilbert.", ""),
        layer="transformer.layer.{}.",
        parts={
            "query": "attention.q_lin",
            "key": "attention.k_lin",
            "value": "attention.v_lin",
            "attended": "attention.out_lin",
            "attended_norm": "sa_layer_norm",
            "inner": "ffn.lin1",
            "outer": "ffn.lin2",
            "outer_norm": "output_layer_norm",
        },
        segments=False,
        specials=("[CLS]", "[SEP]"),
        aliases={
            "width": "dim",
            "layers": "n_layers",
            "heads": "n_heads",
            "inner": "hidden_dim",
            "activation": "activation",
            "epsilon": "layer_norm_eps",
        },
    ),
    "xlm-roberta": Architecture(
        name="xlm-roberta",
        prefixes=("roberta.", ""),
        layer="encoder.layer.{}.",
        parts=_BERT_PARTS,
        segments=True,
        specials=("<s>", "</s>"),
        first_position=2,
        aliases=_SETTINGS,
    ),
    "mpnet": Architecture(
        name="mpnet",
        prefixes=("mpnet.", ""),
        layer="encoder.layer.{}.",
        parts={
            **_BERT_PARTS,
            "query": "attention.attn.q",
            "key": "attention.attn.k",
            "value": "attention.attn.v",
            "attended": "attention.attn.o",
            "attended_norm": "attention.LayerNorm",
        },
        segments=False,
        specials=("<s>", "</s>"),
        relative="encoder.relative_attention_bias.weight",
        first_position=2,
        aliases=_SETTINGS,
    ),
}

# Never part of a vector: the pooler is a head that most of these models never trained, position ids are a constant.
UNUSED = ("pooler.*", "embeddings.position_ids")
