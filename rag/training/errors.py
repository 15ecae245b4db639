"""What ends a training before it starts, in one line that names the line and the field."""

from __future__ import annotations

from pathlib import Path

from casefolio.ingest.errors import RagError

_SHOWN = 10


class TrainingError(RagError):
    """Data, recipe and base do not make a training."""


def refuse(path: Path | str, faults: list[str], hint: str = "") -> None:
    """End with the first faults of a file; nothing where there are none.

    Raises:
        TrainingError: naming them and how many more there are.
    """
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise TrainingError(f"{path}: {'; '.join(faults[:_SHOWN])}{more}", hint)


def lines_of(path: Path) -> list[str]:
    """The lines of a file of training data.

    Raises:
        TrainingError: it cannot be read.
    """
    try:
        return path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path}: cannot be read: {error}".replace("\n", " ")) from None
