"""XFA forms: their contents are XML inside the PDF; the page only says `Please wait…`."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from lxml import etree

from casefolio.ingest import limits
from casefolio.ingest.errors import ReadingError
from casefolio.ingest.loaders.shared.building import one_line
from casefolio.ingest.loaders.shared.guard import parse_xml
from casefolio.ingest.loaders.shared.xml_tree import local


def is_dynamic(document: pdfium.PdfDocument) -> bool:
    """Whether the pages of a document are made from an XFA form when it is shown."""
    return bool(document.get_formtype() == raw.FORMTYPE_XFA_FULL)


def xfa_lines(document: pdfium.PdfDocument) -> list[str]:
    """The filled fields of an XFA form, one a line: what the form's template calls each, and its value."""
    packets = dict(_packets(document))
    labels: dict[str, str] = {}
    for name, root in packets.items():
        if name == "template":
            labels = dict(_labels(root))
    lines: list[str] = []
    for name, root in packets.items():
        if name == "datasets":
            lines += _values(root, labels)
    return lines


def _packets(document: pdfium.PdfDocument) -> Iterator[tuple[str, etree._Element]]:
    """Name and root of each packet that is XML; a form in one piece is parted into its packets."""
    for index in range(max(0, raw.FPDF_GetXFAPacketCount(document.raw))):
        data = _bytes(raw.FPDF_GetXFAPacketContent, document.raw, index)
        try:
            root = parse_xml(data)
        except ReadingError:
            continue  # the first and the last packet are the halves of an envelope
        inner = [child for child in root if isinstance(child.tag, str) and local(child) in ("template", "datasets")]
        for found in inner or [root]:
            yield local(found), found


def _bytes(get: Any, *arguments: Any) -> bytes:
    length = ctypes.c_ulong()
    if not get(*arguments, None, 0, ctypes.byref(length)) or not 0 < length.value <= limits.MAX_XFA_PACKET:
        return b""
    buffer = ctypes.create_string_buffer(length.value)
    get(*arguments, buffer, length.value, ctypes.byref(length))
    return buffer.raw[: length.value]


def _labels(template: etree._Element) -> Iterator[tuple[str, str]]:
    """Name of a field and its caption."""
    for element in template.iter():
        if isinstance(element.tag, str) and local(element) in ("field", "exclGroup") and element.get("name"):
            caption = next((c for c in element if isinstance(c.tag, str) and local(c) == "caption"), None)
            said = "" if caption is None else one_line(" ".join(str(text) for text in caption.itertext()))
            if said:
                yield str(element.get("name")), said


def _values(datasets: etree._Element, labels: dict[str, str]) -> Iterator[str]:
    for element in datasets.iter():
        if not isinstance(element.tag, str) or len(element):
            continue
        value = one_line(element.text or "")
        if value:
            name = local(element)
            yield f"{labels.get(name, name.replace('_', ' '))}: {value}"
