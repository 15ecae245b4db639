"""Two papers of one matter: whether they are, and where the later one changes a clause of the earlier one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Document, Span
from casefolio.ingest.identity import Identity
from casefolio.ingest.languages import table
from casefolio.ingest.meaning.annotating import cues
from casefolio.ingest.meaning.assertion import Cue, Reference
from casefolio.ingest.meaning.references import references
from casefolio.reader.reading import Candidate, units

_CHANGES = frozenset(("changed", "replaced", "ended", "restored"))
_JOINED = re.compile(r"[\s,/&–-]*(?:\w{1,3})?[\s,]*")  # between clauses that are named together: "4, 5 and 6"
# "4.1 The Supplier's …", "1. Die Grundmiete …": a clause that opens with its number.
_OWN_NUMBER = re.compile(r"[^\w(]*(\d{1,3}(?:\.\d{1,3})*)([.)]?)\s")
# After which a line that opens with a bare number is a clause, and not the rest of a wrapped one ("within⏎30 days").
_CLOSED = (".", ":", ";", "!", "?")
# "(1) The hours …": a paragraph of the clause above, which an amendment names by both ("§ 4 Abs. 1", "clause 4(1)").
_OWN_PARAGRAPH = re.compile(r"\W*\((\d{1,2})\)")
_PARAGRAPH = re.compile(r"para (\d+)|\((\d+)\)")
_BLANK_LINE = re.compile(r"\n[^\S\n]*(?=\n)")
_HEAD = 250  # characters in which a paper says what it is
_LINES_ABOVE = 12  # how far above a sentence the number of its clause is looked for
_OPENING = 4  # characters before a reference that is a clause's own name ("§ 4", "**제5조**")


def one_matter(a: Identity | None, b: Identity | None, unnamed: bool) -> bool:
    """Whether two documents are of the same people: they share a patient or a party.

    Args:
        a, b: what they say they are.
        unnamed: what is told where one of them names nobody.
    """
    first, second = (people_of(i, "patient", "party") for i in (a, b))
    return bool(first & second) if first and second else unnamed


def people_of(identity: Identity | None, *fields: str) -> frozenset[str]:
    """Whom a document names in some fields of its identity, written in one way."""
    values = identity.values(*fields) if identity else ()
    return frozenset(" ".join(v.casefold().split()) for v in values)


def amendment_of(
    choice: Candidate, later: Sequence[Hit], document: Callable[[str], Document | None]
) -> Candidate | None:
    """The sentence of a later document which says that the clause of a choice was changed, replaced or ended.

    It is looked for in all of the document, since the words of a question seldom stand in it.

    Args:
        choice: a sentence that answers.
        later: hits in later documents of the same matter, those of the latest first.
        document: a document by its path; None where only its passages are known.
    """
    own = document(choice.hit.document)
    clause = _clause_of(choice) or (_above(choice, own) if own is not None else "")
    if not clause:
        return None
    paragraph_of_it = found[1] if (found := _OWN_PARAGRAPH.match(choice.text)) else ""
    named, seen = _naming(clause), set[str]()
    for hit in later:
        whole = document(hit.document)
        if whole is not None and hit.document in seen:
            continue
        seen.add(hit.document)
        text, base = (hit.text, hit.chunk.span.start) if whole is None else (whole.text, 0)
        amends = calls_itself_an_amendment(text, hit.chunk.language)
        for paragraph in _paragraphs(text):
            said = paragraph.of(text)
            if named.search(said) is None:
                continue
            for start, end in units(said, hit.chunk.language):
                if changes_clause(said[start:end], hit.chunk.language, clause, paragraph_of_it, amends):
                    at = base + paragraph.start
                    return _at(Span(at + start, at + end), hit, whole, said[start:end])
    return None


def _paragraphs(text: str) -> Iterator[Span]:
    """Stretches between blank lines."""
    start = 0
    for blank in _BLANK_LINE.finditer(text):
        yield Span(start, blank.start())
        start = blank.end()
    yield Span(start, len(text))


def _naming(clause: str) -> re.Pattern[str]:
    """What finds `4.1` and the `4` that it is part of."""
    first, *deeper = clause.split(".")
    return re.compile(rf"(?<![\d.]){first}" + "".join(rf"(?:\.{n}" for n in deeper) + ")?" * len(deeper) + r"(?!\d)")


def _at(place: Span, hit: Hit, whole: Document | None, text: str) -> Candidate:
    pages = (whole.page_of(place.start),) if whole is not None else hit.chunk.pages
    moved = replace(hit, chunk=replace(hit.chunk, span=place, pages=pages), text=text)
    return Candidate(moved, place, place, "", answers=0.0, margin=0.0, mass=0.0)


def _clause_of(candidate: Candidate) -> str:
    """The number under which a clause stands in its contract; empty where it does not say."""
    named = references(candidate.text, candidate.hit.chunk.language)
    if named and named[0].span.start <= _OPENING:
        return _number(named[0].canonical)
    found = _OWN_NUMBER.match(candidate.text)
    return found[1] if found else ""


def _above(candidate: Candidate, document: Document) -> str:
    return clause_above(document.text[: candidate.span.start], candidate.hit.chunk.language)


def clause_above(text: str, language: str) -> str:
    """The number of the clause in which a text breaks off: that of the nearest line above which opens with one."""
    above = text.splitlines()[-_LINES_ABOVE:]
    for before, line in reversed([*pairwise(["", *above])]):
        named = references(line, language)
        if named and named[0].span.start <= _OPENING:
            return _number(named[0].canonical)
        found = _OWN_NUMBER.match(line)
        if found and (found[2] or "." in found[1] or not before.strip() or before.rstrip().endswith(_CLOSED)):
            return found[1]
    return ""


def _number(canonical: str) -> str:
    parts = canonical.split()
    return parts[1].partition("(")[0] if len(parts) > 1 else ""


def calls_itself_an_amendment(text: str, language: str) -> bool:
    """Whether a paper does so at its head."""
    return bool(_places(text[:_HEAD], language, "papers"))


def changes_clause(text: str, language: str, clause: str, paragraph: str, amends: bool = False) -> bool:
    """Whether a sentence names a clause, or the one that it is part of, and says that something became of it.

    Another paragraph of the clause than that of the choice is another thing, and so is what is said of a clause that
    stands beside it: "clause 8 is deleted; clause 7 remains as it is". What stands in a paper that `amends` changes
    the clause unless it says that the clause stays (`Clause 6: for "£640" read "£715"`).
    """
    named = references(text, language)
    meant = [place for place, reference in enumerate(named) if _is_named(reference.canonical, clause, paragraph)]
    if not meant:
        return False
    marks = cues(text, language)
    return any(_is_changed(text, _stretch(text, named, place, language), marks, language, amends) for place in meant)


def _stretch(text: str, named: Sequence[Reference], place: int, language: str) -> Span:
    """What is said of one of several clauses, or of a list of them: from where the last one ends to the next one."""
    spans = [r.span for r in named]
    first = last = place
    while first and _JOINED.fullmatch(text, spans[first - 1].end, spans[first].start):
        first -= 1
    while last + 1 < len(spans) and _JOINED.fullmatch(text, spans[last].end, spans[last + 1].start):
        last += 1
    start, end = 0, spans[last + 1].start if last + 1 < len(spans) else len(text)
    if first:
        apart = [m.end() for m in _apart(language).finditer(text, spans[first - 1].end, spans[first].start)]
        start = apart[-1] if apart else spans[first].start
    after = text.find(";", spans[last].end, end)
    return Span(start, after if after >= 0 else end)


def _is_changed(text: str, stretch: Span, marks: Sequence[Cue], language: str, amends: bool) -> bool:
    """What is said first decides: "clause 5 is deleted, and the rest remains as it is" changes it."""
    said = stretch.of(text)
    stated = (m.span.start for m in marks if m.kind == "state" and m.value in _CHANGES and stretch.contains(m.span))
    changed = [at - stretch.start for at in stated] + _places(said, language, "changed")
    stays = _places(said, language, "unchanged")
    return min(changed) < min(stays, default=len(said)) if changed else amends and not stays


def _places(said: str, language: str, key: str) -> list[int]:
    """Where it says that something is changed, or that it is not."""
    return [found.start() for pattern in _wordings(language, key) if (found := pattern.search(said))]


@cache
def _apart(language: str) -> re.Pattern[str]:
    """Where one clause of an amendment ends and another is spoken of."""
    return re.compile("|".join([r"[;,]", *(rf"\b{word}\b" for word in table(language, "amendments").get("apart", ()))]))


@cache
def _wordings(language: str, key: str) -> tuple[re.Pattern[str], ...]:
    """How a language says that a clause is changed, or that it is not (`amendments.toml`)."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern, _ in table(language, "amendments")[key])


def _is_named(canonical: str, clause: str, paragraph: str) -> bool:
    number, named = _number(canonical), _PARAGRAPH.search(canonical)
    if not number or (number != clause and not clause.startswith(f"{number}.")):
        return False
    return not paragraph or named is None or paragraph in named.groups()
