"""What holds for every loader of office, web, mail, table and clinical files, whatever bytes it is given."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import random
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from casefolio.ingest.document import PAGE_BREAK
from casefolio.ingest.errors import ReadingError
from casefolio.ingest.loaders.clinical.ccda import read_ccda
from casefolio.ingest.loaders.clinical.dicom import read_dicom
from casefolio.ingest.loaders.clinical.fhir import read_fhir
from casefolio.ingest.loaders.clinical.hl7 import read_hl7
from casefolio.ingest.loaders.html.loader import read_html
from casefolio.ingest.loaders.mail.loader import read_eml, read_msg
from casefolio.ingest.loaders.odf.loader import read_odt
from casefolio.ingest.loaders.office.workbook import read_xlsx
from casefolio.ingest.loaders.rtf.loader import read_rtf
from casefolio.ingest.loaders.shared.containers import OLE_MAGIC
from casefolio.ingest.loaders.shared.source import Loader, Reading, Source
from casefolio.ingest.loaders.table import read_csv
from casefolio.ingest.loaders.word.loader import read_docx

ROUNDS = 60


def word() -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Clinic"
    document.add_heading("Medication", 1)
    document.add_paragraph("First", style="List Number")
    table = document.add_table(rows=0, cols=3)
    for values in (("Drug", "Dose", "When"), ("Ramipril", "5 mg", "1-0-0")):
        for cell, value in zip(table.add_row().cells, values, strict=True):
            cell.text = value
    document.add_page_break()
    document.add_paragraph("End 환자 é.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["Drug", "Dose", "When"], ["Ramipril", 5, "morning"], ["Insulin", 8.5, "evening"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opendocument() -> bytes:
    base = "urn:oasis:names:tc:opendocument:xmlns:"
    names = f'xmlns:office="{base}office:1.0" xmlns:text="{base}text:1.0" xmlns:table="{base}table:1.0"'
    rows = "".join(
        "<table:table-row>" + "".join(f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in row)
        + "</table:table-row>" for row in (("Drug", "Dose", "When"), ("Ramipril", "5 mg", "1-0-0"))
    )  # fmt: skip
    body = f"<text:h text:outline-level='1'>A</text:h><table:table>{rows}</table:table><text:p>End<text:s/>x</text:p>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
        )
    return out.getvalue()


def report() -> bytes:
    def code(meaning: str) -> Dataset:
        named = Dataset()
        named.CodeValue, named.CodeMeaning, named.CodingSchemeDesignator = "121070", meaning, "DCM"
        return named

    text = Dataset()
    text.ValueType, text.TextValue, text.ConceptNameCodeSequence = "TEXT", "No effusion.", [code("Finding")]
    data = Dataset()
    data.ValueType, data.ConceptNameCodeSequence, data.ContentSequence = "CONTAINER", [code("Report")], [text]
    data.PatientName, data.SOPClassUID, data.SOPInstanceUID = "A^B", "1.2.840.10008.5.1.4.1.1.88.11", "1.2"
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = data.SOPClassUID, "1.2"
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


def bundle() -> bytes:
    resources = [
        {"resourceType": "Patient", "id": "p", "name": [{"family": "Muster", "given": ["Eva"]}]},
        {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"text": "Ramipril"}, "dosageInstruction": [
            {"timing": {"repeat": {"frequency": 1}}, "doseAndRate": [{"doseQuantity": {"value": 5.0, "unit": "mg"}}]}]},
        {"resourceType": "DiagnosticReport", "code": {"text": "CBC"}, "result": [{"reference": "Observation/o"}],
         "conclusion": "Fine.", "presentedForm": [{"data": "JVBERg=="}]},
        {"resourceType": "Observation", "id": "o", "code": {"text": "Hb"}, "valueQuantity": {"value": 9, "unit": "g"}},
        {"resourceType": "Composition", "title": "L", "section": [{"title": "A", "text": {"div": "<div>x</div>"}}]},
    ]  # fmt: skip
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": r} for r in resources]}).encode()


MESSAGE = (
    b"MSH|^~\\&|A|B|C|D|2024||ORU^R01|1|P|2.5\rPID|1||7||Kim^Min\rOBR|1|||1^CT\rOBX|1|FT|1^Findings||a\\.br\\b\\X41\\\r"
    b"OBX|2|NM|2^Hb||9|g/l|8-10|L|||F\rOBX|3|ED|3^P||^a^pdf^Base64^JVBERg=="
)
MAIL = (
    b"From: A <a@b.c>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;"
    b" boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Body <b>text</b></p>"
    b"\r\n--x\r\nContent-Type: "
    b'application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--x--\r\n'
)
CLINICAL = (
    b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>S</title><recordTarget><patientRole>'
    b"<patient><name><given>Eva</given></name></patient></patientRole></recordTarget><component>"
    b"<structuredBody><component>"
    b'<section><code code="10183-2"/><title>Drugs</title><text><table><thead><tr><th>Drug</th><th>'
    b"Dose</th></tr></thead>"
    b"<tbody><tr><td rowspan='2'>Ramipril</td><td>5 mg</td></tr></tbody></table><list><item>x</item>"
    b"</list></text></section>"
    b"</component></structuredBody></component></ClinicalDocument>"
)
RTF = (
    rb"{\rtf1\ansi\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset129 B;}}{\header H\par}\pard\outlinelevel0 Head\par"
    rb"\pard T\'e4xt {\f1\'c8\'af} \u8805?{\footnote n}\page\par\trowd\cellx1\cellx2\pard\intbl a\cell b\cell\row"
    rb"\pard End}"
)
PAGE = (
    b"<html><head><title>T</title><style>.h{display:none}</style></head><body><h1>Head</h1>"
    b"<p class=h>x</p><ul><li>a<li>b"
    b"</ul><table><tr><th>Drug<th>Dose<tr><td rowspan=2>R<td>5<tr><td>6</table><p style='color:#fff'>"
    b"w</p><pre>a  b</pre>"
)

SAMPLES: dict[str, tuple[Loader, Callable[[], bytes]]] = {
    "docx": (read_docx, word),
    "odt": (read_odt, opendocument),
    "xlsx": (read_xlsx, workbook),
    "dcm": (read_dicom, report),
    "json": (read_fhir, bundle),
    "hl7": (read_hl7, lambda: MESSAGE),
    "eml": (read_eml, lambda: MAIL),
    "xml": (read_ccda, lambda: CLINICAL),
    "rtf": (read_rtf, lambda: RTF),
    "html": (read_html, lambda: PAGE),
    "csv": (read_csv, lambda: b'Drug;Dose\nRamipril;5 mg\n"a\nb";c\n'),
    "msg": (read_msg, lambda: OLE_MAGIC + bytes(range(256)) * 8),
}


def holds(reading: Reading) -> None:
    """The contract of `ingest.loaders.shared.source`."""
    text = reading.text
    assert not {"\r", "\x00", "\ufeff"} & set(text)
    assert text.encode("utf-8").decode("utf-8") == text
    ends = [-len(PAGE_BREAK), *(page.span.end for page in reading.pages)]
    for end, page in zip(ends, reading.pages, strict=False):
        assert text[max(end, 0) : page.span.start] == (PAGE_BREAK if end >= 0 else "")
        assert page.span.start - end == len(PAGE_BREAK)
    assert reading.pages[-1].span.end == len(text)
    for section in reading.sections:
        assert section.span.end <= len(text)
        assert section.span.contains(section.heading)
        assert section.heading.of(text) in ("", section.title)
    assert list(reading.sections) == sorted(reading.sections, key=lambda s: s.span.start)
    for row in reading.rows:
        assert row.span.end <= len(text)
        assert row.span.of(text).strip()
        assert "\n" not in row.span.of(text)
    for one, other in itertools.pairwise(reading.rows):
        assert one.span.end <= other.span.start
    assert all(span.end <= len(text) for span in reading.furniture)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled or cut off; inside a part where the file is a ZIP container."""
    if data.startswith(b"PK") and chance.random() < 0.8:
        return repacked(data, chance)
    out = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(out))
        match chance.randrange(4):
            case 0:
                out[place] = chance.randrange(256)
            case 1:
                del out[place : place + chance.randint(1, 30)]
            case 2:
                out[place:place] = out[place : place + chance.randint(1, 60)]
            case _:
                out[place : place + 1] = chance.choice([b"\xff\xfe", b"<", b"\\", b"{", b"|", b'"', b"9" * 30, b"\0"])
        out = out or bytearray(b"x")
    return bytes(out[: chance.randrange(len(out) + 1)] if chance.random() < 0.2 else out)


def repacked(data: bytes, chance: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w") as made:
        chosen = chance.choice([name for name in given.namelist() if name.endswith((".xml", ".rels"))])
        for name in given.namelist():
            part = given.read(name)
            made.writestr(name, mutated_xml(part, chance) if name == chosen else part)
    return out.getvalue()


def mutated_xml(part: bytes, chance: random.Random) -> bytes:
    """Mostly well-formed: values of attributes and names of elements change, so that the walk behind is reached."""
    text = part.decode("utf-8", "replace")
    for _ in range(chance.randint(1, 8)):
        found = [i for i, c in enumerate(text) if c == '"'] or [0]
        start = chance.choice(found)
        end = text.find('"', start + 1)
        if end > start:
            value = chance.choice(["", "-1", "99999999999", "x", "0", "zz:zz", "%1%9"])
            text = f"{text[: start + 1]}{value}{text[end:]}"
    return text.encode("utf-8", "replace")


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind != "msg"])
def test_each_reading_keeps_the_contract(kind: str) -> None:
    loader, make = SAMPLES[kind]
    data = make()  # once: a workbook holds the second in which it was made
    reading = loader(Source(f"a.{kind}", data))
    holds(reading)
    assert reading.text
    assert reading == loader(Source(f"a.{kind}", data))


@pytest.mark.parametrize("kind", SAMPLES)
def test_damaged_bytes_raise_reading_errors_only(kind: str) -> None:
    loader, make = SAMPLES[kind]
    chance = random.Random(f"casefolio {kind}")
    data = make()
    for _ in range(ROUNDS):
        with contextlib.suppress(ReadingError):
            holds(loader(Source(f"a.{kind}", mutated(data, chance))))


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("data", [b"", b"\x00", b"PK\x03\x04", b"<", b"{", b"\xff" * 100, OLE_MAGIC])
def test_nearly_nothing_is_refused_or_empty(kind: str, data: bytes) -> None:
    with contextlib.suppress(ReadingError):
        holds(SAMPLES[kind][0](Source(f"a.{kind}", data)))
