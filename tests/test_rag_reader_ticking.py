"""Boxes of a form: only the ticked one says yes or no."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from casefolio.reader.ticking import has_boxes, ticked
from casefolio.reader.yes_no import yes_or_no


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("Advance directive: [ ] yes [x] no", False),
        ("Smoker: ☒ yes ☐ no", True),
        ("Smoker: yes [x] no [ ]", True),
        ("Patientenverfügung:  [ ] ja  [ ] nein", None),
        ("Allergien bekannt: ja ☐ nein ☒", False),
        ("낙상 위험: □ 예 ■ 아니오", False),
        ("흡연: 예 ■ 아니요 □", True),
        ("Photo (x) yes ( ) no; film [ ] yes [x] no", None),  # two fields
    ],
)
def test_the_ticked_box_says_it(quote: str, said: bool | None) -> None:
    assert has_boxes(quote)
    assert ticked(quote) is said


@pytest.mark.parametrize(
    "quote",
    [
        "● no fracture",
        "(x) no assignment",
        "(v) no subletting",
        "■ Kein Erguss, nein",
        "He said no [see note 4]",
        "No falls.",
    ],
)
def test_what_marks_an_item_is_no_box(quote: str) -> None:
    assert not has_boxes(quote)


class _Sure:
    """A judge that sees a contradiction in everything."""

    def claims(self, judged: Sequence[tuple[str, str]]) -> list[tuple[float, float, float]]:
        return [(0.0, 1.0, 0.0)] * len(judged)


def test_no_answer_from_empty_boxes_whatever_the_reader_says() -> None:
    question = "Hat Aloys eine Patientenverfügung?"
    assert yes_or_no(question, "Patientenverfügung: [ ] ja [ ] nein", "de", _Sure()) is None
    assert yes_or_no(question, "Patientenverfügung: [x] ja [ ] nein", "de", _Sure()) is True
    assert yes_or_no(question, "Allergien: [x] ja [ ] nein", "de", _Sure()) is None  # another field
