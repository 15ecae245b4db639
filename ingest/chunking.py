"""Passages of a document: whole sentences, rows and clauses, under their headings, never above the encoder's window.

Chunks do not overlap (encoding is the slow part, and nothing is to be encoded twice) and together hold every character
that is not white space, but for unread pages. A document that fits the window is not cut at all.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator, Sequence

from casefolio.ingest.document import Chunk, Document, Span
from casefolio.ingest.locating import Places
from casefolio.ingest.running_headers import OF_PAGES, PAGE_WORDS
from casefolio.ingest.segmenting import Bound, Ruler, Unit, pack
from casefolio.ingest.sentences import clause_cut, sentence_spans

TokenSpans = Callable[[str], list[tuple[int, int]]]

PASSAGE_TOKENS = 256
"""The longest passage, whatever an encoder's window: what the reader takes in at once."""
TARGET_TOKENS = 110
"""The size aimed at: about a clause or a short paragraph, so that a quote's neighbours do not blur its vector."""

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n(?!\f)")
_PAGE_NUMBER = re.compile(
    rf"^\f?(?:[-–—] ?)?(?:(?:{PAGE_WORDS}) )?\d{{1,4}}(?: (?:{OF_PAGES}) \d{{1,4}})?(?: ?[-–—])?$", re.M | re.IGNORECASE
)
_LONGEST_HEADER = 400
_LONG_RUN = re.compile(r"\S{48,}")  # one token as a whole (unknown), hundreds when it is cut: base64, a table's rule
_STRETCH = 1 << 16  # characters tokenized at once
_BREAK = re.compile(r"\s(?=\S)")
_TINY = 8  # units below an eighth of the target are joined with their neighbours before packing


def chunk(
    document: Document, token_spans: TokenSpans, max_tokens: int = PASSAGE_TOKENS, target_tokens: int = TARGET_TOKENS
) -> tuple[Chunk, ...]:
    """Cut `document` into passages.

    Args:
        document: as read.
        token_spans: character ranges of the tokens of a text, in order, without special tokens; called once for each
            stretch of the document and again only for passages near the limit.
        max_tokens: no passage's own text has more tokens than this (a single character is never cut).
        target_tokens: size aimed at where a document does not fit; never above `max_tokens`.

    Returns:
        Chunks in order, without overlap; none for a document without text.

    Raises:
        ValueError: if a size is below 1.
    """
    target = min(target_tokens, max_tokens)
    if max_tokens < 1 or target < 1:
        raise ValueError(f"sizes in tokens start at 1: got max {max_tokens}, target {target}")
    cutter = _Cutter(document, token_spans, max_tokens, target)
    places = Places(document)
    return tuple(places.chunk(span) for area in _readable(document) for span in cutter.spans(area))


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Where a text is cut to be tokenized: after a line or a word, or anywhere in a word that does not end."""
    start = 0
    while start < len(text):
        end = len(text)
        if end - start > _STRETCH:
            found = _BREAK.search(text, start + _STRETCH, start + 2 * _STRETCH)
            end = found.end() if found else min(end, start + 2 * _STRETCH)
        yield start, end
        start = end


def _readable(document: Document) -> Iterator[Span]:
    """The text without the pages that are unread, trimmed of white space."""
    start = 0
    for page in document.pages:
        if page.source == "unread" and page.span.of(document.text).strip():
            yield from _trimmed(document.text, start, page.span.start)
            start = page.span.end
    yield from _trimmed(document.text, start, len(document.text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)


class _Cutter:
    """Cuts one document into spans of at most `limit` tokens."""

    def __init__(self, document: Document, token_spans: TokenSpans, limit: int, target: int) -> None:
        self._document, self._text = document, document.text
        self._token_spans, self._limit, self._target = token_spans, limit, target
        self._ruler = Ruler((start, token_spans(self._text[start:end])) for start, end in _stretches(self._text))
        self._sentences: list[Span] | None = None

    def spans(self, area: Span) -> Iterator[Span]:
        """Passages of `area`, in order."""
        if self._fits(area.start, area.end):
            yield area
            return
        if self._sentences is None:
            self._sentences = sentence_spans(self._text, self._document.language)
        units = self._split(self._joined(units_of(self._document, self._sentences, area)))
        for group in pack(units, self._ruler, self._limit, self._target):
            yield from self._exact(group[0].start, group[-1].end, [unit.start for unit in group[1:]])

    def _fits(self, start: int, end: int) -> bool:
        """Whether this stretch, tokenized by itself, keeps the limit; the tokenizer runs only where it is close."""
        estimate = self._ruler.count(start, end)
        slack = 4 + self._limit // 8
        if estimate + slack <= self._limit and not _LONG_RUN.search(self._text, start, end):
            return True
        if estimate - slack > self._limit and estimate > 2 * self._limit:
            return False
        return len(self._token_spans(self._text[start:end])) <= self._limit

    def _joined(self, units: Sequence[Unit]) -> list[Unit]:
        """Headings with what they introduce; crumbs with their neighbours."""
        done: list[Unit] = []
        for unit in units:
            if done and self._belongs(done[-1], unit):
                first = done[-1]
                leads = first.leads and unit.leads
                done[-1] = Unit(first.start, unit.end, first.bound, first.level, leads)
            else:
                done.append(unit)
        return done

    def _belongs(self, first: Unit, unit: Unit) -> bool:
        size = self._ruler.count(first.start, unit.end)
        if first.leads:
            return size <= self._limit // 2 or not unit.leads
        return size <= self._target // _TINY and unit.bound < Bound.SECTION and not unit.leads

    def _split(self, units: Sequence[Unit]) -> list[Unit]:
        """The units, those above the limit cut at clauses, else words, else tokens."""
        done: list[Unit] = []
        for unit in units:
            if self._ruler.count(unit.start, unit.end) <= self._limit:
                done.append(unit)
            else:
                done.extend(self._pieces(unit))
        return done

    def _pieces(self, unit: Unit) -> Iterator[Unit]:
        ruler, start, bound, level = self._ruler, unit.start, unit.bound, unit.level
        while (left := ruler.count(start, unit.end)) > self._limit:
            share = min(self._limit, -(-left // -(-left // self._limit)) * 5 // 4)
            token = ruler.first(start)
            low, high = ruler.starts[token + max(1, share // 2)], ruler.starts[token + share]
            cut = clause_cut(self._text, max(low, start + 1), max(high, start + 1))
            yield from (Unit(s.start, s.end, bound, level) for s in _trimmed(self._text, start, cut))
            start, bound, level = cut, Bound.PIECE, 0
        yield from (Unit(s.start, s.end, bound, level) for s in _trimmed(self._text, start, unit.end))

    def _exact(self, start: int, end: int, bounds: Sequence[int]) -> Iterator[Span]:
        """`start` to `end`, halved until each part keeps the limit when it is tokenized by itself."""
        if end - start <= 1 or self._fits(start, end):
            yield Span(start, end)
            return
        middle = (start + end) // 2
        inner = [b for b in bounds if start < b < end]
        quarter = (end - start) // 4
        cut = (
            min(inner, key=lambda b: abs(b - middle))
            if inner
            else clause_cut(self._text, max(start + 1, middle - quarter), max(start + 1, middle + quarter))
        )
        for part in (*_trimmed(self._text, start, cut), *_trimmed(self._text, cut, end)):
            yield from self._exact(part.start, part.end, inner)


def units_of(document: Document, sentences: Sequence[Span], area: Span) -> list[Unit]:
    """Sentences of `area`, cut where sections and headings begin and end, rows of tables whole."""
    text = document.text
    levels = {s.span.start: s.level for s in reversed(document.sections)}
    headings = {s.heading.start: s.heading.end for s in document.sections if len(s.heading)}
    rows = [r.span for r in document.rows]
    furniture = _furniture(document)
    edges = (edge for span in (*rows, *furniture) for edge in (span.start, span.end))
    bounds = sorted({*levels, *headings, *headings.values(), *edges})
    headers = {_words(" ".join(columns)) for columns in {row.columns for row in document.rows}} - {()}
    units: list[Unit] = []
    row_of_last = heading_end = last = -1
    for start, end in _cut_at(text, sentences, bounds, area):
        row = _row_at(rows, start)
        bound, level = _bound(text, units[-1].end if units else start, start), levels.get(start, 0)
        heading_end = max(heading_end, headings.get(start, -1))
        if level:
            bound = Bound.SECTION
        elif _row_at(furniture, start) >= 0 or (text[start].islower() and _row_at(furniture, last) >= 0):
            bound = Bound.PIECE  # a page's footer stays with the page, and parts no sentence
        last = start
        if units and row >= 0 and row == row_of_last:
            units[-1] = Unit(units[-1].start, end, units[-1].bound, units[-1].level)
        else:
            leads = row < 0 and (end <= heading_end or text[end - 1] == ":" or _words(text[start:end]) in headers)
            units.append(Unit(start, end, bound, level, leads))
        row_of_last = row
    return units


def _furniture(document: Document) -> list[Span]:
    """Running headers and footers, and lines that are only a page number, in order."""
    numbers = (Span(*match.span()) for match in _PAGE_NUMBER.finditer(document.text))
    return sorted({*document.furniture, *numbers})


def _words(text: str) -> tuple[str, ...]:
    """The words of a line without the bars between cells: the line of column names goes with the rows below it."""
    return tuple(text.replace("|", " ").split()) if len(text) < _LONGEST_HEADER else ()


def _cut_at(text: str, sentences: Sequence[Span], bounds: Sequence[int], area: Span) -> Iterator[tuple[int, int]]:
    first = bisect.bisect_right(sentences, area.start, key=lambda s: s.end)
    for sentence in sentences[first:]:
        if sentence.start >= area.end:
            return
        start, end = max(sentence.start, area.start), min(sentence.end, area.end)
        low, high = bisect.bisect_right(bounds, start), bisect.bisect_left(bounds, end)
        for cut in (*bounds[low:high], end):
            yield from ((s.start, s.end) for s in _trimmed(text, start, cut))
            start = cut


def _row_at(rows: Sequence[Span], position: int) -> int:
    index = bisect.bisect_right(rows, position, key=lambda r: r.start) - 1
    return index if index >= 0 and position < rows[index].end else -1


def _bound(text: str, end: int, start: int) -> Bound:
    if end == start:
        return Bound.PIECE
    gap = text[end:start]
    if _BLANK_LINE.search(gap):
        return Bound.PARAGRAPH
    return Bound.LINE if "\n" in gap else Bound.SENTENCE
