"""Where an index lies, what is part of it, and making way for a new one where it cannot be trusted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from casefolio.indexes.owned import CALIBRATION, NEXT_FOLDER, check_folder, remove_index
from casefolio.indexes.store import FILE_NAME, NoIndex, Store, Untrusted
from casefolio.ingest.errors import FolderError, StoreError
from casefolio.locking import folder_lock

__all__ = ["CALIBRATION", "INDEX_FOLDER", "NEXT_FOLDER", "index_place", "is_ours", "make_way"]

INDEX_FOLDER = ".rag"


def index_place(folder: Path, index: str | Path | None) -> Path:
    """The index folder of a folder of files.

    Raises:
        FolderError: where the folder is missing or not a folder.
        StoreError: where the index folder is a link that the user did not name, or holds anything foreign.
    """
    if not folder.exists():
        raise FolderError(f"no such folder: {folder}", "check the path")
    if not folder.is_dir():
        raise FolderError(f"{folder} is a file, not a folder", "name the folder that holds it")
    place = Path(index) if index is not None else folder / INDEX_FOLDER
    if index is None and place.is_symlink():
        raise StoreError(f"{place} is a link", "nothing was done; remove it, or name a place with --index DIR")
    if folder.resolve().is_relative_to(place.resolve()):
        raise StoreError(f"{place} holds the documents themselves", "name a folder of its own with --index DIR")
    check_folder(place)
    return place


def make_way(place: Path, tell: Callable[[str], None] | None) -> str:
    """Remove an index that was not made by this user on this machine, or is damaged, so that it is made anew.

    Returns:
        What is to be told, empty where nothing was done.
    """
    why = _distrust(place)
    if not why:
        return ""
    with folder_lock(place):
        why = _distrust(place)  # another process may have been first
        if not why:
            return ""
        remove_index(place)
    note = f"{why}; it is made anew"
    if tell:
        tell(f"note: {note}")
    return note


def is_ours(file: Path, index_folder: Path) -> bool:
    """Whether a file is part of the index."""
    return file.resolve().is_relative_to(index_folder.resolve())


def _distrust(place: Path) -> str:
    if not (place / FILE_NAME).exists():
        return ""
    try:
        with closing(Store(place, create=False)):
            return ""
    except Untrusted as error:
        return error.message
    except NoIndex:
        return ""
