"""The estimate of tokens errs by less than a quarter, against two vocabularies that stand far apart."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.ingest.errors import PromptError
from casefolio.prompts.budget import Counter, estimating, fitting
from casefolio.prompts.estimating import estimate, margin

CORPUS = Path(__file__).parent.parent / "examples" / "corpus"
# tokens of each folder's text files by the vocabularies of Qwen2.5 and multilingual-e5, counted by their own tokenizers
COUNTS = tomllib.loads((Path(__file__).parent / "data" / "token_counts.toml").read_text("utf-8"))


@pytest.mark.parametrize("folder", COUNTS)
@pytest.mark.parametrize("vocabulary", ["qwen", "e5"])
def test_the_estimate_errs_by_less_than_a_quarter(folder: str, vocabulary: str) -> None:
    files = sorted(p for p in (CORPUS / folder).rglob("*") if p.suffix in (".txt", ".md", ".eml"))
    files = [p for p in files if not re.match(r"n\d_", p.parent.name)]  # folders that came after the count
    found = sum(estimate(p.read_text("utf-8", errors="replace")) for p in files)
    assert abs(found / COUNTS[folder][vocabulary] - 1) < 0.25


@given(st.text(max_size=300))
def test_any_text_has_an_estimate_and_no_part_of_it_is_free(text: str) -> None:
    assert estimate(text) >= (1 if text else 0)
    assert estimate(text * 40) >= estimate(text)


def test_room_is_left_for_what_an_estimate_may_miss() -> None:
    sources = ["word " * 100] * 10
    exact = Counter(estimate, True)
    with_margin = fitting(sources, "", estimating(), 1000, 0)[0]
    assert with_margin < fitting(sources, "", exact, 1000, 0)[0]
    assert with_margin * estimate(sources[0]) * (1 + margin()) <= 1000
    with pytest.raises(PromptError):
        fitting(sources, "", estimating(), 120, 0)
