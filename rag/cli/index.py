"""`rag index`: read a folder, encode its passages, say what was read and what was not."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from casefolio.cli.common import add_folder, add_reading, print_json, progress_bars, say
from casefolio.cli.screen import put

if TYPE_CHECKING:
    from casefolio.library import Summary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_folder(parser)
    parser.add_argument(
        "--encoder",
        metavar="NAME",
        help="name or path of an encoder (`rag encoders list`); the index's own, else the embedded default",
    )
    parser.add_argument(
        "--int8", action="store_true", default=None, help="quantise the encoder's weights (faster on a CPU)"
    )
    add_reading(parser)
    parser.add_argument("--json", action="store_true", help="the summary as one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Index and print the summary."""
    from casefolio.reindexing import index_folder

    with progress_bars() as progress:
        summary = index_folder(
            args.folder,
            index=args.index,
            encoder=args.encoder,
            int8=args.int8,
            passwords=args.password,
            ocr=not args.no_ocr,
            trust_remote_code=args.trust_remote_code,
            progress=progress,
            tell=say,
        )
    if args.json:
        print_json(as_json(summary))
    else:
        for line in told(summary):
            put(line)
    for unread in summary.unread:
        pages = (
            f" page{'s' if len(unread.pages) > 1 else ''} {', '.join(map(str, unread.pages))}" if unread.pages else ""
        )
        say(f"not read: {unread.document}{pages}: {unread.reason}")
    for warning in summary.warnings:
        say(f"note: {warning}")
    return 0


def told(summary: Summary) -> list[str]:
    """The summary in words."""
    c = summary.changes
    files = len(c.added) + len(c.changed) + len(c.renamed) + len(c.unchanged)
    counts = {
        "added": len(c.added),
        "changed": len(c.changed),
        "renamed": len(c.renamed),
        "removed": len(c.removed),
        "unchanged": len(c.unchanged),
    }
    parts = ", ".join(f"{n} {what}" for what, n in counts.items() if n) or "nothing in the folder"
    empty = summary.not_read - sum(not u.pages for u in summary.unread)  # nothing in them is unread: none is named
    unread = f"{summary.not_read} not read" + (f" ({empty} empty)" if empty else "")
    return [
        f"{files} files: {parts}",
        f"{summary.passages} passages, {summary.encoded} encoded now,"
        f" {summary.with_vector} with a vector ({summary.encoder})",
        f"{summary.read} read, {summary.partly} read in part, {unread}; {summary.elapsed_s:.1f} s",
    ]


def as_json(summary: Summary) -> dict[str, object]:
    """The summary as plain values."""
    c = summary.changes
    return {
        "added": list(c.added), "changed": list(c.changed), "renamed": [list(pair) for pair in c.renamed],
        "removed": list(c.removed), "unchanged": len(c.unchanged), "passages": summary.passages,
        "encoded": summary.encoded, "with_vector": summary.with_vector, "encoder": summary.encoder,
        "read": summary.read, "read_in_part": summary.partly, "not_read": summary.not_read,
        "unread": [u.as_json() for u in summary.unread], "warnings": list(summary.warnings),
        "elapsed_s": round(summary.elapsed_s, 3),
    }  # fmt: skip
