"""What a stream of an answer consists of."""

from __future__ import annotations

from dataclasses import dataclass

from casefolio.answer import Answer
from casefolio.indexes.hit import Hit


@dataclass(frozen=True, slots=True)
class Passages:
    """First event of an answer: what it will rest on."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Restated:
    """Before all others, where a follow-up was made whole: the question that is answered."""

    question: str


@dataclass(frozen=True, slots=True)
class Asking:
    """A model is being asked now; the quotes, if there are any, have been given."""

    model: str


@dataclass(frozen=True, slots=True)
class Text:
    """A verified piece of the answer's text; pieces joined are `Answer.text`."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """Last event: the whole answer with its verified citations."""

    answer: Answer


Event = Restated | Passages | Asking | Text | Done
