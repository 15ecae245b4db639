"""The type of a file: by its first bytes, then by what a container holds, then by its name."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath

# The media types that there are loaders for; whatever else names one takes it from here.
PDF = "application/pdf"
RTF = "application/rtf"
HTML = "text/html"
TEXT = "text/plain"
MARKDOWN = "text/markdown"
CSV = "text/csv"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODT = "application/vnd.oasis.opendocument.text"
MSG = "application/vnd.ms-outlook"
ODP = "application/vnd.oasis.opendocument.presentation"
DOC = "application/msword"
WORDPERFECT = "application/vnd.wordperfect"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
HWP = "application/x-hwp"
HWPX = "application/hwp+zip"
EPUB = "application/epub+zip"
EML = "message/rfc822"
SIGNED = "application/pkcs7-mime"
ZIP = "application/zip"
CDA = "application/hl7-cda+xml"
FHIR_JSON = "application/fhir+json"
FHIR_XML = "application/fhir+xml"
HL7 = "application/hl7-v2"
DICOM = "application/dicom"
XDT = "application/xdt"
XJUSTIZ = "application/xjustiz+xml"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
UNKNOWN = "application/octet-stream"

_SUFFIXES: dict[str, str] = {
    ".pdf": PDF,
    ".docx": DOCX,
    ".docm": DOCX,
    ".dotx": DOCX,
    ".xlsx": XLSX,
    ".xlsm": XLSX,
    ".odt": ODT,
    ".ott": ODT,
    ".msg": MSG,
    ".doc": DOC,
    ".dot": DOC,
    ".wpd": WORDPERFECT,
    ".dcm": DICOM,
    ".xls": XLS,
    ".xlsb": XLSB,
    ".ods": ODS,
    ".pptx": PPTX,
    ".ppt": PPT,
    ".odp": ODP,
    ".hwp": HWP,
    ".hwpx": HWPX,
    ".epub": EPUB,
    ".p7m": SIGNED,
    ".pst": "application/vnd.ms-outlook-pst",
    ".one": "application/onenote",
    ".heic": "image/heic",
    ".heif": "image/heic",
    ".pages": "application/vnd.apple.pages",
}

# Suffixes of text: bytes cannot tell a table from a memo with commas, so here the name decides.
_TEXT_SUFFIXES: dict[str, str] = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".csv": CSV,
    ".tsv": CSV,
    ".tab": CSV,
    ".eml": EML,
    ".htm": HTML,
    ".html": HTML,
    ".xhtml": HTML,
    ".mbox": EML,
    ".hl7": HL7,
    ".svg": "image/svg+xml",
}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", RTF),
    (b"\xffWPC", WORDPERFECT),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x00\x00\x00\x0cjP  ", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"!BDN", "application/vnd.ms-outlook-pst"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "application/onenote"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x7fELF", "application/x-elf"),
    (b"MZ\x90\x00", "application/x-msdos-program"),
    (b"%!PS", "application/postscript"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
)

_HEAD = 4096
_MAIL_HEADER = re.compile(
    rb"^(Received|Return-Path|Message-ID|MIME-Version|Delivered-To|DKIM-Signature|X-[\w-]+|From|To|Cc|Subject|Date"
    rb"|Reply-To|Sender|Content-Type|Content-Transfer-Encoding|Thread-\w+|Importance|List-[\w-]+|References|In-Reply-To):",
    re.IGNORECASE,
)
_MAIL_PROOF = re.compile(rb"(?im)^(Received|Return-Path|Message-ID|MIME-Version|Delivered-To):")
_HTML = re.compile(r"(?is)^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b")
_XDT = re.compile(r"\d{3}(?:8000|0020)[^\r\n]*\r?\n\d{7}")  # LDT, BDT, GDT: length and field, no blank between
_XML_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")


def detect(data: bytes, path: str) -> str:
    """The media type of a file's bytes; `path` decides only where they leave the question open."""
    suffix = PurePosixPath(path.lower()).suffix
    return _binary(data, suffix) or _textual(data, suffix) or UNKNOWN


def _binary(data: bytes, suffix: str) -> str | None:
    """A type that has a signature, or None."""
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    # Scanners and mail gateways put junk before the header; readers look for it in the first kilobyte.
    if data[128:132] == b"DICM":
        return DICOM
    if suffix == ".p7m" and data[:1] == b"\x30":
        return SIGNED
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _in_zip(data, suffix)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _in_ole(data, suffix)
    if data[257:262] == b"ustar":
        return "application/x-tar"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
        return "image/heic"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:2] == b"BM" and data[6:10] == b"\x00\x00\x00\x00":
        return "image/bmp"
    return None


def _in_zip(data: bytes, suffix: str) -> str:
    """The type of a zip container; a cut one is named by its suffix."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return archive.read("mimetype").decode("ascii", "replace").strip().lower()
    except Exception:  # zipfile raises half a dozen kinds on damaged archives
        return _SUFFIXES.get(suffix, ZIP)
    if "xl/workbook.bin" in names:
        return XLSB
    if "Index/Document.iwa" in names or "Index.zip" in names:
        return "application/vnd.apple.pages"
    for folder, media_type in (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX)):
        if any(name.startswith(folder) for name in names):
            return media_type
    return ZIP


def _in_ole(data: bytes, suffix: str) -> str:
    """The type of an OLE container, by the names of its streams."""

    from casefolio.ingest.loaders.shared.containers import ole_streams

    # what stands at the top says what it is: a mail may have a Word file attached
    top = {name.split("/")[0] for name in ole_streams(data)}

    def holds(name: str) -> bool:
        return name in top if top else name.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return XLSX if suffix.startswith(".xls") else _SUFFIXES.get(suffix, DOCX)
    if holds("WordDocument"):
        return DOC
    if holds("__properties_version1.0"):
        return MSG
    if b"HWP Document File" in data:
        return HWP
    if holds("Workbook") or holds("Book"):
        return XLS
    if holds("PowerPoint Document"):
        return PPT
    return _SUFFIXES.get(suffix, "application/x-ole-storage")


def _textual(data: bytes, suffix: str) -> str | None:
    """A type of text, or None where the bytes are no text."""
    if suffix == ".pdf" and b"endobj" in data:
        return PDF  # its header is gone; readers can often repair that
    from casefolio.ingest.text import looks_like_text, peek

    head = data[:_HEAD]
    if not looks_like_text(head):
        return _SUFFIXES.get(suffix)
    text = peek(head).lstrip("\ufeff \t\r\n\x0b")
    return _marked_up(text, data) or _mail(head) or _TEXT_SUFFIXES.get(suffix, TEXT)


def _marked_up(text: str, data: bytes) -> str | None:
    """HL7 v2, FHIR, CDA or HTML, which say what they are."""
    if re.match(r"(MSH|FHS|BHS)[|^~&]", text):
        return HL7
    if _XDT.match(text):
        return XDT
    if text[:1] in "{[" and b'"resourceType"' in data:
        return FHIR_JSON
    if _HTML.match(text):
        return HTML
    if text.startswith("<?xml") or re.match(r"<[\w.-]+(:[\w.-]+)?[\s>]", text):
        root = _XML_ROOT.search(text)
        if root is not None and root.group(1) == "ClinicalDocument":
            return CDA
        if root is not None and root.group(1).lower() == "html":
            return HTML
        if "http://hl7.org/fhir" in text[:1_500] and root is not None and root.group(1)[:1].isupper():
            return FHIR_XML
        if "xjustiz.de" in text[:3_000]:
            return XJUSTIZ
    return None


def _mail(head: bytes) -> str | None:
    """`message/rfc822` where the text begins with headers that only a mail program writes."""
    lines = head.lstrip(b"\xef\xbb\xbf\r\n").split(b"\n")
    first = lines[0]
    begins = _MAIL_HEADER.match(first) or first.startswith(b"From ")
    return EML if begins and _MAIL_PROOF.search(head) else None
