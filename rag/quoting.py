"""Extractive answers: chosen sentences as quotes, with a short lead, in order, with what must be said beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ingest.document import Span
from rag.answer import Citation, Verdict
from rag.composing import Composer
from rag.generators.extractive import Choice, further
from rag.generators.question import Question
from rag.passages import citation_of
from rag.versions import Versions, as_of, versions
from rag.wording import say

_QUOTES = 2  # citations of an answer that is no list
_ITEMS = 12  # and of one that is


@dataclass(frozen=True, slots=True)
class Quoted:
    """An extractive answer before it is an `Answer`."""

    composer: Composer
    notes: tuple[str, ...]


def quote(
    question: Question, choices: Sequence[Choice], threshold: float, dated: Callable[[str], str], day: str | None
) -> Quoted:
    """Put the answer together, or nothing where no choice reaches the threshold.

    Args:
        question: taken apart.
        choices: sentences, best first.
        threshold: probability below which a sentence does not answer.
        dated: ISO date of a document by its path, or empty.
        day: ISO date; the answer is as of that day.
    """
    composer = Composer()
    choices = as_of(choices, day, dated) if day else list(choices)
    if not choices or choices[0].score < threshold:
        return Quoted(composer, ())
    found = versions(choices, threshold, question.kind, dated)
    if len(found.choices) > 1 and found.ordered and day:
        found = Versions(found.choices[:1], found.dates[:1])  # the later one held on that day
    if len(found.choices) > 1:
        kept = list(found.choices)
    else:
        same = [c for c in choices if c.candidate.hit.document == found.choices[0].candidate.hit.document]
        ordered = [found.choices[0], *(c for c in same if c is not found.choices[0])]
        kept = further(question, ordered, threshold, _most(question))
    _lead_yes_no(question, kept, composer)
    _put(question, kept, composer, dated)
    return Quoted(composer, tuple(_later(found, question.language)))


def _most(question: Question) -> int:
    return _ITEMS if question.many else _QUOTES


def _lead_yes_no(question: Question, kept: Sequence[Choice], composer: Composer) -> None:
    if not question.yes_no:
        return
    from rag.yesno import yes_or_no

    said = {yes_or_no(question, c.candidate) for c in kept[:1]}
    if said & {True, False}:
        composer.plain(say("yes" if True in said else "no", question.language))


def _put(question: Question, kept: Sequence[Choice], composer: Composer, dated: Callable[[str], str]) -> None:
    """The quotes, each document's under a line that names it."""
    groups = [[c] for c in sorted(kept, key=_place)] if question.many else adjacent(kept)
    last = ""
    for group in groups:
        citation = cite(group)
        if citation.document != last:
            composer.plain(_states(citation.document, dated(citation.document), question.language))
            last = citation.document
        before, after = ("- “", "”") if question.many and len(groups) > 1 else ("“", "”")
        composer.claim(citation.quote, [citation], line=True, before=before, after=after)


def _place(choice: Choice) -> tuple[str, Span]:
    return choice.candidate.hit.document, choice.candidate.span


def _states(document: str, iso: str, language: str) -> str:
    if not iso:
        return say("states", language).format(document=document)
    from rag.dating import spoken

    return say("states_dated", language).format(document=document, date=spoken(iso, language))


def _later(found: Versions, language: str) -> list[str]:
    if not found.ordered:
        return []
    from rag.dating import spoken

    first, last = found.choices[0].candidate.hit.document, found.choices[-1].candidate.hit.document
    return [
        say("later", language).format(
            later=first,
            later_date=spoken(found.dates[0], language),
            earlier=last,
            earlier_date=spoken(found.dates[-1], language),
        )
    ]


def adjacent(choices: Iterable[Choice]) -> list[list[Choice]]:
    """Choices grouped where only blanks stand between them in one passage; groups keep the order of their best."""
    groups: list[list[Choice]] = []
    for choice in choices:
        near = next((g for g in groups if any(_touch(choice, other) for other in g)), None)
        if near is None:
            groups.append([choice])
        else:
            near.append(choice)
    return groups


def _touch(a: Choice, b: Choice) -> bool:
    if a.candidate.hit.chunk.id != b.candidate.hit.chunk.id:
        return False
    first, last = sorted((a.candidate.span, b.candidate.span))
    base = a.candidate.hit.chunk.span.start
    return not a.candidate.hit.text[first.end - base : last.start - base].strip()


def cite(group: Sequence[Choice]) -> Citation:
    """One citation over adjacent sentences of one passage."""
    hit = group[0].candidate.hit
    span = Span(min(c.candidate.span.start for c in group), max(c.candidate.span.end for c in group))
    return citation_of(hit, span, Verdict("supported", max(c.score for c in group)))
