"""Answers as models write them, one of each kind and document: what is true is shown, and nothing else.

The whole table is measured by `benchmarks/scripted_answers.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
from scripted_answers import Case, asked, cases, outcomes

EVERY = cases()
FIRST = {(c.document, c.kind, bool(c.shown)): c for c in reversed(EVERY)}


def test_the_table_holds_two_hundred_answers_in_three_languages() -> None:
    assert len(EVERY) >= 200
    assert {c.language for c in EVERY} == {"en", "de", "ko"}
    kinds = {"true", "exchanged", "ended", "marked", "fragment", "language", "long", "empty", "instruction"}
    assert {c.kind for c in EVERY} == kinds


@pytest.mark.parametrize("case", FIRST.values(), ids=lambda c: f"{c.document}-{c.kind}")
def test_true_words_are_shown_and_false_ones_are_not(case: Case) -> None:
    answer = asked(case)
    assert answer.status == "supported"
    for truth, shown in outcomes(case, answer):
        assert shown == (truth == "true"), answer.text
