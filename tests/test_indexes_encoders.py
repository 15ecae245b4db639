"""The embedded encoder, end to end: cached conversion, vectors, tokens, limits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from casefolio.indexes.encoders import load_encoder
from casefolio.indexes.encoders.text_encoder import TextEncoder
from casefolio.ingest.errors import EncoderError


@pytest.fixture(scope="module")
def minilm() -> TextEncoder:
    return load_encoder("minilm")


def test_vectors_have_length_one_and_keep_their_order(minilm: TextEncoder) -> None:
    texts = ["The patient denies chest pain.", "Zahlung binnen 30 Tagen.", "The patient denies chest pain.", "left"]
    vectors = minilm.encode_passages(texts)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.allclose(vectors[0], vectors[1])


def test_a_text_does_not_depend_on_its_neighbours(minilm: TextEncoder) -> None:
    texts = [f"Clause {n}. " + "The supplier shall deliver the goods. " * (n % 7) for n in range(40)]
    together = minilm.encode_passages(texts)
    alone = np.concatenate([minilm.encode_passages([text]) for text in texts])
    assert np.array_equal(together, alone)


def test_nothing_in_nothing_out(minilm: TextEncoder) -> None:
    assert minilm.encode_passages([]).shape == (0, 384)
    assert minilm.encode_queries([]).shape == (0, 384)


def test_a_passage_beyond_the_window_is_an_error_that_says_both_numbers(minilm: TextEncoder) -> None:
    fits = " ".join(["pain"] * minilm.max_tokens)
    assert minilm.encode_passages([fits]).shape == (1, 384)
    with pytest.raises(EncoderError, match=r"257 tokens, minilm reads 256.*at most 254"):
        minilm.encode_passages([fits + " pain"])


def test_a_long_question_is_the_mean_of_its_windows(minilm: TextEncoder) -> None:
    first, second = " ".join(["fever"] * 200), " ".join(["contract"] * 200)
    whole = minilm.encode_queries([f"{first} {second}"])[0]
    parts = minilm.encode_queries([first, second])
    mean = parts.mean(axis=0)
    assert np.allclose(whole, mean / np.linalg.norm(mean), atol=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "İstanbul İİ: 5 mg 😀😀 left",
        "한국어 문서입니다. 환자는 두통을 호소하였다.",
        "e\u0301te\u0301 ﬁbrillation, Ångström, Straße",
        "[SEP] is a word here, and so is [CLS].",
        "   \n\f ",
        "",
    ],
)
def test_token_spans_are_ranges_of_code_points(minilm: TextEncoder, text: str) -> None:
    spans = minilm.token_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    covered = {i for start, end in spans for i in range(start, end)}
    assert all(i in covered for i, character in enumerate(text) if character.isalnum())
    assert not any(text[i].isspace() for i in covered)


def test_token_spans_of_a_long_text_are_those_of_its_pieces(minilm: TextEncoder) -> None:
    line = "Der Patient erhält 5 mg Warfarin; İ 한국어 😀.\n"
    spans = minilm.token_spans(line * 500)
    once = minilm.token_spans(line)
    assert len(spans) == 500 * len(once)
    assert spans[-len(once) :] == [(a + 499 * len(line), b + 499 * len(line)) for a, b in once]


def test_special_tokens_written_in_a_text_are_plain_characters(minilm: TextEncoder) -> None:
    assert len(minilm.token_spans("[SEP]")) == 3


def test_two_processes_convert_at_once_and_later_ones_import_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from casefolio.indexes.encoders import load_encoder; told = [];"
        "e = load_encoder('minilm', tell=told.append);"
        "v = e.encode_queries(['Which dose?']);"
        "heavy = {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules);"
        "print(len(told), v.shape, sorted(heavy))"
    )
    environment = {"CASEFOLIO_CACHE": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", code]
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in running:
        out, _ = process.communicate(timeout=600)
        assert process.returncode == 0
        assert out.strip().endswith("(1, 384) []")
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert again.stdout.strip() == "0 (1, 384) []"
    assert [p.name for p in (tmp_path / "onnx").iterdir() if p.name.startswith(".")] == []
