"""What can be asked at all: a question holds a word, and is text."""

from __future__ import annotations

import re
import unicodedata

from casefolio.ingest.errors import UsageError

_LONGEST, _LONGEST_WORD = 10_000, 200  # characters


class NoQuestion(UsageError):
    """There is no word in the question, or it is none that anybody would ask."""


def checked(question: str) -> str:
    """The question as text that can be encoded; halves of surrogate pairs, as JSON lets in, become question marks.

    Raises:
        NoQuestion: where it holds no letter and no digit in any script, or is longer than any question.
    """
    if len(question) > _LONGEST:
        raise NoQuestion(f"the question has {len(question)} characters", f"ask in at most {_LONGEST}")
    longest = max(map(len, re.findall(r"\w+", question)), default=0)
    if longest > _LONGEST_WORD:
        raise NoQuestion(f"a word of the question has {longest} letters", f"a word may have {_LONGEST_WORD}")
    if not question.strip():
        raise NoQuestion("the question is empty", "say what you want to know")
    if not any(character.isalnum() for character in question):
        raise NoQuestion("the question holds no word", "say what you want to know")
    whole = unicodedata.normalize("NFC", question)  # as documents are read
    return whole.encode("utf-8", "replace").decode("utf-8")
