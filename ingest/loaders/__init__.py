"""Which loader reads a file: its bytes decide, then its name.

`detect` gives a media type, `LOADERS` the function that reads it, named as `module:function` so that a parsing library
is imported when the first file of its kind is read. What users may hand in is listed in the README.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from casefolio.ingest.errors import UnknownType
from casefolio.ingest.loaders import detecting as kind
from casefolio.ingest.loaders.detecting import detect
from casefolio.ingest.loaders.shared.source import Reading, Source

__all__ = ["LOADERS", "detect", "load"]

LOADERS: dict[str, str] = {
    kind.PDF: "casefolio.ingest.loaders.pdf.loader:read_pdf",
    kind.DOCX: "casefolio.ingest.loaders.word.loader:read_docx",
    kind.ODT: "casefolio.ingest.loaders.odf.loader:read_odt",
    kind.RTF: "casefolio.ingest.loaders.rtf.loader:read_rtf",
    kind.HTML: "casefolio.ingest.loaders.html.loader:read_html",
    kind.TEXT: "casefolio.ingest.loaders.plain:read_text",
    kind.MARKDOWN: "casefolio.ingest.loaders.plain:read_markdown",
    kind.EML: "casefolio.ingest.loaders.mail.loader:read_eml",
    kind.MSG: "casefolio.ingest.loaders.mail.loader:read_msg",
    kind.XLSX: "casefolio.ingest.loaders.office.workbook:read_xlsx",
    kind.CSV: "casefolio.ingest.loaders.table:read_csv",
    kind.PNG: "casefolio.ingest.loaders.image:read_image",
    kind.JPEG: "casefolio.ingest.loaders.image:read_image",
    kind.TIFF: "casefolio.ingest.loaders.image:read_image",
    "image/gif": "casefolio.ingest.loaders.image:read_image",
    "image/bmp": "casefolio.ingest.loaders.image:read_image",
    "image/webp": "casefolio.ingest.loaders.image:read_image",
    "image/jp2": "casefolio.ingest.loaders.image:read_image",
    kind.CDA: "casefolio.ingest.loaders.clinical.ccda:read_ccda",
    kind.FHIR_JSON: "casefolio.ingest.loaders.clinical.fhir:read_fhir",
    kind.FHIR_XML: "casefolio.ingest.loaders.clinical.fhir_xml:read_fhir_xml",
    kind.HL7: "casefolio.ingest.loaders.clinical.hl7:read_hl7",
    kind.DICOM: "casefolio.ingest.loaders.clinical.dicom:read_dicom",
    kind.DOC: "casefolio.ingest.loaders.office.legacy:read_legacy",
    kind.WORDPERFECT: "casefolio.ingest.loaders.office.legacy:read_legacy",
    kind.PPTX: "casefolio.ingest.loaders.office.slides:read_pptx",
    kind.XLS: "casefolio.ingest.loaders.office.converted:read_xls",
    kind.XLSB: "casefolio.ingest.loaders.office.converted:read_xlsb",
    kind.ODS: "casefolio.ingest.loaders.odf.ods:read_ods",
    kind.PPT: "casefolio.ingest.loaders.office.converted:read_ppt",
    kind.ODP: "casefolio.ingest.loaders.odf.odf_slides:read_odp",
    kind.HWP: "casefolio.ingest.loaders.office.hwp:read_hwp",
    kind.HWPX: "casefolio.ingest.loaders.office.hwpx:read_hwpx",
    kind.EPUB: "casefolio.ingest.loaders.html.epub:read_epub",
    kind.ZIP: "casefolio.ingest.loaders.archive:read_zip",
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
    kind.SIGNED: "casefolio.ingest.loaders.mail.loader:read_p7m",
    kind.XDT: "casefolio.ingest.loaders.clinical.records:read_xdt",
    kind.XJUSTIZ: "casefolio.ingest.loaders.clinical.records:read_xjustiz",
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
