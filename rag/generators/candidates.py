"""The sentences that could answer: cut out of hits, with what stands around them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexes.hit import Hit
from ingest.document import Chunk, Document, Section, Span
from ingest.sentences import sentence_spans

# The parts of a letter. A letterhead ends where it turns to its reader; it closes with a greeting and a name.
_SALUTATION = re.compile(
    r"\b(?:sehr geehrte|(?:werte|liebe)[rs]? (?:frau|herr|kolleg)|dear\s+(?:dr|mr|mrs|ms|prof|sir|colleague))|귀하",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\bmit (?:fr[eu]+nd|kolleg|best)\w*.{0,40}gr[uü](?:ß|ss)|\bgez\.|yours (?:sincerely|faithfully|truly)|"
    r"(?:kind|best|warm) regards|electronically signed|sincerely,|담당의|주치의|판독의|작성자",
    re.IGNORECASE | re.DOTALL,
)
_TO = re.compile(r"^\s*(?:herrn?|frau|an (?:den|die|das|herrn|frau)|to:?|attn|dr\.)\b", re.IGNORECASE | re.MULTILINE)
_LABEL = re.compile(r"[^\W\d_][^.:;,\n]{2,40}:\s")  # such a line begins something of its own
_HEAD = 700  # characters in which a letterhead is looked for where no salutation is found
_SALUTED = 4000  # characters in which a salutation can stand
_LONGEST = 480  # a "sentence" longer than this that runs over several lines is a list or a table: cut at its lines
_AFTER = 3  # sentences after the salutation in which a letter says whom and what it is about


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence of a hit.

    Attributes:
        hit: the passage it stands in; for a document that is read whole, all of its text.
        span: in `Document.text`.
        text: its words, the same slice.
        before: the sentence before it in the passage, or empty.
        heading: titles of the sections it stands under.
        zones: parts of a letter it belongs to.
        rank: of the passage by which retrieval found it, 0 where it did not.
        columns: names of the columns where it is a row of a table.
        title: whether it is the title of a section.
    """

    hit: Hit
    span: Span
    text: str
    before: str
    heading: str
    zones: frozenset[str]
    rank: int
    columns: str = ""
    title: bool = False

    @property
    def around(self) -> str:
        """What lends it its subject: columns and headings, and before prose the sentence before."""
        own = self.columns or _LABEL.match(self.text)
        prose = not own and self.before.rstrip().endswith((".", "!", "?", "다", "다.", ";", ":"))
        return "\n".join(part for part in (self.columns, self.heading, self.before if prose else "") if part)


@lru_cache(maxsize=64)  # whole documents are among the keys: a few hold the memory down
def units(text: str, language: str) -> tuple[tuple[int, int], ...]:
    """Offsets of the sentences of a passage, blanks trimmed; long ones of many lines are cut at their lines."""
    out: list[tuple[int, int]] = []
    for span in sentence_spans(text, language):
        out.extend(_trimmed(text, span.start, span.end))
    return tuple(out)


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    piece = text[start:end]
    if len(piece) > _LONGEST and piece.count("\n") > 2:
        out, at = [], start
        for block in re.split(r"(\n\s*\n)", piece):
            out.extend(_trimmed(text, at, at + len(block)) if len(block) < len(piece) else [(at, at + len(block))])
            at += len(block)
        return out
    lead = len(piece) - len(piece.lstrip())
    tail = len(piece.rstrip())
    return [(start + lead, start + tail)] if tail > lead else []


def candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """All sentences of `hits`: documents in the order of their first hit, each read from its top."""
    by_document: dict[str, list[Hit]] = {}
    for hit in hits:
        by_document.setdefault(hit.document, []).append(hit)
    out: list[Candidate] = []
    for group in by_document.values():
        out.extend(_of_document(sorted(group, key=lambda h: h.chunk.span.start)))
    return out


def _of_document(hits: list[Hit]) -> list[Candidate]:
    rows: list[tuple[Hit, Span, str, str]] = []
    for hit in hits:
        before = ""
        for start, end in units(hit.text, hit.chunk.language):
            text = hit.text[start:end]
            rows.append((hit, Span(hit.chunk.span.start + start, hit.chunk.span.start + end), text, before))
            before = text
    zones = _zones([(span, text) for _, span, text, _ in rows])
    return [
        Candidate(hit, span, text, before, " > ".join(hit.chunk.section), zone, hit.rank)
        for (hit, span, text, before), zone in zip(rows, zones, strict=True)
    ]


def of_whole(document: Document, hits: Sequence[Hit]) -> list[Candidate]:
    """All sentences of a document, running headers left out; those inside a hit carry its rank."""
    span = Span(0, len(document.text))
    pages = tuple(p.number for p in document.pages)
    chunk = Chunk(f"{document.id}:{span}", document.id, span, pages, (), document.language)
    body = Hit(chunk, document.path, document.sha256, document.text, 0.0, 0)
    furniture = iter(document.furniture)
    skip = next(furniture, None)
    rows: list[tuple[Span, str]] = []
    for start, end in units(document.text, document.language):
        while skip is not None and skip.end <= start:
            skip = next(furniture, None)
        if skip is None or not (skip.start <= start and end <= skip.end):
            rows.append((Span(start, end), document.text[start:end]))
    tables = {" | ".join(r.columns) for r in document.rows}
    titles = {s.heading for s in document.sections if len(s.heading)}
    ranked = sorted((h for h in hits if h.document == document.path), key=lambda h: h.rank)
    headings, rows_at, before, out = _headings(document), _columns(document), "", []
    for (place, text), zone in zip(rows, _zones(rows), strict=True):
        rank = next((h.rank for h in ranked if h.chunk.span.overlaps(place)), 0)
        heading = headings(place.start)
        columns = rows_at(place)
        # A heading answers nothing by itself, but in a letterhead: what stands there may look like one.
        head_of_table = text in tables
        if (place not in titles or "letterhead" in zone) and not head_of_table:
            out.append(Candidate(body, place, text, before, heading, zone, rank, columns, place in titles))
        before = text
    return out


def _headings(document: Document) -> Callable[[int], str]:
    """A function from a position, asked in rising order, to the titles of the two innermost sections there."""
    sections, at = document.sections, 0
    open_: list[Section] = []

    def of(position: int) -> str:
        nonlocal at
        while at < len(sections) and sections[at].span.start <= position:
            open_.append(sections[at])
            at += 1
        open_[:] = [s for s in open_ if s.span.end > position]
        return " > ".join(s.title for s in open_[-2:])

    return of


def _columns(document: Document) -> Callable[[Span], str]:
    """A function from a span to the names of the columns it stands in, empty outside of tables."""
    starts = [r.span.start for r in document.rows]

    def of(place: Span) -> str:
        at = bisect_right(starts, place.end - 1) - 1
        if at < 0 or not document.rows[at].span.overlaps(place):
            return ""
        return " | ".join(document.rows[at].columns)

    return of


def _zones(rows: list[tuple[Span, str]]) -> list[frozenset[str]]:
    """Parts of a letter for each sentence, seen from its salutation and its greeting."""
    salutation = next((i for i, (s, text) in enumerate(rows) if s.start < _SALUTED and _SALUTATION.search(text)), None)
    greetings = [i for i, (_, text) in enumerate(rows) if _GREETING.search(text)]
    closing = greetings[-1] if greetings and greetings[-1] >= len(rows) // 2 else max(0, len(rows) - 2)
    out = []
    for i, (span, text) in enumerate(rows):
        zone = set()
        if i <= salutation if salutation is not None else span.end <= _HEAD:
            zone |= {"letterhead", "opening"}
            if i == salutation or _TO.search(text):
                zone.add("address")
        elif salutation is not None and i <= salutation + _AFTER:
            zone.add("opening")
        if i >= closing:
            zone.add("closing")
        out.append(frozenset(zone))
    return out
