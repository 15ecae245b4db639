"""What Word's styles say of a paragraph or run: outline level, numbering, and whether a reader can see it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NAMED_HEADING = re.compile(r"heading\s*([1-9])$", re.IGNORECASE)
_OFF = ("0", "false", "off", "none")


def val(element: etree._Element | None, name: str = "val") -> str:
    """The attribute `w:name` of an element, or an empty string."""
    return "" if element is None else str(element.get(W + name) or "")


def is_on(element: etree._Element | None) -> bool:
    """Whether a toggle property is set; without a value it is."""
    return element is not None and val(element).lower() not in _OFF


def whole(text: str, default: int) -> int:
    """`text` as an integer, or `default`."""
    try:
        return int(text)
    except ValueError:
        return default


class Styles:
    """The styles of one document, resolved through `w:basedOn`."""

    def __init__(self, root: etree._Element | None) -> None:
        styles = [] if root is None else root.findall(f"{W}style")
        # a style without an id is nobody's: it must not be the one of paragraphs that name none
        self._styles = {val(style, "styleId"): style for style in styles if val(style, "styleId")}
        self._found: dict[tuple[str, str], etree._Element | None] = {}
        defaults = (s for s in styles if val(s, "type") == "paragraph" and val(s, "default") in ("1", "true"))
        self._default = val(next(defaults, None), "styleId")

    def _chain(self, style_id: str) -> Iterator[etree._Element]:
        seen: set[str] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            yield self._styles[style_id]
            style_id = val(self._styles[style_id].find(f"{W}basedOn"))

    def find(self, style_id: str, path: str) -> etree._Element | None:
        """The nearest definition of a property (`w:pPr/w:numPr`), from the style up to its ancestors."""
        key = (style_id, path)
        if key not in self._found:
            steps = "/".join(W + step for step in path.split("/"))
            found = (style.find(steps) for style in self._chain(style_id))
            self._found[key] = next((element for element in found if element is not None), None)
        return self._found[key]

    def name(self, style_id: str) -> str:
        """Name of a style in lower case, as Word's built-in English names are."""
        style = self._styles.get(style_id)
        return "" if style is None else val(style.find(f"{W}name")).lower()

    def paragraph_style(self, paragraph: etree._Element) -> str:
        """Id of the style of a paragraph, the default one where it names none."""
        return val(paragraph.find(f"{W}pPr/{W}pStyle")) or self._default

    def heading_level(self, paragraph: etree._Element) -> int:
        """Outline level from 1, or 0 for body text."""
        style = self.paragraph_style(paragraph)
        own = paragraph.find(f"{W}pPr/{W}outlineLvl")
        level = own if own is not None else self.find(style, "pPr/outlineLvl")
        if level is not None:
            number = whole(val(level), 9)
            return number + 1 if 0 <= number < 9 else 0
        for ancestor in self._chain(style):
            match = _NAMED_HEADING.match(val(ancestor.find(f"{W}name")))
            if match:
                return int(match[1])
        return 0

    def is_title(self, paragraph: etree._Element) -> bool:
        """Whether the paragraph is the document's title."""
        return self.name(self.paragraph_style(paragraph)) == "title"

    def shades(self, style_id: str) -> bool:
        """Whether a table style colours any cell: white letters may then be readable."""
        return any(True for style in self._chain(style_id) for _ in style.iter(f"{W}shd"))

    def run_property(self, run: etree._Element, paragraph_style: str, name: str) -> etree._Element | None:
        """A property of a run: its own, its character style's, or its paragraph style's."""
        properties = run.find(f"{W}rPr")
        if properties is not None:
            own = properties.find(W + name)
            if own is not None:
                return own
            styled = self.find(val(properties.find(f"{W}rStyle")), f"rPr/{name}")
            if styled is not None:
                return styled
        return self.find(paragraph_style, f"rPr/{name}")


def is_white(colour: str) -> bool:
    """Whether a six-digit hexadecimal colour is white to the eye."""
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", colour):
        return False
    return all(int(colour[i : i + 2], 16) >= 0xF7 for i in (0, 2, 4))


def is_filled(properties: etree._Element | None) -> bool:
    """Whether paragraph, run or cell properties put a colour other than white behind the text."""
    if properties is None:
        return False
    shade, marker = properties.find(f"{W}shd"), properties.find(f"{W}highlight")
    if marker is not None and val(marker) not in ("none", "white"):
        return True
    if shade is None:
        return False
    if val(shade, "themeFill") and val(shade, "themeFill") not in ("background1", "light1"):
        return True
    fill, pattern = val(shade, "fill"), val(shade)
    return (fill not in ("", "auto") and not is_white(fill)) or pattern.startswith(("pct", "solid"))
