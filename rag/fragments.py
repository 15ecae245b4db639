"""Answers of a few words: "5 mg", "15 percent", "Dr. Lena Holt". They are judged as the answer to their question.

A page that holds "5 mg" holds many doses. What a bare value, name or drug says depends on the question, so it must be
the one in the words that the reader marks as the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from casefolio.answer import Citation
from casefolio.ingest.document import Span
from casefolio.ingest.languages import about
from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.facts import VALUES, profile
from casefolio.names_in_questions import names_in, no_names
from casefolio.reader.guards import drugs_in
from casefolio.reader.reading import Model
from casefolio.reader.yes_no import Judge
from casefolio.stems import asked_terms, terms
from casefolio.verification.pairs import uncovered

_VALUES = VALUES | {"time"}
_NAMES = frozenset(("name", "party"))  # words are looked for one by one
_LONGEST = 8  # words of what is no whole sentence, where the language does not say (`phrase_words`)


@dataclass(frozen=True, slots=True)
class Aim:
    """What an answer is to answer, and what the reader chose.

    Attributes:
        question: standing alone.
        language: of the question.
        chosen: the quotes of the answer of record, each with its highlight; empty where the reader is not sure.
        yes_no: whether yes or no would answer.
        many: whether it asks for all there are.
        reader: judges yes and no; None where none is at hand.
        model: reads whether words answer the question; None where none is at hand.
    """

    question: str
    language: str
    chosen: tuple[Citation, ...] = ()
    yes_no: bool = False
    many: bool = False
    reader: Judge | None = None
    model: Model | None = None


def is_fragment(text: str, quote: str, language: str) -> bool:
    """Whether it is no sentence but words of a quote, or values, names and drugs alone."""
    if len(text.split()) > about(language).get("phrase_words", _LONGEST):
        return False
    return bool(_places(_folded(text), quote)) or set(terms(text, language)) <= _value_terms(text, language)


def is_bare(text: str, aim: Aim) -> bool:
    """Whether it states values, names or drugs, and beside them only what the question says."""
    said = set(terms(text, aim.language))
    values = _value_terms(text, aim.language)
    return bool(values) and said <= values | set(terms(aim.question, aim.language))


def answers(text: str, aim: Aim) -> Citation | None:
    """The quote whose marked words are what a fragment says; None where it is none of them."""
    said = _folded(text)
    if set(terms(text, aim.language)) <= set(terms(aim.question, aim.language)):
        return None  # what the question says is no answer to it
    for citation in aim.chosen:
        light = citation.highlight
        if light is None or not said:
            continue
        marked = Span(light.start - citation.span.start, light.end - citation.span.start)
        if _stands_there(said, citation.quote, marked, aim) or _says_the_same(text, citation.quote, marked, aim):
            return citation
    return None


def meets(text: str, citation: Citation, language: str) -> bool:
    """Whether a value of a sentence is one of those marked in a quote, and none stands against them."""
    if citation.highlight is None:
        return False
    start = citation.span.start
    marked = citation.quote[citation.highlight.start - start : citation.highlight.end - start]
    found = [f for f in align(profile(text, language), profile(marked, language)) if f.kind in _VALUES]
    return any(f.status == "agree" for f in found) and not any(f.status == "conflict" for f in found)


def reads_as_answer(text: str, aim: Aim) -> bool:
    """Whether the reader finds an answer in a sentence by itself: what is true may answer another question."""
    if aim.model is None:
        return False
    (output,) = aim.model.questions([(aim.question, "", text)])
    if not len(output.begin):
        return False
    return output.answers > 0 and float(output.begin.max() + output.end.max()) > output.none


def _value_terms(text: str, language: str) -> set[str]:
    spans = [f.span.of(text) for f in profile(text, language).facts if f.kind in _VALUES]
    asked = set(asked_terms(text, language))
    drugs = {t for t in terms(text, language) if drugs_in(t, language)}
    return {t for part in (*spans, *names_in(f". {text}")) for t in terms(part, language)} | (drugs & asked)


def _places(said: str, quote: str) -> list[Span]:
    """Where words stand in a quote, whole; blanks may differ."""
    pattern = r"\s+".join(re.escape(word) for word in said.split())
    found = re.finditer(rf"(?<![\w.,]){pattern}(?![^\W가-힣]|[.,]\d)", quote, re.IGNORECASE)
    return [Span(m.start(), m.end()) for m in found]


def _stands_there(said: str, quote: str, marked: Span, aim: Aim) -> bool:
    """Whether the words stand in the quote, around the marked ones or at their beginning."""
    for span in _places(said, quote):
        if span.contains(marked):
            return True
        if marked.contains(span):
            before = quote[marked.start : span.start]
            if aim.many or not _alike(before, span.of(quote), aim.language):
                return True
    return False


def _alike(before: str, said: str, language: str) -> bool:
    """Whether what stands before has something of the kind that is said: then the reader may mean that."""
    kinds = {f.kind for f in profile(said, language).facts if f.kind in _VALUES}
    others = {f.kind for f in profile(before, language).facts if f.kind in _VALUES}
    names = bool(names_in(f". {said}")) and bool(names_in(f". {before}"))
    drugs = bool(drugs_in(said, language)) and bool(drugs_in(before, language))
    return bool(kinds & others) or names or drugs


def _says_the_same(text: str, quote: str, marked: Span, aim: Aim) -> bool:
    """Whether it says what is marked in other forms, and beside it only what quote or question say."""
    language = aim.language
    mine, light = profile(text, language), profile(marked.of(quote), language)
    values = [f for f in align(mine, light) if f.kind in _VALUES]
    wanted = set(terms(marked.of(quote), language))
    has_light = bool(wanted) and wanted <= set(terms(text, language))
    if not has_light and not (values and all(f.status == "agree" for f in values)):
        return False
    held = profile(f"{quote}\n{aim.question}", language)
    against = [f for f in align(mine, profile(quote, language)) if f.status != "agree" and f.kind not in _NAMES]
    return not against and not uncovered(mine, held)


def _folded(text: str) -> str:
    """Words without what stands around them, nor the titles before a name, which decline."""
    said = " ".join(text.split()).strip(" .;,:!\"'“”„()").split()
    while len(said) > 1 and said[0].lower().strip(".") in no_names():
        said = said[1:]
    return " ".join(said)
