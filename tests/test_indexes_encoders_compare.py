"""Comparing encoders, warning about languages, and the verb that prints both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.cli import main
from casefolio.indexes.encoders import built_in, language_warning
from casefolio.indexes.encoders.compare import auc, score_pairs
from casefolio.indexes.encoders.pairs import Pair, read_pairs
from casefolio.ingest.errors import EncoderError

FLOATS = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=8)
CARD = {
    "disease_medication",
    "symptom_disease",
    "disease_treatment",
    "diagnosis_treatment",
    "treatment_outcome",
    "severity_prognosis",
    "severity_compensation",
    "outcome_settlement",
    "legal_similar_medical_different",
    "medical_similar_legal_different",
}


class Table:
    """An encoder that knows each text's vector by heart."""

    name, dimension, max_tokens, languages = "table", 2, 99, ("en",)
    contract: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, vectors: dict[str, tuple[float, float]]) -> None:
        self.vectors = vectors

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]

    def encode_queries(self, texts: Sequence[str]) -> Any:
        return np.array([self.vectors[text] for text in texts], dtype=np.float32)

    encode_passages = encode_queries


@given(FLOATS, FLOATS)
def test_auc_is_the_share_of_pairs_in_the_right_order(above: list[float], below: list[float]) -> None:
    wanted = np.mean([1.0 if a > b else 0.5 if a == b else 0.0 for a, b in product(above, below)])
    assert auc(np.array(above, dtype=np.float32), np.array(below, dtype=np.float32)) == pytest.approx(wanted)


def test_a_collapsed_encoder_has_a_high_cosine_and_an_auc_of_one_half() -> None:
    pairs = [Pair("negation", "en", f"a{i}", f"b{i}", f"c{i}") for i in range(4)]
    rows = np.random.default_rng(0).normal(0, 1e-5, size=12)
    names = [f"{kind}{i}" for kind in "abc" for i in range(4)]
    collapsed = Table({name: (1.0, float(noise)) for name, noise in zip(names, rows, strict=True)})
    found = score_pairs(collapsed, pairs)
    assert found.overall.related == pytest.approx(1, abs=1e-4)
    assert found.overall.auc == 0.5


def test_scores_are_counted_by_relation() -> None:
    pairs = [Pair("time", "en", "x", "near", "far"), Pair("negation", "en", "x", "far", "near")]
    found = score_pairs(Table({"x": (1, 0), "near": (2, 1), "far": (0, 3)}), pairs)
    assert [(r.relation, r.n, r.auc) for r in found.relations] == [("time", 1, 1.0), ("negation", 1, 0.0)]
    assert found.overall.related == pytest.approx(np.sqrt(0.8) / 2, abs=1e-5)


def test_our_pairs_cover_the_card_and_its_weaknesses_in_three_languages() -> None:
    pairs = read_pairs()
    relations = {pair.relation for pair in pairs}
    assert relations == CARD | {"negation", "time", "severity"}
    for relation in relations:
        assert {p.language for p in pairs if p.relation == relation} == {"en", "de", "ko"}
    texts = [text for p in pairs for text in (p.first, p.related, p.unrelated)]
    assert all(text == text.strip() for text in texts)
    assert all(p.related != p.unrelated for p in pairs)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "first line must name the columns"),
        ("relation\tlanguage\tfirst\trelated\tunrelated\n", "no pairs"),
        ("relation\tlanguage\tfirst\trelated\tunrelated\nnegation\ten\ta\tb\n", "line 2 has not 5 filled columns"),
        ("relation\tlanguage\tfirst\trelated\tunrelated\nnegation\ten\ta\t \tb\n", "line 2 has not 5 filled columns"),
    ],
)
def test_a_faulty_file_of_pairs_says_its_fault(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text(content)
    with pytest.raises(EncoderError, match=words):
        read_pairs(file)
    with pytest.raises(EncoderError, match=r"missing\.tsv"):
        read_pairs(tmp_path / "missing.tsv")


@pytest.mark.parametrize(
    ("encoder", "languages", "words"),
    [
        ("minilm", {"de": 80, "en": 20}, ["80% German", "minilm was trained on English", "multilingual-e5-small fits"]),
        ("minilm", {"de": 95, "en": 5}, ["95% German", "miracle-german fits"]),
        ("minilm", {"ko": 1.0}, ["100% Korean", "korean-medical fits"]),
        ("miracle-german", {"en": 3, "und": 9}, ["100% English", "trained on German", "minilm fits"]),
        ("korean-medical", {"de": 1, "en": 1, "ko": 1}, ["33% German", "multilingual-e5-small fits"]),
    ],
)
def test_a_foreign_language_is_told_with_an_encoder_that_fits(
    encoder: str, languages: dict[str, float], words: list[str]
) -> None:
    told = language_warning(built_in()[encoder], languages)
    assert told is not None
    assert all(word in told for word in words), told


@pytest.mark.parametrize(
    ("encoder", "languages"),
    [
        ("minilm", {"en": 95, "de": 5}),
        ("bge-m3", {"ko": 1}),
        ("minilm", {}),
        ("minilm", {"und": 7}),
        ("minilm", {"de": 0}),
    ],
)
def test_no_warning_where_the_encoder_fits(encoder: str, languages: dict[str, float]) -> None:
    assert language_warning(built_in()[encoder], languages) is None


def test_list_names_all_families_and_says_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["encoders", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["encoders"]}
    assert rows["minilm"]["installed"] is True
    for family in ("mejurix", "korean-medical", "medembed-large", "miracle-german", "biolord-2023-m", "bge-m3"):
        assert rows[family]["licence"]
    assert main(["encoders", "list"]) == 0
    assert "minilm" in capsys.readouterr().out


def test_check_finds_minilm_sound_and_a_wrong_path_not(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["encoders", "check", "minilm", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["problems"] == []
    assert report["cosine"] > 0.3
    assert report["contract"]["dimension"] == 384
    assert main(["encoders", "check", str(tmp_path / "nothing")]) == 1
    assert "wrong: no encoder" in capsys.readouterr().out


def test_compare_prints_a_row_a_relation(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["encoders", "compare", "minilm", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    by_relation = {row["relation"]: row for row in report["encoders"][0]["relations"]}
    assert by_relation["disease_treatment"]["auc"] > 0.7 > 0.3 > by_relation["negation"]["auc"]
    file = tmp_path / "pairs.tsv"
    file.write_text("relation\tlanguage\tfirst\trelated\tunrelated\nown\ten\tfever\ta high temperature\ta contract\n")
    assert main(["encoders", "compare", "minilm", "minilm", "--pairs", str(file)]) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("own")]
    cells = row.split()
    assert cells[:2] == ["own", "1"]
    assert cells[2:5] == cells[5:8]
    assert main(["encoders", "compare", "minilm", "no-such"]) == 1
    assert "no encoder no-such" in capsys.readouterr().err
