"""Composes the text of a document together with everything that points into it.

Loaders append paragraphs, headings and rows in reading order; each append answers with the span that it got, so that
offsets are carried from the first character on and never searched for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from casefolio.ingest import limits
from casefolio.ingest.document import PAGE_BREAK, Page, Row, Section, Span
from casefolio.ingest.errors import LimitExceeded
from casefolio.ingest.loaders.shared.source import Reading

CELL_BREAK = " | "
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\ufeff\ufffe\uffff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def canonical(text: str) -> str:
    """`text` as the contract of loaders wants it: `\\n` line ends, no NUL, BOM, control or lone surrogate."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\f", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text.replace("\x85", "\n")))


def one_line(text: str) -> str:
    """`text` with every run of white space folded, as a cell of a row needs it (no-break spaces stay inside)."""
    return re.sub(r"[ \t\n\r\f\v]+", " ", canonical(text)).strip(" \xa0")


@dataclass(slots=True)
class _Heading:
    title: str
    level: int
    start: int
    span: Span
    kind: str


class Builder:
    """Text under construction. Blocks are parted by an empty line, rows of one table by a line end."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._page_starts = [0]
        self._page_ends: list[int] = []
        self._tight = False
        self._body_start = 0
        self._headings: list[_Heading] = []
        self._opened: list[_Heading] = []
        self._rows: list[Row] = []
        self._furniture: list[Span] = []
        self.title = ""
        self.hidden = 0
        self.notes: list[str] = []
        self.metadata: list[tuple[str, str]] = []
        self.attachments: list[tuple[str, bytes]] = []

    @property
    def position(self) -> int:
        """How many characters the text has so far."""
        return self._length

    @property
    def page_is_empty(self) -> bool:
        """Whether nothing stands on the page that is being filled."""
        return self._length == self._page_starts[-1]

    def text_since(self, position: int) -> str:
        """What was appended from `position` on."""
        parts: list[str] = []
        at = self._length
        for part in reversed(self._parts):
            if at <= position:
                break
            parts.append(part)
            at -= len(part)
        return "".join(reversed(parts))

    def _write(self, text: str) -> Span:
        if self._length + len(text) > limits.MAX_BUILT_CHARACTERS:
            raise LimitExceeded(f"more than {limits.MAX_BUILT_CHARACTERS} characters of text")
        self._parts.append(text)
        start, self._length = self._length, self._length + len(text)
        return Span(start, self._length)

    def _block(self, text: str, tight: bool) -> Span:
        if not self.page_is_empty:
            self._write("\n" if tight and self._tight else "\n\n")
        self._tight = tight
        for heading in self._opened:
            # a section that shows no heading begins where its first block does
            heading.start, heading.span = self._length, Span(self._length, self._length)
        self._opened.clear()
        return self._write(text)

    def paragraph(self, text: str, *, furniture: bool = False, tight: bool = False) -> Span:
        """Append a block, where `text` has any; two `tight` ones (items of a list) are parted by one line end only."""
        text = canonical(text).strip("\n\t \xa0")
        if not text:
            return Span(self._length, self._length)
        span = self._block(text, tight)
        if furniture:
            self._furniture.append(span)
        return span

    def paged(
        self, text: str, level: int = 0, *, tight: bool = False, furniture: bool = False, running: bool = False
    ) -> None:
        """Append a paragraph, or a heading of a level, that page breaks stand in: hard ones `\\f`, soft ones `\\v`.

        One that is `running` along the pages breaks none and heads nothing.
        """
        pieces = re.split(r"([\f\v])", text)
        for i, piece in enumerate(pieces):
            if piece in ("\f", "\v"):
                if not running:
                    within = any(p.strip() for p in pieces[:i]) and any(p.strip() for p in pieces[i + 1 :])
                    self.break_page(soft=piece == "\v", within=within)
            elif level and not running and piece.strip():
                self.heading(piece, level)
            else:
                self.paragraph(piece, furniture=furniture, tight=tight)

    def heading(self, text: str, level: int, kind: str = "") -> Span:
        """Append a heading, which opens a section down to the next one of the same or a higher level."""
        line = one_line(text)
        if not line:
            return Span(self._length, self._length)
        span = self.paragraph(line)
        self._headings.append(_Heading(line, max(1, level), span.start, span, kind))
        return span

    def open_section(self, title: str, level: int, kind: str = "") -> None:
        """Open a section that the format names without showing a heading."""
        here = Span(self._length, self._length)
        heading = _Heading(one_line(title), max(1, level), self._length, here, kind)
        self._tight = False
        self._headings.append(heading)
        self._opened.append(heading)

    def row(self, cells: Sequence[str], columns: Sequence[str] = (), *, header: bool = False) -> Span:
        """Append one row of a table as a line. A header row is text too, but no `Row`: it names the others' columns."""
        texts = [one_line(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            return Span(self._length, self._length)
        line = CELL_BREAK.join(texts).lstrip(" ")
        span = self._block(line, tight=True)
        if not header:
            self._rows.append(Row(span, tuple(columns)))
        return span

    def begin_body(self) -> None:
        """Headers stand on the first page: where it begins softly, it has begun all the same."""
        self._body_start = self._length

    def end_table(self) -> None:
        """Part the rows of one table (or the items of a list) from what follows at once."""
        self._tight = False

    def break_page(self, *, soft: bool = False, within: bool = False) -> None:
        """End the page. A `soft` break says where a page began anyhow and adds no empty page.

        `within` is for a break inside a paragraph: else the page ends in a line end, which with the break makes an
        empty line, so that paragraphs stay apart.
        """
        if soft and self._length in (self._page_starts[-1], self._body_start):
            return
        if not within and not self.page_is_empty:
            self._write("\n")
        self._page_ends.append(self._length)
        self._write(PAGE_BREAK)
        self._page_starts.append(self._length)

    def note(self, count: int, what: str) -> None:
        """Add a remark for the ledger where `count` is not 0; `{s}` in `what` makes the plural."""
        if count:
            self.notes.append(f"{count} {what.format(s='' if count == 1 else 's')}")

    def pages(self) -> tuple[Page, ...]:
        """The pages so far."""
        ends = [*self._page_ends, self._length]
        return tuple(Page(n, Span(a, b)) for n, (a, b) in enumerate(zip(self._page_starts, ends, strict=True), 1))

    def sections(self) -> tuple[Section, ...]:
        """The sections so far; each ends where one of its level or a higher one starts."""
        ends = [self._length] * len(self._headings)
        open_: list[int] = []
        for i, heading in enumerate(self._headings):
            while open_ and self._headings[open_[-1]].level >= heading.level:
                ends[open_.pop()] = heading.start
            open_.append(i)
        return tuple(
            Section(h.title, h.level, Span(h.start, end), h.span, h.kind)
            for h, end in zip(self._headings, ends, strict=True)
        )

    def reading(self, media_type: str) -> Reading:
        """Everything appended so far, as a loader returns it."""
        return Reading(
            text="".join(self._parts),
            pages=self.pages(),
            media_type=media_type,
            title=one_line(self.title),
            sections=self.sections(),
            furniture=tuple(self._furniture),
            rows=tuple(self._rows),
            hidden=self.hidden,
            notes=tuple(self.notes),
            metadata=tuple((name, one_line(value)) for name, value in self.metadata if value and value.strip()),
            attachments=tuple(self.attachments),
        )
