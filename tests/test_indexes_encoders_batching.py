"""Batches, streams and identical passages: nothing is lost, reordered, padded or computed twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefolio.indexes.encoders import load_encoder
from casefolio.indexes.encoders.graph import relative_bucket
from casefolio.indexes.encoders.onnx_runtime import equal_batches
from casefolio.indexes.encoders.text_encoder import TextEncoder, ahead
from casefolio.indexes.encoders.tokens import Sequences
from casefolio.indexes.encoders.torch_runtime import padded_batches
from casefolio.ingest.errors import EncoderError

LENGTHS = st.lists(st.integers(1, 40), max_size=60)


@pytest.fixture(scope="module")
def minilm() -> TextEncoder:
    return load_encoder("minilm")


@given(LENGTHS, st.integers(1, 100))
def test_equal_batches_hold_each_text_once_and_one_length(lengths: list[int], budget: int) -> None:
    batches = list(equal_batches(lengths, budget))
    assert Counter(i for batch in batches for i in batch) == Counter(range(len(lengths)))
    for batch in batches:
        assert len({lengths[i] for i in batch}) == 1
        assert len(batch) == 1 or sum(lengths[i] for i in batch) <= budget


@given(LENGTHS, st.integers(1, 100))
def test_padded_batches_hold_each_text_once_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = padded_batches(lengths, budget)
    assert Counter(i for batch in batches for i in batch) == Counter(range(len(lengths)))
    assert all(len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget for batch in batches)


def test_identical_passages_are_computed_once(minilm: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    pool = minilm._passages.runtime.pool

    def counted(sequences: Sequences) -> Any:
        seen.append(len(sequences))
        return pool(sequences)

    monkeypatch.setattr(minilm._passages.runtime, "pool", counted)
    vectors = minilm.encode_passages(["boilerplate", "one", "boilerplate", "boilerplate"])
    assert sum(seen) == 2
    assert np.array_equal(vectors[0], vectors[3])


def test_a_stream_gives_the_vectors_of_one_call_in_order(minilm: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casefolio.indexes.encoders.text_encoder._BLOCK", 7)
    texts = [f"passage {n % 11} of the file" for n in range(40)]
    blocks = list(minilm.encode_stream(iter(texts)))
    assert len(blocks) == 6
    assert np.array_equal(np.concatenate(blocks), minilm.encode_passages(texts))
    assert list(minilm.encode_stream(iter(()))) == []


def test_a_stream_reads_its_source_only_a_block_ahead(minilm: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casefolio.indexes.encoders.text_encoder._BLOCK", 4)
    read: list[int] = []

    def source() -> Iterator[str]:
        for n in range(400):
            read.append(n)
            yield f"text {n}"

    next(minilm.encode_stream(source()))
    assert len(read) <= 12


def test_an_error_while_reading_ahead_arrives(minilm: TextEncoder) -> None:
    with pytest.raises(EncoderError, match="at most 254"):
        list(minilm.encode_stream(["fine", "pain " * 300]))

    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("the source broke")

    with pytest.raises(ValueError, match="the source broke"):
        list(ahead(broken()))


def test_relative_buckets_are_those_of_transformers() -> None:
    import torch
    from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

    distances = np.arange(-600, 601)
    wanted = MPNetEncoder.relative_position_bucket(torch.from_numpy(distances))
    assert np.array_equal(relative_bucket(distances, 32), wanted.numpy())


@settings(max_examples=30, deadline=None)
@given(st.text(st.sampled_from("ab İß가각🙂\u0301\n\t.[SEP]ﬁ"), max_size=40), st.integers(1, 9))
def test_tokens_of_repeated_text_lie_where_its_characters_do(text: str, times: int) -> None:
    encoder = load_encoder("minilm")
    spans = encoder.token_spans(text)
    assert all(0 <= a < b <= len(text) for a, b in spans)
    line = f"x{text}x\n"
    once = encoder.token_spans(line)
    assert encoder.token_spans(line * times) == [
        (a + n * len(line), b + n * len(line)) for n in range(times) for a, b in once
    ]
