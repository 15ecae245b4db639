"""`rag mcp`: tools for models on stdin and stdout, over the Model Context Protocol."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casefolio.cli.generating import add_generator, settings_of
from casefolio.cli.serve import add_served, needs_extra, open_shelf

if TYPE_CHECKING:
    from casefolio.serving.shelf import Shelf


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_served(parser)
    parser.add_argument(
        "--scope", metavar="GLOB", help="a wall: only documents whose path fits are there for the model"
    )
    add_generator(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until the other side closes the pipe."""
    needs_extra()
    from casefolio.indexes.filters import scope_filter
    from casefolio.serving.audit import AuditLog
    from casefolio.serving.desk import Desk
    from casefolio.serving.logs import to_stderr
    from casefolio.serving.tools import server
    from casefolio.serving.walls import Wall

    to_stderr()
    settings: Any = settings_of(args)
    del settings["as_of"]
    scope_filter(args.scope)
    wall = Wall("mcp", scope=args.scope)
    below = getattr(sys.stdout, "below", sys.stdout)
    with ExitStack() as stack:
        shelf = open_shelf(args, stack)
        desk = Desk(shelf, settings, AuditLog(Path(args.audit)) if args.audit else None, args.audit_text,
                    seconds=args.timeout)  # fmt: skip
        # the protocol speaks on stdout as it is, not through the screen that shows control characters
        shown, sys.stdout = sys.stdout, below
        try:
            asyncio.run(_serve(server(desk, lambda context: wall), shelf))
        finally:
            sys.stdout = shown
    return 0


async def _serve(tools: Any, shelf: Shelf) -> None:
    watching = asyncio.create_task(shelf.watch())
    try:
        await tools.run_stdio_async()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
