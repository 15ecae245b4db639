"""Guards of what is named: another side, another drug or another day than the one asked for is no answer.

Each can be told in a sentence, looks only at what question and candidate both name, and never chooses an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from casefolio.indexes.analyzers import terms
from casefolio.indexes.meanings import ByInitial, drug_groups, phrase_of
from casefolio.ingest.document import Span
from casefolio.ingest.languages import all_of
from casefolio.ingest.meaning.annotating import annotate, cues, sides
from casefolio.ingest.meaning.compared_words import stop_words
from casefolio.ingest.meaning.facts import profile
from casefolio.ingest.meaning.moments import full_days
from casefolio.reader.forms import Form, asks_what_is_sought, decides, form_of, heads_what_is_sought, is_sought
from casefolio.reader.names_meant import is_given, sex_asked, sex_titles, words_of
from casefolio.reader.reading import Asked, Candidate

_SPOUSES = {"wife": "f", "husband": "m"}
_WORD = re.compile(r"[^\W_]+")


def guarded(asked: Asked, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates without those that speak of another side, drug or day than the one the question names."""
    side, days = sides(asked.question, asked.language), frozenset(full_days(asked.question, asked.language))
    drugs = drugs_in(asked.question, asked.language)
    return [
        c
        for c in candidates
        if not (
            _differ(side, sides(c.text, c.hit.chunk.language) if side else frozenset())
            or _differ(days, frozenset(full_days(c.text, c.hit.chunk.language)) if days else frozenset())
            or _differ(drugs, drugs_in(c.text, c.hit.chunk.language) if drugs else frozenset())
        )
    ]


def without_relatives(
    asked: Asked, form: Form, candidates: Sequence[Candidate], patients: Callable[[str], bool]
) -> list[Candidate]:
    """Candidates without those that tell of a relative, or of a bearer of another given name, what is asked.

    Args:
        asked: the question; one about relatives or about who somebody is keeps all.
        form: how it is put.
        candidates: of all documents that were read.
        patients: whether a document, by its path, has a patient; a family court's has none.
    """
    if form.of_people or _relatives(asked.question, asked.language):
        return list(candidates)
    wanted = frozenset(terms(asked.bare, asked.language))
    names = frozenset(word for name in asked.names for word in words_of(name))
    names |= {w for w in words_of(asked.question) if is_given(w) and w not in stop_words(asked.language)}  # "will"
    sex = sex_asked(asked.question)
    kept = [c for c in candidates if not (patients(c.hit.document) and _of_a_relative(c, wanted, sex))]
    return [c for c in kept if not names or not _of_another_named(c, names)]


def _relatives(text: str, language: str) -> list[str]:
    """Relatives that a text names; "Frau Pell" is nobody's wife by her title."""
    return [
        str(fact.value)
        for fact in profile(text, language, False).facts
        if fact.kind == "person"
        and not (fact.span.of(text).lower() in sex_titles() and text[fact.span.end :].lstrip()[:1].isupper())
    ]


def _of_another_named(candidate: Candidate, names: frozenset[str]) -> bool:
    """Whether a sentence opens with a given name that is not asked for, and says what its bearer is, has or does.

    "Kyle is on sertraline" in the notes on Tom; not "Mark the site", nor "Kyle brought Tom in".
    """
    said, language = words_of(candidate.text), candidate.hit.chunk.language
    if len(said) < 2 or not is_given(said[0]) or not names.isdisjoint(said):
        return False
    also_words = said[0] in stop_words(language) or said[0] in all_of("dates", "names_too")  # "May is the month"
    return not also_words and form_of(said[1], language).yes_no


def _of_a_relative(candidate: Candidate, wanted: frozenset[str], sex: str) -> bool:
    """Whether a sentence says of somebody close all that it has of the words asked for, else its answer.

    A wife or a donor of whom it speaks, unless the question names her too, is nobody asked for; in the papers of a
    couple the wife may be the woman who is.
    """
    text, language = candidate.text, candidate.hit.chunk.language
    others = [cue for cue in cues(text, language) if cue.kind == "experiencer" and cue.value != "patient"]
    if not others or any(wanted & set(terms(cue.span.of(text), language)[:1]) for cue in others):
        return False
    if sex and sex in map(_SPOUSES.get, _relatives(text, language)):
        return False
    words = [Span(m.start(), m.end()) for m in _WORD.finditer(text)]
    places = [w for w in words if not wanted.isdisjoint(terms(w.of(text), language))]
    start = candidate.span.start
    places = places or [Span(candidate.highlight.start - start, candidate.highlight.end - start)]
    return all(said.experiencer != "patient" for said in annotate(text, language, places))


def without_what_is_sought(
    asked: Asked,
    form: Form,
    candidates: Sequence[Candidate],
    of_a_court: Callable[[str], bool],
    headings: Callable[[Candidate], Sequence[str]],
) -> list[Candidate]:
    """Candidates without what somebody seeks or asserts, and that decide nothing themselves.

    It neither answers what was decided nor, where a heading or label says that it is somebody's case, yes or no. A
    clause that says "if the tenant asks for it" is no such case.

    Args:
        asked: the question; one that asks what is sought keeps all, as does one that wants neither.
        form: how it is put.
        candidates: of all documents that were read.
        of_a_court: whether a document, by its path, is a court's or to one: clauses of a contract are none, and what a
            patient says of himself may be all that is known.
        headings: titles of the sections that a candidate stands in.
    """
    if not (form.decided or form.yes_no) or asks_what_is_sought(asked.question):
        return list(candidates)

    def held(c: Candidate) -> bool:
        text, language = c.text, c.hit.chunk.language
        if not of_a_court(c.hit.document) or decides(text, language):
            return False
        return _is_labelled_sought(c, headings(c)) or (form.decided and is_sought(text, language))

    return [c for c in candidates if not held(c)]


def _is_labelled_sought(candidate: Candidate, above: Sequence[str]) -> bool:
    """Whether a sentence stands under a heading or behind a label of what somebody seeks or asserts."""
    text, language = candidate.text, candidate.hit.chunk.language
    above = (*above, text.partition(":")[0] if ":" in text else "")
    spelled = (way for title in above for way in (title, "".join(title.split())))  # 신 청 취 지
    return any(heads_what_is_sought(title, language) for title in spelled)


def _differ(wanted: frozenset[str], said: frozenset[str]) -> bool:
    """Whether both name something, and nothing is the same."""
    return bool(wanted) and bool(said) and not wanted & said and "both" not in wanted | said


@lru_cache(maxsize=4096)  # of one text for each question, and for each row of its table
def drugs_in(text: str, language: str) -> frozenset[str]:
    """First names of the substances that a text names under any of their names."""
    held = frozenset(terms(text, language))
    named = ((first, phrase_of(name, language)) for name, first in _names().of(held))
    return frozenset(first for first, phrase in named if phrase and phrase <= held)


@cache
def _names() -> ByInitial[str]:
    return ByInitial((name, names[0]) for names in drug_groups() for name in names)
