"""A heading answers nothing by itself: "## Allergies" is quoted with what stands under it, and one allergy of the list
is no answer to "allergies?": it is quoted with the heading and the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from casefolio.ingest.document import Document, Span
from casefolio.ingest.meaning.annotating import cues
from casefolio.reader.considering import Evidence, moved
from casefolio.reader.deciding import Scored
from casefolio.reader.reading import Candidate

# A heading of Markdown, or a line that ends in a colon.
_MARKED = re.compile(r"#{1,6}\s+\S[^\n]{0,100}|[^\n]{1,80}:|\*\*[^*\n]{1,80}\*\*:?")
_ITEM = re.compile(r"[ \t]*(?:[-–—•‣▪●◦*·□■※]|\(?(?:\d{1,2}|[a-zA-Z])[.)])[ \t]+\S")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MOST, _ITEMS = 700, 14  # characters and lines that are quoted below a heading
_WITHOUT_MARKS = 3  # lines below one that has no list
_WHOLE = frozenset(("allergies",))  # kinds of sections of which no part is quoted for the whole
# Kinds of cues in a heading without which an item would say something else: ended, denied, planned, the family's.
_TURNING = frozenset(("state", "negated", "certainty", "temporality", "experiencer"))
_NEAR = 4  # characters within which an empty line may part a heading from its list


def with_what_they_head(
    choices: Sequence[Scored],
    evidence: Evidence,
    names_all: Callable[[str, str], bool] = lambda heading, language: False,
) -> list[Scored]:
    """Choices of which those that are no more than a heading reach over what stands under it.

    So does an item of a list that is asked for as a whole. A choice that stands there itself is told by it.

    Args:
        choices: what is to be quoted, in order.
        evidence: of the documents that they stand in.
        names_all: whether the question asks for all that stands under a heading, given in its language.
    """
    out: list[Scored] = []
    for choice in choices:
        document = evidence.document(choice.candidate.hit.document)
        candidate = _extended(_led(choice.candidate, document, names_all), document)
        if not any(_within(candidate, other.candidate) for other in out):
            out = [o for o in out if not _within(o.candidate, candidate)]
            out.append(Scored(candidate, choice.score))
    return out


def _within(a: Candidate, b: Candidate) -> bool:
    return a.hit.document == b.hit.document and b.span.contains(a.span)


def _text(candidate: Candidate, document: Document | None) -> tuple[str, int]:
    """The text that a candidate stands in, as far as it is known, and where that begins in the document."""
    return (document.text, 0) if document is not None else (candidate.hit.text, candidate.hit.chunk.span.start)


def _led(candidate: Candidate, document: Document | None, names_all: Callable[[str, str], bool]) -> Candidate:
    """The heading of the list that a candidate is an item of, where all of the list is asked for; else itself."""
    text, base = _text(candidate, document)
    start = text.rfind("\n", 0, candidate.span.start - base) + 1
    item = _ITEM.match(text, start) is not None
    heading = _above(text, start, item)
    if heading is None:
        return candidate
    title, language = heading.of(text), candidate.hit.chunk.language
    whole = item and names_all(title.strip("#*: \t"), language)  # a line of its own is asked for by itself
    if not (whole or _turns(title, language) or _kind(document, candidate.span.start) in _WHOLE):
        return candidate
    below = _below(text, heading.end)
    if below is None or not below.contains(Span(candidate.span.start - base, candidate.span.end - base)):
        return candidate
    place = Span(heading.start + base, heading.end + base)
    if not candidate.hit.chunk.span.contains(place):
        candidate = moved(candidate, document, place) or candidate
        if not candidate.hit.chunk.span.contains(place):
            return candidate
    return replace(candidate, span=place, highlight=place)


def _turns(heading: str, language: str) -> bool:
    """Whether an item would say something else without its heading: "STOPPED:"."""
    return any(cue.kind in _TURNING for cue in cues(heading, language))


def _kind(document: Document | None, at: int) -> str:
    """Kind of the innermost section at a place."""
    sections = document.sections if document is not None else ()
    return next((s.kind for s in reversed(sections) if s.span.start <= at < s.span.end), "")


def _above(text: str, start: int, item: bool) -> Span | None:
    """The heading of the list, or of the few lines, in which a line starts; None where none stands right above it."""
    for _ in range(_ITEMS if item else _WITHOUT_MARKS):
        before = text.rfind("\n", 0, start - 1) + 1 if start else 0
        line = text[before : max(start - 1, 0)]
        said = line.strip()
        if not start or (not said and start - before > _NEAR):
            return None
        if said and _MARKED.fullmatch(said):
            return Span(before + line.index(said[0]), before + len(line.rstrip()))
        if said and item and not (_ITEM.match(line) or line[:1].isspace()):
            return None
        start = before
    return None


def _extended(candidate: Candidate, document: Document | None) -> Candidate:
    text, base = _text(candidate, document)
    own = Span(candidate.span.start - base, candidate.span.end - base)
    below = _below(text, own.end) if _is_heading(text, own) else None
    if below is None:
        return candidate
    highlight = Span(below.start + base, below.end + base)
    whole = Span(candidate.span.start, highlight.end)
    if not candidate.hit.chunk.span.contains(whole):  # the list goes on in the next passage
        candidate = moved(candidate, document, whole) or candidate
    return replace(candidate, span=whole, highlight=highlight)


def _is_heading(text: str, span: Span) -> bool:
    """Whether a place is a whole line that says what stands below it."""
    start = text.rfind("\n", 0, span.start) + 1
    alone = not text[start : span.start].strip() and text[span.end : span.end + 1] in ("\n", "")
    said = span.of(text).strip()
    return alone and _MARKED.fullmatch(said) is not None


def _below(text: str, start: int) -> Span | None:
    """The list right below a place, else up to three lines of text; None where nothing or a heading follows.

    It never reaches over the end of a page, nor cuts a line.
    """
    found: list[Span] = []
    listed = False
    for match in _LINE.finditer(text, text.find("\n", start) + 1 or len(text)):
        line = match[0]
        said, item = line.strip(), _ITEM.match(line) is not None
        if not said and not found and match.start() - start < _NEAR:
            continue
        listed = item if not found else listed
        inside = item or line[:1].isspace() if listed else len(found) < _WITHOUT_MARKS
        full = len(found) >= _ITEMS or match.end() - start > _MOST or "\f" in line
        if not said or _MARKED.fullmatch(said) or not inside or full:
            break
        begin = match.start() + len(line) - len(line.lstrip())
        found.append(Span(begin, begin + len(said)))
    return Span(found[0].start, found[-1].end) if found else None
