"""A heading is quoted with what stands under it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Document, Page, Section, Span
from casefolio.quoting import citation_of
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


def test_a_list_that_goes_on_in_the_next_passage_is_quoted_to_the_letter() -> None:
    """The passage of the heading ends before its list does."""
    text = "## Allergies\n- codeine\n- latex\n- iodine\n\n## Plan"
    head = choice(text, "## Allergies")
    until = Span(0, text.index("\n- latex"))
    chunk = replace(head.candidate.hit.chunk, span=until)
    hit = replace(head.candidate.hit, chunk=chunk, text=until.of(text))
    document = Document("d", "a.txt", "0" * 64, "text/plain", "en", "", text, (Page(1, Span(0, len(text))),))
    evidence = Evidence({}, lambda _: "", lambda _: document)
    (found,) = with_what_they_head([Scored(replace(head.candidate, hit=hit), 0.7)], evidence)
    cited = citation_of(found.candidate.hit, found.candidate.span, None)
    assert cited.quote == cited.span.of(text) == "## Allergies\n- codeine\n- latex\n- iodine"


def test_no_line_is_cut_and_no_page_end_crossed() -> None:
    assert quoted("Allergies:\n- " + "codeine " * 100 + "\n", "Allergies:") == ["Allergies:"]
    assert quoted("Allergies:\n- codeine\n\f- latex\n", "Allergies:") == ["Allergies:\n- codeine"]


LIST = "Seen in May.\n\nMedications on discharge:\n- ramipril 5 mg\n- apixaban 5 mg\n  twice a day\n\nPlan:\n- home"


def test_of_a_list_that_is_asked_for_all_is_quoted() -> None:
    whole = "Medications on discharge:\n- ramipril 5 mg\n- apixaban 5 mg\n  twice a day"
    for item in ("- ramipril 5 mg", "- apixaban 5 mg\n  twice a day"):
        choices = [choice(LIST, item)]
        found = with_what_they_head(choices, Evidence({}, lambda _: ""), lambda heading, _: "Medications" in heading)
        assert [c.candidate.text for c in found] == [whole]
        assert quoted(LIST, item) == [item]


def test_a_line_that_is_no_item_of_a_list_is_not_led_by_a_heading() -> None:
    text = "Medications:\nramipril was stopped.\n- apixaban"
    found = with_what_they_head([choice(text, "ramipril was stopped.")], Evidence({}, lambda _: ""), lambda *_: True)
    assert [c.candidate.text for c in found] == ["ramipril was stopped."]


@pytest.mark.parametrize("kind", ["allergies", "medication"])
def test_one_allergy_of_several_is_never_quoted_alone(kind: str) -> None:
    text = "Ward list:\n- codeine (rash)\n- latex\n"
    section = Section("Ward list", 1, Span(0, len(text)), Span(0, 10), kind)
    document = Document(
        "a.txt", "a.txt", "0" * 64, "text/plain", "en", "", text, (Page(1, Span(0, len(text))),), (section,)
    )
    found = with_what_they_head([choice(text, "- latex")], Evidence({}, lambda _: "", {"a.txt": document}.get))
    assert [c.candidate.text for c in found] == [text.strip() if kind == "allergies" else "- latex"]


@pytest.mark.parametrize(
    ("language", "heading"),
    [("en", "STOPPED:"), ("en", "Not given:"), ("en", "Family history:"), ("de", "Abgesetzt:"), ("ko", "가족력:")],
)
def test_an_item_under_a_heading_that_turns_it_is_never_quoted_alone(language: str, heading: str) -> None:
    text = f"{heading}\n- amlodipin 10 mg\n"
    item = choice(text, "- amlodipin 10 mg")
    chunk = replace(item.candidate.hit.chunk, language=language)
    item = replace(item, candidate=replace(item.candidate, hit=replace(item.candidate.hit, chunk=chunk)))
    (found,) = with_what_they_head([item], Evidence({}, lambda _: ""))
    assert found.candidate.text == text.strip()


def test_so_is_a_line_without_a_mark_under_such_a_heading_but_under_no_other() -> None:
    text = "STOPPED:\namlodipine 10 mg\n\nMedication:\nramipril 5 mg\n"
    assert quoted(text, "amlodipine 10 mg") == ["STOPPED:\namlodipine 10 mg"]
    assert quoted(text, "ramipril 5 mg") == ["ramipril 5 mg"]
