"""DICOM structured reports: the content tree in words."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, EncapsulatedPDFStorage, ExplicitVRLittleEndian

from casefolio.ingest.errors import BrokenFile, LimitExceeded, ReadingError, UnknownType
from casefolio.ingest.loaders.clinical.dicom import read_dicom
from casefolio.ingest.loaders.shared.source import Reading, Source


def code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodeMeaning, item.CodingSchemeDesignator = value, meaning, "DCM"
    return item


def item(kind: str, name: Dataset | None = None, *children: Dataset, **values: Any) -> Dataset:
    made = Dataset()
    made.ValueType = kind
    if name is not None:
        made.ConceptNameCodeSequence = [name]
    for key, value in values.items():
        setattr(made, key, value)
    if children:
        made.ContentSequence = list(children)
    return made


def number(name: str, value: str, unit: str, *children: Dataset) -> Dataset:
    measured = Dataset()
    measured.NumericValue = value
    measured.MeasurementUnitsCodeSequence = [code(unit, unit)]
    return item("NUM", code("1", name), *children, MeasuredValueSequence=[measured])


def saved(data: Dataset, sop: str = "1.2.840.10008.5.1.4.1.1.88.11") -> bytes:
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID, data.SOPInstanceUID = sop, "1.2.3"
    data.PatientName, data.PatientID, data.StudyDate = "Hong^Gildong==홍^길동", "77", "20240301"
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = sop, "1.2.3"
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


def report(*children: Dataset) -> Reading:
    return read_dicom(Source("a.dcm", saved(item("CONTAINER", code("126000", "Chest CT Report"), *children))))


def test_the_content_tree_is_read_with_its_names() -> None:
    side = item("CODE", code("1", "Laterality"), ConceptCodeSequence=[code("L", "Left")])
    reading = report(
        item("CONTAINER", code("121070", "Findings"), item("TEXT", code("121071", "Finding"), TextValue="No effusion."),
             number("Diameter", "12.50", "mm", side), item("IMAGE")),
        item("CONTAINER", code("121072", "Impressions"), item("TEXT", TextValue="Nodule.\r\nFollow up.")),
    )  # fmt: skip
    assert [row.span.of(reading.text) for row in reading.rows] == [
        "Finding: No effusion.",
        "Diameter: 12.50 mm; Laterality: Left",
    ]
    assert reading.text.endswith("Impressions\n\nNodule.\nFollow up.")
    assert [(s.title, s.level, s.kind) for s in reading.sections] == [
        ("Chest CT Report", 1, ""), ("Findings", 2, "findings"), ("Impressions", 2, "impression"),
    ]  # fmt: skip
    assert "Patient: Gildong Hong, 홍길동" in reading.text
    assert reading.notes == ("1 reference to pictures and curves not read",)


def test_an_encapsulated_document_is_handed_on() -> None:
    data = Dataset()
    data.MIMETypeOfEncapsulatedDocument, data.EncapsulatedDocument = "application/pdf", b"%PDF-1.4"
    reading = read_dicom(Source("a.dcm", saved(data, EncapsulatedPDFStorage)))
    assert reading.attachments == (("document.pdf", b"%PDF-1.4"),)


def test_a_picture_is_no_report() -> None:
    data = Dataset()
    data.Modality, data.Rows = "CT", 1
    with pytest.raises(UnknownType, match="CT"):
        read_dicom(Source("a.dcm", saved(data, CTImageStorage)))


def test_a_deflated_bomb_is_refused() -> None:
    data = Dataset()
    data.Modality = "SR"
    plain = saved(data)
    length = int.from_bytes(plain[140:144], "little")
    head = plain[: 144 + length].replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2.1.99")
    head = head[:140] + (len(head) - 144).to_bytes(4, "little") + head[144:]
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = squeezed.compress(b"\0" * 200_000_000) + squeezed.flush()
    with pytest.raises(ReadingError) as caught:
        read_dicom(Source("a.dcm", head + body))
    assert isinstance(caught.value, LimitExceeded)


def test_no_dicom() -> None:
    with pytest.raises(BrokenFile):
        read_dicom(Source("a.dcm", b"nothing"))
