"""FHIR's data types in words. What is said stands in the resource; nothing is concluded from a code."""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal
from typing import Any

from casefolio.ingest.loaders.clinical.facts import full_name
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.embedded import suffix_for, suffix_of

Json = dict[str, Any]
_SKIPPED = {
    "id", "extension", "modifierExtension", "system", "version", "userSelected", "use", "meta", "language", "url",
}  # fmt: skip


class Resources:
    """The resources of one file by the names under which others refer to them."""

    def __init__(self) -> None:
        self._known: dict[str, Json] = {}

    def add(self, resource: Json, full_url: str = "") -> None:
        """Take in a resource and those that it contains."""
        kind, key = resource.get("resourceType"), resource.get("id")
        if full_url:
            self._known[full_url] = resource
        if kind and key:
            self._known[f"{kind}/{key}"] = resource
            self._known.setdefault(f"urn:uuid:{key}", resource)
        for inner in many(resource.get("contained")):
            if isinstance(inner, dict) and inner.get("id"):
                self._known[f"#{inner['id']}@{id(resource)}"] = inner
                self._known.setdefault(f"#{inner['id']}", inner)

    def find(self, reference: Any, holder: Json | None = None) -> Json | None:
        """The resource that a Reference or an address leads to, if this file holds it."""
        name = reference.get("reference") if isinstance(reference, dict) else reference
        if not isinstance(name, str):
            return None
        own = self._known.get(f"{name}@{id(holder)}")
        if own is not None:
            return own
        name = re.sub(r"/_history/[^/]+$", "", name)
        return self._known.get(name) or self._known.get("/".join(name.split("/")[-2:]))


def many(value: Any) -> list[Any]:
    """`value` as a list: broken resources have one value where a list belongs."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def field(resource: Json, name: str) -> Any:
    """A field; with `*` the first of those that begin so (`onset*`)."""
    if not name.endswith("*"):
        return resource.get(name)
    return next((v for k, v in resource.items() if k.startswith(name[:-1]) and not k.startswith("_")), None)


def say(value: Any, resources: Resources, holder: Json | None = None, depth: int = 0) -> str:
    """A value of any type on one line."""
    if depth > 12 or value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(filter(None, (say(item, resources, holder, depth + 1) for item in value)))
    if not isinstance(value, dict):
        return one_line(str(value))

    def inner(*names: str, by: str = " ") -> str:
        return by.join(filter(None, (say(value.get(name), resources, holder, depth + 1) for name in names)))

    if "coding" in value:
        return inner("text") or say(many(value["coding"])[:1], resources, holder, depth + 1)
    if "reference" in value:
        return inner("display") or _referred(value, resources, holder, depth)
    if isinstance(value.get("value"), (int, Decimal)):
        return " ".join(filter(None, (f"{inner('comparator')}{value['value']}", inner("unit") or inner("code"))))
    if "low" in value or "high" in value:
        return inner("text") or _range(inner("low"), inner("high"))
    if "start" in value or "end" in value:
        return inner("start", "end", by=" – ") if "start" in value else f"– {inner('end')}"
    if "numerator" in value:
        return inner("numerator", "denominator", by=" / ")
    if "family" in value or "given" in value:
        parts = [inner(name).replace(", ", " ") for name in ("family", "given", "prefix", "suffix")]
        return inner("text") or full_name(parts[0], parts[1], prefix=parts[2], suffix=parts[3])
    if "text" in value and isinstance(value["text"], str):
        # the text of a dosage may leave its numbers to the fields
        dose = inner("doseAndRate")
        return inner("text") if not dose or dose in value["text"] else f"{inner('text')}, {dose}"
    if "display" in value or ("code" in value and not isinstance(value["code"], (dict, list))):
        return inner("display") or inner("code")
    if "value" in value and not isinstance(value["value"], (dict, list)):
        return inner("value")
    return _pairs(value, resources, holder, depth)


def _range(low: str, high: str) -> str:
    if low and high:
        return f"{low} – {high}"
    return f"≥ {low}" if low else f"≤ {high}"


def _pairs(value: Json, resources: Resources, holder: Json | None, depth: int) -> str:
    """A structure without a text of its own, as its fields and their values."""
    said = []
    for name, part in value.items():
        if name not in _SKIPPED and not name.startswith("_"):
            words = say(part, resources, holder, depth + 1)
            if words:
                # what stands alone in a structure is its content: `line`, `city`, `concept`
                bare = isinstance(part, (dict, list)) or name in ("city", "postalCode", "country", "state", "district")
                said.append(words if bare else f"{name} {words}")
    return ", ".join(said)


def _referred(value: Json, resources: Resources, holder: Json | None, depth: int) -> str:
    target = resources.find(value, holder)
    if target is None:
        return ""
    for name in ("name", "code", "title", "medicationCodeableConcept", "practitioner", "organization", "deviceName"):
        if target.get(name) is not None and target.get(name) is not holder:
            return say(many(target[name])[:1], resources, target, depth + 1)
    return ""


def attach(builder: Builder, attachment: Any, resources: Resources) -> None:
    """Hand on a file that stands in the resource itself; one that stands elsewhere is not fetched, but noted."""
    if not isinstance(attachment, dict):
        return
    data, kind = attachment.get("data"), str(attachment.get("contentType") or "")
    if data is None:
        binary = resources.find(attachment.get("url"))
        data = None if binary is None else binary.get("data")
        kind = kind or str((binary or {}).get("contentType") or "")
    if data is None:
        if attachment.get("url"):
            builder.notes.append("an attachment stands at another address and is not fetched")
        return
    try:
        content = base64.b64decode(re.sub(r"\s+", "", str(data)), validate=True)
    except (binascii.Error, ValueError):
        builder.notes.append("an attachment is no valid base64")
        return
    suffix = suffix_for(kind) or suffix_of(content) or ""
    title = re.sub(r"[\x00-\x1f/\\]+", " ", str(attachment.get("title") or "")).strip(" .")
    name = title or f"attachment-{len(builder.attachments) + 1}"
    builder.attachments.append((name if suffix and name.lower().endswith(suffix) else name + suffix, content))
