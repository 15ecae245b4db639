"""Finding the sets of a folder, and reading all of them before anything is run: all faults are named at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from casefolio.eval.assertions import AssertionSet, read_assertion_set
from casefolio.eval.beir import BeirSet, read_beir_set
from casefolio.eval.cases import CaseSet, read_case_set
from casefolio.eval.corpus import is_corpus, read_corpus
from casefolio.eval.faults import Faults, read_rows
from casefolio.eval.grounding import GroundingSet, read_grounding_set
from casefolio.eval.pairs import PairSet, read_pair_set
from casefolio.eval.twins import TwinSet, read_twin_set

AnySet = CaseSet | BeirSet | GroundingSet | AssertionSet | PairSet | TwinSet

_NO_SET = (
    "holds no set: no cases.jsonl, corpus.jsonl, or JSONL file of a known form;"
    " questions go into SET/cases.jsonl and their files into SET/documents/"
)
# A JSONL file without a well-known name is told by the fields of its first row.
_BY_FIELDS = (
    (frozenset({"contexts", "response"}), "grounding"),
    (frozenset({"claim", "quote"}), "pairs"),
    (frozenset({"question", "right", "wrong"}), "twins"),
    (frozenset({"concept", "start", "end"}), "assertions"),
)


def load_sets(paths: Sequence[Path]) -> list[AnySet]:
    """Reads and checks every set of every path, a folder or one JSONL file.

    A folder may hold a case set and a BEIR set side by side; `cases.jsonl` or `corpus.jsonl` names one of them.

    Raises:
        SetError: listing every fault of all of them.
    """
    faults = Faults()
    found: list[AnySet] = []
    for path in paths:
        sets = _sets_of(path, faults)
        if not sets and not any(f.file.startswith(str(path)) for f in faults.found):
            faults.add(str(path), 0, "", _NO_SET)
        found += sets
    for name in sorted({s.name for s in found}):
        if sum(s.name == name for s in found) > 1:
            faults.add(name, 0, "", "two sets have this name; rename a folder")
    faults.stop_if_any()
    return found


def _sets_of(path: Path, faults: Faults) -> list[AnySet]:
    if path.is_file() and path.name == "cases.jsonl":
        return [read_case_set(path.parent, faults)]
    if path.is_file() and path.name == "corpus.jsonl":
        return [read_beir_set(path.parent, faults)]
    if path.is_file():
        return [s for s in [_read_file(path, path.stem, faults)] if s is not None]
    if not path.is_dir():
        faults.add(str(path), 0, "", "is missing")
        return []
    name = path.resolve().name
    found: list[AnySet] = []
    is_cases, is_beir = (path / "cases.jsonl").is_file(), (path / "corpus.jsonl").is_file()
    if is_cases:
        found.append(read_case_set(path, faults))
    if is_beir:
        found.append(read_beir_set(path, faults, f"{name}-beir" if is_cases else name))
    if is_cases or is_beir:
        return found
    files = sorted(path.glob("*.jsonl"))
    if not files and is_corpus(path):
        return list(read_corpus(path, faults))
    for file in files:
        one = _read_file(file, name if len(files) == 1 else f"{name}-{file.stem}", faults)
        if one is not None:
            found.append(one)
    return found


def _read_file(path: Path, name: str, faults: Faults) -> AnySet | None:
    first = next(iter(read_rows(path, str(path), Faults())), None)
    fields = first.values.keys() if first else set()
    kind = next((k for needed, k in _BY_FIELDS if needed <= fields), path.stem)
    if kind == "grounding":
        return read_grounding_set(path, name, faults)
    if kind == "pairs":
        return read_pair_set(path, name, faults)
    if kind == "twins":
        return read_twin_set(path, name, faults)
    if kind == "assertions":
        return read_assertion_set(path, name, faults)
    return None
