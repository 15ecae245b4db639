"""What the service writes to stderr: its own lines, and warnings of the libraries that it is made of."""

from __future__ import annotations

import logging
import sys

_OURS = "casefolio"


def to_stderr() -> None:
    """Send log lines to stderr, one line each; to be called before any library sets up its own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith(_OURS))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.getLogger(_OURS).setLevel(logging.INFO)


class _OneLine(logging.Formatter):
    """No traceback: the message of an error may quote a document."""

    def format(self, record: logging.LogRecord) -> str:
        from casefolio.cli.screen import on_one_line

        record.exc_info = record.exc_text = record.stack_info = None
        return on_one_line(super().format(record))
