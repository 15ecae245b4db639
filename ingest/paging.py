"""Pages on the way to a reading: their texts are joined by page breaks, and offsets carried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casefolio.ingest.document import PAGE_BREAK, Page, PageSource, Row, Span
from casefolio.ingest.loaders.shared.source import Reading

NO_TEXT = "no text layer"
"""Reason of a page whose text is only in its picture."""
BLANK = "blank"
"""Reason of a page with nothing on it: it is read, and its text is empty."""
GARBAGE = "garbage text layer"
STAMP = "a scan under a few words"
NO_WORDS = "no words found"


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table of a page: its rows as indices into the page's `rows`, its columns' names, and their left edges."""

    first: int
    end: int
    names: tuple[str, ...]
    lefts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one page. `rows` and `furniture` count characters from the beginning of the page.

    `hidden` counts characters that cannot be seen, those of `covered` words among them; `struck` and `covered` are
    numbers of words that were left out; `numbered` says that its lines had numbers, which are no text.
    """

    text: str
    source: PageSource = "text"
    confidence: float | None = None
    reason: str = ""
    rows: tuple[Row, ...] = ()
    furniture: tuple[Span, ...] = ()
    hidden: int = 0
    struck: int = 0
    covered: int = 0
    numbered: bool = False
    tables: tuple[Ruled, ...] = ()


def join(
    texts: Sequence[PageText],
    media_type: str,
    *,
    title: str = "",
    notes: Sequence[str] = (),
    metadata: tuple[tuple[str, str], ...] = (),
    attachments: tuple[tuple[str, bytes], ...] = (),
) -> Reading:
    """One reading of the texts of pages, in order."""
    pages: list[Page] = []
    rows: list[Row] = []
    furniture: list[Span] = []
    start = 0
    for number, page in enumerate(texts, 1):
        end = start + len(page.text)
        pages.append(Page(number, Span(start, end), page.source, page.confidence, page.reason))
        rows += [Row(_moved(row.span, start), row.columns) for row in page.rows]
        furniture += [_moved(span, start) for span in page.furniture]
        start = end + len(PAGE_BREAK)
    return Reading(
        text=PAGE_BREAK.join(page.text for page in texts),
        pages=tuple(pages),
        media_type=media_type,
        title=title,
        furniture=tuple(furniture),
        rows=tuple(rows),
        hidden=sum(page.hidden for page in texts),
        notes=(*notes, *_left_out(texts)),
        metadata=metadata,
        attachments=attachments,
    )


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _left_out(texts: Sequence[PageText]) -> list[str]:
    """Remarks on words of the text layer that are no text of the page."""
    said = []
    for count, what in (
        (sum(page.struck for page in texts), "struck out left out"),
        (sum(page.covered for page in texts), "under a box or picture left out: a reader cannot see them"),
    ):
        if count:
            said.append(f"{count} word{'' if count == 1 else 's'} {what}")
    if numbered := sum(page.numbered for page in texts):
        said.append(f"the numbers of lines on {numbered} page{'' if numbered == 1 else 's'} left out")
    return said
