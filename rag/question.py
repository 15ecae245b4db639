"""What can be asked at all: a question holds a word, and is text."""

from __future__ import annotations

from ingest.errors import UsageError


class NoQuestion(UsageError):
    """There is no word in the question."""


def checked(question: str) -> str:
    """The question as text that can be encoded; halves of surrogate pairs, as JSON lets in, become question marks.

    Raises:
        NoQuestion: where it holds no letter and no digit in any script.
    """
    if not question.strip():
        raise NoQuestion("the question is empty", "say what you want to know")
    if not any(character.isalnum() for character in question):
        raise NoQuestion("the question holds no word", "say what you want to know")
    return question.encode("utf-8", "replace").decode("utf-8")
