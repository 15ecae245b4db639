"""Running headers, footers and page numbers: what stands at the edge of page after page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from casefolio.ingest.data import alternation
from casefolio.ingest.document import Span
from casefolio.ingest.languages import all_of
from casefolio.ingest.paging import PageText

_EDGE = 4  # lines at the top and at the bottom of a page
_MOST = 0.5  # of the pages have the same line there
_AT_LEAST = 3
_LINE = re.compile(r"[^\n]+")
_NUMBER = re.compile(r"\d+")
_CALLED = all_of("headings", "page")
PAGE_WORDS = alternation(word for word in _CALLED if word[-1].isalnum())
"""Words for a page that stand before its number, as a pattern's alternatives; `OF_PAGES` stand behind it."""
OF_PAGES = alternation(["/", *all_of("headings", "of_pages")])
_PAGE_NUMBER = re.compile(
    rf"\W*(?:{alternation(_CALLED)})?\W*(\d{{1,5}})\W*(?:(?:{OF_PAGES}|{PAGE_WORDS})\W*\d*\W*)?", re.IGNORECASE
)
_SAYS_PAGE = re.compile(rf"\W*(?:{PAGE_WORDS})\W*\d{{1,5}}(?:\W*(?:{OF_PAGES})\W*\d{{1,5}})?\W*", re.IGNORECASE)
# What the electronic filing of US courts (CM/ECF) prints on every page, and numbers of produced pages (Bates).
_STAMP = re.compile(
    r"Case:?\s+\S+\s+(?:Document|Doc\.?)\s+\S+\s+(?:Filed|Entered)\b.*|(?=.*[A-Z])[A-Z][A-Z0-9_]{1,14}[-_ ]?\d{5,10}",
)


def mark_furniture(pages: Sequence[PageText]) -> list[PageText]:
    """The pages, each with the spans of its furniture."""
    edges = [_edge_lines(page.text) for page in pages]
    common = _repeated(edges)
    offsets = _numbering(edges)
    marked = []
    for number, (page, lines) in enumerate(zip(pages, edges, strict=True)):
        spans = [span for span, line in lines if _is_furniture(line, number, common, offsets)]
        marked.append(replace(page, furniture=tuple(sorted({*page.furniture, *spans}))))
    return marked


def _edge_lines(text: str) -> list[tuple[Span, str]]:
    """The first and last lines of a page with their spans."""
    lines = [(Span(*m.span()), m.group().strip()) for m in _LINE.finditer(text) if not m.group().isspace()]
    return lines if len(lines) <= 2 * _EDGE else lines[:_EDGE] + lines[-_EDGE:]


def _shape(line: str) -> str:
    """A line with its numbers made alike, so that `Page 3 of 12` is the same on every page."""
    return _NUMBER.sub("#", _folded(line))


def _folded(line: str) -> str:
    return " ".join(line.split()).casefold()


def _repeated(edges: Sequence[list[tuple[Span, str]]]) -> frozenset[str]:
    """Lines, and shapes of lines that count the pages, at the edge of most pages, or of most left or right ones."""
    found: set[str] = set()
    for step, first in ((1, 0), (2, 0), (2, 1)):
        group = [(i, lines) for i, lines in enumerate(edges) if lines and i % step == first]
        needed = max(_AT_LEAST, _MOST * len(group))
        pages: defaultdict[str, dict[int, str]] = defaultdict(dict)
        for index, lines in group:
            for _, line in lines:
                pages[_folded(line)][index] = line
                pages[_shape(line)][index] = line
        for shape, on in pages.items():
            if len(on) >= needed and any(c.isalpha() for c in shape) and ("#" not in shape or _counts_pages(on)):
                found.add(shape)
    return frozenset(found)


def _counts_pages(lines: dict[int, str]) -> bool:
    """Whether one of the numbers goes up with the pages: else the lines are values that look alike, not furniture."""
    numbers = {index: [int(n) for n in _NUMBER.findall(line)[:9]] for index, line in lines.items()}
    places = range(min(map(len, numbers.values())))
    return any(len({found[place] - index for index, found in numbers.items()}) == 1 for place in places)


def _numbering(edges: Sequence[list[tuple[Span, str]]]) -> frozenset[int]:
    """By how much the printed page numbers differ from the place in the file; only what holds for several pages."""
    pages: defaultdict[int, set[int]] = defaultdict(set)
    for index, lines in enumerate(edges):
        for _, line in lines:
            if match := _PAGE_NUMBER.fullmatch(line):
                pages[int(match.group(1)) - index].add(index)
    return frozenset(offset for offset, found in pages.items() if len(found) >= max(2, len(edges) // 4))


def _is_furniture(line: str, index: int, common: frozenset[str], offsets: frozenset[int]) -> bool:
    if _folded(line) in common or _shape(line) in common or _SAYS_PAGE.fullmatch(line) or _STAMP.fullmatch(line):
        return True
    match = _PAGE_NUMBER.fullmatch(line)
    return match is not None and int(match.group(1)) - index in offsets
