"""What is ours in an index folder, by name and kind. All else is somebody's own: it is named, and never removed."""

from __future__ import annotations

import os
import re
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from casefolio.indexes.home import PART
from casefolio.ingest.errors import StoreError

CACHE_FOLDER = "cache"
NEXT_FOLDER = "next"  # an index under another encoder, while it is being built
CALIBRATION = "calibration.json"  # written by `rag eval calibrate`
LOCK, ENCODING_LOCK, NEXT_LOCK = "lock", "encoding-lock", "next-lock"

_WRITING = rf"{re.escape(PART)}\w+|\.calibration\.json\.part"  # left where a process was killed
_FILES = re.compile(rf"casefolio\.sqlite(-journal)?|lock|encoding-lock|next-lock|calibration\.(json|seal)|{_WRITING}")
_CACHE = re.compile(r"((?:text|words)-[0-9a-f]{32}-\d+(?:-[0-9a-f]{16})?|vectors-[0-9a-f]{32}-\d+-\d+)")
_PART = re.compile(r"[a-z_]+")
_PART_FILES = re.compile(rf"[a-z0-9_.-]+\.(npy|json|jsonl|faiss)|seal|{_WRITING}")
_DESKTOP = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # set down by file managers, and left alone


def foreign(folder: Path) -> list[str]:
    """What lies in an index folder and is not ours: other names, links, and files where we make folders."""
    return [str(path.relative_to(folder)) for path in _strangers(folder)]


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds anything but an index.

    Raises:
        StoreError: naming what is foreign; nothing was touched.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise StoreError(f"{folder} is no folder", "name one for the index with --index DIR")
    strange = foreign(folder)
    if strange:
        told = ", ".join(strange[:3]) + (f" and {len(strange) - 3} more" if len(strange) > 3 else "")
        raise StoreError(
            f"{folder} holds what is not part of an index: {told}", "nothing was done; name a folder with --index DIR"
        )


def remove_index(folder: Path) -> None:
    """Delete all that is ours in an index folder, and the folder itself where nothing else is in it.

    Raises:
        StoreError: where it holds anything foreign; nothing is deleted then.
    """
    check_folder(folder)
    remove_caches(folder)
    if (folder / NEXT_FOLDER).is_dir():
        remove_index(folder / NEXT_FOLDER)
    for path in _listed(folder):
        if _FILES.fullmatch(path.name):
            path.unlink(missing_ok=True)
    _remove_empty(folder)


def remove_caches(folder: Path, keep: frozenset[str] = frozenset()) -> None:
    """Delete the caches of an index but those named; what is no cache of ours stays."""
    root = folder / CACHE_FOLDER
    if root.is_symlink() or not root.is_dir():
        return
    for path in _listed(root):
        if path.name not in keep and _CACHE.fullmatch(path.name) and _is_folder(path) and not [*_cache_strangers(path)]:
            shutil.rmtree(path, ignore_errors=True)
    _remove_empty(root)


def close_to_others(folder: Path) -> None:
    """Make what lies in a folder of ours the user's alone, whatever the umask."""
    for place, folders, names in os.walk(folder):
        with suppress(FileNotFoundError):  # taken away by another process
            Path(place).chmod(0o700)
        for name in names:
            with suppress(FileNotFoundError):
                (Path(place) / name).chmod(0o600)
        folders[:] = [f for f in folders if not (Path(place) / f).is_symlink()]


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # something of the user's lies there too, or it is where he wants the next one
        return


def _strangers(folder: Path) -> list[Path]:
    out: list[Path] = []
    for path in _listed(folder):
        if path.name in _DESKTOP:
            continue
        if path.name == CACHE_FOLDER and _is_folder(path):
            for cache in _listed(path):
                ours = _CACHE.fullmatch(cache.name) and _is_folder(cache)
                out += _cache_strangers(cache) if ours else [] if cache.name in _DESKTOP else [cache]
        elif path.name == NEXT_FOLDER and _is_folder(path):
            out += _strangers(path) if path.parent.name != NEXT_FOLDER else [path]
        elif not (_FILES.fullmatch(path.name) and _is_file(path)):
            out.append(path)
    return out


def _cache_strangers(cache: Path) -> list[Path]:
    out = []
    for path in _listed(cache):
        if _PART.fullmatch(path.name) and _is_folder(path):
            out += [p for p in _listed(path) if not (_PART_FILES.fullmatch(p.name) and _is_file(p))]
        elif not (_PART_FILES.fullmatch(path.name) and _is_file(path)):
            out.append(path)
    return out


def _listed(folder: Path) -> list[Path]:
    """What lies in a folder, in order; nothing where there is none, or no more: another process may be at work."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_folder(path: Path) -> bool:
    return _kind(path) in (stat.S_IFDIR, 0)


def _is_file(path: Path) -> bool:
    return _kind(path) in (stat.S_IFREG, 0)


def _kind(path: Path) -> int:
    """Of a file system's entry; 0 where it has gone since it was listed, and so is nobody's."""
    try:
        return stat.S_IFMT(path.stat(follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return 0
