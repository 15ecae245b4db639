"""A heading is quoted with what stands under it."""

from __future__ import annotations

import pytest

from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span
from casefolio.reader.considering import Evidence
from casefolio.reader.deciding import Scored
from casefolio.reader.leading import with_what_they_head
from casefolio.reader.reading import Candidate


def choice(text: str, said: str, score: float = 0.7) -> Scored:
    start = text.index(said)
    chunk = Chunk("a:0", "a.txt", Span(0, len(text)), (1,), (), "en")
    span = Span(start, start + len(said))
    return Scored(Candidate(Hit(chunk, "a.txt", "0" * 64, text, 1.0, 1), span, span, "", 0.0, 0.0, 0.0), score)


def quoted(text: str, *said: str) -> list[str]:
    evidence = Evidence({}, lambda _: "")
    return [c.candidate.text for c in with_what_they_head([choice(text, s) for s in said], evidence)]


@pytest.mark.parametrize(
    ("text", "heading", "whole"),
    [
        ("## Allergies\n- codeine (rash)\n- latex\n\n## Plan\n- home", "## Allergies",
         "## Allergies\n- codeine (rash)\n- latex"),
        ("Unverträglichkeiten:\n\n• Codein\n• Latex\nZur Entlassung: wohl", "Unverträglichkeiten:",
         "Unverträglichkeiten:\n\n• Codein\n• Latex"),
        ("**알레르기**\n1. 페니실린\n2. 조영제\n\n**계획**", "**알레르기**", "**알레르기**\n1. 페니실린\n2. 조영제"),
        ("Allergies:\nCodeine, latex.\nNone other.\n\nPlan:\nHome", "Allergies:",
         "Allergies:\nCodeine, latex.\nNone other."),
    ],
)  # fmt: skip
def test_a_heading_is_quoted_with_its_list(text: str, heading: str, whole: str) -> None:
    assert quoted(text, heading) == [whole]


def test_what_stands_under_it_is_not_quoted_twice() -> None:
    text = "## Allergies\n- codeine\n- latex\n"
    assert quoted(text, "- latex", "## Allergies") == ["## Allergies\n- codeine\n- latex"]
    assert quoted(text, "## Allergies", "- latex") == ["## Allergies\n- codeine\n- latex"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## Allergies\n\n\n## Plan\n- home", "## Allergies"),  # nothing stands there
        ("Smoker: no\n- codeine", "Smoker: no"),  # says something itself
        ("See also Allergies:\nnone", "Allergies:"),  # no line of its own
        ("Allergies:", "Allergies:"),
    ],
)
def test_what_is_no_heading_stays(text: str, said: str) -> None:
    assert quoted(text, said) == [said]
