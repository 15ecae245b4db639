"""The encoder every profile becomes: tokenize, compute, project, normalise, identical texts once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np

from casefolio.indexes.encoders.base import Vectors
from casefolio.indexes.encoders.head import Head
from casefolio.indexes.encoders.profile import Profile
from casefolio.indexes.encoders.runtime import Runtime
from casefolio.indexes.encoders.tokens import Ids, Sequences, TextTokenizer
from casefolio.ingest.errors import EncoderError

Contract = dict[str, str | int | float | bool]

# Passages tokenized at once: enough to find others of one length, little enough to hold.
_BLOCK = 2048
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Tower:
    """Tokenizer, transformer and head of one side. Both sides share one tower unless trained as two."""

    tokenizer: TextTokenizer
    runtime: Runtime
    head: Head


class TextEncoder:
    """An `Encoder` (see `indexes.encoders.base`) made of a profile and its towers."""

    def __init__(
        self, profile: Profile, passages: Tower, queries: Tower, contract: Contract, reference: str = ""
    ) -> None:
        self.profile = profile
        self.contract = contract
        # What `load_encoder` was given: a name, or a path where the profile is the user's own.
        self.reference = reference or profile.name
        self._passages = passages
        self._queries = queries
        tokenizer = passages.tokenizer
        specials, title = (tokenizer.pair_specials, profile.title_tokens) if profile.pairs else (tokenizer.specials, 0)
        prefix = len(tokenizer.bare(profile.passage_prefix.strip()))
        self._max_tokens = profile.max_tokens - specials - title - prefix
        if self._max_tokens < 1:
            raise EncoderError(f"{profile.name}: {profile.max_tokens} tokens leave no room for text")

    @property
    def name(self) -> str:
        """Name of the profile."""
        return self.profile.name

    @property
    def dimension(self) -> int:
        """Width of a vector."""
        return self.profile.dimension

    @property
    def max_tokens(self) -> int:
        """Tokens of a passage that fit beside special tokens, prefix and the room kept for a title."""
        return self._max_tokens

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes, `*` for many."""
        return self.profile.languages

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character ranges of the tokens of `text`, without special tokens and never truncated."""
        return self._passages.tokenizer.spans(text)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, float32 (n, dimension).

        A question longer than the window is not cut: it is read in as few even windows as hold it, and its vector is
        their mean, each window counting by its tokens.
        """
        unique, places = _once(texts)
        prefix, window = self.profile.query_prefix, self.profile.max_tokens
        tokenizer = self._queries.tokenizer
        parts: list[Ids] = []
        owners: list[int] = []
        for owner, ids in enumerate(tokenizer.encode([prefix + text for text in unique]).ids):
            pieces = [ids] if len(ids) <= window else tokenizer.windows(unique[owner], prefix, window)
            parts += pieces
            owners += [owner] * len(pieces)
        vectors = self._compute(self._queries, Sequences(tuple(parts), tuple(len(p) for p in parts)))
        if len(parts) == len(unique):
            return vectors[places]
        summed: Vectors = np.zeros((len(unique), self.dimension), dtype=np.float32)
        weights = np.bincount(owners, [len(p) for p in parts])
        np.add.at(summed, owners, vectors * np.array([[len(p)] for p in parts], dtype=np.float32))
        mean = (summed / weights[:, None]).astype(np.float32)
        return self._queries.head.normalize(mean)[places]

    def encode_passages(self, texts: Sequence[str], titles: Sequence[str] | None = None) -> Vectors:
        """Vectors of passages, float32 (n, dimension). Identical passages are computed once.

        Args:
            texts: each of at most `max_tokens` tokens.
            titles: one for each text, empty where there is none; read by encoders that were trained on pairs of title
                and text (`profile.pairs`), without effect on others. Titles beyond `profile.title_tokens` are cut.

        Raises:
            EncoderError: a text is too long; naming its length and the limit.
        """
        paired = self.profile.pairs and titles is not None
        keys = list(zip(titles or (), texts, strict=True)) if paired else [("", text) for text in texts]
        unique, places = _once(keys)
        # Texts of like length stand in one block, so that batches of one length find enough of them.
        order = sorted(range(len(unique)), key=lambda i: len(unique[i][1]))
        blocks = [list(order[start : start + _BLOCK]) for start in range(0, len(unique), _BLOCK)]
        tokenized = ahead(self._tokenize([unique[i] for i in block]) for block in blocks)
        out: Vectors = np.empty((len(unique), self.dimension), dtype=np.float32)
        for block, sequences in zip(blocks, tokenized, strict=True):
            out[block] = self._compute(self._passages, sequences)
        return out[places]

    def encode_stream(self, texts: Iterable[str]) -> Iterator[Vectors]:
        """Vectors of any number of passages, in order, in blocks; memory does not grow with their number.

        Raises:
            EncoderError: a text is too long.
        """
        source = iter(texts)
        blocks = iter(lambda: list(islice(source, _BLOCK)), [])
        for sequences, places in ahead(self._tokenize_once(block) for block in blocks):
            yield self._compute(self._passages, sequences)[places]

    def _tokenize_once(self, texts: Sequence[str]) -> tuple[Sequences, list[int]]:
        unique, places = _once([("", text) for text in texts])
        return self._tokenize(unique), places

    def _tokenize(self, keys: Sequence[tuple[str, str]]) -> Sequences:
        sequences = self._tokenize_pairs(keys) if any(title for title, _ in keys) else self._tokenize_texts(keys)
        for ids in sequences.ids:
            if len(ids) > self.profile.max_tokens:
                raise EncoderError(
                    f"a passage has {len(ids)} tokens, {self.name} reads {self.profile.max_tokens} with special tokens",
                    f"chunk to at most {self.max_tokens} tokens",
                )
        return sequences

    def _tokenize_texts(self, keys: Sequence[tuple[str, str]]) -> Sequences:
        return self._passages.tokenizer.encode([self.profile.passage_prefix + text for _, text in keys])

    def _tokenize_pairs(self, keys: Sequence[tuple[str, str]]) -> Sequences:
        prefix = self.profile.passage_prefix
        single = self._tokenize_texts([key for key in keys if not key[0]])
        pairs = [(title, prefix + text) for title, text in keys if title]
        paired = self._passages.tokenizer.encode_pairs(pairs, self.profile.title_tokens)
        sources = [iter(zip(s.ids, s.second, strict=True)) for s in (single, paired)]
        rows = [next(sources[bool(title)]) for title, _ in keys]
        return Sequences(tuple(ids for ids, _ in rows), tuple(second for _, second in rows))

    def _compute(self, tower: Tower, sequences: Sequences) -> Vectors:
        if not len(sequences):
            return np.empty((0, self.dimension), dtype=np.float32)
        return tower.head.finish(tower.runtime.pool(sequences))


_Item = TypeVar("_Item")


def ahead(items: Iterable[_Item]) -> Iterator[_Item]:
    """Yields the items of an iterable while a thread already makes the next one."""
    source = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="tokenize") as pool:
        waiting = pool.submit(next, source, None)
        while (item := waiting.result()) is not None:
            waiting = pool.submit(next, source, None)
            yield item


def _once(items: Sequence[_Key]) -> tuple[list[_Key], list[int]]:
    """Distinct items in their order, and for each item the place of its like among them."""
    seen: dict[_Key, int] = {}
    places = [seen.setdefault(item, len(seen)) for item in items]
    return list(seen), places
