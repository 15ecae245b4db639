"""`rag verify`: whether quotes support claims, and whether responses are grounded in their contexts, as JSON lines."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from casefolio.answer import Verdict
from casefolio.cli.lines import answer_lines
from casefolio.ingest.document import Span
from casefolio.ingest.errors import UsageError
from casefolio.verification.reading import MISSING, reader
from casefolio.verifying import grounding, verify

EPILOG = """\
Each line of the input is one of
  {"id", "claim", "quote", "language"?}
      answered by {"id", "verdict", "score", "reasons"}: supported, contradicted or unsupported; the probability of
      support; and which words of the claim stand against which of the quote. Rules may contradict, the trained reader
      may doubt, both must agree to support; without the reader's weights the rules decide alone, and a note says so
  {"id", "question"?, "contexts": [...], "response", "language"?}
      answered by {"id", "score", "grounded", "claims": [{"start", "end", "verdict", "score", "context"}]}: how surely
      all of the response is grounded, the decision (a score above .5), and each of its sentences with the number of
      the context that fits it best
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of this verb."""
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", nargs="?", metavar="FILE.jsonl", help="lines to verify; standard input without it")


def run(args: argparse.Namespace) -> int:
    """Verify line by line; the answer to a line is written before the next is read.

    Raises:
        UsageError: the file is missing, or a line is not what the help describes; the lines before it were answered.
    """
    if reader() is None:
        print(f"note: {MISSING}", file=sys.stderr)
    return answer_lines(args.file, answer)


def answer(record: dict[str, Any], number: int) -> dict[str, Any]:
    """The answer to one record.

    Raises:
        UsageError: the record has neither claim and quote nor contexts and response.
    """
    language = record.get("language")
    if language is not None and not isinstance(language, str):
        raise UsageError(f"line {number}: the language must be a code such as en, de or ko")
    if isinstance(record.get("claim"), str) and isinstance(record.get("quote"), str):
        found = verify(record["claim"], record["quote"], language)
        return {"id": record.get("id")} | as_json(found, record["claim"], record["quote"])
    contexts, response = record.get("contexts"), record.get("response")
    if isinstance(contexts, list) and all(isinstance(c, str) for c in contexts) and isinstance(response, str):
        whole = grounding(str(record.get("question") or ""), contexts, response, language)
        return {"id": record.get("id")} | whole.as_json()
    raise UsageError(f"line {number} has no claim and quote, and no contexts and response", "see rag verify --help")


def as_json(verdict: Verdict, claim: str, quote: str) -> dict[str, Any]:
    """Plain values of a verdict; reasons with their words."""
    return {
        "verdict": verdict.label,
        "score": verdict.score,
        "reasons": [
            {"kind": r.kind, "claim": _place(r.claim, claim), "quote": _place(r.quote, quote), "detail": r.detail}
            for r in verdict.reasons
        ],
    }


def _place(span: Span | None, text: str) -> dict[str, Any] | None:
    return None if span is None else {"start": span.start, "end": span.end, "text": span.of(text)}
