"""FHIR R4 as XML, turned into what the JSON form says, so that both are read by the same code."""

from __future__ import annotations

from typing import Any

from lxml import etree

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.clinical.fhir import read_json
from casefolio.ingest.loaders.detecting import FHIR_XML
from casefolio.ingest.loaders.shared.guard import guarded, parse_xml
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.xml_tree import local

_XHTML = "{http://www.w3.org/1999/xhtml}div"
_BOOLEANS = {"true": True, "false": False}


@guarded("FHIR resource")
def read_fhir_xml(source: Source) -> Reading:
    """Read a resource or a Bundle.

    Raises:
        ReadingError: where it is no well-formed XML or holds no resource.
    """
    root = parse_xml(source.data)
    if not local(root)[:1].isupper():
        raise BrokenFile("XML, but no FHIR resource")
    return read_json([_resource(root, 0)], FHIR_XML)


def _resource(element: etree._Element, depth: int) -> dict[str, Any]:
    return {"resourceType": local(element), **_fields(element, depth)}


def _fields(element: etree._Element, depth: int) -> dict[str, Any]:
    if depth > limits.MAX_NESTED:
        raise LimitExceeded(f"elements nested more than {limits.MAX_NESTED} deep")
    fields: dict[str, Any] = {str(name): str(value) for name, value in element.attrib.items() if name in ("id", "url")}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name, value = local(child), _value(child, depth + 1)
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return fields


def _value(element: etree._Element, depth: int) -> Any:
    """What JSON has for an element: a text, a resource, or an object."""
    if element.tag == _XHTML:
        return etree.tostring(element, encoding="unicode", with_tail=False)
    stated = element.get("value")
    if stated is not None:
        return _BOOLEANS.get(stated, stated)
    inner = [child for child in element if isinstance(child.tag, str)]
    if len(inner) == 1 and local(inner[0])[:1].isupper():
        return _resource(inner[0], depth)  # `resource`, `contained`: one resource, named by its kind
    return _fields(element, depth)
