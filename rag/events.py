"""What a stream of an answer consists of."""

from __future__ import annotations

from dataclasses import dataclass

from indexes.hit import Hit
from rag.answer import Answer


@dataclass(frozen=True, slots=True)
class Passages:
    """First event of a stream: what the answer will rest on."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A verified piece of the answer's text; pieces joined are `Answer.text`."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """Last event: the whole answer with its verified citations."""

    answer: Answer


Event = Passages | Text | Done
