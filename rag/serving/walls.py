"""Who may ask what: tokens, each with the libraries and the scope that it opens."""

from __future__ import annotations

import hashlib
import hmac
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casefolio.indexes.filters import scope_filter
from casefolio.ingest.errors import UsageError

_SHORTEST = 16  # characters of a token
_FIELDS = {"name", "token", "sha256", "libraries", "scope"}
_HOW = 'write [[token]] with name, token or sha256, and libraries = ["…"] or scope = "patient_7/**"'


@dataclass(frozen=True, slots=True)
class Wall:
    """Who asks, and what he may see.

    Attributes:
        name: for the audit log.
        libraries: names of the libraries; None for all.
        scope: pattern of paths in them; None for everything.
    """

    name: str
    libraries: frozenset[str] | None = None
    scope: str | None = None


NOBODY = Wall("local")
"""Who asks where no token is set: the user of this machine."""


class Walls:
    """Tokens by their hash: what is kept in memory opens nothing."""

    def __init__(self, walls: Mapping[str, Wall]) -> None:
        self._walls = dict(walls)

    def __bool__(self) -> bool:
        return bool(self._walls)

    def of(self, token: str) -> Wall | None:
        """The wall of a token; None where it is not known. Takes the same time for each token."""
        digest = _sha256(token)
        found = None
        for known, wall in self._walls.items():
            if hmac.compare_digest(known, digest):
                found = wall
        return found

    @classmethod
    def of_one(cls, token: str) -> Walls:
        """One token that opens everything.

        Raises:
            UsageError: where it is so short that it can be guessed.
        """
        return cls({_sha256(_long_enough(token)): Wall("token")})

    @classmethod
    def of_file(cls, path: str | Path, libraries: Sequence[str]) -> Walls:
        """The tokens of a TOML file.

        Raises:
            UsageError: where it cannot be read, or a token of it makes no sense.
        """
        try:
            table = tomllib.loads(Path(path).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot read {path}: {error}", _HOW) from error
        rows = table.get("token")
        if set(table) != {"token"} or not isinstance(rows, list) or not rows:
            raise UsageError(f"{path} holds no tokens", _HOW)
        walls: dict[str, Wall] = {}
        for number, row in enumerate(rows, start=1):
            try:
                digest, wall = _read(row, libraries)
                if digest in walls or any(known.name == wall.name for known in walls.values()):
                    raise UsageError("it, or its name, stands there twice")
            except UsageError as error:
                raise UsageError(f"{path}, token {number}: {error.message}", error.hint or _HOW) from None
            walls[digest] = wall
        return cls(walls)


def _read(row: Any, libraries: Sequence[str]) -> tuple[str, Wall]:
    if not isinstance(row, dict) or not set(row) <= _FIELDS or not isinstance(row.get("name"), str):
        raise UsageError("it lacks a name or has a field that is unknown")
    if ("token" in row) == ("sha256" in row):
        raise UsageError("it has either a token or its sha256")
    opened, scope = row.get("libraries"), row.get("scope")
    if opened is not None:
        if not isinstance(opened, list) or not opened:
            raise UsageError("libraries is a list of names")
        unknown = sorted(str(name) for name in opened if name not in libraries)
        if unknown:
            raise UsageError(f"no library {', '.join(unknown)}", f"there are: {', '.join(libraries)}")
    if scope is not None:
        if not isinstance(scope, str) or not scope.strip():
            raise UsageError("an empty scope would open everything")
        scope_filter(scope)
    if opened is None and scope is None:
        raise UsageError("it opens nothing", 'scope = "**" opens everything')
    digest = str(row["sha256"]).lower() if "sha256" in row else _sha256(_long_enough(str(row["token"])))
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise UsageError("its sha256 is none")
    return digest, Wall(row["name"], None if opened is None else frozenset(opened), scope)


def _long_enough(token: str) -> str:
    if len(token) < _SHORTEST:
        raise UsageError(f"a token has at least {_SHORTEST} characters", "openssl rand -hex 24 makes a good one")
    return token


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
