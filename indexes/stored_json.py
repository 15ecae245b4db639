"""Documents and identities as JSON for the store; a document's text has a column of its own."""

from __future__ import annotations

import json

from casefolio.ingest.document import Document, Page, Row, Section, Span, document_id
from casefolio.ingest.document_json import shared
from casefolio.ingest.identity import Field, Identity


def pack_document(document: Document) -> str:
    """The fields of a document that have no column of their own, as compact JSON."""
    body = {
        "title": document.title,
        "pages": [[p.number, p.span.start, p.span.end, p.source, p.confidence, p.reason] for p in document.pages],
        "sections": [
            [s.title, s.level, s.span.start, s.span.end, s.heading.start, s.heading.end, s.kind]
            for s in document.sections
        ],
        "furniture": [[s.start, s.end] for s in document.furniture],
        "rows": [[r.span.start, r.span.end, list(r.columns)] for r in document.rows],
        "hidden": document.hidden,
        "notes": list(document.notes),
        "metadata": [list(pair) for pair in document.metadata],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def unpack_document(body: str, path: str, sha256: str, media_type: str, language: str, text: str) -> Document:
    """The document that `pack_document` packed."""
    b, once = json.loads(body), shared()
    return Document(
        id=document_id(path, sha256),
        path=path,
        sha256=sha256,
        media_type=media_type,
        language=language,
        title=b["title"],
        text=text,
        pages=tuple(
            Page(n, Span(s, e), source, confidence, reason) for n, s, e, source, confidence, reason in b["pages"]
        ),
        sections=tuple(Section(t, lv, Span(s, e), Span(hs, he), kind) for t, lv, s, e, hs, he, kind in b["sections"]),
        furniture=tuple(Span(s, e) for s, e in b["furniture"]),
        rows=tuple(Row(Span(s, e), once(columns)) for s, e, columns in b["rows"]),
        hidden=b["hidden"],
        notes=tuple(b["notes"]),
        metadata=tuple((k, v) for k, v in b["metadata"]),
    )


def pack_identity(identity: Identity) -> str:
    """An identity as compact JSON."""
    fields = [[f.name, f.value, f.span.start, f.span.end] for f in identity.fields]
    body = {"kind": identity.kind, "title": identity.title, "fields": fields, "day": identity.day}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def unpack_identity(body: str) -> Identity:
    """The identity that `pack_identity` packed."""
    b = json.loads(body)
    return Identity(
        b["kind"], b["title"], tuple(Field(n, v, Span(s, e)) for n, v, s, e in b["fields"]), b.get("day", "")
    )
