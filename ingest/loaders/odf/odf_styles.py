"""What the styles of an OpenDocument file say: what can be seen, where pages begin, how lists are numbered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from casefolio.ingest.loaders.word.list_numbers import format_number
from casefolio.ingest.loaders.word.styles import is_white, whole

_BASE = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE, STYLE, DRAW, META = (
    f"{_BASE}{name}:1.0}}" for name in ("office", "text", "table", "style", "drawing", "meta")
)
FO = f"{_BASE}xsl-fo-compatible:1.0}}"
_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none",
            "가, 나, 다, ...": "ganada", "ㄱ, ㄴ, ㄷ, ...": "chosung", "①, ②, ③, ...": "decimalEnclosedCircle",
            "일, 이, 삼, ...": "koreanCounting"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """Inherited state of a run of text."""

    removed: bool = False
    white: bool = False
    filled: bool = False
    tiny: bool = False
    struck: bool = False
    raised: bool = False
    bold: bool = False

    @property
    def hidden(self) -> bool:
        """Whether a reader cannot see it."""
        return self.removed or self.tiny or (self.white and not self.filled)


@dataclass(slots=True)
class _Level:
    bullet: str = ""
    style: str = "decimal"
    prefix: str = ""
    suffix: str = ""
    shown: int = 1
    start: int = 1


class OdfStyles:
    """The styles of content and of the document, by family and name, with their ancestors."""

    def __init__(self, *roots: etree._Element) -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        self._lists: dict[str, dict[int, _Level]] = {}
        for root in roots:
            for style in root.iter(f"{STYLE}style"):
                self._styles[str(style.get(f"{STYLE}family")), str(style.get(f"{STYLE}name"))] = style
            for style in root.iter(f"{TEXT}list-style"):
                self._lists[str(style.get(f"{STYLE}name"))] = _levels(style)
            for style in root.iter(f"{TEXT}outline-style"):
                self._lists["outline"] = _levels(style)

    def chain(self, family: str, name: str | None) -> Iterator[etree._Element]:
        """A style and its ancestors, nearest first."""
        seen: set[str] = set()
        while name and name not in seen and (family, name) in self._styles:
            seen.add(name)
            style = self._styles[family, name]
            yield style
            name = style.get(f"{STYLE}parent-style-name")

    def property(self, family: str, name: str | None, kind: str, attribute: str) -> str:
        """A property (`text-properties`, `{fo}color`), from the style or its nearest ancestor that has it."""
        for style in self.chain(family, name):
            for properties in style.iterchildren(f"{STYLE}{kind}"):
                value = properties.get(attribute)
                if value is not None:
                    return str(value)
        return ""

    def look(self, outer: Look, family: str, name: str | None) -> Look:
        """The state inside an element with a style."""
        if not name:
            return outer

        def of(attribute: str, kind: str = "text-properties") -> str:
            return self.property(family, name, kind, attribute)

        ground = of(f"{FO}background-color") or of(f"{FO}background-color", "paragraph-properties")
        colour, size, line = of(f"{FO}color"), of(f"{FO}font-size"), of(f"{STYLE}text-line-through-style")
        shift = of(f"{STYLE}text-position")
        return Look(
            removed=outer.removed or of(f"{TEXT}display") == "none",
            white=is_white(colour.lstrip("#")) if colour else outer.white,
            filled=_is_colour(ground) if ground else outer.filled,
            tiny=_points(size, 12.0) <= 1 if size else outer.tiny,
            struck=line not in ("", "none") if line else outer.struck,
            raised=shift.startswith("super") or bool(re.match(r"[1-9]\d*%", shift)) if shift else outer.raised,
            bold=of(f"{FO}font-weight") == "bold" if of(f"{FO}font-weight") else outer.bold,
        )

    def fills(self, family: str, name: str | None) -> bool:
        """Whether a cell, row, table or shape style puts a colour behind its text."""
        kinds = {"table-cell": "table-cell-properties", "table-row": "table-row-properties",
                 "table": "table-properties"}  # fmt: skip
        if family == "graphic":
            filled = self.property(family, name, "graphic-properties", f"{DRAW}fill")
            ground = self.property(family, name, "graphic-properties", f"{FO}background-color")
            return filled not in ("", "none") or _is_colour(ground)
        return _is_colour(self.property(family, name, kinds[family], f"{FO}background-color"))

    def breaks(self, name: str | None) -> tuple[bool, bool]:
        """Whether a page begins before a paragraph of this style, and whether one ends after it."""
        before = self.property("paragraph", name, "paragraph-properties", f"{FO}break-before") == "page"
        after = self.property("paragraph", name, "paragraph-properties", f"{FO}break-after") == "page"
        master = next((s for s in self.chain("paragraph", name) if s.get(f"{STYLE}master-page-name")), None)
        return before or master is not None, after

    def list_style_of(self, name: str | None) -> str:
        """The list that a paragraph style brings along."""
        styles = (s.get(f"{STYLE}list-style-name") for s in self.chain("paragraph", name))
        return next((str(style) for style in styles if style), "")

    def levels(self, name: str) -> dict[int, _Level]:
        """Levels of a list style, from 1."""
        return self._lists.get(name, {})


@dataclass(slots=True)
class ListCounters:
    """Where the counters of all lists stand."""

    styles: OdfStyles
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def restart(self, key: str) -> None:
        """Begin a list anew."""
        self._counts.pop(key, None)

    def label(self, key: str, style: str, level: int, start: int | None = None) -> str:
        """What stands in front of the next item of a level; the counter is advanced."""
        levels = self.styles.levels(style)
        form = levels.get(level)
        if form is None:
            return ""
        counts = self._counts.setdefault(key, {})
        counts[level] = start if start is not None else counts.get(level, form.start - 1) + 1
        for below in [place for place in counts if place > level]:
            del counts[below]
        if form.bullet:
            return form.bullet
        if form.style == "none":
            return ""
        first = max(1, level - form.shown + 1)
        shown = [(levels.get(place, form), counts.get(place, levels.get(place, form).start))
                 for place in range(first, level + 1)]  # fmt: skip
        numbers = [format_number(count, other.style) for other, count in shown if other.style != "none"]
        return f"{form.prefix}{'.'.join(numbers)}{form.suffix}".strip()


def _levels(style: etree._Element) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for level in style:
        number = whole(str(level.get(f"{TEXT}level") or ""), 0)
        if level.tag == f"{TEXT}list-level-style-bullet":
            mark = str(level.get(f"{TEXT}bullet-char") or "•")
            found[number] = _Level(bullet="•" if "\ue000" <= mark <= "\uf8ff" else mark)
        elif level.tag in (f"{TEXT}list-level-style-number", f"{TEXT}outline-level-style"):
            found[number] = _Level(
                style=_FORMATS.get(str(level.get(f"{STYLE}num-format") or ""), "decimal"),
                prefix=str(level.get(f"{STYLE}num-prefix") or ""),
                suffix=str(level.get(f"{STYLE}num-suffix") or ""),
                shown=min(max(1, whole(str(level.get(f"{TEXT}display-levels") or ""), 1)), 10),
                start=whole(str(level.get(f"{TEXT}start-value") or ""), 1),
            )
    return found


def _is_colour(value: str) -> bool:
    return value not in ("", "transparent") and not is_white(value.lstrip("#"))


def _points(size: str, default: float) -> float:
    match = re.fullmatch(r"([\d.]+)(pt|px|mm|cm|in)", size)
    scale = {"pt": 1.0, "px": 0.75, "mm": 2.83, "cm": 28.3, "in": 72.0}
    return float(match[1]) * scale[match[2]] if match and match[1].count(".") < 2 else default
