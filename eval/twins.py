"""Twins: two passages that differ in one word or number; does the one that answers the question come first?

    {"id", "question", "right", "wrong", "kind"?, "group"?, "language"?}

All passages lie in one folder; the search for a question is kept to its two by the scope. So twins are ranked by the
whole system, and by one part of it alone where a configuration says so.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from casefolio.eval.cases import fingerprint
from casefolio.eval.faults import Faults, Row, read_rows, unique_id
from casefolio.eval.measures.score_tables import Record
from casefolio.eval.system import Configuration, Opener
from casefolio.eval.tasks import OverFolder, Produced, scope_of


@dataclass(frozen=True, slots=True)
class Twin:
    """A question, the passage that answers it, and its twin that does not."""

    id: str
    question: str
    right: str
    wrong: str
    kind: str
    group: str
    language: str


@dataclass(frozen=True, slots=True)
class TwinSet:
    """A set of twins that was found sound."""

    name: str
    folder: Path
    sha256: str
    twins: tuple[Twin, ...]


def read_twin_set(path: Path, name: str, faults: Faults) -> TwinSet:
    """Reads and checks a file of twins."""
    seen: dict[str, int] = {}
    twins = tuple(_twin(row, seen) for row in read_rows(path, str(path), faults))
    return TwinSet(name, path.parent, fingerprint(path.parent, [path]), twins)


def _twin(row: Row, seen: dict[str, int]) -> Twin:
    found = unique_id(row, seen)
    right, wrong = row.text("right"), row.text("wrong")
    if right and right == wrong:
        row.fault("wrong", "is the same as right")
    return Twin(
        found,
        row.text("question"),
        right,
        wrong,
        row.text("kind", ""),
        row.text("group", found),
        row.text("language", "und"),
    )


class TwinTask(OverFolder):
    """One configuration on one set of twins."""

    kind = "twins"

    def __init__(self, twin_set: TwinSet, configuration: Configuration, opener: Opener, work: Path) -> None:
        self.set_name, self.set_sha256, self.name = twin_set.name, twin_set.sha256, configuration.name
        self._set, self._configuration, self._opener, self._work = twin_set, configuration, opener, work

    def prepare(self) -> None:
        """Writes every passage as a file and indexes them."""
        folder = self._work / "documents"
        folder.mkdir(parents=True, exist_ok=True)
        for twin in self._set.twins:
            for text in (twin.right, twin.wrong):
                (folder / file_of(text)).write_text(text + "\n", "utf-8", newline="\n")
        self._system = self._opener(self._configuration, folder, self._work / "index")

    def items(self) -> Sequence[Twin]:
        """The twins."""
        return self._set.twins

    def facts(self, item: Twin) -> Record:
        """All of the twins."""
        names = ("id", "question", "right", "wrong", "kind", "group", "language")
        return {name: getattr(item, name) for name in names}

    def produce(self, item: Twin) -> Produced:
        """Which of the two came first; none where the search found neither."""
        right, wrong = file_of(item.right), file_of(item.wrong)
        began = time.perf_counter()
        hits = self.system.search(item.question, 2, scope=scope_of(sorted((right, wrong))))
        seconds = time.perf_counter() - began
        first = {right: "right", wrong: "wrong"}.get(hits[0].document, "none") if hits else "none"
        return Produced({**self.facts(item), "first": first}, {"search": seconds})


def file_of(text: str) -> str:
    """Name of a passage's file: letters that no question holds, and an order that favours neither twin."""
    digest = hashlib.sha256(text.encode()).digest()
    return "".join("bcdfghjklmnpqrst"[byte & 15] for byte in digest[:16]) + ".txt"
