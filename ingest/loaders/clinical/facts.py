"""What the clinical formats share: facts as lines with their names, moments, coded sections."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from casefolio.ingest import data
from casefolio.ingest.languages import DEFAULT, own
from casefolio.ingest.loaders.shared.building import Builder, one_line

_HERE = Path(__file__).parent
_EAST_ASIAN = re.compile("[\u3400-\u9fff\uac00-\ud7af]+$")
_MOMENT = re.compile(r"(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?(?:\.\d+)?)?([+-]\d{4})?$")


@cache
def _kinds() -> dict[str, str]:
    table = data.table(_HERE / "loinc.toml")
    tables = (table["dicom"], {kind: codes for kind, codes in table.items() if kind != "dicom"})
    return {code: kind for part in tables for kind, codes in part.items() for code in codes}


def section_kind(code: str) -> str:
    """Kind of section of a LOINC (or DICOM heading) code, or an empty string."""
    return _kinds().get(code.strip(), "")


def label(key: str, language: str) -> str:
    """Name of a fact in a language (`de`, `de-AT`); in English where the language has none."""
    return own(language[:2].lower(), "labels").get(key) or str(own(DEFAULT, "labels")[key])


def moment(value: str) -> str:
    """An HL7 time stamp (`20050329171504+0500`) as `2005-03-29 17:15:04+05:00`; anything else as it is."""
    match = _MOMENT.match(value.strip())
    if not match:
        return value.strip()
    year, month, day, hour, minute, second, zone = match.groups()
    date = "-".join(part for part in (year, month, day) if part)
    if not hour or (hour + minute + (second or "00") == "000000" and not zone):
        return date
    clock = f"{hour}:{minute}" + (f":{second}" if second and second != "00" else "")
    return f"{date} {clock}" + (f"{zone[:3]}:{zone[3:]}" if zone else "")


def full_name(family: str, given: str = "", middle: str = "", prefix: str = "", suffix: str = "") -> str:
    """A person's name in reading order: in Hangul and Han the family comes first, without a space."""
    if _EAST_ASIAN.match(family) and (not given or _EAST_ASIAN.match(given)):
        return " ".join(filter(None, (prefix, family + given + middle, suffix)))
    return " ".join(filter(None, (prefix, given, middle, family, suffix)))


class Facts:
    """Appends lines `Name: value` in the language of the record, and keeps them as metadata."""

    def __init__(self, builder: Builder, language: str) -> None:
        self.builder = builder
        self.language = language

    def line(self, key: str, *values: str) -> None:
        """Append the values that are not empty, parted by commas, as one line."""
        value = ", ".join(filter(None, map(one_line, values)))
        if value:
            self.builder.paragraph(f"{label(key, self.language)}: {value}", tight=True)
            self.builder.metadata.append((key, value))

    def end(self) -> None:
        """Part these lines from what follows."""
        self.builder.end_table()
