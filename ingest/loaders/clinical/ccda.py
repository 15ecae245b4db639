"""C-CDA and other CDA R2 documents: header facts, sections with titles and codes, the narrative with its tables."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from lxml import etree

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.clinical.facts import Facts, moment, section_kind
from casefolio.ingest.loaders.detecting import CDA
from casefolio.ingest.loaders.html.flow import Flow
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.embedded import inflated, suffix_for, suffix_of
from casefolio.ingest.loaders.shared.guard import guarded, parse_xml
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.xml_tree import local, words

H = "{urn:hl7-org:v3}"
_ROLES = {
    "paragraph": "block", "list": "list", "item": "item", "table": "table", "thead": "head", "tbody": "head",
    "tfoot": "head", "tr": "row", "td": "cell", "th": "header cell", "caption": "caption", "br": "break",
    "sup": "super", "col": "skip", "colgroup": "skip", "footnote": "block",
    # some exporters write XHTML into the narrative
    "p": "block", "div": "block", "ul": "list", "ol": "list", "li": "item", "pre": "preformatted", "h1": "block",
    "h2": "block", "h3": "block", "h4": "block", "script": "script", "style": "script", "del": "struck", "s": "struck",
}  # fmt: skip
_STATEMENTS = ("observation", "procedure", "act", "substanceAdministration", "encounter", "supply")


@guarded("CDA document")
def read_ccda(source: Source) -> Reading:
    """Read a CDA document.

    Raises:
        ReadingError: where it is not well-formed, or no clinical document.
    """
    root = _in_namespace(parse_xml(source.data))
    if root.tag != f"{H}ClinicalDocument":
        raise BrokenFile("XML, but no clinical document")
    return _Document(root).read()


def _in_namespace(root: etree._Element) -> etree._Element:
    """The tree with elements that lost their namespace put into HL7's."""
    if root.tag == "ClinicalDocument":
        for element in root.iter():
            if isinstance(element.tag, str) and not element.tag.startswith("{"):
                element.tag = H + element.tag
    return root


class _Document:
    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.builder = Builder()
        language = root.find(f"{H}languageCode")
        self.language = "" if language is None else str(language.get("code") or "")
        self.flow = Flow(self.builder, _ROLES)
        self.coded_only = 0

    def read(self) -> Reading:
        builder = self.builder
        title = self.root.find(f"{H}title")
        builder.title = "" if title is None else words(title)
        builder.paragraph(one_line(builder.title))
        if self.language:
            builder.metadata.append(("language", self.language))
        self._header()
        body = self.root.find(f"{H}component/{H}structuredBody")
        for section in [] if body is None else body.findall(f"{H}component/{H}section"):
            self._section(section, 1)
        for text in self.root.findall(f"{H}component/{H}nonXMLBody/{H}text"):
            self._unstructured(text)
        builder.note(self.coded_only, "section{s} without narrative read from codes")
        builder.note(self.flow.struck, "deleted passage{s} left out")
        return builder.reading(CDA)

    def _header(self) -> None:
        facts = Facts(self.builder, self.language)
        root = self.root
        facts.line("document_type", _coded(root.find(f"{H}code")))
        facts.line("date", _time(root.find(f"{H}effectiveTime")))
        for role in root.findall(f"{H}recordTarget/{H}patientRole"):
            self._patient(facts, role)
        encounter = root.find(f"{H}componentOf/{H}encompassingEncounter")
        if encounter is not None:
            facts.line("encounter", _coded(encounter.find(f"{H}code")), _period(encounter.find(f"{H}effectiveTime")))
            facts.line("place", *(_name(n) for n in encounter.findall(f"{H}location/{H}healthCareFacility//{H}name")))
        for event in root.findall(f"{H}documentationOf/{H}serviceEvent"):
            facts.line("service", _coded(event.find(f"{H}code")), _period(event.find(f"{H}effectiveTime")))
            for performer in event.findall(f"{H}performer/{H}assignedEntity"):
                facts.line("performer", *_people(performer))
        for author in root.findall(f"{H}author"):
            facts.line("author", *_people(author), _time(author.find(f"{H}time")))
        for kind in ("legalAuthenticator", "authenticator"):
            for person in root.findall(f"{H}{kind}"):
                facts.line("signed", *_people(person), _time(person.find(f"{H}time")))
        for recipient in root.findall(f"{H}informationRecipient/{H}intendedRecipient"):
            facts.line("recipient", *_people(recipient))
        for entity in root.findall(f"{H}participant/{H}associatedEntity"):
            facts.line("relationship", *_people(entity), _coded(entity.find(f"{H}code")))
        custodian = root.find(f"{H}custodian/{H}assignedCustodian/{H}representedCustodianOrganization/{H}name")
        facts.line("organisation", _name(custodian))
        facts.end()

    def _patient(self, facts: Facts, role: etree._Element) -> None:
        patient = role.find(f"{H}patient")
        if patient is not None:
            facts.line("patient", *(_name(name) for name in patient.findall(f"{H}name")[:1]))
            facts.line("born", _time(patient.find(f"{H}birthTime")))
            facts.line("sex", _coded(patient.find(f"{H}administrativeGenderCode")))
        facts.line("patient_id", *dict.fromkeys(str(i.get("extension") or "") for i in role.findall(f"{H}id")))
        facts.line("address", *(_name(a) for a in role.findall(f"{H}addr")[:1]))
        facts.line("phone", *(str(t.get("value") or "").removeprefix("tel:") for t in role.findall(f"{H}telecom")))

    def _section(self, section: etree._Element, level: int) -> None:
        title, code, text = (section.find(H + name) for name in ("title", "code", "text"))
        kind = "" if code is None else section_kind(str(code.get("code") or ""))
        shown = "" if title is None else one_line(words(title))
        if shown:
            self.builder.heading(shown, level, kind)
        else:
            self.builder.open_section(_coded(code), level, kind)
        before = self.builder.position
        if text is not None:
            self.flow.read(text)
        if self.builder.position == before and section.find(f"{H}entry") is not None:
            self.coded_only += 1
            self._entries(section)
        self._media(section)
        for inner in section.findall(f"{H}component/{H}section"):
            self._section(inner, level + 1)

    def _entries(self, section: etree._Element) -> None:
        for statement in section.iterfind(f"{H}entry//*"):
            if local(statement) in _STATEMENTS:
                self.builder.paragraph(", ".join(dict.fromkeys(filter(None, _stated(statement)))), tight=True)
        self.builder.end_table()

    def _media(self, section: etree._Element) -> None:
        for value in section.iterfind(f"{H}entry//{H}observationMedia/{H}value"):
            self._attach(value)

    def _unstructured(self, text: etree._Element) -> None:
        if str(text.get("representation") or "TXT").upper() == "B64":
            self._attach(text)
        else:
            self.builder.paragraph(words(text))
            reference = text.find(f"{H}reference")
            if reference is not None:
                self.builder.notes.append("the body is another file, named by a reference that is not followed")

    def _attach(self, value: etree._Element) -> None:
        kind = str(value.get("mediaType") or "").split(";")[0].strip().lower()
        try:
            data = base64.b64decode(re.sub(r"\s+", "", words(value)), validate=True)
        except (binascii.Error, ValueError):
            self.builder.notes.append("an embedded file is no valid base64")
            return
        if value.get("compression"):
            data = inflated(data) or b""
            if not data:
                packed = value.get("compression")
                self.builder.notes.append(f"an embedded file is packed in a way that is not read ({packed})")
        if data:
            name = f"attachment-{len(self.builder.attachments) + 1}{suffix_for(kind) or suffix_of(data) or ''}"
            self.builder.attachments.append((name, data))


def _coded(code: etree._Element | None) -> str:
    """What a coded value says in words: its original text, its name, else the bare code."""
    if code is None or code.get("nullFlavor"):
        return ""
    original = code.find(f"{H}originalText")
    spoken = "" if original is None else one_line(words(original))
    return str(code.get("displayName") or spoken or code.get("code") or "")


def _time(time: etree._Element | None) -> str:
    return "" if time is None else moment(str(time.get("value") or ""))


def _period(time: etree._Element | None) -> str:
    if time is None or time.get("value"):
        return _time(time)
    return " – ".join(filter(None, (_time(time.find(f"{H}low")), _time(time.find(f"{H}high")))))


def _name(element: etree._Element | None) -> str:
    """Parts of a name or address in their order, by spaces."""
    if element is None or element.get("nullFlavor"):
        return ""
    return " ".join(filter(None, (one_line(str(text)) for text in element.itertext())))


def _people(entity: etree._Element) -> tuple[str, ...]:
    """Names of persons, devices and organisations in an entity, each once."""
    steps = ("assignedPerson", "associatedPerson", "informationRecipient", "assignedAuthoringDevice",
             "representedOrganization", "receivedOrganization")  # fmt: skip
    names: list[str] = []
    for step in steps:
        for holder in entity.iter(H + step):
            for child in holder:
                if local(child) in ("name", "manufacturerModelName", "softwareName"):
                    names.append(_name(child))
    return tuple(dict.fromkeys(names))


def _stated(statement: etree._Element) -> Iterator[str]:
    """What a coded statement says: what, value, dose, time. Nothing is concluded from codes."""
    if statement.get("negationInd") == "true":
        yield "negationInd: true"
    yield _coded(statement.find(f"{H}code"))
    for material in statement.iterfind(f"{H}consumable//{H}manufacturedMaterial/{H}code"):
        yield _coded(material)
    for part in ("value", "doseQuantity", "rateQuantity"):
        for value in statement.findall(H + part):
            yield _quantity(value)
    yield _coded(statement.find(f"{H}statusCode"))
    yield _period(statement.find(f"{H}effectiveTime"))


def _quantity(value: etree._Element) -> str:
    if value.get("value") is not None:
        unit = str(value.get("unit") or "")
        return f"{value.get('value')} {'' if unit == '1' else unit}".strip()
    low, high = value.find(f"{H}low"), value.find(f"{H}high")
    if low is not None or high is not None:
        return " – ".join(filter(None, (_quantity(v) for v in (low, high) if v is not None)))
    return _coded(value) or one_line(words(value))
