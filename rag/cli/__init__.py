"""The command line: a table of verbs; the module of a verb is loaded when that verb is typed.

Results go to stdout, everything else to stderr. Exit status: 0 answered or done, 3 abstained, 4 unread, 2 usage,
1 an error of ours in one line that names the file and what to do.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import io
import os
import sys
from collections.abc import Sequence

# A new verb also has a line in the verb block of README.md; tests/test_rag_cli.py compares the two.
VERBS = {
    "index": ("read a folder and index it", "casefolio.cli.index"),
    "search": ("find the passages for a question", "casefolio.cli.search"),
    "ask": ("answer a question in quotes", "casefolio.cli.ask"),
    "chat": ("ask one question after another", "casefolio.cli.chat"),
    "serve": ("serve a page to ask on, and endpoints for programs", "casefolio.cli.serve"),
    "mcp": ("serve tools for models on stdin and stdout", "casefolio.cli.mcp"),
    "audit": ("say whether an audit log stands as it was written", "casefolio.cli.audit"),
    "check": ("say whether every quote of an answer kept in a file still stands", "casefolio.cli.check"),
    "show": ("print the page of a span, the span marked", "casefolio.cli.show"),
    "text": ("print the canonical text of a document", "casefolio.cli.text"),
    "doctor": ("list what was read, what was not and why", "casefolio.cli.doctor"),
    "encoders": ("list, check and compare encoders", "casefolio.cli.encoders"),
    "annotate": ("say what passages assert", "casefolio.cli.annotate"),
    "verify": ("say whether quotes support claims", "casefolio.cli.verify"),
    "train": ("make pairs, train an encoder or a reader on one's own files", "casefolio.cli.train"),
    "eval": ("evaluate on sets of cases", "casefolio.eval.cli"),
}
_COLLECT_AFTER = 100_000  # new containers; Python's own 700 cost a cold question a twentieth of its time
EXIT_ERROR, EXIT_USAGE, EXIT_INTERRUPTED, EXIT_PIPE = 1, 2, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: words after `rag`; those of the process where None.

    Returns:
        The exit status.
    """
    ours = argv is None  # the process ends with this command
    if ours:
        gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])
    for stream in (sys.stdout, sys.stderr):
        # whatever the locale: results are UTF-8, and half a surrogate pair is shown as what it is, in JSON too
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    from casefolio.cli.screen import screens

    try:
        with screens():
            return _run(list(sys.argv[1:] if argv is None else argv))
    finally:
        if ours:
            gc.freeze()  # Python would look through all that there is once more before it ends


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in VERBS:
        build_parser().parse_args(arguments)
        build_parser().print_help(sys.stderr)
        return EXIT_USAGE
    verb, *rest = arguments
    parser = verb_parser(verb)
    # options may stand between FOLDER and an optional QUESTION, but argparse cannot do that beside sub-parsers
    intermixed = not any(isinstance(action, argparse._SubParsersAction) for action in parser._actions)
    args = parser.parse_intermixed_args(rest) if intermixed else parser.parse_args(rest)
    return _guarded(VERBS[verb][1], args)


def build_parser() -> argparse.ArgumentParser:
    """The parser of `rag --help`, which knows the verbs by name only and so loads none of them."""
    parser = argparse.ArgumentParser(
        prog="rag", description="Questions over a folder of clinical and legal files, answered in quotes."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", dest="verb")
    for name, (told, _) in VERBS.items():
        verbs.add_parser(name, help=told)
    return parser


def verb_parser(verb: str) -> argparse.ArgumentParser:
    """The parser of one verb."""
    told, module = VERBS[verb]
    parser = argparse.ArgumentParser(prog=f"rag {verb}", description=f"{told[0].upper()}{told[1:]}.")
    importlib.import_module(module).add_arguments(parser)
    return parser


def _version() -> str:
    # importlib.metadata costs a tenth of a second; only --version pays it
    if "--version" not in sys.argv:
        return ""
    from importlib.metadata import version

    return version("casefolio")


def _guarded(module: str, args: argparse.Namespace) -> int:
    from casefolio.ingest.errors import RagError, UsageError

    try:
        status = int(importlib.import_module(module).run(args))
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a fault of the output is still told in one line
        return status
    except UsageError as error:
        print(f"rag: {_one_line(error)}", file=sys.stderr)
        return EXIT_USAGE
    except RagError as error:
        print(f"rag: {_one_line(error)}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("rag: stopped", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # the reader of our output has gone (`rag text … | head`); keep Python from complaining at exit
        _drop_output()
        return EXIT_PIPE
    except OSError as error:
        if error.filename is not None:
            print(f"rag: {error.filename}: {error.strerror}", file=sys.stderr)
        else:
            print(f"rag: cannot write the results: {error.strerror or error}", file=sys.stderr)
            _drop_output()
        return EXIT_ERROR


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
