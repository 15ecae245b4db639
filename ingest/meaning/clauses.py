"""A sentence with several predicates, clause by clause: "was started on 3 May and stopped on 9 June".

Each clause is given the subject that it leaves out, so that a claim can be laid against one of them: the date at
"stopped" says nothing of "started".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from casefolio.ingest.document import Span
from casefolio.ingest.languages import table
from casefolio.ingest.meaning.annotating import cues
from casefolio.ingest.meaning.compared_words import tense_words
from casefolio.ingest.meaning.facts import VALUES, Profile

_HARD = re.compile(r";|\n\s*\n")
_CELL, _ROW = " | ", re.compile(r"\n")  # of a table whose rows are lines
ACTING = ("act", "direction")  # kinds of facts that are words of a predicate, no values
_LEADING = ("time", *VALUES)  # kinds of facts with which a clause without a subject may begin
_MOST = 6  # clauses; with more of them a text is a list


@dataclass(frozen=True, slots=True)
class Cut:
    """A text where something else is said: at a semicolon, a comma, "and", "while", a Korean verb that goes on, a row.

    Attributes:
        numbers: of the stretch that each word stands in.
        telling: stretches that have a predicate of their own.
        saying: places of the words of predicates.
    """

    numbers: tuple[int, ...]
    telling: frozenset[int]
    saying: frozenset[int]


def cut_of(profiled: Profile) -> Cut:
    """Where a text is cut."""
    text, language = profiled.text, profiled.language
    joins, saying, against = _listed(language, "parting"), _saying(profiled), _listed(language, "against")
    values = [f.span for f in profiled.facts if f.kind in VALUES]
    rows = _CELL in text
    numbers: list[int] = []
    telling: set[int] = set()
    number = 0
    for at, word in enumerate(profiled.words):
        if at:
            before, said = profiled.words[at - 1], text[word.start : word.end].lower()
            between, goes_on = text[before.end : word.start], _goes_on(language).search(text, before.start, before.end)
            if rows:
                hard = cut = _ROW.search(between) is not None
            else:
                hard = bool(_HARD.search(between) or goes_on) or before.sentence != word.sentence or said in against
                inside = any(v.start < before.end and word.start < v.end for v in values)  # "3 April, 2021"
                cut = not inside and (hard or "," in between or said in joins)
            number += cut
            telling |= {number - 1, number} if cut and hard else set()
        telling |= {number} if at in saying else set()
        numbers.append(number)
    return Cut(tuple(numbers), frozenset(telling), frozenset(saying))


def clauses(profiled: Profile) -> list[str]:
    """The clauses of a short text, each with its subject; empty where it has but one or too many."""
    cut = cut_of(profiled)
    numbers, saying = cut.numbers, cut.saying
    starts = [at for at, number in enumerate(numbers) if not at or number != numbers[at - 1]]
    leading = {i for f in profiled.facts if f.kind in _LEADING for i in _words_of(profiled, f.span)}
    told = [s for s, e in pairwise([*starts, len(numbers)]) if any(i in saying or i in leading for i in range(s, e))]
    if not 1 < len(told) <= _MOST:
        return []
    return list(_filled(profiled, [*pairwise([0, *told[1:], len(numbers)])], saying, leading))


def _filled(profiled: Profile, places: Sequence[tuple[int, int]], saying: Set[int], leading: Set[int]) -> Iterator[str]:
    """Clauses with what they leave out: the subject, with its "was", or what another one did before.

    Args:
        profiled: the text.
        places: first word of each clause, and the one behind its last.
        saying: places of words of predicates.
        leading: places of words of values and times.
    """
    subject = auxiliary = done = ""
    for start, end in places:
        first = next((i for i in range(start, end) if i in saying or i in leading), end)
        said, own = _text(profiled, start, end), _text(profiled, start, first)
        goes_on = start > 0 and profiled.words[start].sentence == profiled.words[start - 1].sentence
        if goes_on and not _has_subject(profiled, start, first):
            verb = auxiliary if first in saying and not _is_verb(profiled, first) else ""
            yield " ".join(filter(None, (subject, verb, said)))
        elif goes_on and done and first in leading and _without_names(profiled, start, first) != own:
            yield f"{said} {done}"  # "and Hannah Wu on 15 September"
        else:
            yield said
            subject = own
            helps = first + 1 in saying and _is_verb(profiled, first)  # "was" of "was started and stopped"
            auxiliary = _text(profiled, first, first + 1) if helps else ""
            value = next((i for i in range(start, end) if i in leading), end)
            bare = _without_names(profiled, start, value)
            done = bare if bare != _text(profiled, start, value) else ""


def _has_subject(profiled: Profile, start: int, end: int) -> bool:
    """Whether a clause names before its predicate what it is about; in Korean a particle tells."""
    words = table(profiled.language, "words")
    marks, others = (tuple(words.get(name, "").split()) for name in ("subject_particles", "topic_of_place"))
    said = (profiled.text[w.start : w.end] for w in profiled.words[start:end] if w.content)
    return any(not marks or (word.endswith(marks) and not word.endswith(others)) for word in said)


def _without_names(profiled: Profile, start: int, end: int) -> str:
    """Words of a clause without the people and firms that it names: "joined on" of "Mr Ortiz joined on"."""
    named = {i for f in profiled.facts if f.family == "name" for i in _words_of(profiled, f.span)}
    named |= {i - 1 for i in named if i > start and profiled.words[i - 1].capital}  # a given name opens the sentence
    kept = [profiled.words[i] for i in range(start, end) if i not in named]
    return " ".join(profiled.text[word.start : word.end] for word in kept)


def _is_verb(profiled: Profile, i: int) -> bool:
    """Whether a word is one of the listed verbs, with which a clause speaks of the present or the past."""
    word, language = profiled.words[i], profiled.language
    verbs = tense_words(language, "now") | tense_words(language, "past")
    return profiled.text[word.start : word.end].lower() in verbs


def _text(profiled: Profile, start: int, end: int) -> str:
    """Words of a clause as they stand, without the one that joins it to the last."""
    joins = _listed(profiled.language, "parting")
    while start < end and profiled.text[profiled.words[start].start : profiled.words[start].end].lower() in joins:
        start += 1
    return profiled.text[profiled.words[start].start : profiled.words[end - 1].end] if start < end else ""


def _saying(profiled: Profile) -> set[int]:
    """Places of the words of predicates, as far as they are known: verbs that are listed, acts, states."""
    text, language = profiled.text, profiled.language
    told = [cue.span for cue in cues(text, language) if cue.kind == "state"]
    told += [fact.span for fact in profiled.facts if fact.kind in ACTING]
    found = {i for i in range(len(profiled.words)) if _is_verb(profiled, i)}
    return found.union(*(_words_of(profiled, span) for span in told))


def _words_of(profiled: Profile, span: Span) -> set[int]:
    return {i for i in range(len(profiled.words)) if span.overlaps(profiled.span(i))}


@cache
def _listed(language: str, name: str) -> frozenset[str]:
    """Words between clauses (`parting`), and those that set a whole clause against the one before (`against`)."""
    return frozenset(table(language, "words").get(name, "").split())


@cache
def _goes_on(language: str) -> re.Pattern[str]:
    """The end of a Korean verb after which something else is said."""
    return re.compile(rf"[가-힣]{{2}}(?:{table(language, 'words').get('goes_on', '(?!)')})$")
