"""The type of a file: bytes first, then the name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from casefolio.ingest.loaders import LOADERS, detect
from casefolio.ingest.loaders.detecting import _SUFFIXES, _TEXT_SUFFIXES, DOCX, ODT, XLSX
from casefolio.ingest.loaders.shared.embedded import suffix_for

# What the README calls the types that bytes alone tell.
TOLD_BY_BYTES = {
    "application/fhir+json": "FHIR",
    "application/fhir+xml": "FHIR",
    "application/hl7-cda+xml": "C-CDA",
    "application/rtf": "RTF",
    "application/vnd.etsi.asic-e+zip": "ASiC",
    "application/vnd.etsi.asic-s+zip": "ASiC",
    "application/vnd.rar": "RAR",
    "application/x-7z-compressed": "7z",
    "application/x-tar": "TAR",
    "application/gzip": "TAR",
    "application/x-bzip2": "TAR",
    "application/x-xz": "TAR",
    "application/xdt": "LDT",
    "application/xjustiz+xml": "XJustiz",
    "application/zip": "ZIP",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/jp2": "JPEG 2000",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/webp": "WebP",
    "text/plain": ".txt",
}


def _zip(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"%PDF-1.4\n", "a.txt", "application/pdf"),
        (b"\n\njunk %PDF-1.4\n", "a", "application/pdf"),
        (b"1 0 obj\n<< >>\nendobj\n", "cut.pdf", "application/pdf"),
        (b"<html><body>not found</body></html>", "letter.pdf", "text/html"),
        (b"{\\rtf1 x}", "a.doc", "application/rtf"),
        (_zip(word__document_xml=b"x"), "a.zip", DOCX),
        (_zip(xl__workbook_xml=b"x"), "a", XLSX),
        (_zip(mimetype=ODT.encode()), "a", ODT),
        (_zip(readme=b"x"), "a.docx", "application/zip"),
        (b"PK\x03\x04 cut", "a.docx", DOCX),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a", "application/msword"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", XLSX),
        (b"\x00" * 128 + b"DICM", "a", "application/dicom"),
        (b"MSH|^~\\&|LAB|", "a.txt", "application/hl7-v2"),
        (b'{"resourceType": "Bundle"}', "a.json", "application/fhir+json"),
        (b'<?xml version="1.0"?><!-- c --><ClinicalDocument xmlns="x">', "a.xml", "application/hl7-cda+xml"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html>\n<html>', "a.xml", "text/html"),
        (b"Received: from x\r\nFrom: a@b.c\r\n\r\nHi", "a", "message/rfc822"),
        (b"From: the office\nTo: whom it may concern\n", "memo.txt", "text/plain"),
        (b"From: a@b.c\nTo: b@c.d\n\nHi", "memo.eml", "message/rfc822"),
        (b"# Title", "a.md", "text/markdown"),
        (b"a;b\n1;2", "a.csv", "text/csv"),
        (b"plain", "README", "text/plain"),
        ("소견".encode("cp949"), "a.txt", "text/plain"),
        ("wide text".encode("utf-16-le"), "a.txt", "text/plain"),
        (bytes(range(256)), "a.txt", "application/octet-stream"),
    ],
)
def test_type(data: bytes, name: str, expected: str) -> None:
    assert detect(data, name) == expected


def test_every_loader_is_named_by_module_and_function() -> None:
    assert all(target.count(":") == 1 and target.startswith("casefolio.ingest.loaders.") for target in LOADERS.values())


def test_the_readme_names_every_format_that_is_read() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    reading = readme.partition("\n## Reading\n")[2].partition("\n## ")[0]
    named = set(reading.replace("`", " ").split())
    suffixes = {**_SUFFIXES, **_TEXT_SUFFIXES}
    assert {suffix for suffix, media in suffixes.items() if media in LOADERS} <= named
    assert set(LOADERS) - set(suffixes.values()) == set(TOLD_BY_BYTES)
    assert {name for name in TOLD_BY_BYTES.values() if name not in reading} == set()


@pytest.mark.parametrize(
    ("called", "suffix"),
    [("Application/PDF", ".pdf"), ("text/csv; charset=utf-8", ".csv"), ("application/dicom", ".dcm"), ("x/y", "")],
)
def test_a_file_within_a_message_is_named_by_the_type_it_is_called(called: str, suffix: str) -> None:
    assert suffix_for(called) == suffix
