"""`Walled`: a library as one person may see it. What lies beyond the wall is not found, not counted and not named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from casefolio.indexes.filters import NO_FILTERS, Filters, scope_filter
from casefolio.ingest.errors import UsageError

if TYPE_CHECKING:
    from casefolio.answer import UnreadPages
    from casefolio.indexes.encoders.base import Encoder
    from casefolio.indexes.index import Found
    from casefolio.indexes.store import LedgerEntry
    from casefolio.ingest.document import Document
    from casefolio.ingest.identity import Identity
    from casefolio.library import Library


class Walled:
    """What `casefolio.asking` needs of a library, within a wall and the filters of one question.

    Args:
        library: an open library.
        wall: pattern of paths, see `indexes.filters.scope_filter`; None for everything.
        filters: of one question: kind, language and dates; its scope is given when asking.

    Raises:
        UsageError: where the wall is no pattern.
    """

    def __init__(self, library: Library, wall: str | None = None, filters: Filters = NO_FILTERS) -> None:
        self._library = library
        self._filters = replace(filters, wall=wall)
        self._inside = scope_filter(wall)

    @property
    def encoder(self) -> Encoder:
        """The encoder of the index."""
        return self._library.encoder

    def find(self, question: str, k: int = 10, scope: str | None = None) -> Found:
        """Hits within the wall; see `Library.find`."""
        return self._library.find(question, k, filters=replace(self._filters, scope=scope))

    def changed(self, documents: Iterable[str]) -> frozenset[str]:
        """Those of the documents whose file was changed since it was read."""
        return self._library.changed(filter(self._inside, documents))

    def document(self, path: str) -> Document:
        """A document by its path.

        Raises:
            UsageError: where there is none within the wall, in the same words whether or not there is one beyond.
        """
        if not self._inside(path):
            raise UsageError(f"no document {path}")
        try:
            return self._library.document(path)
        except UsageError:
            if any(entry.path == path for entry in self.ledger()):
                raise
            raise UsageError(f"no document {path}") from None

    def ledger(self) -> list[LedgerEntry]:
        """Files and attachments within the wall, by path."""
        return [entry for entry in self._library.ledger() if self._inside(entry.path)]

    def identities(self) -> dict[str, Identity]:
        """What each document within the wall says it is, by path."""
        return {path: identity for path, identity in self._library.identities().items() if self._inside(path)}

    def missing(self) -> int:
        """Whether the folder was read to its end: 0, or -1 where it was not; how much is missing is beyond the wall."""
        return -1 if self._library.missing() else 0

    def unread(self, scope: str | None = None) -> tuple[UnreadPages, ...]:
        """Files and pages within wall and scope that could not be read."""
        return tuple(u for u in self._library.unread(scope) if self._inside(u.document))
