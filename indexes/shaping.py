"""What shaped an index, and what an upgrade leaves to be done: reading files again, or only cutting them anew.

An index remembers the fingerprints of the code and data that made it (`ingest.fingerprint`). The exact ones cost a
second, so the cheap one of the whole code is asked first.
"""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from pathlib import Path

from casefolio.indexes.encoders.cache import cache_folder
from casefolio.indexes.home import write_private
from casefolio.ingest.errors import EncoderError
from casefolio.ingest.fingerprint import build, fingerprint

SHAPED = "shaped"  # setting of an index: its fingerprints
READING, PASSAGES = "reading", "passages"
ROOMS = {
    READING: ("casefolio.ingest.reading", "casefolio.ingest.worker"),
    PASSAGES: ("casefolio.indexes.embedded_text",),
}


def code() -> str:
    """Fingerprint of all code that an index is made and asked by; caches are made under it."""
    return build(Path(__file__).parent)


def shaped() -> str:
    """The fingerprints of this program, as an index remembers them."""
    return json.dumps({"code": code(), **stages()})


@cache
def stages() -> dict[str, str]:
    """The exact fingerprint of each stage, kept in the cache folder under that of all code, for it costs a second."""
    note = cache_folder() / "shapes" / f"{code()}.json"
    with suppress(OSError, ValueError):
        known = json.loads(note.read_text(encoding="ascii"))
        if isinstance(known, dict) and set(known) == set(ROOMS) and all(isinstance(v, str) for v in known.values()):
            return known
    found = {stage: fingerprint(*rooms) for stage, rooms in ROOMS.items()}
    with suppress(OSError, EncoderError):  # a read-only cache costs time, not the answer
        write_private(note, json.dumps(found).encode("ascii"))
    return found


def renewed(remembered: str | None) -> str:
    """What an index is to remember that is now up to date."""
    return remembered if remembered and json.loads(remembered)["code"] == code() else shaped()


def stale(remembered: str | None) -> str:
    """What must be done again for an index: `reading` (and what follows), `passages` alone, or nothing (empty).

    Args:
        remembered: what `shaped` gave when it was made; None for an index from before there were fingerprints.
    """
    if remembered is None:
        return READING
    before = json.loads(remembered)
    if before["code"] == code():
        return ""
    return next((stage for stage, now in stages().items() if before[stage] != now), "")
