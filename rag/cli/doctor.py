"""`rag doctor`: the ledger of a folder, and its index."""

from __future__ import annotations

import argparse
import shutil
from typing import TYPE_CHECKING, Any

from casefolio.cli.common import add_folder, open_library, print_json
from casefolio.cli.ledger_text import lines
from casefolio.cli.screen import put

if TYPE_CHECKING:
    from casefolio.indexes.store import LedgerEntry
    from casefolio.ingest.document import Document
    from casefolio.ingest.identity import Identity
    from casefolio.library import Library

_OFFICE = "reads old Word, Excel and PowerPoint files, WordPerfect, XLSB and ODS: apt install libreoffice"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_folder(parser)
    parser.add_argument("--all", action="store_true", help="list every file of a large folder too")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Print the ledger."""
    with open_library(args, create=False) as library:
        report = examine(library)
    if args.json:
        print_json(report)
    else:
        for line in lines(report, _tools(), every=args.all):
            put(line)
    return 0


def examine(library: Library) -> dict[str, Any]:
    """The ledger and the index as plain values."""
    passages, with_vector = library.passages()
    identities = library.identities()
    from casefolio.indexes.encoders import better_encoder

    return {
        "better_encoder": better_encoder(library.encoder.name),
        "folder": str(library.folder),
        "index": str(library.index_folder),
        "encoder": library.encoder.name,
        "contract": library.encoder.contract,
        "passages": passages,
        "with_vector": with_vector,
        "missing": library.missing(),
        "pending": library.pending(),
        "tools": {tool: shutil.which(tool) is not None for tool in _tools()},
        "files": [_file(entry, identities.get(entry.path)) for entry in library.ledger()],
    }


def _tools() -> dict[str, str]:
    """Programs that reading calls, and what each is for."""
    from casefolio.ingest.tesseract import PACKAGES

    return {"tesseract": f"reads pages without a text layer: apt install {PACKAGES}", "soffice": _OFFICE}


def _file(entry: LedgerEntry, identity: Identity | None) -> dict[str, Any]:
    document = entry.document
    common = {"document": entry.path, "sha256": entry.sha256, "media_type": entry.media_type}
    if document is None:
        return {**common, "status": "unread", "reason": entry.reason, "hint": entry.hint, "pages": []}
    return {
        **common,
        "status": _status(document),
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
                "lacks_text": p.lacks_text,
            }
            for p in document.pages
        ],
    }


def _status(document: Document) -> str:
    """How much of a document was read: `unread`, `partly`, `ocr` or `read`."""
    sources = {page.source for page in document.pages}
    if sources == {"unread"}:
        return "unread"
    if document.unread_pages:
        return "partly"
    return "ocr" if "ocr" in sources else "read"
