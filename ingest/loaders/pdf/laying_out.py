"""Tables and columns of a PDF page: asked for only where the page has gaps within its lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from casefolio.ingest import layout
from casefolio.ingest.document import Row, Span
from casefolio.ingest.layout import Block, Word, blocks_of, is_prose, lines_of
from casefolio.ingest.loaders.pdf.glyphs import Glyphs
from casefolio.ingest.loaders.pdf.objects import Drawn
from casefolio.ingest.loaders.pdf.page_view import Box
from casefolio.ingest.paging import Ruled
from casefolio.ingest.tables import Table, table_of

_SPACED = re.compile(r"\S {3,}\S")
_LINE = re.compile(r"[^\r\n]+")
_MAX_WORDS = 5_000
"""Pages with more words (maps, drawings) keep the order in which they were written."""


@dataclass(slots=True)
class Laid:
    """Text under construction with the rows of its tables."""

    lines: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    tables: list[Ruled] = field(default_factory=list)
    length: int = 0

    def add(self, line: str) -> Span:
        """Append a line."""
        start = self.length
        self.lines.append(line)
        self.length += len(line) + 1
        return Span(start, start + len(line))

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)


def is_suspect(glyphs: Glyphs) -> bool:
    """Whether at least two lines of the page have wide gaps. Cheap: it looks at runs of text, not at words."""
    if glyphs.spread or len(_SPACED.findall(glyphs.text)) > 1:
        return True
    boxes = glyphs.runs()
    if not _has_gaps(boxes):
        return False
    runs = [Word("", *box, order) for order, box in enumerate(boxes)]
    return layout.may_have_columns(lines_of(runs))


def _has_gaps(boxes: Sequence[Box]) -> bool:
    """Whether any two stretches of text on one level stand apart; most pages of prose have none or one."""
    ordered = sorted(boxes, key=lambda box: box[1] + box[3])
    gaps = 0
    for a, b in pairwise(ordered):
        height = a[3] - a[1]
        if b[1] + b[3] - a[1] - a[3] < height and (b[0] - a[2] > 0.5 * height or a[0] - b[2] > 0.5 * height):
            gaps += 1
    return gaps > 1


def lay_out(drawn: Drawn, glyphs: Glyphs, hidden: set[int]) -> Laid | None:
    """The page's text with every row of a table on one line and columns one after the other.

    Args:
        drawn: what is drawn on the page.
        glyphs: its characters.
        hidden: where words begin that are to be left out.

    Returns:
        None where the order in which the page was written will do.
    """
    words = [_word(glyphs, s, e) for s, e in glyphs.words() if s not in hidden]
    if not words or len(words) > _MAX_WORDS:
        return None
    lines = drawn.rules()
    replaced: dict[int, Table | list[str]] = {}
    for block in blocks_of(lines_of(words, drawn.uprights())):
        instead = table_of(block, _across(block, lines)) or _columns_apart(block, glyphs.text)
        if instead is None:
            continue
        replaced.update((word.order, instead) for line in block.lines for word in line.words)
    return _composed(glyphs.text, words, replaced) if replaced else None


def _word(glyphs: Glyphs, start: int, end: int) -> Word:
    """A word with the hyphen at its line's end, for which PDFium has a mark."""
    hyphen = "-" if glyphs.text[end : end + 1] in ("\ufffe", "\x02") and end < len(glyphs.text) else ""
    return Word(glyphs.text[start:end] + hyphen, *glyphs.loose_box(start, end), start)


def _across(block: Block, lines: Sequence[tuple[float, float, float]]) -> list[float]:
    """Heights of the rules that run across most of a block and over its gutters; pieces at one height count together.

    Lines to sign on stand under columns too, but end where these do.
    """
    gutters = [(a[1] + b[0]) / 2 for a, b in pairwise(block.columns)]
    over: dict[int, set[int]] = {}
    left, right = block.columns[0][0], block.columns[-1][1]
    covered: dict[int, float] = {}
    for y, start, end in lines:
        key = round(y / 2)
        covered[key] = covered.get(key, 0.0) + max(0.0, min(end, right) - max(start, left))
        over.setdefault(key, set()).update(i for i, x in enumerate(gutters) if start <= x <= end)
    wide = (key for key, width in covered.items() if width > 0.6 * (right - left))
    return sorted(2.0 * key for key in wide if 2 * len(over[key]) >= len(gutters))


def _columns_apart(block: Block, text: str) -> list[str] | None:
    """Columns of running text one after the other, where the page was written across them."""
    if not is_prose(block):
        return None
    written_across = 0
    for line in block.lines:
        for a, b in pairwise(line.segments):
            between = text[a[-1].order : b[0].order]
            written_across += a[-1].order < b[0].order and "\n" not in between
    if written_across < 0.5 * len(block.lines):
        return None
    columns = range(len(block.columns))
    cells = ((" ".join(w.text for w in block.cells(line)[i])) for i in columns for line in block.lines)
    return [cell for cell in cells if cell]


def _composed(text: str, words: Sequence[Word], replaced: dict[int, Table | list[str]]) -> Laid:
    """The page in the order in which it was written, with tables and columns at the place of their first word."""
    from casefolio.ingest.loaders.pdf.page import clean

    laid = Laid()
    done: set[int] = set()
    shown = {word.order for word in words}
    for match in _LINE.finditer(text):
        starts = [match.start() + m.start() for m in re.finditer(r"[^\s\ufffe]+", match.group())]
        plain = [s for s in starts if s in shown and s not in replaced]
        if len(plain) == len(starts):
            for line in clean(match.group()).split("\n"):
                laid.add(line)
            continue
        if plain:
            laid.add(clean(" ".join(re.match(r"[^\s\ufffe]+", text[s:]).group() for s in plain)))  # type: ignore[union-attr]
        for start in starts:
            instead = replaced.get(start)
            if instead is None or id(instead) in done:
                continue
            done.add(id(instead))
            _insert(laid, instead)
    return laid


def _insert(laid: Laid, instead: Table | list[str]) -> None:
    from casefolio.ingest.loaders.pdf.page import clean

    if isinstance(instead, Table):
        first = len(laid.rows)
        for number, row in enumerate(instead.rows):
            span = laid.add(clean(instead.line(row)).replace("\n", ""))
            if number >= instead.n_header:
                laid.rows.append(Row(span, instead.names))
        laid.tables.append(Ruled(first, len(laid.rows), instead.names, instead.lefts))
        return
    for line in instead:
        laid.add(clean(line))
