"""The map in CONTRIBUTING.md is true: what it names is there, and what is there it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
NAMED = sorted({n for n in re.findall(r"`([\w./]+)`", PAGE) if "/" in n and not re.search(r"NAME|CODE|FAMILY", n)})
PACKAGES = ("ingest", "indexes", "prompts", "rag", "eval")


@pytest.mark.parametrize("name", NAMED)
def test_what_the_map_names_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_every_folder_of_code_is_on_the_map() -> None:
    rooms = [room.parent for package in PACKAGES for room in (ROOT / package).rglob("*/__init__.py")]
    rooms = [room for room in rooms if not room.is_symlink()]  # rag/ingest is ingest
    folders = {room.relative_to(ROOT).as_posix() + "/" for room in rooms}
    assert {f for f in folders if not any(f.startswith(n) for n in NAMED if n.endswith("/"))} == set()


def test_rooms_that_are_named_twice_are_meant_twice() -> None:
    rooms: dict[str, set[str]] = {}
    for package in ("ingest", "indexes"):
        for path in (ROOT / package).rglob("*.py"):
            if not path.name.startswith("__") and "encoders" not in path.parts and "loaders" not in path.parts:
                rooms.setdefault(path.stem, set()).add(path.relative_to(ROOT).parent.as_posix())
    assert {name: sorted(places) for name, places in rooms.items() if len(places) > 1} == {}
