"""Forms around what a model says: each of them by its own examples, and none of what it says."""

from __future__ import annotations

import pytest

from casefolio.peeling import examples, peel, plain, yes_no_of


@pytest.mark.parametrize(("at", "raw", "left"), examples())
def test_each_form_is_peeled_off_its_examples(at: str, raw: str, left: str) -> None:
    assert (yes_no_of(raw)[1] if at in ("yes", "no") else peel(raw).text) == left


@pytest.mark.parametrize(
    "said",
    [
        "No evidence of embolism.",
        "No pneumonia was seen.",
        "The source of the bleeding was found.",
        "Answering machines are not provided.",
        "According to Dr. Ashby, he may go home.",
        "The document was signed on 3 May.",
        "Keine Quelle der Blutung gefunden.",
        "Laut Dr. Kranz, der Chirurgin, ist die Wunde trocken.",
        "Jahrelang nahm er Ramipril.",
        "네 번째 요추에 골절이 있다.",
        "출처를 알 수 없는 발열이 있다.",
    ],
)
def test_what_is_said_is_left_alone(said: str) -> None:
    assert peel(said).text == said
    assert yes_no_of(said) == (None, said)


def test_numbers_that_are_peeled_off_are_marks() -> None:
    assert peel("According to sources 1 and 2, he left (Source 3).").numbers == (3, 1, 2)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("**Answer:** *He* takes `apixaban`", "Answer: He takes apixaban"),
        ("### Answer", "Answer"),
        ("> He left", "He left"),
        ("2 * 3 tablets", "2 * 3 tablets"),
        ("[a](http://x)", "[a](http://x)"),
    ],
)
def test_emphasis_goes_and_links_stay(line: str, left: str) -> None:
    assert plain(line) == left
