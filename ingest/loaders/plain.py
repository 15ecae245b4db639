"""Plain text and Markdown: the canonical text is the decoded file."""

from __future__ import annotations

import re
from dataclasses import replace

from casefolio.ingest import limits
from casefolio.ingest.document import Page, Section, Span
from casefolio.ingest.errors import LimitExceeded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.text import decode

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)


def read_text(source: Source) -> Reading:
    """Read a text file of any encoding, as one page.

    Raises:
        LimitExceeded: where it is larger than any letter or contract.
    """
    if len(source.data) > limits.MAX_TEXT_BYTES:
        size, most = len(source.data) // limits.MIB, limits.MAX_TEXT_BYTES // limits.MIB
        raise LimitExceeded(f"{size} MiB of text, and one file may have {most}", "split the file")
    decoded = decode(source.data)
    page = Page(1, Span(0, len(decoded.text)))
    return Reading(text=decoded.text, pages=(page,), media_type="text/plain", notes=decoded.notes)


def read_markdown(source: Source) -> Reading:
    """Read Markdown: the text as it is written, with its `#` headings as sections."""
    reading = replace(read_text(source), media_type="text/markdown")
    sections = markdown_sections(reading.text)
    title = sections[0].title if sections and sections[0].level == 1 else ""
    return replace(reading, sections=sections, title=title)


def markdown_sections(text: str) -> tuple[Section, ...]:
    """Sections of the `#` headings outside fenced code, in order."""
    fences = [match.span() for match in _FENCE.finditer(text)]
    headings = [m for m in _HEADING.finditer(text) if not any(a <= m.start() < b for a, b in fences)]
    sections = []
    for i, match in enumerate(headings):
        level = len(match.group(1))
        later = (m.start() for m in headings[i + 1 :] if len(m.group(1)) <= level)
        span = Span(match.start(), next(later, len(text)))
        sections.append(Section(match.group(2), level, span, Span(*match.span(2))))
    return tuple(sections)
