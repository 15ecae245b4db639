"""What form of answer a question wants: yes or no, a list, the latest. By `questions.toml`; nothing here chooses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from casefolio.ingest.languages import every, own

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Form:
    """How a question is put.

    Attributes:
        yes_no: yes or no would answer it.
        many: it asks for all there are.
        latest: it asks for what holds now, or came last.
        signed: it asks who signed or wrote something.
        told: it asks what a paper says as a whole.
        addressed: it asks to whom something was sent.
        of_people: it asks about relatives, or who somebody is.
        decided: it asks what a court or the like decided.
    """

    yes_no: bool
    many: bool
    latest: bool
    signed: bool = False
    told: bool = False
    addressed: bool = False
    of_people: bool = False
    decided: bool = False


def form_of(question: str, language: str) -> Form:
    """The form of a question; one in a language without data has none."""
    patterns = _patterns(language)
    asked = " ".join(question.split())

    def has(name: str) -> bool:
        return name in patterns and patterns[name].search(asked) is not None

    yes_no = has("yes_no") and not has("not_yes_no")
    others = ("many", "latest", "signed", "told", "addressed", "of_people", "decided")
    return Form(yes_no, **{name: has(name) for name in others})


def is_sought(sentence: str, language: str) -> bool:
    """Whether a sentence tells what somebody seeks or asserts ("The claimant seeks …")."""
    pattern = _patterns(language).get("sought")
    return pattern is not None and pattern.search(sentence) is not None


def decides(sentence: str, language: str) -> bool:
    """Whether a sentence tells what was decided, or binds somebody ("the court awards", "shall pay")."""
    patterns = [_patterns(language).get(name) for name in ("decides", "decided")]
    return any(pattern.search(sentence) is not None for pattern in patterns if pattern is not None)


def heads_what_is_sought(heading: str, language: str) -> bool:
    """Whether a heading, or the words before a colon, stand above what somebody seeks or asserts."""
    pattern = _patterns(language).get("sought_heading")
    return pattern is not None and pattern.search(heading) is not None


def asks_what_is_sought(question: str) -> bool:
    """Whether a question, in any language, asks what somebody seeks or asserts."""
    found = (_patterns(language).get("seeking") for language, _ in every("questions"))
    return any(pattern.search(question) is not None for pattern in found if pattern is not None)


def asks(words: str, language: str) -> bool:
    """Whether words are those with which a question asks ("how much", 얼마), and name nothing."""
    pattern = own(language, "questions").get("asks", "(?!)")
    return re.fullmatch(pattern, words.strip(), re.IGNORECASE) is not None


def without_time(question: str, language: str) -> str:
    """A question without the words that ask for what holds now or came last; itself where nothing else is in it.

    Which of several rows is the latest is told by their days, not by reading, and a reader that looks for "latest" in
    a row of numbers finds it in none.
    """
    pattern = _patterns(language).get("latest")
    if pattern is None:
        return question
    left = _SPACES.sub(" ", _whole_words(pattern).sub(" ", question)).strip()
    return left if any(c.isalpha() for c in left) else question


@lru_cache(maxsize=8)
def _whole_words(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The same with a particle behind it, where one is: 최근에, 마지막으로."""
    return re.compile(rf"(?:{pattern.pattern})(?:[가-힣]{{1,2}}(?=\s))?", pattern.flags)


@lru_cache(maxsize=8)
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    table = own(language, "questions")
    return {
        name: re.compile("|".join(alternatives), re.IGNORECASE)
        for name, alternatives in table.items()
        if isinstance(alternatives, list)
    }
