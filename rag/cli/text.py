"""`rag text`: the canonical text of a document; byte for byte, but on a terminal."""

from __future__ import annotations

import argparse
import sys

from casefolio.cli.common import add_folder, open_library, say_changed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_folder(parser)
    parser.add_argument("document", metavar="DOCUMENT", help="path of a document")


def run(args: argparse.Namespace) -> int:
    """Write the text as UTF-8."""
    with open_library(args, create=False) as library:
        document = library.document(args.document)
        say_changed(library, [args.document])
    if sys.stdout.isatty():
        sys.stdout.write(document.text)  # shown, like everything on a terminal
    else:
        sys.stdout.buffer.write(document.text.encode("utf-8"))
    sys.stdout.flush()
    return 0
