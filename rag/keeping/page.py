"""The file of a kept answer: HTML that needs nothing else, with its record inside and its own hash at the end.

Nothing in it can act: it holds no script that runs, and its policy lets it load nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from casefolio.cli.screen import shown
from casefolio.indexes.home import machine_key
from casefolio.messages import say

if TYPE_CHECKING:
    from casefolio.keeping.record import Sheet

RECORD = re.compile(r'<script type="application/json" id="record">(.*?)</script>', re.DOTALL)
_SEAL = re.compile(r"<!-- casefolio sha256=([0-9a-f]{64}) key=([0-9a-f]{16}) seal=([0-9a-f]{64}) -->\n\Z")


def render(record: dict[str, Any], sheets: Sequence[Sheet]) -> str:
    """The whole file.

    Args:
        record: of `record_of`.
        sheets: one for each citation, in order.
    """
    style = (resources.files("casefolio.keeping") / "page.css").read_text("utf-8")
    style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{style_hash}'"
    # within a script, `<` ends nothing
    kept = json.dumps(record).replace("<", "\\u003c")
    parts = [
        "<!doctype html>", f'<html lang="{record["answer"]["language"]}">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>{_text(record['answer']['question'])}</title>", f"<style>{style}</style>", "</head>", "<body>",
        *_body(record, sheets),
        f'<script type="application/json" id="record">{kept}</script>', "</body>", "</html>", "",
    ]  # fmt: skip
    return sealed("\n".join(parts))


def sealed(html: str) -> str:
    """A file with its hash and this machine's seal at its end."""
    digest = hashlib.sha256(html.encode()).hexdigest()
    key, seal = _seal(digest)
    return f"{html}<!-- casefolio sha256={digest} key={key} seal={seal} -->\n"


def seal_fault(html: str) -> str | None:
    """What is wrong with hash or seal of a file; empty where the seal is another machine's, None where all fits."""
    found = _SEAL.search(html)
    if found is None:
        return "its seal is gone"
    digest = hashlib.sha256(html[: found.start()].encode()).hexdigest()
    if digest != found[1]:
        return "the file was edited"
    key, seal = _seal(digest)
    if key != found[2]:
        return ""
    return None if hmac.compare_digest(seal, found[3]) else "the file was edited, and its hash with it"


def _seal(digest: str) -> tuple[str, str]:
    """Name of this machine's key, and its seal of a hash."""
    key = hmac.new(machine_key(), b"casefolio kept answer", hashlib.sha256).digest()
    return hashlib.sha256(key).hexdigest()[:16], hmac.new(key, digest.encode(), hashlib.sha256).hexdigest()


def _body(record: dict[str, Any], sheets: Sequence[Sheet]) -> Iterator[str]:
    answer = record["answer"]
    language = answer["language"]
    scope = [say("kept_scope", language).format(scope=record["scope"])] if record["scope"] else []
    yield f"<h1>{_text(answer['question'])}</h1>"
    yield f"<p class=quiet>{_text(', '.join([record['folder'], *scope, record['made'], answer['model']]))}</p>"
    yield f'<p class="status {answer["status"]}">{_text(say("kept_" + answer["status"], language))}</p>'
    yield f'<p class="answer" dir="auto">{_text(answer["text"])}</p>'
    for note in answer["notes"]:
        yield f"<p class=note>{_text(note)}</p>"
    for number, (citation, sheet) in enumerate(zip(answer["citations"], sheets, strict=True), start=1):
        yield from _quote(number, citation, sheet, language)
    if answer["nearest"]:
        yield f"<h2>{_text(say('kept_nearest', language))}</h2>"
    for citation in answer["nearest"]:
        yield f'<blockquote dir="auto">{_text(citation["quote"])}</blockquote>'
        yield f"<p class=quiet>{_place(citation, language)}</p>"
    yield from _ledger(record["ledger"], language)
    yield f"<p class=quiet>{_text(say('kept_check', language))}</p>"


def _quote(number: int, citation: dict[str, Any], sheet: Sheet, language: str) -> Iterator[str]:
    yield f'<section id="q{number}"><h2>[{number}] {_place(citation, language)}</h2>'
    yield f'<blockquote dir="auto">{_marked(citation)}</blockquote>'
    where = _text(say("kept_characters", language).format(start=citation["start"], end=citation["end"]))
    how = " " + _text(say("kept_ocr", language)) if sheet.source == "ocr" else ""
    yield f"<p class=quiet>{where} <code>{_text(citation['sha256'])}</code>.{how}</p>"
    if sheet.png:
        data = base64.b64encode(sheet.png).decode()
        yield f'<img alt="{_text(sheet.quote)}" src="data:image/png;base64,{data}">'
    else:
        yield f"<pre>{_text(sheet.before)}<mark>{_text(sheet.quote)}</mark>{_text(sheet.after)}</pre>"
    yield "</section>"


def _ledger(ledger: Sequence[dict[str, Any]], language: str) -> Iterator[str]:
    """How much of each file in scope had been read."""
    unread = sum(entry["unread"] is None for entry in ledger)
    columns = "".join(f"<th>{_text(say(key, language))}" for key in ("kept_file", "kept_pages", "kept_missing"))
    yield f"<h2>{_text(say('kept_ledger', language))}</h2>"
    yield f"<p>{_text(say('kept_sum', language).format(n=len(ledger), unread=unread))}</p>"
    yield f"<div class=scroll><table><tr>{columns}<th>SHA-256</tr>"
    for entry in ledger:
        missing = _text(entry["reason"]) if entry["unread"] is None else ", ".join(map(str, entry["unread"]))
        sha256 = f"<code>{_text(entry['sha256'])}</code>"
        yield f"<tr><td>{_text(entry['path'])}<td>{entry['pages']}<td>{missing}<td>{sha256}</tr>"
    yield "</table></div>"


def _place(citation: dict[str, Any], language: str) -> str:
    return _text(say("place", language).format(document=citation["document"], page=citation["page"]))


def _marked(citation: dict[str, Any]) -> str:
    """A quote, what answers in it stronger."""
    quote, found = str(citation["quote"]), citation.get("highlight")
    if not found:
        return _text(quote)
    start, end = (at - citation["start"] for at in found)
    return f"{_text(quote[:start])}<strong>{_text(quote[start:end])}</strong>{_text(quote[end:])}"


def _text(value: object) -> str:
    """Text of others as text: no markup, no control characters, no marks of direction."""
    return escape(shown(str(value)).encode("utf-8", "replace").decode(), quote=True)
