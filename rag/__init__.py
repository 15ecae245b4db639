"""Casefolio: questions over a folder of clinical and legal files, answered in quotes that open at their page.

    with Library.open("files") as library:
        answer = library.ask("What was she discharged on?")

What is listed here is the public face; other rooms may change between versions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casefolio.answer import Answer, Citation
    from casefolio.indexes.filters import Filters
    from casefolio.ingest.errors import RagError
    from casefolio.ingest.meaning import annotate
    from casefolio.library import Library
    from casefolio.verifying import verify

__all__ = ["Answer", "Citation", "Filters", "Library", "RagError", "annotate", "verify"]

# Loaded when asked for, so that importing this package and `rag --help` cost nothing.
_ROOMS = {
    "Answer": "casefolio.answer",
    "Citation": "casefolio.answer",
    "Filters": "casefolio.indexes.filters",
    "Library": "casefolio.library",
    "RagError": "casefolio.ingest.errors",
    "annotate": "casefolio.ingest.meaning",
    "verify": "casefolio.verifying",
}


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
