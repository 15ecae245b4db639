"""FHIR R4 as JSON: documents by their sections, reports with their results, other resources as one line each."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.clinical.facts import section_kind
from casefolio.ingest.loaders.clinical.fhir_lines import Lines
from casefolio.ingest.loaders.clinical.fhir_values import Json, Resources, attach, many
from casefolio.ingest.loaders.detecting import FHIR_JSON
from casefolio.ingest.loaders.shared.building import one_line
from casefolio.ingest.loaders.shared.charsets import decode_as
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source

# Resources that others name (who, where, with what); they are said where they are named.
_NAMED_BY_OTHERS = {
    "Practitioner", "PractitionerRole", "Organization", "Location", "Device", "Medication", "Specimen", "Binary",
    "Provenance", "RelatedPerson", "Endpoint", "OperationOutcome", "ImagingStudy",
}  # fmt: skip


@guarded("FHIR resource")
def read_fhir(source: Source) -> Reading:
    """Read a resource, a Bundle, or resources one a line.

    Raises:
        ReadingError: where it is no JSON or holds no resource.
    """
    return read_json(_roots(source), FHIR_JSON)


def read_json(roots: list[Any], media_type: str) -> Reading:
    """Read what the JSON of some resources says.

    Raises:
        BrokenFile: where there is no resource.
        LimitExceeded: where there are more than a record holds.
    """
    resources: list[tuple[str, Json]] = []
    for root in roots:
        _collect(root, "", resources, 0)
    if not resources:
        raise BrokenFile("no FHIR resource")
    return replace(_Reader(resources).read(), media_type=media_type)


def _roots(source: Source) -> list[Any]:
    text = decode_as(source.data).text
    try:
        return [_loads(text)]
    except json.JSONDecodeError:
        return [_loads(line) for line in text.splitlines() if line.strip()]


def _loads(text: str) -> Any:
    # numbers keep the digits that they were written with: 5.0 is not 5
    return json.loads(text, parse_float=Decimal)


def _collect(root: Any, url: str, found: list[tuple[str, Json]], depth: int) -> None:
    if depth > 10 or len(found) > limits.MAX_RESOURCES:
        raise LimitExceeded("bundles in bundles, or more resources than a record holds")
    if not isinstance(root, dict) or not isinstance(root.get("resourceType"), str):
        return
    if root["resourceType"] not in ("Bundle", "Parameters"):
        found.append((url, root))
        return
    for entry in many(root.get("entry")) + many(root.get("parameter")):
        if isinstance(entry, dict):
            _collect(entry.get("resource"), str(entry.get("fullUrl") or ""), found, depth + 1)


class _Reader(Lines):
    """Reads the resources of one file: the document first, then what it does not refer to."""

    def __init__(self, found: list[tuple[str, Json]]) -> None:
        resources = Resources()
        for url, resource in found:
            resources.add(resource, url)
        self.all = [resource for _, resource in found]
        first = next((r for r in self.all if r["resourceType"] == "Composition"), self.all[0])
        stated = [first, *self.all]
        super().__init__(resources, next((str(r["language"]) for r in stated if r.get("language")), ""))

    def read(self) -> Reading:
        """Append every resource that is not said where another one names it."""
        if self.language:
            self.builder.metadata.append(("language", self.language))
        order = {"Patient": 1, "Composition": 0}
        for resource in sorted(self.all, key=lambda r: order.get(r["resourceType"], 2)):
            if resource["resourceType"] not in _NAMED_BY_OTHERS:
                self.resource(resource, 1)
        if not self.builder.position and not self.builder.attachments:
            for resource in self.all:
                self.other(resource)
        self._binaries()
        self.builder.note(self.in_error, "resource{s} entered in error left out")
        self.builder.note(self.flow.struck, "deleted passage{s} left out")
        return self.builder.reading(FHIR_JSON)

    def _binaries(self) -> None:
        """Hand on the files that no resource names: they are documents all the same."""
        for binary in self.all:
            if binary["resourceType"] == "Binary" and binary.get("data"):
                before = {content for _, content in self.builder.attachments}
                attach(self.builder, binary, self.resources)
                if self.builder.attachments and self.builder.attachments[-1][1] in before:
                    self.builder.attachments.pop()

    def composition(self, composition: Json) -> None:
        """Append a document: its facts, then its sections."""
        self.builder.title = str(composition.get("title") or "")
        self.builder.paragraph(one_line(self.builder.title))
        self.facts.line("document_type", self.say(composition.get("type"), composition))
        self.facts.line("status", self.say(composition.get("status"), composition))
        self.facts.line("date", self.say(composition.get("date"), composition))
        patient = self.resources.find(composition.get("subject"), composition)
        if patient is not None and patient.get("resourceType") == "Patient":
            self.resource(patient, 1)
        else:
            self.facts.line("patient", self.say(composition.get("subject"), composition))
        self.facts.line("author", self.say(composition.get("author"), composition))
        for attester in many(composition.get("attester")):
            if isinstance(attester, dict):
                self.facts.line("signed", self.say(attester.get("party"), composition), self.say(attester.get("time")))
        self.facts.line("organisation", self.say(composition.get("custodian"), composition))
        self.facts.end()
        for section in many(composition.get("section")):
            if isinstance(section, dict):
                self._section(section, 1, composition)

    def _section(self, section: Json, level: int, holder: Json) -> None:
        if level > 20:
            raise LimitExceeded("sections nested more than 20 deep")
        codes = [c for c in many((section.get("code") or {}).get("coding")) if isinstance(c, dict)]
        kind = next(filter(None, (section_kind(str(code.get("code") or "")) for code in codes)), "")
        title = one_line(str(section.get("title") or ""))
        if title:
            self.builder.heading(title, level, kind)
        else:
            self.builder.open_section(self.say(section.get("code")), level, kind)
        self.open = kind
        before = self.builder.position
        self.narrative(section)
        narrative = self.builder.text_since(before)
        for entry in many(section.get("entry")):
            target = self.resources.find(entry, holder)
            if target is None:
                continue
            # the narrative states what its entries code; an entry that it does not name is said in a line
            name = self.name(target)
            if name and name.casefold() in narrative.casefold():
                self.done.add(id(target))
            else:
                self.resource(target, level + 1)
        self.builder.end_table()
        if self.builder.position == before:
            self.builder.paragraph(self.say(section.get("emptyReason")))
        for inner in many(section.get("section")):
            if isinstance(inner, dict):
                self._section(inner, level + 1, holder)
