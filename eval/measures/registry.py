"""The registry of measures, `registry.toml`: what each means, and whether less of it is better."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from casefolio.ingest import data


@functools.cache
def _data() -> dict[str, Any]:
    return data.table(Path(__file__).with_suffix(".toml"))


def stem(measure: str) -> str:
    """`recall@5` is `recall`, `recall@4000c` is `recall@c`."""
    name, _, depth = measure.partition("@")
    return f"{name}@c" if depth.endswith("c") else name


def meaning(measure: str) -> str:
    """One sentence; empty for a measure that the data file does not know."""
    known = _data()["meaning"]
    text = known.get(stem(measure), known.get(measure, ""))
    for aspect in _data()["aspects"]["names"]:
        if not text and measure.startswith(f"{aspect} "):
            return f"{measure.removeprefix(aspect + ' ')} of the mentions told to be {aspect}, against human labels"
    return str(text)


def is_detail(measure: str) -> bool:
    """Whether it counts passages, whose size differs between systems: shown below the figures that compare."""
    name, _, depth = measure.partition("@")
    return name in _data()["of_passages"]["names"] and not depth.endswith("c")


def is_lower_better(measure: str) -> bool:
    """Whether less of a measure is better."""
    return measure.partition("@")[0] in _data()["lower_is_better"]["names"]


def is_judged(measure: str) -> bool:
    """Whether one value of a measure is better than another at all."""
    return measure.partition("@")[0] not in _data()["no_merit"]["names"]
