"""Which encoders of his own the user named on this machine. An index only says a name, and may come from anybody."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from casefolio.indexes.encoders.cache import file_hash
from casefolio.indexes.encoders.load import find_profile
from casefolio.indexes.encoders.profile import built_in
from casefolio.indexes.encoders.sources import find_source, is_hub_name
from casefolio.indexes.home import home_folder, write_private
from casefolio.ingest.errors import EncoderError

_FILE = "encoders.json"
_MOST_FILES = 10_000  # of a model's folder


def full_name(reference: str) -> str:
    """A reference that means the same wherever the program is started: paths are made absolute."""
    path = Path(reference).expanduser()
    return reference if reference in built_in() or not path.exists() else str(path.resolve())


def remember(reference: str) -> None:
    """Note that the user himself named this encoder, and what it consists of now.

    Raises:
        EncoderError: where that cannot be kept.
    """
    if reference in built_in():
        return
    known, found = _known(), fingerprint(reference)
    if known.get(reference) == found:
        return
    try:
        write_private(home_folder() / _FILE, json.dumps(known | {reference: found}, indent=1).encode())
    except OSError as error:
        raise EncoderError(
            f"cannot note in {home_folder()} that you named {reference}: {error.strerror}",
            "CASEFOLIO_HOME names another folder",
        ) from error


def check_named(reference: str) -> None:
    """Refuse an encoder that an index names, unless it is built in, or is just what the user named here.

    Raises:
        EncoderError: he never named it, or its files are others now.
    """
    if reference in built_in():
        return
    known = _known().get(reference)
    if known is None:
        raise EncoderError(
            f"the index names the encoder {reference}, which you never named on this machine",
            "nothing of it was loaded; if you trust it, name it yourself: rag index FOLDER --encoder PATH",
        )
    if fingerprint(reference) != known:
        raise EncoderError(
            f"the files of the encoder {reference} are not those that you named",
            "nothing of it was loaded; if you trust them, name it again: rag index FOLDER --encoder PATH",
        )


def fingerprint(reference: str) -> str:
    """One hash of all files of an encoder; empty where there are none.

    Raises:
        EncoderError: a TOML profile cannot be read.
    """
    path = Path(reference)
    if path.suffix == ".toml" and path.is_file():
        profile = find_profile(reference)
        parts = [file_hash(path), *(fingerprint(s) for s in (profile.source, profile.query_source) if s)]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()
    folder = path if path.is_dir() else find_source(reference) if is_hub_name(reference) or ":" in reference else None
    if folder is None:
        return ""
    digest = hashlib.sha256()
    for number, file in enumerate(sorted(_files(folder))):
        if number >= _MOST_FILES:
            raise EncoderError(f"{folder} has more than {_MOST_FILES} files", "name the folder of the model itself")
        digest.update(f"{file.relative_to(folder).as_posix()}\0{file_hash(file)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    inside = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return [file for file in inside if file.is_file()]


def _known() -> dict[str, str]:
    try:
        known = json.loads((home_folder() / _FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
