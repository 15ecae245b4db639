"""Questions to the elements of marked-up prose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree


def local(element: etree._Element) -> str:
    """Name of an element without its namespace; empty for comments, instructions and entities."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def words(element: etree._Element) -> str:
    """All character data in an element."""
    return "".join(str(text) for text in element.itertext())


def rows_of(table: etree._Element, roles: Mapping[str, str]) -> list[tuple[bool, list[etree._Element]]]:
    """Rows of a table, those of tables inside it not: whether the row stands in the head, and its cells."""
    found: list[tuple[bool, list[etree._Element]]] = []
    for child in table:
        role = roles.get(local(child))
        if role == "row":
            found.append((False, [c for c in child if roles.get(local(c)) in ("cell", "header cell")]))
        elif role == "head":
            found += [(local(child) == "thead", cells) for _, cells in rows_of(child, roles)]
    return found


def is_bold(cell: etree._Element) -> bool:
    """Whether all words of a cell are bold."""
    text = words(cell).strip()
    return not text or any(words(b).strip() == text for b in cell.iter("b", "strong"))


def whole_number(text: str | None, default: int) -> int:
    """An attribute as an integer, or `default`."""
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text.strip()) else default


def shown_input(element: etree._Element) -> str:
    """What a field of a form shows."""
    match str(element.get("type") or local(element)).lower():
        case "checkbox" | "radio":
            return "☒" if element.get("checked") is not None else "☐"
        case "hidden" | "submit" | "button" | "image" | "reset" | "file" | "password":
            return ""
        case "select":
            options = list(element.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            return " ".join(words(o) for o in chosen)
    return str(element.get("value") or "")
