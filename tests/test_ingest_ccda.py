"""C-CDA: header facts, sections with codes, narrative tables as rows."""

from __future__ import annotations

import base64

import pytest

from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.clinical.ccda import read_ccda
from casefolio.ingest.loaders.shared.source import Reading, Source

HEADER = """<code code="18842-5" displayName="Discharge summary"/><title>{title}</title>
<effectiveTime value="20240301101500+0100"/><languageCode code="{language}"/>
<recordTarget><patientRole><id extension="4711"/><patient><name><given>Eva</given> <family>Muster</family></name>
<administrativeGenderCode code="F" displayName="Female"/><birthTime value="19500102"/></patient></patientRole>
</recordTarget><author><time value="20240301"/><assignedAuthor><assignedPerson><name>Dr. Arzt</name></assignedPerson>
</assignedAuthor></author><custodian><assignedCustodian><representedCustodianOrganization><name>Klinik Nord</name>
</representedCustodianOrganization></assignedCustodian></custodian>"""

MEDICATION = {
    "en": ("Medications", ("Drug", "Dose", "Schedule"), ("Ramipril", "5 mg", "once daily"), "Patient: Eva Muster"),
    "de": ("Medikation bei Entlassung", ("Wirkstoff", "Dosis", "Einnahme"), ("Torasemid", "10 mg", "1-0-0-0"),
           "Geburtsdatum: 1950-01-02"),
    "ko": ("퇴원 약", ("약품명", "용량", "용법"), ("아스피린", "100 mg", "1일 1회"), "환자: Eva Muster"),
}  # fmt: skip


def document(sections: str, language: str = "en", title: str = "Summary", start: str = "") -> Reading:
    body = f"<component><structuredBody>{sections}</structuredBody></component>"
    head = HEADER.format(title=title, language=language)
    text = f'<?xml version="1.0"?>{start}<ClinicalDocument xmlns="urn:hl7-org:v3">{head}{body}</ClinicalDocument>'
    return read_ccda(Source("a.xml", text.encode()))


def section(title: str, text: str, code: str = "", inner: str = "") -> str:
    coded = f'<code code="{code}"/>' if code else ""
    return f"<component><section>{coded}<title>{title}</title><text>{text}</text>{inner}</section></component>"


@pytest.mark.parametrize("language", MEDICATION)
def test_the_row_of_a_drug_is_one_line_with_its_columns(language: str) -> None:
    title, columns, drug, fact = MEDICATION[language]
    head = "".join(f"<th>{name}</th>" for name in columns)
    cells = "".join(f"<td><content ID='x'>{value}</content></td>" for value in drug)
    table = f"<table><thead><tr>{head}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
    reading = document(section(title, table, "10183-2"), language)
    assert [row.span.of(reading.text) for row in reading.rows] == [" | ".join(drug)]
    assert reading.rows[0].columns == columns
    assert [(s.title, s.kind) for s in reading.sections] == [(title, "medication")]
    assert fact in reading.text


def test_header_facts_are_lines() -> None:
    reading = document("")
    for line in ("Summary", "Date: 2024-03-01 10:15+01:00", "Patient: Eva Muster", "Date of birth: 1950-01-02",
                 "Sex: Female", "Patient ID: 4711", "Author: Dr. Arzt, 2024-03-01",
                 "Organisation: Klinik Nord"):  # fmt: skip
        assert line in reading.text.split("\n")


def test_sections_nest_and_keep_lists_in_order() -> None:
    inner = section("Left", '<list listType="ordered"><item>Tear</item><item>Effusion<sup>2</sup></item></list>')
    reading = document(section("Findings", "<paragraph>Knee.</paragraph>", "59768-2", inner) + section("Plan", "Rest."))
    assert [(s.title, s.level) for s in reading.sections] == [("Findings", 1), ("Left", 2), ("Plan", 1)]
    assert reading.sections[0].span.of(reading.text) == "Findings\n\nKnee.\n\nLeft\n\n1. Tear\n2. Effusion²\n\n"


def test_deleted_passages_are_no_text() -> None:
    reading = document(section("Plan", 'Stop <content revised="delete">warfarin</content><content>heparin</content>.'))
    assert "Stop heparin." in reading.text
    assert "1 deleted passage left out" in reading.notes


def test_a_section_of_codes_only_is_said_in_words_of_the_file() -> None:
    coded = (
        '<component><section><title>Blood loss</title><entry><observation><code displayName="Estimated blood loss"/>'
        '<value value="50" unit="mL"/><effectiveTime value="20240301"/></observation></entry></section></component>'
    )
    reading = document(coded)
    assert "Estimated blood loss, 50 mL, 2024-03-01" in reading.text
    assert "1 section without narrative read from codes" in reading.notes


def test_a_body_that_is_a_file_is_attached() -> None:
    data = base64.b64encode(b"%PDF-1.4").decode()
    text = (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Scan</title><component><nonXMLBody>'
        f'<text mediaType="application/pdf" representation="B64">{data}</text></nonXMLBody></component>'
        "</ClinicalDocument>"
    )
    assert read_ccda(Source("a.xml", text.encode())).attachments == (("attachment-1.pdf", b"%PDF-1.4"),)


def test_entities_and_other_xml_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(LimitExceeded):
        document("", start=bomb)
    with pytest.raises(BrokenFile):
        read_ccda(Source("a.xml", b"<a/>"))
    with pytest.raises(BrokenFile):
        read_ccda(Source("a.xml", b"<ClinicalDocument>"))
