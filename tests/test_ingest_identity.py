from __future__ import annotations

import pytest

from ingest.document import Document, Page, Span
from ingest.identity import LANGUAGES, identify, rules


@pytest.mark.parametrize(
    ("language", "rule"), [(language, rule) for language in LANGUAGES for rule in rules(language)], ids=str
)
def test_each_rule_finds_its_example(language, rule):
    before, _, rest = rule.example.partition("<<")
    value, _, after = rest.partition(">>")
    found = [m["value"].strip(" ,.") for m in rule.pattern.finditer(before + value + after)]
    assert value.strip(" ,.") in found


def document(text, language):
    return Document("id", "a.txt", "0" * 64, "text/plain", language, "", text, (Page(1, Span(0, len(text))),))


def test_fields_point_at_what_they_say():
    text = "Discharge Summary\nPatient: Mary Poole\nAdmission: 3 May 2021\n\nSigned Dr. Hugo Lane"
    identity = identify(document(text, "en"))
    assert identity.kind == "discharge_letter"
    assert "Mary Poole" in identity.values("patient")
    assert "Hugo Lane" in identity.values("physician")
    for field in identity.fields:
        assert field.span.of(text) == field.value


def test_a_long_line_takes_linear_time():
    text = "Aa Bb " * 50_000
    assert identify(document(text, "en")).fields is not None
