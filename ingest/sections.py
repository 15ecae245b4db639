"""Sections of a text, by its headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.document import Page, Section, Span

_NUMBERED = re.compile(
    r"^[ \t]*((?:ARTICLE|Article|SECTION|Section|Art\.|Artikel|§)[ \t]*[\dIVXLC]+|제[ \t]?\d+[ \t]?[조장]|"
    r"\d{1,2}(?:\.\d{1,2})*\.?[ \t]+(?=[A-Z]))[^\n]{0,80}$",
    re.M,
)
_LABEL = re.compile(r"^[ \t]*([^\W\d_][^\n:.]{1,40}):(?=\s|$)", re.M)


def find_sections(text: str, language: str, pages: Sequence[Page] = ()) -> tuple[Section, ...]:
    """Sections of `text` in order of their start.

    Args:
        text: canonical text of a document.
        language: of the document.
        pages: of the document; where they begin and end.
    """
    found = sorted({m.span() for m in (*_NUMBERED.finditer(text), *_LABEL.finditer(text))})
    heads: list[tuple[int, int]] = []
    for start, end in found:
        if not heads or start >= heads[-1][1]:
            heads.append((start + len(text[start:end]) - len(text[start:end].lstrip()), end))
    ends = [*(start for start, _ in heads), len(text)][1:]
    return tuple(
        Section(text[a:b].strip(), 1, Span(a, stop), Span(a, b)) for (a, b), stop in zip(heads, ends, strict=True)
    )
