"""Single FHIR resources as lines of text: a drug with its dose, a result with its range, a report with its results."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from casefolio.ingest import data
from casefolio.ingest.loaders.clinical.facts import Facts, label
from casefolio.ingest.loaders.clinical.fhir_values import Json, Resources, attach, field, many, say
from casefolio.ingest.loaders.html.flow import Flow
from casefolio.ingest.loaders.html.loader import ROLES
from casefolio.ingest.loaders.shared.building import Builder

_UNSAID = {"resourceType", "id", "meta", "text", "extension", "modifierExtension", "identifier", "contained", "subject",
           "patient", "implicitRules", "language"}  # fmt: skip
_COMPONENT = ("value*", "dataAbsentReason", "interpretation", "referenceRange")


@cache
def _lines() -> dict[str, Any]:
    return data.table(Path(__file__).parent / "fhir_resources.toml")


class Lines:
    """Appends resources to a builder, each once.

    Attributes:
        done: identities of the resources that were said.
        in_error: how many were withdrawn as entered in error.
        open: kind of the section that is being filled.
    """

    def __init__(self, resources: Resources, language: str) -> None:
        self.resources = resources
        self.language = language
        self.builder = Builder()
        self.facts = Facts(self.builder, language)
        self.flow = Flow(self.builder, ROLES)
        self.done: set[int] = set()
        self.in_error = 0
        self.open = ""

    def resource(self, resource: Json, level: int) -> None:
        """Append one resource, unless it was appended before or is withdrawn."""
        if id(resource) in self.done:
            return
        self.done.add(id(resource))
        status = self.say(resource.get("verificationStatus"), resource) + self.say(resource.get("status"), resource)
        if "entered-in-error" in status or "Entered in Error" in status:
            self.in_error += 1
            return
        match resource.get("resourceType"):
            case "Composition":
                self.composition(resource)
            case "Patient":
                self.patient(resource)
            case "DiagnosticReport":
                self._report(resource, level)
            case "DocumentReference" | "Media":
                self._reference(resource)
            case "QuestionnaireResponse":
                self._answers(resource)
            case kind if kind in _lines():
                self._line(resource, level)
            case _:
                self.other(resource)

    def say(self, value: Any, holder: Json | None = None) -> str:
        """`value` in words; what it refers to is looked for in `holder` first."""
        return say(value, self.resources, holder)

    def composition(self, composition: Json) -> None:
        """Append a document. What holds documents overrides this."""
        self.other(composition)

    def narrative(self, resource: Json) -> None:
        """Append the narrative of a resource or section, if it has one."""
        text = resource.get("text")
        div = text.get("div") if isinstance(text, dict) else None
        if isinstance(div, str) and div.strip():
            parser = etree.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8")
            root = etree.fromstring(div.encode("utf-8", "replace"), parser)
            if root is not None:
                self.flow.read(root)

    def name(self, resource: Json) -> str:
        """What a resource is about, in words."""
        known = _lines().get(str(resource.get("resourceType")))
        names = known["name"] if known else ["code", "title", "name"]
        return next(filter(None, (self.say(field(resource, name), resource) for name in names)), "")

    def patient(self, patient: Json) -> None:
        """Append who the patient is."""
        self.facts.line("patient", self.say(many(patient.get("name"))[:1]))
        self.facts.line("born", self.say(patient.get("birthDate")))
        self.facts.line("sex", self.say(patient.get("gender")))
        self.facts.line("died", self.say(field(patient, "deceased*")))
        self.facts.line("patient_id", *(self.say(i.get("value")) for i in many(patient.get("identifier")) if i))
        self.facts.line("address", self.say(patient.get("address")))
        self.facts.line("phone", self.say(patient.get("telecom")))
        self.facts.end()

    def _line(self, resource: Json, level: int) -> None:
        spec = _lines()[resource["resourceType"]]
        if self.open not in (spec["label"], spec["kind"] or "?"):
            self.builder.end_table()
            self.builder.open_section(label(spec["label"], self.language), level, spec["kind"])
            self.open = spec["label"]
        details = []
        for key, name in spec["details"]:
            value = field(resource, name)
            words = self.say(value, resource)
            if name == "doNotPerform":
                words = "doNotPerform" if value is True else ""
            if words:
                details.append((key, words))
        about = self.name(resource) or label(spec["label"], self.language)
        for key, words in details:
            about += f": {words}" if key == "value" else f"; {label(key, self.language)}: {words}"
        self.builder.row([about])
        for part in many(resource.get("component")):
            if isinstance(part, dict):
                said = "; ".join(filter(None, (self.say(field(part, name), resource) for name in _COMPONENT)))
                self.builder.row([f"{self.say(part.get('code'))}: {said}"])
        for member in many(resource.get("hasMember")):
            target = self.resources.find(member, resource)
            if target is not None:
                self.resource(target, level)

    def _report(self, report: Json, level: int) -> None:
        title = self.say(report.get("code"), report)
        if not self.builder.title:
            self.builder.title = title
        self.builder.end_table()
        self.builder.heading(title or label("study", self.language), level, "")
        self.open = "report"
        facts = self.facts
        facts.line("status", self.say(report.get("status")))
        facts.line("category", self.say(report.get("category"), report))
        facts.line("date", self.say(field(report, "effective*") or report.get("issued")))
        if not isinstance(self.resources.find(report.get("subject"), report), dict):
            facts.line("patient", self.say(report.get("subject"), report))
        facts.line("performer", self.say(report.get("performer"), report))
        facts.line("author", self.say(report.get("resultsInterpreter"), report))
        facts.line("specimen", self.say(report.get("specimen"), report))
        facts.end()
        before = self.builder.position
        for reference in many(report.get("result")):
            target = self.resources.find(reference, report)
            if target is not None:
                self.resource(target, level + 1)
            else:
                facts.line("result", self.say(reference, report))
        conclusion = self.say(report.get("conclusion")), self.say(report.get("conclusionCode"), report)
        if any(conclusion):
            self.builder.end_table()
            self.builder.open_section(label("conclusion", self.language), level + 1, "impression")
            self.open = "impression"
            self.builder.paragraph(str(report.get("conclusion") or ""))
            if conclusion[1] and conclusion[1] not in conclusion[0]:
                facts.line("conclusion", conclusion[1])
                facts.end()
        for form in many(report.get("presentedForm")):
            attach(self.builder, form, self.resources)
        if self.builder.position == before:
            self.narrative(report)

    def _reference(self, reference: Json) -> None:
        facts = self.facts
        facts.line("document_type", self.say(reference.get("type"), reference))
        facts.line("description", self.say(reference.get("description")))
        facts.line("status", self.say(reference.get("docStatus") or reference.get("status")))
        facts.line("date", self.say(reference.get("date")))
        facts.line("author", self.say(reference.get("author"), reference))
        facts.end()
        for content in many(reference.get("content")):
            attached = content.get("attachment", content) if isinstance(content, dict) else None
            attach(self.builder, attached, self.resources)

    def _answers(self, response: Json) -> None:
        """A questionnaire that was filled in: each question with its answers on one line."""
        waiting = [item for item in reversed(many(response.get("item"))) if isinstance(item, dict)]
        while waiting:
            item = waiting.pop()
            answers = [a for a in many(item.get("answer")) if isinstance(a, dict)]
            said = ", ".join(filter(None, (self.say(field(answer, "value*"), response) for answer in answers)))
            question = self.say(item.get("text")) or self.say(item.get("linkId"))
            self.builder.paragraph(f"{question}: {said}" if said else question, tight=True)
            inner = many(item.get("item")) + [i for answer in answers for i in many(answer.get("item"))]
            waiting += [i for i in reversed(inner) if isinstance(i, dict)]
        self.builder.end_table()

    def other(self, resource: Json) -> None:
        """Append a resource of a type without rules of its own: its narrative, else its fields under their names."""
        before = self.builder.position
        self.narrative(resource)
        if self.builder.position != before:
            return
        self.open = ""
        self.builder.open_section(str(resource.get("resourceType")), 1)
        for name, value in resource.items():
            if name not in _UNSAID and not name.startswith("_"):
                words = self.say(value, resource)
                if words:
                    self.builder.paragraph(f"{name}: {words}", tight=True)
        self.builder.end_table()
