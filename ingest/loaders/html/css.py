"""As much of CSS as decides whether a reader can see a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cssselect2
import tinycss2
import tinycss2.color3
from lxml import etree

from casefolio.ingest import limits

_ANY_SCREEN = re.compile(r"@(?:media\s+(?:all|screen|only screen)|supports\b.*|layer\b.*)", re.IGNORECASE | re.DOTALL)
# Properties that decide whether a text can be seen.
_TELLING = frozenset(
    {
        *("display", "visibility", "font-size", "color", "background", "background-color", "background-image"),
        *("opacity", "position", "left", "right", "top", "bottom", "text-indent", "overflow", "height", "width"),
        *("max-height", "text-decoration", "text-decoration-line", "mso-hide", "clip", "clip-path", "transform"),
        "content-visibility",
    }
)
_NUMBER = re.compile(r"^\s*(-?\d*\.?\d+)\s*([a-z%]*)")
_NESTED = 4  # media in media
_FAR = -900.0
_CLIPPED = re.compile(r"inset\(\s*(?:50|100)%|circle\(\s*0[\s)]|polygon\(\s*0(?:px|%)?\s+0(?:px|%)?\s*\)")


@lru_cache(maxsize=4096)
def _declared(text: str) -> tuple[tuple[str, str, bool], ...]:
    """Property, value and importance of each declaration, in lower case, in order."""
    found = []
    for node in tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration":
            value = tinycss2.serialize(node.value).strip().lower()
            found.append((str(node.lower_name), value, bool(node.important)))
    return tuple(found)


class Sheet:
    """The rules of a page and which of them apply to an element, by the cascade: importance, specificity, order.

    Args:
        root: of the page; without it only what elements say of themselves applies.
    """

    def __init__(self, root: etree._Element | None = None) -> None:
        self._matcher = cssselect2.Matcher()
        self._root = root
        self._wrapped: dict[etree._Element, Any] | None = None
        self._n_rules = 0
        self._partial = False

    def add(self, text: str) -> None:
        """Add the rules of a style element, in their order. What a medium other than the screen adds is left out."""
        rules = tinycss2.parse_stylesheet(text[: limits.MAX_STYLE_SHEET], skip_comments=True, skip_whitespace=True)
        self._add(rules, 0)

    def _add(self, rules: Iterable[Any], depth: int) -> None:
        for rule in rules:
            if rule.type == "qualified-rule":
                self._rule(rule)
            elif rule.type == "at-rule" and rule.content is not None and depth < _NESTED:
                said = f"@{rule.lower_at_keyword} {tinycss2.serialize(rule.prelude).strip()}".strip()
                if _ANY_SCREEN.fullmatch(said):
                    inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                    self._add(inner, depth + 1)

    def _rule(self, rule: Any) -> None:
        body = tinycss2.serialize(rule.content)
        style = tuple(one for one in _declared(body) if one[0] in _TELLING)
        if not style:
            return
        try:
            selectors = cssselect2.compile_selector_list(rule.prelude)
        except cssselect2.SelectorError:
            # white letters may stand on a ground that a rule sets which is not understood
            self._partial = self._partial or any("background" in name for name, _, _ in style)
            return
        for selector in selectors:
            if selector.pseudo_element is None:
                self._n_rules += 1
                self._matcher.add_selector(selector, style)

    def style(self, element: etree._Element) -> dict[str, str]:
        """What applies to an element itself: rules, its own attribute, then what is important."""
        inline = _declared(str(element.get("style") or ""))
        found: dict[str, str] = {}
        important: dict[str, str] = {}
        for _, _, _, style in sorted(self._matches(element), key=lambda match: match[:2]):
            for name, value, is_important in style:
                (important if is_important else found)[name] = value
        if self._partial and not any("background" in name for name in found):
            found.pop("color", None)
        found |= {name: value for name, value, is_important in inline if not is_important}
        return found | important | {name: value for name, value, is_important in inline if is_important}

    def _matches(self, element: etree._Element) -> list[Any]:
        if not self._n_rules or self._root is None:
            return []
        if self._wrapped is None:
            tree = cssselect2.ElementWrapper.from_html_root(self._root)
            self._wrapped = {one.etree_element: one for one in tree.iter_subtree()}
        wrapped = self._wrapped.get(element)
        return [] if wrapped is None else list(self._matcher.match(wrapped))


@dataclass(frozen=True, slots=True)
class Look:
    """Inherited state: colours as (red, green, blue), None where not known; visibility and size."""

    colour: tuple[int, int, int] | None = (0, 0, 0)
    ground: tuple[int, int, int] | None = (255, 255, 255)
    visible: bool = True
    size: float = 16.0

    def within(self, style: dict[str, str], element: etree._Element) -> Look:
        """The state inside an element with `style`."""
        colour, ground, visible = self.colour, self.ground, self.visible
        own = style.get("color") or str(element.get("color") or "")
        if own and own not in ("inherit", "currentcolor"):
            colour = rgb(own)
            visible = visible and not is_clear(own)
        back = style.get("background-color") or style.get("background") or str(element.get("bgcolor") or "")
        if "background-image" in style or element.get("background"):
            ground = None
        elif back and back not in ("inherit", "none") and not is_clear(back):
            ground = _ground(back) if "url(" not in back and "gradient(" not in back else None
        if "visibility" in style:
            visible = style["visibility"] not in ("hidden", "collapse")
        return Look(colour, ground, visible, _size(style.get("font-size", ""), self.size))

    @property
    def readable(self) -> bool:
        """Whether text can be seen: shown, of some size, and not in the colour of its ground."""
        if not self.visible or self.size <= 1:
            return False
        if self.colour is None or self.ground is None:
            return True
        return max(abs(a - b) for a, b in zip(self.colour, self.ground, strict=True)) > 8


def is_removed(style: dict[str, str], element: etree._Element) -> bool:
    """Whether an element and all in it is shown nowhere, or off the page."""
    if style.get("display") == "none" or element.get("hidden") is not None or style.get("mso-hide") == "all":
        return True
    if _value(style.get("opacity", "1"), 1.0) == 0:
        return True
    if style.get("content-visibility") == "hidden" or _CLIPPED.search(style.get("clip-path", "")):
        return True
    if re.search(r"scale(?:3d|x|y)?\(\s*0\s*[,)]", style.get("transform", "")):
        return True
    placed = style.get("position") in ("absolute", "fixed")
    if placed and re.match(r"rect\((?:\s*[01](?:px)?[\s,]*){4}\)", style.get("clip", "")):
        return True
    if placed and any(_value(style.get(side, "0"), 0.0) <= _FAR for side in ("left", "top", "right", "bottom")):
        return True
    if _value(style.get("text-indent", "0"), 0.0) <= _FAR:
        return True
    boxed = style.get("overflow") == "hidden"
    return boxed and any(side in style and _value(style[side], 9.0) <= 1 for side in ("height", "width", "max-height"))


def is_struck(style: dict[str, str]) -> bool:
    """Whether the text is struck out."""
    return "line-through" in style.get("text-decoration", "") + style.get("text-decoration-line", "")


def rgb(value: str) -> tuple[int, int, int] | None:
    """A colour as three numbers from 0 to 255, or None for one that is not understood."""
    found = _colour(value.strip())
    if found is None and re.fullmatch(r"[0-9a-fA-F]{6}", value.strip()):
        found = _colour(f"#{value.strip()}")  # as old pages have it in attributes
    if found is None:
        return None
    red, green, blue = (round(255 * part) for part in found[:3])
    return red, green, blue


def is_clear(value: str) -> bool:
    """Whether a colour lets all of what lies below it through."""
    found = _colour(value.strip())
    return found is not None and found[3] == 0


def _ground(value: str) -> tuple[int, int, int] | None:
    """The colour in a `background`, which may name other things too."""
    whole = rgb(value)
    return whole if whole is not None else next(filter(None, map(rgb, value.split())), None)


@lru_cache(maxsize=1024)
def _colour(value: str) -> tuple[float, float, float, float] | None:
    """Red, green, blue and opacity, 0 to 1."""
    parsed = tinycss2.color3.parse_color(value)
    return None if parsed is None or isinstance(parsed, str) else tuple(parsed)


def _value(text: str, default: float) -> float:
    match = _NUMBER.match(text)
    return float(match[1]) if match else default


def _size(text: str, inherited: float) -> float:
    match = _NUMBER.match(text)
    if not match:
        return inherited if text in ("", "inherit") else 16.0
    number, unit = float(match[1]), match[2]
    scale = {"em": inherited, "rem": 16.0, "%": inherited / 100, "pt": 4 / 3, "px": 1.0, "": 1.0}
    return number * scale.get(unit, 16.0)
