"""Yes or no, from the reader's judgement of the question against the quote; neither where it is unsure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

_SURE = 0.8  # probability from which on a yes or a no is said


@runtime_checkable
class Judge(Protocol):
    """What judges claims; a yes/no question is put to it as it stands, as it was trained."""

    def claims(self, judged: Sequence[tuple[str, str]]) -> Sequence[tuple[float, float, float]]:
        """Probabilities of supports, contradicts, neither for (claim, quote) each."""


def yes_or_no(question: str, quote: str, judge: Judge) -> bool | None:
    """Whether a quote says yes or no to a question; None where that is not sure.

    Args:
        question: one that yes or no answers.
        quote: the sentence that is shown.
        judge: the reader.
    """
    supports, contradicts, _ = judge.claims([(question, quote)])[0]
    if supports >= _SURE:
        return True
    return False if contradicts >= _SURE else None
