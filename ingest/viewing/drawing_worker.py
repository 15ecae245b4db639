"""The process that draws pages: one request after another, under a limit of memory, until its parent is gone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from casefolio.ingest.worker import opened, requests

VIEW, FAULT = b"v", b"f"


def main(descriptor: int) -> None:
    """Serve the connection behind a file descriptor: first the settings, then pages."""
    connection, settings = opened(descriptor)
    for request in requests(connection):
        connection.send_bytes(_answer(Path(settings["root"]), request, settings["passwords"]))


def _answer(root: Path, request: dict[str, object], passwords: Sequence[str]) -> bytes:
    from casefolio.ingest.errors import ReadingError
    from casefolio.ingest.viewing.pdf import view_pdf
    from casefolio.ingest.viewing.scan import view_image
    from casefolio.ingest.viewing.source import source_of
    from casefolio.ingest.viewing.wanted import Wanted

    wanted = Wanted(**request)  # type: ignore[arg-type]
    try:
        source = source_of(root, wanted, passwords)
        view = (view_pdf if wanted.media_type == "application/pdf" else view_image)(source, wanted)
        return VIEW + view.pack()
    except ReadingError as error:
        return FAULT + json.dumps([error.message, error.hint]).encode()
    except MemoryError:
        return FAULT + json.dumps(["drawing it takes more memory than one page may", ""]).encode()
    except Exception as error:  # a parser's own fault on a damaged file costs this picture alone
        return FAULT + json.dumps([f"it cannot be drawn ({type(error).__name__})", ""]).encode()
