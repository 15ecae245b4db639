"""What this machine has seen of its own files, so that a seal need not be computed at each question.

A file that has been checked, or written by us, is known again by its device, inode, size and times, as noted in the
user's own folder. The time of the last change of an inode cannot be set by whoever writes the file; who can bypass it
is he who has the disk itself in his hands, or serves it over a network. So on sticks, cards and network shares nothing
is known again, and every seal is computed each time.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from casefolio.indexes.home import home_folder, write_private

_FOLDER = "seen"
_MEMORY = frozenset({"tmpfs", "ramfs", "overlay"})
_DISK = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "bcachefs"})
_REMOVABLE = re.compile(r"/(?:usb|mmc|firewire|thunderbolt)\d*[/-]")


def is_known(subject: str, files: Iterable[Path]) -> bool:
    """Whether these files are what was last noted under `subject`, byte for byte."""
    paths = list(files)
    if not paths or not on_fixed_disk(paths[0].parent):
        return False
    try:
        return (_note(subject).read_text("ascii")) == _state(paths)
    except (OSError, ValueError):
        return False


def note(subject: str, files: Iterable[Path]) -> None:
    """Note that these files are known, as they are now. A home that cannot be written costs time, not the answer."""
    paths = list(files)
    if paths and on_fixed_disk(paths[0].parent):
        with suppress(OSError):
            write_private(_note(subject), _state(paths).encode("ascii"))


def file_state(path: Path) -> tuple[int, ...]:
    """What tells a file from another and from itself after a change; empty where there is none."""
    try:
        s = path.stat(follow_symlinks=False)
    except OSError:
        return ()
    return s.st_dev, s.st_ino, s.st_mode, s.st_size, s.st_mtime_ns, s.st_ctime_ns


def _state(paths: Iterable[Path]) -> str:
    return json.dumps([[str(path), *file_state(path)] for path in sorted(paths)])


def _note(subject: str) -> Path:
    return home_folder() / _FOLDER / hashlib.sha256(subject.encode()).hexdigest()[:32]


@cache
def on_fixed_disk(folder: Path) -> bool:
    """Whether a folder lies on a disk that stays in this machine (as far as can be told: on Linux)."""
    if sys.platform != "linux":
        return False
    try:
        kind, source = _mount(folder.resolve())
        if kind in _MEMORY:
            return True
        return kind in _DISK and not _removable(os.stat(source).st_rdev)
    except (OSError, ValueError, LookupError):
        return False


def _mount(folder: Path) -> tuple[str, str]:
    """File system and device of the mount that a folder lies in."""
    best, found = -1, ("", "")
    for line in Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines():
        before, _, after = line.partition(" - ")
        point = re.sub(r"\\(\d{3})", lambda m: chr(int(m[1], 8)), before.split()[4])
        if folder.is_relative_to(point) and len(point) >= best:  # a later mount hides an earlier one
            kind, source = after.split()[:2]
            best, found = len(point), (kind, source)
    return found


def _removable(device: int) -> bool:
    place = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve(strict=True)
    if _REMOVABLE.search(f"{place}/"):
        return True
    for part in (place, place.parent):
        with suppress(OSError):
            if (part / "removable").read_text().strip() == "1":
                return True
    # what is encrypted or joined is as removable as what it lies on
    below = list((place / "slaves").iterdir()) if (place / "slaves").is_dir() else []
    numbers = [(part / "dev").read_text().strip().split(":") for part in below]
    return any(_removable(os.makedev(int(major), int(minor))) for major, minor in numbers)
