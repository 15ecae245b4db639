"""What never answers, however many of the question's words it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.meaning import negates, sides
from rag.generators.about import About
from rag.generators.candidates import Candidate
from rag.generators.kinds import shows
from rag.generators.question import Question
from rag.generators.stems import terms

LEAST = 0.25  # share of the specifics, by weight, that an answer speaks of
_SHORT = 60  # characters of a sentence that may be a mere label
_LINE = 160  # characters of a line that says whom a letter is about
_ONE_SIDE = frozenset(("left", "right"))
_KIN = 4  # letters by which a word of a label is one of the question's
_DIGIT = re.compile(r"\d")
# Types that an answer cannot do without, and what shows them.
_SHOWN = {"date": ("date", "duration"), "side": ("side",), "share": ("share", "number")}
_SUBJECT = re.compile(
    r"^\s*(?:re|ref|subject|patient(?:in)?|name|betreff|betrifft|betr|"
    r"환자|성명|제목|환자 ?(?:성명|이름))\s*[.:]",
    re.IGNORECASE,
)


def barred(question: Question, sentence: Candidate, about: About, stems: Sequence[str], strong: bool) -> bool:
    """Whether a sentence cannot answer.

    Args:
        question: taken apart.
        sentence: its text, heading and columns.
        about: how far it speaks of what is asked.
        stems: of its text.
        strong: whether it states the concept asked for.
    """
    if (about.asked and about.anywhere < LEAST) or not about.dated:
        return True
    if about.asked and question.kind == "dose" and not about.direct:
        return True
    if question.members is not None and question.members.search(sentence.text) is None:
        return True
    language = sentence.hit.chunk.language
    side = sentence.text if about.direct else f"{sentence.before}\n{sentence.text}"
    if _other_side(question, side, language) or (question.kind in _SHOWN and not _shows(question.kind, sentence)):
        return True
    if question.kind == "organisation":
        return False
    if sentence.title or _label(question, sentence.text, language, stems):
        return True
    return _names_only(sentence.text) and not strong


def _shows(kind: str, sentence: Candidate) -> bool:
    return any(shows(k, f"{sentence.columns} {sentence.text}") for k in _SHOWN[kind])


def _other_side(question: Question, text: str, language: str) -> bool:
    """Whether a sentence speaks of the left where the right is asked about, or the other way round."""
    asked = sides(question.ask, question.language) & _ONE_SIDE
    if len(asked) != 1:
        return False
    said = sides(text, language)
    return bool(said & (_ONE_SIDE - asked)) and not said & (asked | {"both"})


def _label(question: Question, text: str, language: str, stems: Sequence[str]) -> bool:
    """Whether a short line says nothing that the question does not say; "Allergies: none" says something."""
    if len(text) > _SHORT or _DIGIT.search(text):
        return False
    said = {t[:_KIN] for t in terms(question.text, question.language)}
    return all(stem[:_KIN] in said for stem in stems) and not negates(text, language)


def _names_only(text: str) -> bool:
    return len(text) <= _LINE and "\n" not in text and _SUBJECT.match(text) is not None
