"""As much of CSS as decides whether a reader can see a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

_ANY_SCREEN = re.compile(r"@(?:media\s+(?:all|screen|only screen)|supports\b.*|layer\b.*)", re.IGNORECASE | re.DOTALL)
_MAX_SHEET = 1_000_000
# Properties that decide whether a text can be seen.
_TELLING = frozenset(
    {
        *("display", "visibility", "font-size", "color", "background", "background-color", "background-image"),
        *("opacity", "position", "left", "right", "top", "bottom", "text-indent", "overflow", "height", "width"),
        *("max-height", "text-decoration", "text-decoration-line", "mso-hide"),
    }
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"^([a-z][\w-]*)?((?:[.#][\w-]+)*)$", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*(-?\d*\.?\d+)\s*([a-z%]*)")
_NAMED = {"white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "black": (0, 0, 0)}
_FAR = -900.0


def declarations(text: str) -> dict[str, str]:
    """Property -> value of the declarations in a style attribute or rule, in lower case."""
    found = {}
    for declaration in _COMMENT.sub("", text).split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip().lower()] = value.replace("!important", "").strip().lower()
    return found


class Sheet:
    """Rules with simple selectors (`p`, `.note`, `div#x`); those with combinators or states are not followed."""

    def __init__(self) -> None:
        # found by one mark that an element must have, so that a long sheet costs little
        self._rules: dict[str, list[tuple[int, str, frozenset[str], dict[str, str]]]] = {}
        self._n_rules = 0
        self._partial = False

    def add(self, text: str) -> None:
        """Add the rules of a style element, in their order. What a medium other than the screen adds is left out."""
        for selectors, body in _rules(_COMMENT.sub("", text)[:_MAX_SHEET]):
            style = {name: value for name, value in declarations(body).items() if name in _TELLING}
            for selector in selectors.split(",") if style else ():
                match = _SIMPLE.match(selector.strip())
                if not match or not match[0]:
                    self._partial = self._partial or "background" in " ".join(style)
                else:
                    tag, marks = (match[1] or "").lower(), frozenset(re.findall(r"[.#][\w-]+", match[2]))
                    self._n_rules += 1
                    rule = (self._n_rules, tag, marks, style)
                    self._rules.setdefault(min(marks) if marks else tag, []).append(rule)

    def style(self, element: etree._Element) -> dict[str, str]:
        """What applies to an element itself: rules, then its own attribute."""
        own: dict[str, str] = {}
        if self._rules:
            marks = {f".{name}" for name in str(element.get("class") or "").split()}
            marks.add(f"#{element.get('id')}")
            candidates = [rule for key in (*marks, str(element.tag)) for rule in self._rules.get(key, ())]
            for _, tag, needed, style in sorted(candidates, key=lambda rule: rule[0]):
                if tag in ("", element.tag) and needed <= marks:
                    own |= style
            if self._partial and "background" not in " ".join(own):
                # white letters of a class may stand on a ground that a rule with a combinator sets
                own.pop("color", None)
        return own | declarations(str(element.get("style") or ""))


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules that apply on any screen; those for print or small windows do not."""
    around: list[str] = []
    start = 0
    for brace in re.finditer(r"[{}]", text):
        piece, start = text[start : brace.start()], brace.end()
        if brace[0] == "{":
            around.append(piece.rpartition(";")[2].strip())
        elif around:
            selectors = around.pop()
            if not selectors.startswith("@") and all(_ANY_SCREEN.fullmatch(outer) for outer in around):
                yield selectors, piece


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
        back = style.get("background-color") or style.get("background") or str(element.get("bgcolor") or "")
        if "background-image" in style or element.get("background"):
            ground = None
        elif back and back not in ("inherit", "transparent", "none"):
            ground = rgb(back.split()[0]) if "url(" not in back else None
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
    placed = style.get("position") in ("absolute", "fixed")
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
    value = value.strip().lower()
    if value in _NAMED:
        return _NAMED[value]
    short = re.fullmatch(r"#([0-9a-f])([0-9a-f])([0-9a-f])", value)
    if short:
        return int(short[1] * 2, 16), int(short[2] * 2, 16), int(short[3] * 2, 16)
    full = re.fullmatch(r"#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", value)
    if full:
        return int(full[1], 16), int(full[2], 16), int(full[3], 16)
    mixed = re.fullmatch(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*(?:[,/].*)?\)", value)
    return (int(mixed[1]), int(mixed[2]), int(mixed[3])) if mixed else None


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
