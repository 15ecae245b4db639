"""What an RTF reader has to remember: the properties of a group, and the tables at the head of the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from casefolio.ingest.data import alternation
from casefolio.ingest.languages import all_of
from casefolio.ingest.loaders.rtf.control_words import CODE_PAGES
from casefolio.ingest.loaders.shared.symbols import in_font

_HEADING = re.compile(rf"(?:{alternation(all_of('headings', 'style'))})\s*([1-9])", re.IGNORECASE)


@dataclass(slots=True)
class State:
    """Properties that a group inherits and a closing brace restores."""

    place: str = "text"
    font: int = 0
    skip: int = 1
    hidden: bool = False
    deleted: bool = False
    struck: bool = False
    inserted: bool = False
    bold: bool = False
    size: int = 24
    colour: int = 0
    ground: int = 0
    raised: bool = False
    depth: int = 0
    level: int = 0
    listed: bool = False
    shaded: bool = False
    style: int = 0

    def plain(self, font: int) -> None:
        """Set the properties of characters back."""
        self.font, self.size, self.colour, self.ground = font, 24, 0, 0
        self.hidden = self.deleted = self.struck = self.inserted = self.bold = self.raised = False

    def paragraph(self) -> None:
        """Set the properties of paragraphs back."""
        self.depth = self.level = 0
        self.listed = self.shaded = False

    def character(self, word: str, number: int | None, default_font: int) -> bool:
        """Take in a property of characters; answers whether it is one."""
        on = number != 0
        match word:
            case "plain":
                self.plain(default_font)
            case "f":
                self.font = number or 0
            case "fs":
                self.size = 24 if number is None else number
            case "cf":
                self.colour = number or 0
            case "cb" | "highlight" | "chcbpat":
                self.ground = number or 0
            case "v":
                self.hidden = on
            case "deleted" | "mvf":
                self.deleted = on
            case "revised" | "mvt":
                self.inserted = on
            case "strike" | "striked":
                self.struck = on
            case "b":
                self.bold = on
            case "super":
                self.raised = on
            case "nosupersub" | "sub":
                self.raised = False
            case "uc":
                self.skip = max(0, number or 0)
            case _:
                return False
        return True


@dataclass(slots=True)
class Tables:
    """What the head of the file defines."""

    code_page: str = "cp1252"
    default_font: int = 0
    fonts: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    whites: set[int] = field(default_factory=set)
    levels: dict[int, int] = field(default_factory=dict)
    colour: list[int] = field(default_factory=lambda: [0, 0, 0])
    n_colours: int = 0

    def define(self, word: str, value: int, state: State) -> None:
        """Take in a word of one of the tables at the head of the file."""
        match word:
            case "f":
                state.font = value
            case "fcharset":
                self.fonts[state.font] = CODE_PAGES.get(value, "")
            case "red" | "green" | "blue":
                self.colour[["red", "green", "blue"].index(word)] = value
            case "s":
                state.style = value
            case "outlinelevel" if 0 <= value < 9:
                self.levels[state.style] = value + 1

    def say(self, text: str, state: State) -> None:
        """Take in text that stands in one of the tables: names, and the semicolons between entries."""
        place = state.place
        for piece in re.findall(r"[^;]+|;", text):
            if place == "colortbl" and piece == ";":
                if min(self.colour) >= 0xF7:
                    self.whites.add(self.n_colours)
                self.n_colours, self.colour = self.n_colours + 1, [0, 0, 0]
            elif piece != ";" and place == "fonttbl":
                self.names[state.font] = self.names.get(state.font, "") + piece
            elif piece != ";" and place == "stylesheet":
                heading = _HEADING.match(piece.strip())
                if heading:
                    self.levels.setdefault(state.style, int(heading[1]))

    def decoded(self, data: bytes, font: int) -> str:
        """Bytes as text, in the code page of their font."""
        page = self.fonts.get(font) or self.code_page
        if page == "symbol":
            return in_font(self.names.get(font, "Symbol"), data.decode("latin-1"))
        try:
            return data.decode(page, "replace")
        except LookupError:
            return data.decode("cp1252", "replace")

    def is_coloured(self, colour: int | None) -> bool:
        """Whether a ground of this colour is any but white; 0 is none."""
        return bool(colour) and colour not in self.whites

    def hides(self, state: State, shaded: bool) -> bool:
        """Whether a reader cannot see text in this state."""
        if state.hidden or state.size <= 2:
            return True
        return state.colour in self.whites and not (shaded or state.shaded or self.is_coloured(state.ground))
