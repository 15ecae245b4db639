"""Faults of a set: every one is collected with its file, line and field, and all are named at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casefolio.ingest.data import kind_of, record
from casefolio.ingest.errors import SetError

SHOWN = 200  # a set of the wrong form has a fault in every line; the rest are counted


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: where it stands and what is wrong. `line` counts from 1; 0 is the file as a whole."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


@dataclass(slots=True)
class Faults:
    """Collects faults while a set is read, so that one run names all of them."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int, name: str, message: str) -> None:
        """Notes one fault."""
        self.found.append(Fault(file, line, name, message))

    def stop_if_any(self) -> None:
        """Ends the reading.

        Raises:
            SetError: listing every fault, one a line, where there is any.
        """
        if not self.found:
            return
        ordered = sorted(set(self.found))
        lines = [str(f) for f in ordered[:SHOWN]]
        if len(ordered) > SHOWN:
            lines.append(f"… and {len(ordered) - SHOWN} more")
        many = f"{len(ordered)} faults" if len(ordered) > 1 else "1 fault"
        raise SetError(f"{many} in the evaluation set; nothing was run\n  " + "\n  ".join(lines))


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object of a set, or one inside it; its readers note a fault instead of raising.

    `prefix` is the path of an inner object (`gold[0].`).
    """

    values: dict[str, Any]
    file: str
    line: int
    faults: Faults
    prefix: str = ""

    def fault(self, name: str, message: str) -> None:
        """Notes a fault of one field of this row."""
        self.faults.add(self.file, self.line, self.prefix + name, message)

    def text(self, name: str, default: str | None = None, *, empty: bool = False) -> str:
        """A string; `default` stands in for a missing or null one. Without a default it must be there."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            self.fault(name, "is missing" if value is None else f"must be text, is {kind_of(value)}")
            return default or ""
        if not value.strip() and not empty:
            self.fault(name, "is empty")
        return value

    def integer(self, name: str) -> int:
        """A whole number from 0; -1 where it is faulty."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(name, "is missing" if value is None else f"must be a whole number, is {kind_of(value)}")
            return -1
        if value < 0:
            self.fault(name, f"must be 0 or more, is {value}")
            return -1
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, bool):
            self.fault(name, "is missing" if value is None else f"must be true or false, is {kind_of(value)}")
            return bool(default)
        return value

    def one_of(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """A string out of a list."""
        value = self.text(name, default)
        if value and value not in allowed:
            self.fault(name, f"must be one of {', '.join(allowed)}, is {value!r}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings, at least one."""
        value = self.values.get(name)
        if not isinstance(value, list) or not value:
            self.fault(name, "must be a list with at least one text")
            return ()
        for i, item in enumerate(value):
            if not isinstance(item, str):
                self.fault(f"{name}[{i}]", f"must be text, is {kind_of(item)}")
        return tuple(item for item in value if isinstance(item, str))

    def rows(self, name: str) -> list[Row]:
        """A list of objects, which may be empty or missing."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(name, f"must be a list, is {kind_of(value)}")
            return []
        out = []
        for i, item in enumerate(value):
            if isinstance(item, dict):
                out.append(Row(item, self.file, self.line, self.faults, f"{self.prefix}{name}[{i}]."))
            else:
                self.fault(f"{name}[{i}]", f"must be an object, is {kind_of(item)}")
        return out


def read_rows(path: Path, name: str, faults: Faults) -> Iterator[Row]:
    """The objects of a JSONL file; `name` is what faults call it. Broken lines become faults and are passed over."""
    if path.exists() and not path.is_file():
        faults.add(name, 0, "", "is no file")
        return
    try:
        data = path.read_bytes()
    except OSError as error:
        faults.add(name, 0, "", f"cannot be read: {error.strerror or 'missing'}")
        return
    # Only a line feed ends a line: JSON strings may hold U+2028 and the other ends that splitlines knows.
    for number, raw in enumerate(data.split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            value = record(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError as error:
            faults.add(name, number, "", f"is not UTF-8 at byte {error.start}")
        except json.JSONDecodeError as error:
            faults.add(name, number, "", f"is not JSON: {error.msg} at column {error.colno}")
        except ValueError as error:
            faults.add(name, number, "", str(error)[:100])
        else:
            yield Row(value, name, number, faults)


def unique_id(row: Row, seen: dict[str, int], name: str = "id") -> str:
    """The row's id; a second row of the same id is a fault that names the first one's line."""
    value = row.text(name)
    if value in seen and value:
        row.fault(name, f"{value!r} stands already in line {seen[value]}")
    elif value:
        seen[value] = row.line
    return value
