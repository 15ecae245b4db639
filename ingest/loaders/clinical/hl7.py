"""HL7 v2 messages (ORU^R01, MDM^T02 and their like): header facts, results as lines, report text joined in order."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter

from casefolio.ingest.errors import BrokenFile, ReadingError
from casefolio.ingest.languages import LANGUAGES, own
from casefolio.ingest.loaders.clinical.facts import Facts, label, moment, section_kind
from casefolio.ingest.loaders.clinical.hl7_segments import Segment, messages
from casefolio.ingest.loaders.detecting import HL7
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.embedded import hidden_file, suffix_of
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source

_TEXT_TYPES = ("TX", "FT")
_WITHDRAWN = ("D", "W")
_SUFFIXES = {"pdf": ".pdf", "jpeg": ".jpg", "jpg": ".jpg", "png": ".png", "tiff": ".tif", "rtf": ".rtf",
             "html": ".html", "plain": ".txt", "xml": ".xml", "x-hl7-cda-level-one": ".xml"}  # fmt: skip
_SILENT = {"MSH", "EVN", "ORC", "SPM", "SFT", "UAC", "PD1", "BHS", "BTS", "FHS", "FTS", "DSC"}


@guarded("HL7 message")
def read_hl7(source: Source) -> Reading:
    """Read a file of one or more messages.

    Raises:
        ReadingError: where it holds none.
    """
    found = messages(source.data)
    if not found:
        raise BrokenFile("no HL7 message")
    builder = Builder()
    for message in found:
        _Message(builder, message, several=len(found) > 1).append()
    return builder.reading(HL7)


class _Message:
    def __init__(self, builder: Builder, segments: list[Segment], *, several: bool) -> None:
        self.builder = builder
        self.segments = segments
        self.level = 2 if several else 1
        self.several = several
        self.language = _language(segments[0].text(19))
        self.facts = Facts(builder, self.language)
        strings = (s for s in segments if s.name == "OBX" and s.text(2).upper() in ("ST", ""))
        self.lines_of = Counter(s.text(3) for s in strings)
        self.report: list[str] = []
        self.about = ""
        self.title = ""
        self.withdrawn = 0
        self.unread: list[str] = []

    def append(self) -> None:
        """Append all segments in their order; text of consecutive OBX with one identifier is joined."""
        header = self.segments[0]
        if self.several:
            self.builder.open_section(f"{header.text(9)} {moment(header.text(7))}", 1)
        self.facts.line("date", moment(header.text(7)))
        self.facts.line("organisation", header.text(4))
        for segment in self.segments[1:]:
            if segment.name != "OBX":
                self._end_report()
            match segment.name:
                case "PID":
                    self._patient(segment)
                case "PV1":
                    self._visit(segment)
                case "OBR":
                    self._order(segment)
                case "TXA":
                    self._document(segment)
                case "OBX":
                    self._result(segment)
                case "NTE":
                    self._note(segment)
                case "DG1":
                    self._line("diagnosis", segment.coded(3) or segment.text(4), moment(segment.text(5)))
                case "AL1":
                    self._line("allergy", segment.coded(3), segment.coded(4), segment.text(5))
                case name if name not in _SILENT:
                    self.unread.append(name)
        self._end_report()
        self.facts.end()
        if self.unread:
            self.builder.notes.append(f"segments not read: {', '.join(sorted(set(self.unread)))}")
        self.builder.note(self.withdrawn, "withdrawn result{s} left out")

    def _line(self, key: str, *values: str) -> None:
        said = ", ".join(filter(None, map(one_line, values)))
        if said:
            self.builder.row([f"{label(key, self.language)}: {said}"])

    def _patient(self, pid: Segment) -> None:
        self.facts.line("patient", pid.person(5))
        self.facts.line("born", moment(pid.text(7)))
        self.facts.line("sex", pid.coded(8))
        self.facts.line("patient_id", *(repeat[0] for repeat in pid.repeats(3)))
        self.facts.line("address", *(" ".join(filter(None, repeat[:6])) for repeat in pid.repeats(11)[:1]))
        self.facts.line("phone", *(next(filter(None, r), "") for r in pid.repeats(13) + pid.repeats(14)))
        self.facts.line("died", moment(pid.text(29)))

    def _visit(self, pv1: Segment) -> None:
        self.facts.line("place", " ".join(filter(None, pv1.repeats(3)[0])) if pv1.repeats(3) else "")
        self.facts.line("performer", *(pv1.person(7, number, skip=1) for number in range(len(pv1.repeats(7)))))
        self.facts.line("admitted", moment(pv1.text(44)))
        self.facts.line("discharged", moment(pv1.text(45)))

    def _order(self, obr: Segment) -> None:
        self.facts.end()
        self.title, self.about = obr.coded(4), ""
        if not self.builder.title:
            self.builder.title = self.title
        self.builder.heading(self.title or obr.text(4), self.level, section_kind(obr.component(4, 0)))
        self.facts.line("order_number", obr.component(2, 0), obr.component(3, 0))
        self.facts.line("study", moment(obr.text(7)))
        self.facts.line("requested_by", obr.person(16, skip=1))
        self.facts.line("note", obr.text(13))
        self.facts.line("reason", obr.coded(31))
        self.facts.line("author", _interpreter(obr))
        self.facts.line("status", obr.text(25))
        self.facts.end()

    def _document(self, txa: Segment) -> None:
        self.facts.line("document_type", txa.coded(2))
        self.facts.line("activity", moment(txa.text(4)))
        self.facts.line("author", txa.person(9, skip=1), txa.person(5, skip=1))
        self.facts.line("completion", txa.text(17))
        self.facts.end()

    def _result(self, obx: Segment) -> None:
        if obx.text(11) in _WITHDRAWN:
            self.withdrawn += 1
            return
        kind, about = obx.text(2).upper(), obx.coded(3) or obx.component(3, 0)
        if kind == "ED" or (kind == "RP" and obx.text(5)):
            self._end_report()
            self._file(obx, kind, about)
        elif kind in _TEXT_TYPES or (kind in ("ST", "") and self._is_prose(obx)):
            self._text(obx, about)
        else:
            self._end_report()
            self._value(obx, about)

    def _text(self, obx: Segment, about: str) -> None:
        if about != self.about:
            self._end_report()
            if about and about != self.title:
                self.builder.heading(about, self.level + 1, section_kind(obx.component(3, 0)))
        self.about = about
        lines = obx.lines(5) or [""]
        if (found := hidden_file("".join(lines))) is not None:
            self._attach(*found)
        elif lines[0].lstrip().startswith("{\\rtf"):
            self.report += self._plain("\n".join(lines)).split("\n")
        else:
            self.report += lines

    def _is_prose(self, obx: Segment) -> bool:
        """Whether a string is a line of a report: one of several under one identifier, or long."""
        if obx.text(6) or obx.text(7):
            return False
        return self.lines_of[obx.text(3)] > 1 or len(obx.text(5)) > 80

    def _value(self, obx: Segment, about: str) -> None:
        if self.about not in ("", self.title):
            self.builder.open_section(label("result", self.language), self.level + 1, "findings")
            self.about = ""
        value = f"{obx.value(5)} {obx.coded(6)}".strip()
        facts = [("reference_range", obx.text(7)), ("interpretation", obx.coded(8)), ("status", obx.text(11)),
                 ("date", moment(obx.text(14)))]  # fmt: skip
        details = [f"{label(key, self.language)}: {said}" for key, said in facts if said]
        self.builder.row(["; ".join([f"{about}: {value}", *details])])

    def _note(self, nte: Segment) -> None:
        text = "\n".join(nte.lines(3))
        if text.strip():
            self.builder.paragraph(f"{label('note', self.language)}: {text}", tight=True)

    def _end_report(self) -> None:
        if not self.report:
            return
        text = "\n".join(self.report)
        self.report = []
        self.builder.end_table()
        for block in re.split(r"\n[ \t]*\n", text):
            self.builder.paragraph(block)

    def _file(self, obx: Segment, kind: str, about: str) -> None:
        if kind == "RP":
            self.builder.notes.append("a result stands at another address and is not fetched")
            return
        for parts in obx.repeats(5):
            self._encapsulated(parts, about)

    def _encapsulated(self, parts: list[str], about: str) -> None:
        """One file: by its type and encoding, or, where a sender leaves them out, by what the data begins with."""
        _, _, subtype, encoding, data = (*parts, "", "", "", "", "")[:5]
        if not data:
            encoding, data = "", max(parts, key=len, default="")
        if encoding.lower() in ("a", ""):
            if (found := hidden_file(data)) is not None:
                self._attach(*found)
            else:
                self.builder.heading(about, self.level + 1)
                self.builder.paragraph(self._plain(data))
            return
        try:
            compact = re.sub(r"\s+", "", data)
            content = bytes.fromhex(compact) if encoding.lower() == "hex" else base64.b64decode(compact, validate=True)
        except (ValueError, binascii.Error):
            self.builder.notes.append("an embedded file is not encoded as it says")
            return
        self._attach(content, _SUFFIXES.get(subtype.lower().rpartition("/")[2], suffix_of(content) or ""))

    def _attach(self, content: bytes, suffix: str) -> None:
        self.builder.attachments.append((f"attachment-{len(self.builder.attachments) + 1}{suffix}", content))

    def _plain(self, text: str) -> str:
        """A text field without the commands of RTF, in which some senders write their reports."""
        if not text.lstrip().startswith("{\\rtf"):
            return text
        from casefolio.ingest.loaders.rtf.loader import read_rtf

        try:
            return read_rtf(Source("report.rtf", text.encode("cp1252", "replace"))).text
        except ReadingError:
            self.builder.notes.append("a report in RTF could not be read")
            return text


def _interpreter(obr: Segment) -> str:
    """Who read the result (OBR-32): a name inside one component, its parts parted by `&`."""
    first = (obr.repeats(32) or [[""]])[0]
    parts = first[0].split("&") if first else []
    if len(parts) > 2:
        return " ".join(filter(None, (parts[2], parts[1])))
    return obr.person(32, skip=1)


def _language(code: str) -> str:
    ours = {other: language for language in LANGUAGES for other in own(language, "language").get("codes", ())}
    return ours.get(code[:3].lower(), code[:2].lower())
