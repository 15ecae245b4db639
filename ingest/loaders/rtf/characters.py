"""Takes down the characters of an RTF file: bytes by code page, Unicode by number, each where its group belongs."""

from __future__ import annotations

from dataclasses import replace

from casefolio.ingest.loaders.rtf.state import State, Tables
from casefolio.ingest.loaders.rtf.story import Story
from casefolio.ingest.loaders.shared.building import Builder
from casefolio.ingest.loaders.shared.symbols import in_font, superscript


class Scribe:
    """What is being read: the state of the group, the story that it fills, and what was left out of it."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.body = Story(self.builder)
        self.story = self.body
        self.state = State()
        self.stack: list[tuple[State, Story]] = []
        self.tables = Tables()
        self.running: set[str] = set()
        self.footers: list[tuple[str, bool]] = []
        self.pending = b""
        self.high = 0
        self.to_skip = 0
        self.starred = False
        self.entry: list[str] = []
        self.box: dict[str, int] = {}
        self.counts = dict.fromkeys(("deletions", "insertions", "struck", "comments", "pictures", "objects"), 0)
        self.last = State()
        self.marks = 0

    def take(self, data: bytes) -> None:
        """Take in bytes; those that only stand in for a Unicode character are skipped."""
        if self.to_skip:
            dropped = min(self.to_skip, len(data))
            self.to_skip -= dropped
            data = data[dropped:]
        self.starred = False
        self.pending += data

    def flush(self) -> None:
        """Decode the bytes that have come together: a Korean character is two of them."""
        if self.pending:
            data, self.pending = self.pending, b""
            # names of fonts are written in letters, also that of a font of symbols
            font = self.tables.default_font if self.state.place == "fonttbl" else self.state.font
            self.say(self.tables.decoded(data, font))

    def unicode(self, number: int) -> None:
        """Take in a character by its number, of which two may make one."""
        self.to_skip = self.state.skip
        code = number % 0x10000
        if 0xD800 <= code < 0xDC00:
            self.high = code
            return
        if 0xDC00 <= code < 0xE000 and self.high:
            code = 0x10000 + ((self.high - 0xD800) << 10) + (code - 0xDC00)
        self.high = 0
        character = chr(code)
        if 0xF000 <= code <= 0xF0FF:
            character = in_font(self.tables.names.get(self.state.font, "Symbol"), character)
        self.say(character)

    def say(self, text: str) -> None:
        """Put text where the group that it stands in belongs."""
        state = self.state
        match state.place:
            case "silent" | "info" | "row":
                return
            case "title" | "author":
                self.entry.append(text)
            case "fonttbl" | "stylesheet" | "colortbl":
                self.tables.say(text, state)
            case place if place == "fldinst" or place.startswith("upr "):
                return
            case _:
                self._visible(text)

    def _visible(self, text: str) -> None:
        state, last = self.state, self.last
        self.last = replace(state)
        if not text.strip():
            if not (state.deleted or state.struck or self.tables.hides(state, self.story.shaded)):
                self.story.parts.append(text)
            return
        if state.deleted:
            self.counts["deletions"] += not last.deleted
        elif state.struck:
            self.counts["struck"] += not last.struck
        elif self.tables.hides(state, self.story.shaded):
            self.builder.hidden += len(text.strip())
        else:
            self.counts["insertions"] += state.inserted and not last.inserted
            self.story.bold = self.story.bold and state.bold
            self.story.parts.append(superscript(text) if state.raised else text)
