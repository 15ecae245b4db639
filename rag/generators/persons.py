"""Whom a document is about, as far as a question names somebody: others of the same name do not answer for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.generators.candidates import Candidate
from rag.generators.question import NO_GIVEN, Question
from rag.generators.stems import words

_HEAD = 2500  # characters in which a document says whom it is about
_HANGUL = re.compile(r"[가-힣]")
_NEAR = 3  # words within which given name and surname stand together


def of_the_named(question: Question, sentences: Sequence[Candidate]) -> list[Candidate]:
    """Sentences of the documents that the names in the question mean; all where it names nothing.

    A document that holds fewer than three quarters of the names that the best one holds is about somebody else. So is
    one that gives the surname of a person asked about to another person and never to this one; and where a person
    is asked about whom no document knows, none answers.
    """
    if not question.names:
        return list(sentences)
    said: dict[str, list[str]] = {}
    heads: dict[str, str] = {}
    for hit in {(c.hit.document, c.hit.chunk.span): c.hit for c in sentences}.values():
        said.setdefault(hit.document, words(hit.document)).extend(words(hit.text))
        heads[hit.document] = (heads.get(hit.document, "") + "\n" + hit.text)[:_HEAD]
    share = {d: sum(_holds(n, found) for n in question.names) for d, found in ((d, set(f)) for d, f in said.items())}
    best = max(share.values(), default=0)
    if not best:
        return [] if question.people else list(sentences)
    kept = {d for d, n in share.items() if n * 4 >= 3 * best}
    for person in question.people:
        kept -= {d for d in kept if not _together(person, said[d]) and _somebody_else(person, heads[d])}
    return [c for c in sentences if c.hit.document in kept]


def _holds(name: str, found: set[str]) -> bool:
    return name in found or (_HANGUL.match(name) is not None and any(w.startswith(name) for w in found))


def _together(person: Sequence[str], found: Sequence[str]) -> bool:
    """Whether all words of a name stand close together somewhere, in any order."""
    for at, word in enumerate(found):
        if word.startswith(person[0]):
            near = found[max(0, at - _NEAR) : at + _NEAR + 1]
            if all(any(w.startswith(part) for w in near) for part in person[1:]):
                return True
    return False


def _somebody_else(person: Sequence[str], head: str) -> bool:
    """Whether a text gives the surname to another given name."""
    if len(person) < 2:
        return False
    last, first = rf"\b(?i:{re.escape(person[-1])})", r"([A-ZÄÖÜÀ-Ý][\w'’-]+)"
    pattern = rf"\b{first}\s+{last}\b|{last},\s+{first}"
    given = {(m[1] or m[2]).lower() for m in re.finditer(pattern, head)} - NO_GIVEN
    return bool(given - set(person))
