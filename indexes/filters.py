"""Which documents a question may look at: the one hard filter, applied before anything is ranked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from casefolio.indexes.globs import read_glob
from casefolio.ingest.errors import UsageError

_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may be looked at; what is empty or None filters nothing.

    Attributes:
        scope: a path or pattern, see `scope_filter`.
        kind: of the document, as `rag doctor` shows it (`discharge_letter`, `agreement`, …).
        language: ISO 639-1 code.
        since: first day of the document's date, `2021`, `2021-04` or `2021-04-03`; a document without a date fails.
        until: last day, likewise.
        wall: a scope that holds beside any other: what lies beyond it may not even be named.
    """

    scope: str | None = None
    kind: str | None = None
    language: str | None = None
    since: str | None = None
    until: str | None = None
    wall: str | None = None

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            value = getattr(self, name)
            if value is not None and not _DAY.fullmatch(value):
                raise UsageError(f"--{name} {value!r} is no date", "write 2021, 2021-04 or 2021-04-03")

    @property
    def any(self) -> bool:
        """Whether anything is filtered."""
        return any(v is not None for v in (self.scope, self.kind, self.language, self.since, self.until, self.wall))

    def admits(self, kind: str, language: str, day: str) -> bool:
        """Whether a document passes all filters but the scope."""
        return (
            (self.kind is None or kind == self.kind)
            and (self.language is None or language == self.language)
            and (self.since is None or day[: len(self.since)] >= self.since)
            and (self.until is None or (bool(day) and day[: len(self.until)] <= self.until))
        )


NO_FILTERS = Filters()


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
    scope = unicodedata.normalize("NFC", scope)  # macOS writes names of files in parts (NFD)
    parts = [part.strip() for part in scope.split(",") if part.strip()]
    try:
        patterns = [read_glob(part) for part in parts]
    except ValueError as error:
        raise UsageError(f"--scope {scope!r} is no pattern: {error}") from error
    exact = {scope, *parts}

    def inside(path: str) -> bool:
        path = unicodedata.normalize("NFC", path)
        if path in exact or any(path.startswith(f"{e}/") for e in exact):
            return True
        folders = path.split("/")
        last = next((p for p in reversed(patterns) if p.fits(folders)), None)
        return last is not None and not last.negative

    return inside
