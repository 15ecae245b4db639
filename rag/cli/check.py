"""`rag check`: whether every quote of an answer kept by `rag ask --html` still stands."""

from __future__ import annotations

import argparse
from pathlib import Path

from casefolio.cli.common import add_reading, say
from casefolio.cli.screen import put
from casefolio.ingest.errors import FolderError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("file", metavar="FILE", help="an answer kept by `rag ask --html FILE`")
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", help="the folder of its documents; without it, the file alone is checked"
    )
    add_reading(parser)


def run(args: argparse.Namespace) -> int:
    """Check and print; 1 where anything does not stand."""
    from casefolio.keeping.checking import check

    folder = Path(args.folder) if args.folder else None
    if folder is not None and not folder.is_dir():
        raise FolderError(f"no such folder: {folder}", "check the path")
    found = check(Path(args.file), folder, args.password, ocr=not args.no_ocr)
    for fault in found.faults:
        put(fault)
    for remark in found.remarks:
        say(f"  note: {remark}")
    put(
        f"{args.file}: {found.standing} of {found.quotes} quotes stand"
        + ("" if not found.faults else f", {len(found.faults)} faults")
    )
    return 1 if found.faults else 0
