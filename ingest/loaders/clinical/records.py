"""German records of fields: xDT (LDT, BDT, GDT) of laboratories and practices, XJustiz messages of the courts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from casefolio.ingest import data, limits
from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.detecting import XDT, XJUSTIZ
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.charsets import decode_as
from casefolio.ingest.loaders.shared.guard import guarded, parse_xml
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.xml_tree import local

_FIELD = re.compile(r"(?m)^\d{3}(\d{4})(.*?)\r?$")
_TEST, _NAME, _RESULT, _UNIT, _FLAG, _NORMAL, _LOW, _HIGH, _REMARK, _TEXT = (
    *("8410", "8411", "8420", "8421", "8422", "8460", "8461", "8462", "8470", "8480"),
)
_OF_TEST = {_NAME, _RESULT, _UNIT, _FLAG, _NORMAL, _LOW, _HIGH, _REMARK, _TEXT, "8418", "8428", "8430", "8431"}
_DATES = {"3103", "6200", "8301", "8302", "8432"}
_SILENT = {"8000", "8100", "9106", "9206", "9212", "9218", "0201", "0203", "8001", "8002", "8003"}
_CHARSETS = {"1": "cp437", "2": "cp437", "3": "cp1252", "4": "iso8859-15"}


@cache
def _table() -> dict[str, Any]:
    return data.table(Path(__file__).parent / "xdt_fields.toml")


@guarded("xDT record")
def read_xdt(source: Source) -> Reading:
    """Read the records of a laboratory or of a practice's program: each test is a line, other facts lines too.

    Raises:
        BrokenFile: where it holds no field.
    """
    declared = re.search(rb"(?m)^\d{3}9(?:106|206)(\d)", source.data)
    decoded = decode_as(source.data, _CHARSETS.get(declared[1].decode(), "") if declared else "")
    fields = [(match[1], match[2].strip()) for match in _FIELD.finditer(decoded.text)]
    if not fields:
        raise BrokenFile("no xDT record")
    builder = Builder()
    builder.notes += decoded.notes
    test: list[tuple[str, str]] = []
    for number, value in fields:
        if number in _OF_TEST and test:
            test.append((number, value))
            continue
        _append_test(builder, test)
        test = [(number, value)] if number in (_TEST, _NAME, _RESULT) else []
        is_frame = number in _SILENT and not re.search(r"[^\W\d_]{4}", value)
        if number == "8000":
            builder.end_table()
        if not test and value and not is_frame:
            builder.row([f"{_named(number)}: {_said(number, value)}"])
    _append_test(builder, test)
    return builder.reading(XDT)


def _append_test(builder: Builder, test: list[tuple[str, str]]) -> None:
    """A test on one line: its name, result and unit, then what else is said of it."""
    if not test:
        return
    values: dict[str, list[str]] = {}
    for number, value in test:
        values.setdefault(number, []).append(value)
    name = " ".join(values.pop(_NAME, []) or values.get(_TEST, []))
    values.pop(_TEST, None)
    result = " ".join([*values.pop(_RESULT, []), *values.pop(_UNIT, []), *values.pop(_FLAG, [])])
    low, high = values.pop(_LOW, [""])[0], values.pop(_HIGH, [""])[0]
    text = " ".join(values.pop(_TEXT, []))
    normal = " ".join(values.pop(_NORMAL, [])) or (f"{low} - {high}" if low and high else low or high)
    rest = [f"{_named(number)}: {' '.join(said)}" for number, said in values.items()]
    range_ = f"{_named(_NORMAL)}: {normal}" if normal else ""
    first = f"{name}: {result}" if name and result else name or result
    builder.row(["; ".join(filter(None, (first, text, range_, *rest)))])


def _named(number: str) -> str:
    return str(_table()["names"].get(number, f"Feld {number}"))


def _said(number: str, value: str) -> str:
    if number in _DATES and re.fullmatch(r"\d{8}", value):
        year_first = value[:2] in ("19", "20") and value[4:6] <= "12"
        day = (value[6:], value[4:6], value[:4]) if year_first else (value[:2], value[2:4], value[4:])
        return ".".join(day)
    return str(_table()["values"].get(number, {}).get(value, value))


@guarded("XJustiz message")
def read_xjustiz(source: Source) -> Reading:
    """Read an XJustiz message: its groups as headings, its elements as lines with their names.

    Raises:
        ReadingError: where it is not well-formed.
    """
    root = parse_xml(source.data)
    builder = Builder()
    builder.title = _spoken(local(root))
    _append_element(builder, root, 1)
    if not builder.position:
        raise BrokenFile("an XJustiz message without a text")
    return builder.reading(XJUSTIZ)


def _append_element(builder: Builder, element: etree._Element, level: int) -> None:
    children = [child for child in element if isinstance(child.tag, str)]
    value = one_line(element.text or "")
    if not children:
        if value:
            builder.row([f"{_spoken(local(element))}: {value}"])
        return
    if len(children) == 1 and local(children[0]) == "code" and not len(children[0]):
        code = one_line(children[0].text or "")
        if code:  # a value of a list: its words, or its number where it has none
            builder.row([f"{_spoken(local(element))}: {code}"])
        return
    if level <= limits.MAX_NESTED:
        if any(not len(child) and (child.text or "").strip() for child in children):
            builder.end_table()
            builder.heading(_spoken(local(element)), min(level, 9))
        for child in children:
            _append_element(builder, child, level + 1)


def _spoken(name: str) -> str:
    """`auswahl_beteiligter.vollerName` in words."""
    words = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", re.sub(r"[._]+", " ", name))
    return words[:1].upper() + words[1:]
