"""What lies in an index folder, by name. All else there is the user's and is neither skipped nor deleted."""

from __future__ import annotations

from pathlib import Path

from indexes.caches import FOLDER as CACHE_FOLDER
from indexes.store import FILE_NAME
from rag.locking import ENCODING_LOCK, LOCK, NEXT_LOCK

INDEX_FOLDER = ".rag"
CALIBRATION = "calibration.json"  # written by `rag eval calibrate`
NEXT_FOLDER = "next"  # an index under another encoder, while it is being built
OURS = frozenset(
    {CALIBRATION, NEXT_FOLDER, CACHE_FOLDER, LOCK, ENCODING_LOCK, NEXT_LOCK, FILE_NAME, f"{FILE_NAME}-journal"}
)


def is_ours(file: Path, index_folder: Path) -> bool:
    """Whether a file is part of the index; the user's own files may lie beside it, in its very folder."""
    place, resolved = index_folder.resolve(), file.resolve()
    return resolved.is_relative_to(place) and resolved.relative_to(place).parts[0] in OURS
