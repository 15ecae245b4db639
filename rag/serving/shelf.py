"""`Shelf`: the libraries that are served, kept in step with their folders."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from casefolio.index_files import INDEX_FOLDER
from casefolio.indexes.filters import NO_FILTERS, Filters
from casefolio.ingest.errors import RagError, UsageError
from casefolio.library import Library
from casefolio.serving.walls import Wall
from casefolio.walled import Walled

_log = logging.getLogger("casefolio.serve")
_DEBOUNCE_MS, _STEP_MS = 500, 100
_ENCODED_AT_ONCE = 32  # passages: a question that comes meanwhile waits for no more than these
_AGAIN_S = 300.0  # files on network disks change without a word: look again
_AFTER_FAULT_S = 2.0


class Shelf:
    """Several libraries by name."""

    def __init__(self, libraries: Mapping[str, Library]) -> None:
        self._libraries = dict(libraries)

    def names(self, wall: Wall) -> list[str]:
        """Names of the libraries that a wall opens."""
        return [name for name in self._libraries if wall.libraries is None or name in wall.libraries]

    def library(self, wall: Wall, name: str | None) -> tuple[str, Library]:
        """Name and library; the first that the wall opens where none is named.

        Raises:
            UsageError: where the wall opens none of that name.
        """
        names = self.names(wall)
        if name is not None and name not in names:
            raise UsageError(f"no library {name}", f"there are: {', '.join(names)}")
        return (name or names[0]), self._libraries[name or names[0]]

    def walled(self, wall: Wall, name: str | None, filters: Filters = NO_FILTERS) -> Walled:
        """A library as the wall lets it be seen."""
        return Walled(self.library(wall, name)[1], wall.scope, filters)

    def __iter__(self) -> Iterator[tuple[str, Library]]:
        return iter(self._libraries.items())

    async def watch(self) -> None:
        """Read what is new or changed, drop what is gone, complete the vectors; until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name, library in self:
                tasks.create_task(_keep_up(name, library))


async def _keep_up(name: str, library: Library) -> None:
    """Keep one library in step with its folder."""
    changed = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_notice(library, changed))
        while True:
            changed.clear()
            try:
                summary = await asyncio.to_thread(library.sync)
                done = summary.changes
                if done.any:
                    _log.info("library %s: %d added, %d changed, %d renamed, %d removed", name, len(done.added),
                              len(done.changed), len(done.renamed), len(done.removed))  # fmt: skip
                while not changed.is_set():
                    if not await asyncio.to_thread(library.encode_pending, None, _ENCODED_AT_ONCE):
                        break
            except (RagError, OSError) as error:
                # the message may name a file, never its text
                _log.warning("library %s: %s", name, error)
                await asyncio.sleep(_AFTER_FAULT_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_S):
                    await changed.wait()


async def _notice(library: Library, changed: asyncio.Event) -> None:
    """Set the event whenever a file of the folder may have changed."""
    from watchfiles import awatch

    index = library.index_folder.resolve()

    def not_ours(_: object, path: str) -> bool:
        inside = Path(path)
        return not (inside.is_relative_to(index) or INDEX_FOLDER in inside.parts)

    folder = library.folder.resolve()
    async for _ in awatch(folder, watch_filter=not_ours, debounce=_DEBOUNCE_MS, step=_STEP_MS,
                          ignore_permission_denied=True):  # fmt: skip
        changed.set()
