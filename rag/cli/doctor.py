"""`rag doctor`: the ledger of a folder, and its index."""

from __future__ import annotations

import argparse
import shutil
from typing import TYPE_CHECKING, Any

from rag.cli.common import add_folder, open_library, print_json
from rag.cli.screen import put

if TYPE_CHECKING:
    from indexes.store import LedgerEntry
    from ingest.identity import Identity
    from rag.library import Library

_TOOLS = {
    "tesseract": "reads pages without a text layer: apt install tesseract-ocr tesseract-ocr-deu tesseract-ocr-kor",
    "soffice": "reads old Word and WordPerfect files: apt install libreoffice-writer",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_folder(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Print the ledger."""
    with open_library(args, create=False) as library:
        report = examine(library)
    if args.json:
        print_json(report)
    else:
        _print(report)
    return 0


def examine(library: Library) -> dict[str, Any]:
    """The ledger and the index as plain values."""
    passages, with_vector = library.passages()
    identities = library.identities()
    from indexes.encoders import better_encoder

    return {
        "better_encoder": better_encoder(library.encoder.name),
        "folder": str(library.folder),
        "index": str(library.index_folder),
        "encoder": library.encoder.name,
        "contract": library.encoder.contract,
        "passages": passages,
        "with_vector": with_vector,
        "missing": library.missing(),
        "tools": {tool: shutil.which(tool) is not None for tool in _TOOLS},
        "files": [_file(entry, identities.get(entry.path)) for entry in library.ledger()],
    }


def _file(entry: LedgerEntry, identity: Identity | None) -> dict[str, Any]:
    document = entry.document
    common = {"document": entry.path, "sha256": entry.sha256, "media_type": entry.media_type}
    if document is None:
        return {**common, "status": "unread", "reason": entry.reason, "hint": entry.hint, "pages": []}
    sources = {page.source for page in document.pages}
    status = (
        "unread"
        if sources == {"unread"}
        else "partly"
        if "unread" in sources
        else "ocr"
        if "ocr" in sources
        else "read"
    )
    return {
        **common,
        "status": status,
        "reason": "",
        "hint": "",
        "language": document.language,
        "title": identity.title if identity else document.title,
        "kind": identity.kind if identity else "",
        "date": identity.day if identity else "",
        "identity": [
            {"field": f.name, "value": f.value, "start": f.span.start, "end": f.span.end} for f in identity.fields
        ]
        if identity
        else [],
        "n_pages": len(document.pages),
        "hidden_characters": document.hidden,
        "notes": list(document.notes),
        "pages": [
            {
                "page": p.number,
                "source": p.source,
                "characters": len(p.span),
                "confidence": p.confidence,
                "reason": p.reason,
            }
            for p in document.pages
        ],
    }


def _print(report: dict[str, Any]) -> None:
    put(f"{report['folder']}: {len(report['files'])} documents, {report['passages']} passages, "
          f"{report['with_vector']} with a vector")  # fmt: skip
    put(f"index {report['index']}, encoder {report['encoder']} ({report['contract'].get('dimension')} dimensions)")
    if report["better_encoder"]:
        put(f"  {report['better_encoder']} is at hand and finds more, in many languages: "
              f"rag index {report['folder']} --encoder {report['better_encoder']}")  # fmt: skip
    if report["missing"]:
        told = report["missing"] if report["missing"] > 0 else "an unknown number of"
        put(f"  not read to its end: {told} files are missing; `rag index {report['folder']}` goes on")
    for file in report["files"]:
        told = (
            f"{file.get('n_pages', 0)} page{'s' if file.get('n_pages') != 1 else ''}"
            if file["status"] != "unread" or file["pages"]
            else ""
        )
        put(f"  {file['status']:<7} {file['document']}  {told}{_why(file)}".rstrip())
        known = [file.get("kind", "").replace("_", " "), file.get("date", ""), *_names(file)]
        if any(known):
            put(f"            {'; '.join(k for k in known if k)}")
        for page in file["pages"]:
            if page["source"] == "unread":
                put(f"            page {page['page']} unread: {page['reason']}")
            elif page["source"] == "ocr":
                confidence = "" if page["confidence"] is None else f", confidence {page['confidence']:.0f}"
                put(f"            page {page['page']} read by OCR{confidence}")
        for note in file.get("notes", []):
            put(f"            {note}")
        if file.get("hidden_characters"):
            put(f"            {file['hidden_characters']} characters that a reader cannot see were left out")
    for tool, present in report["tools"].items():
        if not present:
            put(f"  {tool} is not installed; it {_TOOLS[tool]}")


def _names(file: dict[str, Any]) -> list[str]:
    named = {f["value"]: None for f in file.get("identity", []) if f["field"] in ("patient", "party")}
    return list(named)[:4]


def _why(file: dict[str, Any]) -> str:
    if not file["reason"]:
        return ""
    return f"{file['reason']} ({file['hint']})" if file["hint"] else str(file["reason"])
