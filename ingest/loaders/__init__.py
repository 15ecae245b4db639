"""Which loader reads a file: its bytes decide, then its name.

`detect` gives a media type, `LOADERS` the function that reads it, named as `module:function` so that a parsing library
is imported when the first file of its kind is read.

| media type | files |
|---|---|
| `application/pdf` | PDF |
| `application/vnd.openxmlformats-officedocument.wordprocessingml.document` | DOCX, also macro-enabled and templates |
| `application/vnd.oasis.opendocument.text` | ODT |
| `application/rtf` | RTF |
| `text/html` | HTML and XHTML |
| `text/plain`, `text/markdown` | TXT, Markdown |
| `message/rfc822`, `application/vnd.ms-outlook` | EML, MSG |
| `application/vnd.openxmlformats-officedocument.spreadsheetml.sheet`, `text/csv` | XLSX, CSV and TSV |
| `image/png`, `image/jpeg`, `image/tiff`, … | pictures, read by OCR |
| `application/hl7-cda+xml` | C-CDA and other CDA documents |
| `application/fhir+json`, `application/fhir+xml` | FHIR R4 resources |
| `application/hl7-v2` | HL7 v2 messages |
| `application/dicom` | DICOM structured reports |
| `application/msword`, `application/vnd.wordperfect` | old Word, WordPerfect, through LibreOffice |
| `application/vnd.ms-excel`, `…sheet.binary…` | XLS, XLSB, through LibreOffice or by their values |
| `…opendocument.spreadsheet` | ODS |
| `…presentationml.presentation`, `application/vnd.ms-powerpoint`, `…opendocument.presentation` | PPTX; PPT, ODP |
| `application/hwp+zip`, `application/x-hwp` | HWPX and HWP 5 |
| `application/epub+zip` | EPUB |
| `application/zip`, `…asic-e+zip`, `application/x-7z-compressed`, … | archives: each member is a document |
| `application/pkcs7-mime` | what a signature is put around |
| `application/xdt`, `application/xjustiz+xml` | LDT, BDT and GDT; XJustiz messages |
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from casefolio.ingest.errors import UnknownType
from casefolio.ingest.loaders.detecting import DOCX, MSG, ODS, ODT, PPTX, XLSB, XLSX, detect
from casefolio.ingest.loaders.shared.source import Reading, Source

__all__ = ["LOADERS", "detect", "load"]

LOADERS: dict[str, str] = {
    "application/pdf": "casefolio.ingest.loaders.pdf.loader:read_pdf",
    DOCX: "casefolio.ingest.loaders.word.loader:read_docx",
    ODT: "casefolio.ingest.loaders.odf.loader:read_odt",
    "application/rtf": "casefolio.ingest.loaders.rtf.loader:read_rtf",
    "text/html": "casefolio.ingest.loaders.html.loader:read_html",
    "text/plain": "casefolio.ingest.loaders.plain:read_text",
    "text/markdown": "casefolio.ingest.loaders.plain:read_markdown",
    "message/rfc822": "casefolio.ingest.loaders.mail.loader:read_eml",
    MSG: "casefolio.ingest.loaders.mail.loader:read_msg",
    XLSX: "casefolio.ingest.loaders.office.workbook:read_xlsx",
    "text/csv": "casefolio.ingest.loaders.table:read_csv",
    "image/png": "casefolio.ingest.loaders.image:read_image",
    "image/jpeg": "casefolio.ingest.loaders.image:read_image",
    "image/tiff": "casefolio.ingest.loaders.image:read_image",
    "image/gif": "casefolio.ingest.loaders.image:read_image",
    "image/bmp": "casefolio.ingest.loaders.image:read_image",
    "image/webp": "casefolio.ingest.loaders.image:read_image",
    "image/jp2": "casefolio.ingest.loaders.image:read_image",
    "application/hl7-cda+xml": "casefolio.ingest.loaders.clinical.ccda:read_ccda",
    "application/fhir+json": "casefolio.ingest.loaders.clinical.fhir:read_fhir",
    "application/fhir+xml": "casefolio.ingest.loaders.clinical.fhir_xml:read_fhir_xml",
    "application/hl7-v2": "casefolio.ingest.loaders.clinical.hl7:read_hl7",
    "application/dicom": "casefolio.ingest.loaders.clinical.dicom:read_dicom",
    "application/msword": "casefolio.ingest.loaders.office.legacy:read_legacy",
    "application/vnd.wordperfect": "casefolio.ingest.loaders.office.legacy:read_legacy",
    PPTX: "casefolio.ingest.loaders.office.slides:read_pptx",
    "application/vnd.ms-excel": "casefolio.ingest.loaders.office.converted:read_xls",
    XLSB: "casefolio.ingest.loaders.office.converted:read_xlsb",
    ODS: "casefolio.ingest.loaders.odf.ods:read_ods",
    "application/vnd.ms-powerpoint": "casefolio.ingest.loaders.office.converted:read_ppt",
    "application/vnd.oasis.opendocument.presentation": "casefolio.ingest.loaders.odf.odf_slides:read_odp",
    "application/x-hwp": "casefolio.ingest.loaders.office.hwp:read_hwp",
    "application/hwp+zip": "casefolio.ingest.loaders.office.hwpx:read_hwpx",
    "application/epub+zip": "casefolio.ingest.loaders.html.epub:read_epub",
    "application/zip": "casefolio.ingest.loaders.archive:read_zip",
    "application/vnd.etsi.asic-e+zip": "casefolio.ingest.loaders.archive:read_zip",
    "application/vnd.etsi.asic-s+zip": "casefolio.ingest.loaders.archive:read_zip",
    **dict.fromkeys(
        (
            "application/x-7z-compressed",
            "application/vnd.rar",
            "application/x-tar",
            "application/gzip",
            "application/x-bzip2",
            "application/x-xz",
        ),
        "casefolio.ingest.loaders.archive:read_archive",
    ),
    "application/pkcs7-mime": "casefolio.ingest.loaders.mail.loader:read_p7m",
    "application/xdt": "casefolio.ingest.loaders.clinical.records:read_xdt",
    "application/xjustiz+xml": "casefolio.ingest.loaders.clinical.records:read_xjustiz",
}

# What is known and not read, with the way out.
HINTS: dict[str, str] = {
    "application/vnd.ms-outlook-pst": "export its mails from Outlook as .msg or .eml files",
    "application/onenote": "export its pages from OneNote as PDF or DOCX",
    "image/heic": "export it as JPEG or PNG",
    "application/vnd.apple.pages": "export it from Pages, Numbers or Keynote as PDF or an Office file",
    "image/svg+xml": "print it to PDF",
    "application/vnd.sqlite3": "export what is needed as CSV or PDF",
    "application/postscript": "convert it to PDF, for instance with ps2pdf",
    "application/vnd.oasis.opendocument.graphics": "export it as PDF",
    "audio/mpeg": "have it written down",
    "audio/ogg": "have it written down",
    "audio/flac": "have it written down",
}


def load(source: Source, media_type: str) -> Reading:
    """Read `source` with the loader of `media_type`.

    Raises:
        UnknownType: where there is no loader for it.
        ReadingError: where nothing can be read.
    """
    target = LOADERS.get(media_type)
    if target is None:
        raise UnknownType(f"no loader reads {media_type}", HINTS.get(media_type, ""))
    module, _, function = target.partition(":")
    try:
        loader = cast(Callable[[Source], Reading], getattr(importlib.import_module(module), function))
    except ModuleNotFoundError as error:
        raise UnknownType(f"no loader reads {media_type}: {error.name} is not installed") from error
    return loader(source)
