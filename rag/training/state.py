"""Where a training stands, on disk: whole or absent at any moment, and only ever continued by the same training."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from casefolio.training.errors import TrainingError

_FILE = "state.pt"


def signature(**parts: Any) -> str:
    """One hash of all that decides a training."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


class State:
    """The state file of one training.

    Args:
        folder: of the result; the state lies in `.training` below it until the end.
        sign: hash of data, recipe, base and seed.
    """

    def __init__(self, folder: Path, sign: str) -> None:
        self._path, self._sign = folder / ".training" / _FILE, sign

    def save(self, **values: Any) -> None:
        """Write the state beside, then move it in place."""
        import torch

        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        torch.save({"signature": self._sign, **values}, beside)
        os.replace(beside, self._path)

    def load(self) -> dict[str, Any] | None:
        """The state to go on from, or None where there is none.

        Raises:
            TrainingError: another training stands there.
        """
        if not self._path.is_file():
            return None
        import torch

        try:
            found: dict[str, Any] = torch.load(self._path, map_location="cpu", weights_only=True)
        except Exception as error:  # torch's errors share no root
            raise TrainingError(f"{self._path} is damaged: {str(error)[:80]}", "remove it and train anew") from None
        if found.pop("signature", "") != self._sign:
            raise TrainingError(
                f"{self._path.parent.parent} holds a training on other data, another recipe, base or seed",
                "name another --out, or remove the folder",
            )
        return found

    def remove(self) -> None:
        """Drop the state of a training that has ended."""
        self._path.unlink(missing_ok=True)
        if self._path.parent.is_dir() and not any(self._path.parent.iterdir()):
            self._path.parent.rmdir()
