"""HL7 v2: report text joined in order, escapes decoded, results as lines."""

from __future__ import annotations

import pytest

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.clinical.hl7 import read_hl7
from casefolio.ingest.loaders.shared.source import Reading, Source

HEAD = "MSH|^~\\&|LAB|Klinik Nord|EHR|X|202403011200||ORU^R01|1|P|2.5||||||{charset}"
PATIENT = "PID|1||123^^^KH~456||Müller^Eva^Maria^^Dr.||19500102|F"


def read(*segments: str, charset: str = "UNICODE UTF-8", encoding: str = "utf-8", end: str = "\r") -> Reading:
    text = end.join((HEAD.format(charset=charset), *segments))
    return read_hl7(Source("a.hl7", text.encode(encoding)))


def test_text_is_joined_in_order_under_its_name() -> None:
    reading = read(
        PATIENT,
        "OBR|1|A1|B2|1^CT chest^L|||202403011000|||||||||88^Zürn^Karl",
        "OBX|1|FT|18782-3^Findings^LN||No effusion.\\.br\\Nodule 5 mm||||||F",
        "OBX|2|TX|19005-8^Impression^LN||Line one||||||F",
        "OBX|3|TX|19005-8^Impression^LN||Line two~Line three||||||F",
    )
    assert "Patient: Dr. Eva Maria Müller\nDate of birth: 1950-01-02\nSex: F\nPatient ID: 123, 456" in reading.text
    assert "Requested by: Karl Zürn" in reading.text
    body = "Findings\n\nNo effusion.\nNodule 5 mm\n\nImpression\n\nLine one\nLine two\nLine three"
    assert reading.text.endswith(body)
    assert [(s.title, s.level, s.kind) for s in reading.sections] == [
        ("CT chest", 1, ""),
        ("Findings", 2, "findings"),
        ("Impression", 2, "impression"),
    ]


def test_results_are_lines_with_unit_range_and_flag() -> None:
    reading = read(
        "OBR|1|||1^Blood^L",
        "OBX|1|NM|718-7^Haemoglobin^LN||9.50|g/dl|12-16|L|||F|||202403010930",
        "OBX|2|SN|1^CRP||<^5|mg/l|||||F",
        "OBX|3|CWE|2^Culture||1^No growth^L||||||F",
        "OBX|4|NM|3^Wrong||1||||||W",
        "NTE|1||Repeat in a week.",
    )
    assert [row.span.of(reading.text) for row in reading.rows] == [
        "Haemoglobin: 9.50 g/dl; Reference range: 12-16; Interpretation: L; Status: F; Date: 2024-03-01 09:30",
        "CRP: <5 mg/l; Status: F",
        "Culture: No growth; Status: F",
    ]
    assert "Note: Repeat in a week." in reading.text
    assert "Wrong" not in reading.text
    assert "1 withdrawn result left out" in reading.notes


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f", "a|b^c&d~e\\f"),
        ("\\H\\Bold\\N\\ text", "Bold text"),
        ("H\\X41\\\\X42C3A4\\", "HABä"),
        ("C:\\data \\.br\\next", "C:\\data \nnext"),
        ("one\\.sp2\\two", "one\n\ntwo"),
    ],
)
def test_escapes(raw: str, said: str) -> None:
    assert read("OBR|1|||1^R", f"OBX|1|TX|1^R||{raw}").text.endswith(said)


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("8859/1", "latin-1"), ("UNICODE UTF-8", "utf-8"), ("", "cp1252"), ("8859/15", "iso8859-15"), ("", "utf-8")],
)
def test_charsets(charset: str, encoding: str) -> None:
    assert "Müller" in read(PATIENT, charset=charset, encoding=encoding).text


def test_korean_charset() -> None:
    assert "홍길동" in read("PID|1||1||홍길동", charset="KS X 1001", encoding="cp949").text


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_several_messages_in_one_file(end: str) -> None:
    second = end.join((HEAD.format(charset=""), "PID|1||9||Kim^Min", "OBR|1|||2^X-ray", "OBX|1|TX|2^X-ray||Normal."))
    reading = read(PATIENT, "OBR|1|||1^CT", "OBX|1|TX|1^CT||Abnormal.", f"\x0b{second}\x1c", end=end)
    assert [(s.title, s.level) for s in reading.sections] == [
        ("ORU^R01 2024-03-01 12:00", 1), ("CT", 2), ("ORU^R01 2024-03-01 12:00", 1), ("X-ray", 2),
    ]  # fmt: skip
    assert reading.text.index("Abnormal.") < reading.text.index("Min Kim") < reading.text.index("Normal.")


def test_a_document_message_and_its_file() -> None:
    head = HEAD.format(charset="").replace("ORU^R01", "MDM^T02")
    body = "TXA|1|DS^Discharge summary|TX|202403011000\rOBX|1|ED|1^PDF||^application^pdf^Base64^JVBERg=="
    text = f"{head}\r{PATIENT}\r{body}"
    reading = read_hl7(Source("a.hl7", text.encode()))
    assert "Document: Discharge summary" in reading.text
    assert reading.attachments == (("attachment-1.pdf", b"%PDF"),)


def test_segments_that_are_not_read_are_named() -> None:
    assert "segments not read: ZPI" in read(PATIENT, "ZPI|secret").notes


def test_no_message() -> None:
    with pytest.raises(BrokenFile):
        read_hl7(Source("a.hl7", b"PID|1"))
