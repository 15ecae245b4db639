"""`rag serve`: a page to ask on, and endpoints for programs."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from casefolio.cli.common import add_code, add_reading, say
from casefolio.cli.generating import add_generator, settings_of
from casefolio.ingest.errors import UsageError

if TYPE_CHECKING:
    import socket

    from casefolio.library import Library
    from casefolio.serving.shelf import Shelf
    from casefolio.serving.walls import Walls

TOKEN_VARIABLE = "CASEFOLIO_TOKEN"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_served(parser)
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=8017, metavar="N", help="port to listen on (8017; 0 for a free one)"
    )
    parser.add_argument(
        "--token", metavar="WORD", help=f"who asks has to know it; better in {TOKEN_VARIABLE}, which others cannot see"
    )
    parser.add_argument(
        "--tokens", metavar="FILE.toml", help="tokens, each with the libraries and scopes that it opens"
    )
    parser.add_argument(
        "--rate", type=float, default=1200.0, metavar="N", help="requests a caller has in a minute (1200)"
    )
    parser.add_argument("--no-watch", action="store_true", help="do not look for changes of the folders")
    add_generator(parser)


def add_served(parser: argparse.ArgumentParser) -> None:
    """FOLDER…, --index, --audit, --audit-text and how files are read."""
    parser.add_argument("folder", metavar="FOLDER", nargs="+", help="folders of files, each a library")
    parser.add_argument(
        "--index", metavar="DIR", help="where the index lies, with one FOLDER (FOLDER/.rag unless named)"
    )
    parser.add_argument(
        "--audit", metavar="FILE", help="write down who asked what when, and which documents were shown"
    )
    parser.add_argument("--audit-text", action="store_true", help="write down the quotes too")
    add_code(parser)
    add_reading(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    needs_extra()
    import uvicorn

    from casefolio.serving.app import application
    from casefolio.serving.audit import AuditLog
    from casefolio.serving.desk import Desk
    from casefolio.serving.guard import Limits
    from casefolio.serving.logs import to_stderr

    to_stderr()
    if not 0 <= args.port < 65_536:
        raise UsageError(f"--port is a number up to 65535, got {args.port}")
    if not args.rate > 0:
        raise UsageError(f"--rate is a number above 0, got {args.rate}")
    settings = settings_of(args)
    del settings["as_of"]
    with ExitStack() as stack:
        shelf = open_shelf(args, stack)
        walls = walls_of(args, [name for name, _ in shelf])
        audit = AuditLog(Path(args.audit)) if args.audit else None
        desk = Desk(shelf, settings, audit, args.audit_text, seconds=args.timeout)  # type: ignore[arg-type]
        burst = max(30.0, args.rate / 4)
        app = application(desk, walls, Limits(per_minute=args.rate, burst=burst), watch=not args.no_watch)
        config = uvicorn.Config(app, args.host, args.port, log_config=None, log_level="warning",
                                access_log=False, server_header=False,
                                date_header=False, timeout_keep_alive=20, h11_max_incomplete_event_size=65_536,
                                timeout_graceful_shutdown=5, backlog=512, ws="none")  # fmt: skip
        _server_class()(config).run()
    return 0


def needs_extra() -> None:
    """Make sure that what serves is installed.

    Raises:
        UsageError: with the way out.
    """
    missing = [name for name in ("starlette", "uvicorn", "watchfiles", "mcp") if find_spec(name) is None]
    if missing:
        raise UsageError(f"{', '.join(missing)} is not installed", "pip install 'casefolio[serve]'")


def walls_of(args: argparse.Namespace, libraries: list[str]) -> Walls:
    """The tokens that the arguments name.

    Raises:
        UsageError: where others than this machine could ask without one.
    """
    from casefolio.serving.walls import Walls

    token = args.token or os.environ.get(TOKEN_VARIABLE)
    if args.tokens and args.token:
        raise UsageError("give either --token or --tokens")
    if args.tokens:
        return Walls.of_file(args.tokens, libraries)
    if token:
        return Walls.of_one(token)
    if args.host not in _LOOPBACK:
        raise UsageError(
            f"who can reach {args.host} could read every file", "set --token or --tokens, or keep to 127.0.0.1"
        )
    return Walls({})


def open_shelf(args: argparse.Namespace, stack: ExitStack) -> Shelf:
    """The libraries of the folders, by the folders' names."""
    from casefolio.library import Library
    from casefolio.serving.shelf import Shelf

    if args.index and len(args.folder) > 1:
        raise UsageError("--index goes with one FOLDER")
    libraries: dict[str, Library] = {}
    for folder in args.folder:
        library = Library.open(folder, index=args.index, tell=say, passwords=args.password, ocr=not args.no_ocr,
                               trust_remote_code=args.trust_remote_code)  # fmt: skip
        stack.callback(library.close)
        name = base = Path(folder).resolve().name or "files"
        number = 1
        while name in libraries:
            number += 1
            name = f"{base}-{number}"
        libraries[name] = library
    return Shelf(libraries)


def _server_class() -> type:
    import uvicorn

    class Told(uvicorn.Server):
        """Says where it listens once it does."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            for listening in self.servers:
                for bound in listening.sockets:
                    host, port = bound.getsockname()[:2]
                    say(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}")

    return Told
