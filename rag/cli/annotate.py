"""`rag annotate`: what passages assert, as JSON lines."""

from __future__ import annotations

import argparse
from typing import Any

from casefolio.cli.lines import Record, answer_lines
from casefolio.ingest.document import Span
from casefolio.ingest.errors import UsageError
from casefolio.ingest.meaning import annotate
from casefolio.ingest.meaning.assertion import Assertion

EPILOG = """\
Each line of the input is {"id", "text", "language"?, "start"?, "end"?, "section_kind"?}. With start and end the
answer is what holds for that stretch: {"id", "negated", "certainty", "temporality", "experiencer", "side", "severity",
"modality", "state", "conditions", "cues"}. Without, "assertions" lists the same for every clause, with its start
and end.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of this verb."""
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", nargs="?", metavar="FILE.jsonl", help="lines to annotate; standard input without it")


def run(args: argparse.Namespace) -> int:
    """Annotate line by line; the answer to a line is written before the next is read.

    Raises:
        UsageError: the file is missing, or a line is not what the help describes; the lines before it were answered.
    """
    return answer_lines(args.file, _answer)


def _answer(record: Record, number: int) -> Record:
    if not isinstance(record.get("text"), str):
        raise UsageError(f"line {number} has no text", 'give {"id": …, "text": "…"}')
    text, language, kind = record["text"], record.get("language"), str(record.get("section_kind") or "")
    start, end = record.get("start"), record.get("end")
    if start is None or end is None:
        found = annotate(text, language, section_kind=kind)
        listed = [{"start": a.span.start, "end": a.span.end} | as_json(a, text) for a in found]
        return {"id": record.get("id"), "assertions": listed}
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= len(text)):
        raise UsageError(f"line {number}: start and end must be positions in a text of {len(text)} characters")
    (assertion,) = annotate(text, language, [Span(start, end)], kind)
    return {"id": record.get("id")} | as_json(assertion, text)


def as_json(assertion: Assertion, text: str) -> dict[str, Any]:
    """Plain values of an assertion; cues with their words."""
    return {
        "negated": assertion.negated,
        "certainty": assertion.certainty,
        "temporality": assertion.temporality,
        "experiencer": assertion.experiencer,
        "side": assertion.side,
        "severity": assertion.severity,
        "modality": assertion.modality,
        "state": assertion.state,
        "conditions": [[s.start, s.end] for s in assertion.conditions],
        "cues": [
            {"kind": c.kind, "value": c.value, "start": c.span.start, "end": c.span.end, "text": c.span.of(text)}
            for c in assertion.cues
        ],
    }
