"""`rag audit verify`: whether an audit log stands as it was written."""

from __future__ import annotations

import argparse
from pathlib import Path

from casefolio.cli.screen import put
from casefolio.ingest.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    verifying = actions.add_parser("verify", help="find the first line that was edited, removed, added or moved")
    verifying.add_argument("file", metavar="FILE", help="an audit log of `rag serve --audit FILE`")


def run(args: argparse.Namespace) -> int:
    """Verify and print; 1 where the log does not stand."""
    from casefolio.serving.audit import verify

    path = Path(args.file)
    if not path.is_file():
        raise UsageError(f"no such file: {path}")
    found = verify(path)
    if found.fault:
        put(f"{path}: {found.fault}; {found.lines} lines before it stand")
        return 1
    put(f"{path}: {found.lines} lines, all as they were written")
    return 0
