"""Which documents a question may look at: the one hard filter, applied before anything is ranked."""

from __future__ import annotations

from collections.abc import Callable

from ingest.errors import UsageError


def scope_filter(scope: str | None) -> Callable[[str], bool]:
    """A test of paths.

    Args:
        scope: a path relative to the folder, or a pattern as in `.gitignore`: `*.pdf` at any depth, `patient_7/`
            and `patient_7/**` for all below; None for everything. Several, separated by commas, are joined.

    Raises:
        UsageError: where the pattern cannot be read.
    """
    if scope is None or not scope.strip():
        return lambda path: True
    import pathspec

    parts = [part.strip() for part in scope.split(",") if part.strip()]
    try:
        patterns = pathspec.GitIgnoreSpec.from_lines(parts)
    except ValueError as error:
        raise UsageError(f"--scope {scope!r} is no pattern: {error}") from error
    exact = {scope, *parts}
    return lambda path: path in exact or any(path.startswith(f"{e}/") for e in exact) or patterns.match_file(path)
