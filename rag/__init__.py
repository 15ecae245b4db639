"""Casefolio: questions over a folder of clinical and legal files, answered in quotes that open at their page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.answer import Answer
    from rag.library import Library

__all__ = ["Answer", "Library"]


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that `import rag` and `rag --help` cost nothing.
    if name == "Library":
        from rag.library import Library

        return Library
    if name == "Answer":
        from rag.answer import Answer

        return Answer
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
