"""The parts of a Word package and how they refer to each other."""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from urllib.parse import unquote

from lxml import etree

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.shared.guard import Package, parse_xml
from casefolio.ingest.loaders.word.inline import R

_STRICT = b"http://purl.oclc.org/ooxml/"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class Parts:
    """The XML parts of a Word package and the relations between them."""

    def __init__(self, data: bytes) -> None:
        self.package = Package(data)
        self.main = "word/document.xml"
        with suppress(BrokenFile):
            # where the way in is damaged the usual one may do
            roots = self.relations("").values()
            self.main = next((target for kind, target in roots if kind == "officeDocument"), self.main)

    def root(self, name: str) -> etree._Element | None:
        """Root of a part in transitional namespaces, or None where the package lacks it."""
        if name not in self.package:
            return None
        data = self.package.read(name)
        if _STRICT in data:
            data = re.sub(rb"http://purl\.oclc\.org/ooxml/(wordprocessingml|drawingml)/(main|\w+)",
                          rb"http://schemas.openxmlformats.org/\1/2006/\2", data)  # fmt: skip
            data = data.replace(b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode())
        return parse_xml(data)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id -> (last word of its type, name of the part it leads to); links to the outside are left out."""
        folder, name = posixpath.split(part)
        root = self.root(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, tuple[str, str]] = {}
        for relation in [] if root is None else root.iter(_RELATION):
            if relation.get("TargetMode") != "External":
                target = unquote(str(relation.get("Target") or ""))
                path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                found[str(relation.get("Id"))] = (str(relation.get("Type") or "").rsplit("/", 1)[-1], path)
        return found

    def related(self, kind: str) -> etree._Element | None:
        """Root of the first part to which the main part relates as `kind` (`styles`, `footnotes`)."""
        for found, target in self.relations(self.main).values():
            if found == kind:
                return self.root(target)
        return None
