"""FHIR R4: documents by sections, reports with results, other resources as lines that invent nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.clinical.fhir import read_fhir
from casefolio.ingest.loaders.shared.source import Reading, Source

PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1950-01-02",
           "name": [{"family": "Muster", "given": ["Eva"]}]}  # fmt: skip


def read(*resources: dict[str, Any], kind: str = "collection") -> Reading:
    entries = [{"fullUrl": f"urn:uuid:{r.get('id', n)}", "resource": r} for n, r in enumerate(resources)]
    bundle = {"resourceType": "Bundle", "type": kind, "entry": entries}
    return read_fhir(Source("a.json", json.dumps(bundle).encode()))


def lines(reading: Reading) -> list[str]:
    return [row.span.of(reading.text) for row in reading.rows]


def test_a_document_is_read_by_its_sections() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><th>Wirkstoff</th><th>Dosis</th></tr><tr><td>Ramipril</td><td>5 mg</td></tr></table></div>'  # noqa: E501
    composition = {
        "resourceType": "Composition", "id": "c", "language": "de", "status": "final", "title": "Entlassungsbrief",
        "date": "2024-03-01", "subject": {"reference": "Patient/p"}, "author": [{"display": "Dr. Arzt"}],
        "section": [{"title": "Medikation", "code": {"coding": [{"code": "10183-2"}]},
                     "text": {"status": "generated", "div": div}, "entry": [{"reference": "urn:uuid:m"}],
                     "section": [{"title": "Hinweise", "text": {"div": "<div>Keine.</div>"}}]},
                    {"title": "Diagnosen", "entry": [{"reference": "Condition/k"}]}],
    }  # fmt: skip
    drug = {"resourceType": "MedicationRequest", "id": "m", "medicationCodeableConcept": {"text": "Ramipril"}}
    condition = {"resourceType": "Condition", "id": "k", "code": {"text": "Vorhofflimmern"}}
    reading = read(composition, PATIENT, drug, condition, kind="document")
    assert [(s.title, s.level, s.kind) for s in reading.sections][:3] == [
        ("Medikation", 1, "medication"),
        ("Hinweise", 2, ""),
        ("Diagnosen", 1, ""),
    ]
    assert "Patient: Eva Muster\nGeburtsdatum: 1950-01-02" in reading.text
    assert "Verfasser: Dr. Arzt" in reading.text
    assert lines(reading) == ["Ramipril | 5 mg", "Vorhofflimmern"]
    assert reading.text.count("Ramipril") == 1


def test_a_report_takes_its_results_from_the_bundle() -> None:
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Blood count"},
        "effectiveDateTime": "2024-03-01", "result": [{"reference": "Observation/o"}], "conclusion": "Mild anaemia.",
        "presentedForm": [{"contentType": "application/pdf", "data": "JVBERg==", "title": "CBC"}],
    }  # fmt: skip
    observation = {
        "resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "Haemoglobin"},
        "valueQuantity": {"value": 0, "unit": "g/dL"}, "interpretation": [{"text": "low"}],
        "referenceRange": [{"low": {"value": 12.0, "unit": "g/dL"}, "high": {"value": 16, "unit": "g/dL"}}],
    }  # fmt: skip
    data = json.dumps({"resourceType": "Bundle", "entry": [{"resource": report}, {"resource": observation}]})
    reading = read_fhir(Source("a.json", data.replace('"value": 0,', '"value": 9.50,').encode()))
    assert lines(reading) == [
        "Haemoglobin: 9.50 g/dL; Interpretation: low; Reference range: 12.0 g/dL – 16 g/dL; Status: final"
    ]
    assert "Mild anaemia." in reading.text
    assert reading.attachments == (("CBC.pdf", b"%PDF"),)
    assert [s.title for s in reading.sections] == ["Blood count", "Result", "Conclusion"]


def test_what_is_not_to_be_given_says_so() -> None:
    drug = {"resourceType": "MedicationRequest", "status": "active", "doNotPerform": True,
            "medicationReference": {"reference": "#x"}, "dosageInstruction": [{"text": "1-0-1"}],
            "contained": [{"resourceType": "Medication", "id": "x", "code": {"text": "Apixaban 5 mg"}}]}  # fmt: skip
    assert lines(read(drug)) == ["Apixaban 5 mg; Note: doNotPerform; Dosage: 1-0-1; Status: active"]


def test_doses_without_a_text_are_said_by_their_fields() -> None:
    dosage = {"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, "route": {"text": "oral"},
              "doseAndRate": [{"doseQuantity": {"value": 2.5, "unit": "mg"}}]}  # fmt: skip
    line = lines(read({"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "Bisoprolol"},
                       "dosage": [dosage]}))[0]  # fmt: skip
    assert line == "Bisoprolol; Dosage: frequency 2, period 1, periodUnit d, oral, 2.5 mg"


def test_what_was_entered_in_error_is_left_out() -> None:
    wrong = {"resourceType": "Condition", "code": {"text": "Cancer"},
             "verificationStatus": {"coding": [{"code": "entered-in-error"}]}}  # fmt: skip
    reading = read(PATIENT, wrong)
    assert "Cancer" not in reading.text
    assert "1 resource entered in error left out" in reading.notes


def test_a_document_reference_hands_on_its_file() -> None:
    binary = {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": "SGVsbG8="}
    reference = {"resourceType": "DocumentReference", "status": "current", "description": "Letter",
                 "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERg=="}},
                             {"attachment": {"url": "Binary/b"}},
                             {"attachment": {"url": "https://x.example/y"}}]}  # fmt: skip
    reading = read(reference, binary)
    assert [data for _, data in reading.attachments] == [b"%PDF", b"Hello"]
    assert "an attachment stands at another address and is not fetched" in reading.notes


def test_components_members_and_answers() -> None:
    pressure = {"resourceType": "Observation", "id": "o", "code": {"text": "Blood pressure"}, "component": [
        {"code": {"text": "systolic"}, "valueQuantity": {"value": 120, "unit": "mmHg"}}]}  # fmt: skip
    form = {"resourceType": "QuestionnaireResponse", "item": [{"text": "Smoker?", "answer": [{"valueBoolean": False}]}]}
    reading = read(pressure, form)
    assert "systolic: 120 mmHg" in reading.text
    assert "Smoker?: false" in reading.text


def test_resources_one_a_line() -> None:
    text = "\n".join(json.dumps({"resourceType": "Condition", "code": {"text": name}}) for name in ("Gout", "Asthma"))
    assert lines(read_fhir(Source("a.ndjson", text.encode()))) == ["Gout", "Asthma"]


def test_no_resource_or_bundles_without_end() -> None:
    for data in (b"{}", b"[1]", b"{", b"null", b'{"resourceType": 3}'):
        with pytest.raises(BrokenFile):
            read_fhir(Source("a.json", data))
    nested: dict[str, Any] = PATIENT
    for _ in range(30):
        nested = {"resourceType": "Bundle", "entry": [{"resource": nested}]}
    with pytest.raises(LimitExceeded):
        read_fhir(Source("a.json", json.dumps(nested).encode()))
