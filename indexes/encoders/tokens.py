"""Texts to token ids by the encoder's own tokenizer, without transformers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casefolio.indexes.encoders.cache import file_hash
from casefolio.ingest.errors import EncoderError

Ids = NDArray[np.int32]

# Long texts are tokenized in pieces of about this many characters, in parallel; a piece ends where a line or word does.
_PIECE = 4096
# An Encoding holds strings and offsets of every token: only so many are alive at a time.
_BLOCK = 256
_BREAK = re.compile(r"(?<=\S)\s(?=\S)")


@dataclass(frozen=True, slots=True)
class Sequences:
    """Token ids of some texts, special tokens included.

    `second` says from which position a text's second segment starts; its length where there is none.
    """

    ids: tuple[Ids, ...]
    second: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)


class TextTokenizer:
    """The tokenizer of a model folder, or one that was `made` elsewhere (with its hash).

    `sha256` is that of its file or of its settings, `begin` and `end` are the special tokens around a text.
    """

    def __init__(self, folder: Path, made: tuple[Any, str] | None = None) -> None:
        self._tokenizer, self.sha256 = made or _load(folder)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # "[SEP]" in a document is five letters, no separator: text from documents is never interpreted.
        self._tokenizer.encode_special_tokens = True
        sample = self._tokenizer.encode("a")
        inside = [i for i, special in enumerate(sample.special_tokens_mask) if not special]
        if not inside:
            raise EncoderError(f"{folder}: the tokenizer makes no token of a letter")
        self.begin: list[int] = sample.ids[: inside[0]]
        self.end: list[int] = sample.ids[inside[-1] + 1 :]
        self.pair_specials: int = self._tokenizer.num_special_tokens_to_add(True)

    @property
    def size(self) -> int:
        """How many tokens it knows, added ones included."""
        return int(self._tokenizer.get_vocab_size())

    @property
    def specials(self) -> int:
        """How many special tokens stand around a single text."""
        return len(self.begin) + len(self.end)

    def words(self, ids: Sequence[int]) -> list[str]:
        """Tokens as they are written in the vocabulary."""
        return [self._tokenizer.id_to_token(i) for i in ids]

    def bare(self, text: str) -> list[int]:
        """Ids of a text without special tokens."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def encode(self, texts: Sequence[str]) -> Sequences:
        """Ids of texts between special tokens, never cut."""
        ids: list[Ids] = []
        for start in range(0, len(texts), _BLOCK):
            block = self._tokenizer.encode_batch_fast(list(texts[start : start + _BLOCK]))
            ids.extend(np.array(e.ids, dtype=np.int32) for e in block)
        return Sequences(tuple(ids), tuple(len(i) for i in ids))

    def encode_pairs(self, pairs: Sequence[tuple[str, str]], title_tokens: int) -> Sequences:
        """Ids of (title, text) as the pair that a two-tower context encoder was trained on; a long title is cut."""
        ids: list[Ids] = []
        second: list[int] = []
        for start in range(0, len(pairs), _BLOCK):
            block = [(self._cut(title, title_tokens), text) for title, text in pairs[start : start + _BLOCK]]
            for encoding in self._tokenizer.encode_batch_fast(block):
                ids.append(np.array(encoding.ids, dtype=np.int32))
                kinds = encoding.type_ids
                second.append(kinds.index(1) if 1 in kinds else len(kinds))
        return Sequences(tuple(ids), tuple(second))

    def windows(self, text: str, prefix: str, window: int) -> list[Ids]:
        """Ids of a text in as few even windows as hold it, each with prefix and special tokens."""
        before = [*self.begin, *self.bare(prefix.strip())]
        inside = self.bare(text)
        room = window - len(before) - len(self.end)
        parts = -(-len(inside) // room)
        pieces = np.array_split(np.array(inside), parts)
        return [np.array([*before, *piece, *self.end], dtype=np.int32) for piece in pieces]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Character ranges (code points) of the tokens of a text of any length, in order."""
        found: list[tuple[int, int]] = []
        pieces = list(_pieces(text))
        for start in range(0, len(pieces), _BLOCK):
            block = pieces[start : start + _BLOCK]
            encodings = self._tokenizer.encode_batch([text[a:b] for a, b in block], add_special_tokens=False)
            for (offset, _), encoding in zip(block, encodings, strict=True):
                found.extend((a + offset, b + offset) for a, b in encoding.offsets)
        # A sentencepiece holds the blank before its word; the word starts after it.
        return [(a + 1, b) if b - a > 1 and text[a].isspace() else (a, b) for a, b in found]

    def _cut(self, text: str, tokens: int) -> str:
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return text if len(offsets) <= tokens else text[: offsets[tokens - 1][1]]


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Ranges that cover a text but for single blanks or line ends between them, cut where a word starts.

    Other white space stays: some tokenizers make tokens of it, and as many shall be counted as in one piece.
    """
    start = 0
    while start < len(text):
        found = _BREAK.search(text, start + _PIECE)
        if found is None:
            yield start, len(text)
            return
        yield start, found.start()
        start = found.end()


def _load(folder: Path) -> tuple[Any, str]:
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    if file.is_file():
        try:
            return Tokenizer.from_file(str(file)), file_hash(file)
        except Exception as error:  # the Rust side raises plain Exception
            raise EncoderError(f"{file} is damaged: {error}".replace("\n", " "), "fetch it again") from None
    if (folder / "vocab.txt").is_file():
        built = _wordpiece(folder)
        return built, hashlib.sha256(built.to_str().encode()).hexdigest()
    raise EncoderError(f"{folder}: neither tokenizer.json nor vocab.txt", "save the model with its fast tokenizer")


def _wordpiece(folder: Path) -> Any:
    """BERT's tokenizer from its word list, for repositories without `tokenizer.json`."""
    from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer

    from casefolio.indexes.encoders.tensors import read_json

    settings = read_json(folder / "tokenizer_config.json") if (folder / "tokenizer_config.json").is_file() else {}
    return BertWordPieceTokenizer(
        str(folder / "vocab.txt"),
        lowercase=bool(settings.get("do_lower_case", True)),
        strip_accents=settings.get("strip_accents"),
        handle_chinese_chars=bool(settings.get("tokenize_chinese_chars", True)),
    )._tokenizer
