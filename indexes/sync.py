"""What changed in the folder since the store last saw it: decided by content, never by names or times."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from casefolio.indexes.witness import file_state, on_fixed_disk
from casefolio.ingest.opening import file_sha256


@dataclass(frozen=True, slots=True)
class Changes:
    """What must happen to the store so that it mirrors the folder. Paths are relative, sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether anything must be done."""
        return bool(self.added or self.changed or self.renamed or self.removed)


class Hashes:
    """Hashes of files of a folder, each computed once while the file stays as it is. Serves several threads."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], str]] = {}

    def sha256(self, root: Path, relative: str) -> str:
        """See `file_sha256`."""
        path = root / relative
        state = file_state(path)
        known = self._known.get(path)
        if known is None or known[0] != state or not on_fixed_disk(path.parent):
            known = self._known[path] = state, file_sha256(root, relative)
        return known[1]


def is_file(path: Path) -> bool:
    """Whether a regular file is there."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def compare(stored: Mapping[str, str], found: Mapping[str, str], again: Iterable[str] = ()) -> Changes:
    """Compare the store's files with the folder's.

    Args:
        stored: path and hash of each file in the store.
        found: path and hash of each file in the folder.
        again: paths to read again although their bytes did not change (a tool or a password has come).
    """
    retry = set(again)
    gone: dict[str, list[str]] = {}
    for path in sorted(stored.keys() - found.keys()):
        gone.setdefault(stored[path], []).append(path)
    added, renamed = [], []
    for path in sorted(found.keys() - stored.keys()):
        # another suffix may mean another loader: such a file is read anew
        twins = [old for old in gone.get(found[path], []) if PurePosixPath(old).suffix == PurePosixPath(path).suffix]
        if twins:
            gone[found[path]].remove(twins[0])
            renamed.append((twins[0], path))
        else:
            added.append(path)
    both = sorted(stored.keys() & found.keys())
    return Changes(
        added=tuple(added),
        changed=tuple(p for p in both if stored[p] != found[p] or p in retry),
        renamed=tuple(renamed),
        removed=tuple(sorted(p for paths in gone.values() for p in paths)),
        unchanged=tuple(p for p in both if stored[p] == found[p] and p not in retry),
    )
