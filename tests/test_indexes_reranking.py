from __future__ import annotations

import numpy as np
import pytest

from casefolio import Library
from casefolio.indexes.hit import Hit
from casefolio.indexes.reranking import CrossEncoder, reranked
from casefolio.ingest.document import Chunk, Span
from casefolio.ingest.errors import EncoderError


class LongestFirst:
    depth = 3

    def scores(self, question, passages):
        return np.array([len(p) for p in passages], np.float32)


def hit(text, rank, document=0.0):
    chunk = Chunk(f"d:{rank}", "d", Span(0, len(text)), (1,))
    return Hit(chunk, f"{rank}.txt", "0", text, 1 / rank, rank, ("sparse",), (("document", document),))


def test_only_the_first_are_reordered_and_say_so():
    hits = [hit("a", 1), hit("aaa", 2), hit("aa", 3), hit("aaaaaa", 4)]
    found = reranked("?", hits, LongestFirst(), 2.0)
    assert [h.text for h in found] == ["aaa", "aa", "a", "aaaaaa"]
    assert found[0].via == ("sparse", "rerank")
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)


def test_the_document_named_still_comes_first():
    hits = [hit("a", 1, document=1.0), hit("aaa", 2), hit("aa", 3)]
    assert reranked("?", hits, LongestFirst(), 2.0)[0].text == "a"


def test_no_hits_are_no_error():
    assert reranked("?", [], LongestFirst(), 2.0) == []


def test_a_library_asks_its_reranker(tmp_path):
    (tmp_path / "a.txt").write_text("The pump hums.\n")
    (tmp_path / "b.txt").write_text("The pump was serviced in May by the vendor, and it hums no more since that day.\n")
    with Library.open(tmp_path, reranker=LongestFirst()) as library:
        library.sync()
        hits = library.search("pump hums")
    assert hits[0].document == "b.txt"
    assert "rerank" in hits[0].via
    assert hits[0].text == "The pump was serviced in May by the vendor, and it hums no more since that day."


def test_a_cross_encoder_of_a_real_architecture(tmp_path):
    pytest.importorskip("sentence_transformers")
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "pump", "hums", "day"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    tokenizer = transformers.BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt"))
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        num_labels=1,
    )
    folder = tmp_path / "cross"
    transformers.BertForSequenceClassification(config).eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model = CrossEncoder(str(folder))
    scores = model.scores("pump", ["hums day", "pump hums", "day"])
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(model.scores("pump", ["day"]), scores[2:], atol=1e-5)


def test_missing_weights_are_one_clear_line(tmp_path):
    pytest.importorskip("sentence_transformers")
    with pytest.raises(EncoderError, match="no reranker"):
        CrossEncoder(str(tmp_path / "nowhere"))
