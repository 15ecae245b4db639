"""DICOM structured reports: the content tree with its concept names. A PDF or CDA inside is handed on as a file."""

from __future__ import annotations

import io
import warnings
import zlib
from typing import Any

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded, UnknownType
from casefolio.ingest.loaders.clinical.facts import Facts, full_name, moment, section_kind
from casefolio.ingest.loaders.detecting import DICOM
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.embedded import suffix_for
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source

_DEFLATED = "1.2.840.10008.1.2.1.99"
_REFERENCES = ("IMAGE", "COMPOSITE", "WAVEFORM", "SCOORD", "SCOORD3D", "TCOORD", "TABLE")


@guarded("DICOM file")
def read_dicom(source: Source) -> Reading:
    """Read a structured report, or hand on the document that a file encapsulates.

    Raises:
        UnknownType: where the file holds pictures or curves and no report.
        ReadingError: where it is broken.
    """
    import pydicom

    _check_deflated(source.data)
    with warnings.catch_warnings():
        # odd values in headers are warned of; none of them is needed to be right
        warnings.simplefilter("ignore")
        data = pydicom.dcmread(io.BytesIO(source.data), stop_before_pixels=True)
        return _read(source, data)


def _read(source: Source, data: Any) -> Reading:
    builder = Builder()
    report = _Report(builder)
    if "EncapsulatedDocument" in data:
        report.facts_of(data)
        kind = str(data.get("MIMETypeOfEncapsulatedDocument") or "")
        content = bytes(data.EncapsulatedDocument)
        builder.attachments.append((f"document{suffix_for(kind)}", content))
    elif "ContentSequence" in data or data.get("ValueType") == "CONTAINER":
        report.facts_of(data)
        report.container(data, 1)
        builder.note(report.references, "reference{s} to pictures and curves not read")
    else:
        modality = str(data.get("Modality") or "unknown modality")
        raise UnknownType(f"a DICOM file ({modality}) without a report", "its pictures are not read")
    return builder.reading(DICOM)


def _check_deflated(data: bytes) -> None:
    """Refuse a data set that unpacks to more than a report is; pydicom itself unpacks without a limit."""
    if data[128:132] != b"DICM" or _DEFLATED.encode() not in data[:2048]:
        return
    if len(data) < 144:
        raise BrokenFile("a DICOM file that ends in its header")
    start = 144 + int.from_bytes(data[140:144], "little")
    if len(zlib.decompressobj(-15).decompress(data[start:], limits.MAX_CONTAINER_PART + 1)) > limits.MAX_CONTAINER_PART:
        raise LimitExceeded(f"a DICOM file that unpacks to more than {limits.MAX_CONTAINER_PART} bytes")


class _Report:
    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.references = 0

    def facts_of(self, data: Any) -> None:
        """Append the facts of the header as lines."""
        facts = Facts(self.builder, _language(data))

        def text(name: str) -> str:
            return one_line(str(data.get(name) or ""))

        facts.line("patient", _person(data.get("PatientName")))
        facts.line("born", moment(text("PatientBirthDate")))
        facts.line("sex", text("PatientSex"))
        facts.line("patient_id", text("PatientID"))
        facts.line("study", text("StudyDescription"), moment(text("StudyDate") + text("StudyTime").split(".")[0]))
        facts.line("accession", text("AccessionNumber"))
        facts.line("date", moment(text("ContentDate") + text("ContentTime").split(".")[0]))
        facts.line("organisation", text("InstitutionName"))
        facts.line("requested_by", _person(data.get("ReferringPhysicianName")))
        facts.line("completion", text("CompletionFlag"))
        for observer in data.get("VerifyingObserverSequence") or ():
            time = moment(str(observer.get("VerificationDateTime") or "").split(".")[0])
            facts.line("signed", _person(observer.get("VerifyingObserverName")), time)
        facts.end()
        self.builder.title = text("DocumentTitle") or _meaning(data.get("ConceptNameCodeSequence"))

    def container(self, item: Any, level: int) -> None:
        """Append a container: its name as a heading, then its items in their order."""
        if level > limits.MAX_NESTED:
            raise LimitExceeded(f"a content tree more than {limits.MAX_NESTED} deep")
        names = item.get("ConceptNameCodeSequence")
        name = _meaning(names)
        if name:
            code = str(names[0].get("CodeValue") or "")
            self.builder.end_table()
            self.builder.heading(name, level, section_kind(code))
        for child in item.get("ContentSequence") or ():
            if child.get("ValueType") == "CONTAINER":
                self.container(child, level + 1)
            else:
                self._leaf(child)
        self.builder.end_table()

    def _leaf(self, item: Any) -> None:
        """Append an item with what modifies it on one line: a size keeps its side."""
        said, containers = self._said(item, 0)
        if item.get("ValueType") == "TEXT" and "\n" in said:
            self.builder.end_table()
            self.builder.paragraph(said)
            self.builder.end_table()
        else:
            self.builder.row([said])
        for container in containers:
            self.container(container, 3)

    def _said(self, item: Any, depth: int) -> tuple[str, list[Any]]:
        if depth > limits.MAX_NESTED:
            raise LimitExceeded(f"a content tree more than {limits.MAX_NESTED} deep")
        kind = str(item.get("ValueType") or "")
        name, value = _meaning(item.get("ConceptNameCodeSequence")), _value(item, kind)
        if kind in _REFERENCES:
            self.references += 1
        parts = [f"{name}: {value}" if name and value else value]
        containers: list[Any] = []
        for child in item.get("ContentSequence") or ():
            if child.get("ValueType") == "CONTAINER":
                containers.append(child)
                continue
            inner, further = self._said(child, depth + 1)
            parts.append(inner)
            containers += further
        return "; ".join(filter(None, parts)), containers


def _value(item: Any, kind: str) -> str:
    match kind:
        case "TEXT":
            return str(item.get("TextValue") or "").replace("\r\n", "\n").strip()
        case "CODE":
            return _meaning(item.get("ConceptCodeSequence"))
        case "NUM":
            return _measured(item)
        case "PNAME":
            return _person(item.get("PersonName"))
        case "DATE" | "TIME" | "DATETIME":
            name = {"DATE": "Date", "TIME": "Time", "DATETIME": "DateTime"}[kind]
            return moment(str(item.get(name) or "").split(".")[0])
    return ""


def _measured(item: Any) -> str:
    values = item.get("MeasuredValueSequence") or ()
    if not values:
        return _meaning(item.get("NumericValueQualifierCodeSequence"))
    units = values[0].get("MeasurementUnitsCodeSequence") or ()
    code = str(units[0].get("CodeValue") or "") if units else ""
    # `1` is the unit of what has none; other codes are UCUM, which is what a reader is used to (mm, ml)
    unit = "" if code in ("1", "") or code.startswith("{") else code
    number = values[0].get("NumericValue")
    return f"{'' if number is None else number} {unit}".strip()


def _meaning(sequence: Any) -> str:
    if not sequence:
        return ""
    code = sequence[0]
    return one_line(str(code.get("CodeMeaning") or code.get("CodeValue") or code.get("LongCodeValue") or ""))


def _person(name: Any) -> str:
    """A name in reading order; ideographic and phonetic forms follow after commas."""
    said = []
    for group in str(name or "").split("="):
        family, given, middle, prefix, suffix = (group.split("^") + [""] * 5)[:5]
        said.append(full_name(family, given, middle, prefix, suffix))
    return ", ".join(filter(None, said))


def _language(data: Any) -> str:
    for item in data.get("ContentSequence") or ():
        names = item.get("ConceptNameCodeSequence")
        if names and str(names[0].get("CodeValue")) == "121049":
            codes = item.get("ConceptCodeSequence")
            return str(codes[0].get("CodeValue") or "") if codes else ""
    return ""
