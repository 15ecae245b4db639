"""Pairs of statements that belong together, each with one that does not: to see whether an encoder tells them apart."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from casefolio.ingest.errors import EncoderError

_OWN = Path(__file__).with_name("pairs.tsv")
_COLUMNS = ("relation", "language", "first", "related", "unrelated")


@dataclass(frozen=True, slots=True)
class Pair:
    """`first` belongs with `related` and not with `unrelated`, under one relation, in one language."""

    relation: str
    language: str
    first: str
    related: str
    unrelated: str


def read_pairs(path: Path = _OWN) -> tuple[Pair, ...]:
    """Pairs of a tab-separated file with the columns relation, language, first, related, unrelated.

    Raises:
        EncoderError: the file cannot be read, or a line has not five filled columns.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EncoderError(f"pairs {path}: {error}".replace("\n", " ")) from None
    if not rows or tuple(rows[0]) != _COLUMNS:
        raise EncoderError(f"pairs {path}: the first line must name the columns {', '.join(_COLUMNS)}, tab-separated")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(_COLUMNS) or not all(cell.strip() for cell in row):
            raise EncoderError(f"pairs {path}: line {number} has not {len(_COLUMNS)} filled columns")
    if len(rows) < 2:
        raise EncoderError(f"pairs {path}: no pairs")
    return tuple(Pair(*row) for row in rows[1:])
