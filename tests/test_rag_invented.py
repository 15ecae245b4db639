"""Not a word made up: what a sentence states stands in its quotes, or a listed equal does."""

from __future__ import annotations

import pytest

from casefolio.invented import invented

QUOTE = "Mr. Marlowe takes apixaban 5 mg twice daily since 12 March 2022; the left knee has a cut of 15 percent."


@pytest.mark.parametrize(
    "claim",
    [
        "Owen Marlowe takes apixaban 5 mg two times daily.",
        "Since March 12, 2022 he takes apixaban.",
        "The cut of the left knee is 15 %.",
        "He takes it.",
    ],
)
def test_listed_equals_are_the_same(claim: str) -> None:
    assert invented(claim, QUOTE, ("owen", "marlowe"), "en") == ()


@pytest.mark.parametrize(
    ("claim", "made_up"),
    [
        ("He takes warfarin 5 mg twice daily.", "warfarin"),
        ("The right knee has a cut.", "right"),
        ("Dr. Helen Ashby gave apixaban.", "helen"),
        ("He takes apixaban since 12 March 2022 and has 3 dogs.", "3"),
    ],
)
def test_what_is_made_up_is_named(claim: str, made_up: str) -> None:
    assert any(made_up in word for word in invented(claim, QUOTE, ("owen", "marlowe"), "en"))
