"""Plain text and Markdown: canonical text and its headings."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from casefolio.ingest.loaders.plain import read_markdown, read_text
from casefolio.ingest.loaders.shared.source import Source

_LINE = st.sampled_from(["# Befund", "## 소견 #", "text", "```", "  # x", "####### no", "#no", ""])
_LINES = st.lists(_LINE, max_size=12)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\ufeff")))
def test_utf8_text_is_kept_byte_for_byte_but_for_letters_in_parts(text: str) -> None:
    found = read_text(Source("a.txt", ("\ufeff" + text).encode())).text
    assert unicodedata.normalize("NFD", found) == unicodedata.normalize("NFD", text)
    if not any(unicodedata.combining(c) or "\u1100" <= c <= "\u11ff" for c in text):
        assert found == text


@given(_LINES)
def test_markdown_spans_quote_their_headings(lines: list[str]) -> None:
    reading = read_markdown(Source("a.md", "\n".join(lines).encode()))
    for section in reading.sections:
        assert section.heading.of(reading.text) == section.title
        assert section.span.contains(section.heading)


def test_a_section_ends_at_a_heading_of_its_level_or_above() -> None:
    text = "# A\na\n## B\nb\n```\n# not one\n```\n# C\nc\n"
    sections = read_markdown(Source("a.md", text.encode())).sections
    assert [(s.title, s.level, s.span.of(text)) for s in sections] == [
        ("A", 1, "# A\na\n## B\nb\n```\n# not one\n```\n"),
        ("B", 2, "## B\nb\n```\n# not one\n```\n"),
        ("C", 1, "# C\nc\n"),
    ]
