"""References to clauses and statutes have one canonical form each."""

from __future__ import annotations

import pytest

from casefolio.ingest.meaning.references import references


@pytest.mark.parametrize(
    ("text", "language", "canonical"),
    [
        ("see Section 4.2(b).", "en", ["section 4.2(b)"]),
        ("Sections 4 and 5", "en", ["section 4", "section 5"]),
        ("Art. 5", "en", ["article 5"]),
        ("Clause 12", "en", ["clause 12"]),
        ("Schedule A and Exhibit 10.1", "en", ["schedule a", "exhibit 10.1"]),
        ("§ 12 Abs. 3 Satz 2 BGB", "de", ["section 12 para 3 sentence 2 bgb"]),
        ("§§ 3 und 4 KSchG", "de", ["section 3 kschg", "section 4 kschg"]),
        ("Artikel 5 Abs. 1 GG", "de", ["article 5 para 1 gg"]),
        ("제5조 제2항", "ko", ["article 5 para 2"]),
        ("제10조제1항제3호", "ko", ["article 10 para 1 no 3"]),
        ("제5조의2", "ko", ["article 5-2"]),
        ("별표 1", "ko", ["schedule 1"]),
        ("the article was long; section heads met", "en", []),
        ("예산은 5조 1000억 원이다", "ko", []),
    ],
)
def test_canonical_form(text: str, language: str, canonical: list[str]) -> None:
    found = references(text, language)
    assert [r.canonical for r in found] == canonical
    assert all(0 <= r.span.start < r.span.end <= len(text) for r in found)
