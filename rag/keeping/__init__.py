"""An answer kept as one file that opens anywhere, and whether what it quotes still stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from casefolio.indexes.home import write_private

if TYPE_CHECKING:
    from casefolio.answer import Answer
    from casefolio.library import Library

__all__ = ["keep"]


def keep(library: Library, answer: Answer, scope: str | None, path: Path) -> None:
    """Keep an answer in a file: with the pages of its quotes, the hash of every file and the ledger.

    Raises:
        UsageError: where a document is gone since it was quoted.
    """
    from casefolio.keeping.page import render
    from casefolio.keeping.record import record_of, sheet_of

    sheets = [sheet_of(library, library.document(c.document), c.span, c.page) for c in answer.citations]
    answer = library.boxed(answer)
    write_private(path, render(record_of(library, answer, scope), sheets).encode())
