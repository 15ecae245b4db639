"""RTF: text with its code pages, tables, notes and text boxes; what is deleted or hidden is left out and counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ingest.errors import BrokenFile, LimitExceeded
from ingest.loaders.base import Reading, Source
from ingest.loaders.building import Builder, one_line
from ingest.loaders.guard import guarded
from ingest.loaders.rtf_story import CellFormat, Story
from ingest.loaders.rtf_words import CHARACTERS, CODE_PAGES, SIGNS, SILENT, Token, tokens
from ingest.loaders.symbols import in_font, superscript

MEDIA_TYPE = "application/rtf"
_MAX_DEPTH = 2000
_HEADERS = {"header", "headerl", "headerr"}
_FOOTERS = {"footer", "footerl", "footerr"}
_STARRED = {"shpinst", "shppict", "nesttableprops", "fldinst", "formfield", "pntext", "listtext", "annotation",
            "shptxt"}  # fmt: skip
_HEADING = re.compile(r"(?:heading|überschrift|제목)\s*([1-9])", re.IGNORECASE)


@dataclass(slots=True)
class _State:
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


@dataclass(slots=True)
class _Tables:
    """What the head of the file defines."""

    code_page: str = "cp1252"
    default_font: int = 0
    fonts: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    whites: set[int] = field(default_factory=set)
    levels: dict[int, int] = field(default_factory=dict)
    colour: list[int] = field(default_factory=lambda: [0, 0, 0])
    n_colours: int = 0


@guarded("RTF file")
def read_rtf(source: Source) -> Reading:
    """Read an RTF file.

    Raises:
        ReadingError: where it is none, or nests deeper than anybody writes.
    """
    if not source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise BrokenFile(f"{source.path}: no RTF file")
    return _Reader().read(source.data)


class _Reader:
    def __init__(self) -> None:
        self.builder = Builder()
        self.body = Story(self.builder)
        self.story = self.body
        self.state = _State()
        self.stack: list[tuple[_State, Story]] = []
        self.tables = _Tables()
        self.running: set[str] = set()
        self.footers: list[tuple[str, bool]] = []
        self.pending = b""
        self.high = 0
        self.to_skip = 0
        self.starred = False
        self.entry: list[str] = []
        self.box: dict[str, int] = {}
        self.counts = dict.fromkeys(("deletions", "insertions", "struck", "comments", "pictures", "objects"), 0)
        self.last = _State()
        self.marks = 0

    def read(self, data: bytes) -> Reading:
        """Walk all tokens; a brace that is missing at the end ends the text all the same."""
        for token in tokens(data):
            if token.data:
                self._bytes(token.data)
                continue
            self._flush()
            if token.brace:
                self.to_skip = 0
                self._open() if token.brace == "{" else self._close()
            elif self.to_skip and token.word != "u":
                self.to_skip -= 1
            elif token.word:
                self._word(token)
            else:
                self._sign(token.sign)
        self._flush()
        while self.stack:
            self._close()
        self.body.close()
        return self._finished()

    def _finished(self) -> Reading:
        for text, first_only in self.footers:
            self.builder.paragraph(text, furniture=not first_only)
        notes = {"deletions": "tracked deletion{s} left out", "insertions": "tracked insertion{s} read as text",
                 "struck": "struck-out passage{s} left out", "comments": "comment{s} left out",
                 "pictures": "picture{s} not read", "objects": "embedded object{s} not read"}  # fmt: skip
        for name, what in notes.items():
            self.builder.note(self.counts[name], what)
        return self.builder.reading(MEDIA_TYPE)

    # groups

    def _open(self) -> None:
        if len(self.stack) > _MAX_DEPTH:
            raise LimitExceeded(f"groups nested more than {_MAX_DEPTH} deep")
        self.stack.append((replace(self.state), self.story))
        self.starred = False

    def _close(self) -> None:
        if not self.stack:
            return
        before, story = self.stack.pop()
        place, inner = self.state.place, self.story
        if place == "fldinst" and before.place != "fldinst":
            self._form_field()
        if place in ("title", "author") and before.place != place:
            value = one_line("".join(self.entry))
            self.entry.clear()
            if place == "title":
                self.builder.title = value
            self.builder.metadata.append((place, value))
        # paragraph properties outlive a group, character properties do not
        self.state, self.story = before, story
        if inner is not story:
            inner.close()
            self._place(place, inner.builder.text_since(0))

    def _place(self, place: str, text: str) -> None:
        """Put the text of a header, footer, note or text box where a reader meets it."""
        if not text.strip():
            return
        if place in _FOOTERS or place == "footerf":
            if text not in self.running:
                self.footers.append((text, place == "footerf"))
        elif place in _HEADERS or place == "headerf":
            if text not in self.running:
                self.builder.paragraph(text, furniture=place != "headerf")
        elif place == "footnote":
            self.story.after.append(f"{superscript(str(self.marks))} {text.lstrip()}")
        else:
            self.story.after.append(text)
        self.running.add(text if place != "footnote" else "")

    def _destination(self, word: str) -> bool:
        """Whether a word opens a group whose content is no running text here; if so the group is prepared."""
        if word in _HEADERS or word in _FOOTERS or word in ("headerf", "footerf", "footnote", "shptxt"):
            if word == "footnote" and not self._muted():
                self.marks += 1
                if not self.story.text.endswith(superscript(str(self.marks))):
                    self._say(superscript(str(self.marks)))
            self.story = Story(Builder(), running=True)
            self.state = replace(_State(font=self.tables.default_font), place=word, hidden=self.state.hidden)
            return True
        if word in ("fonttbl", "colortbl", "stylesheet", "title", "author", "fldinst"):
            self.state.place = word
            self.entry.clear()
            return True
        if word in ("annotation", "pict", "object"):
            name = {"annotation": "comments", "pict": "pictures", "object": "objects"}[word]
            self.counts[name] += self.state.place != "silent"
            self.state.place = "silent" if word != "object" else self.state.place
            return True
        if word == "nesttableprops":
            self.state.place = "row"
            return True
        if word in SILENT or word == "info":
            self.state.place = "silent" if word != "info" else "info"
            return True
        return False

    # words

    def _word(self, token: Token) -> None:
        word, number, state = token.word, token.number, self.state
        starred, self.starred = self.starred, False
        if word == "u":
            self._unicode(number or 0)
        elif state.place == "silent" or self._destination(word):
            return
        elif starred and word not in _STARRED:
            state.place = "silent"
        elif word in CHARACTERS:
            self._say(CHARACTERS[word])
        elif state.place in ("fonttbl", "colortbl", "stylesheet", "fldinst"):
            self._define(word, number)
        elif not self._character(word, number) and not self._paragraph(word, number):
            self._table(word, number)

    def _define(self, word: str, number: int | None) -> None:
        tables, value = self.tables, number or 0
        match word:
            case "f":
                self.state.font = value
            case "fcharset":
                tables.fonts[self.state.font] = CODE_PAGES.get(value, "")
            case "red" | "green" | "blue":
                tables.colour[["red", "green", "blue"].index(word)] = value
            case "s":
                self.state.style = value
            case "outlinelevel" if 0 <= value < 9:
                tables.levels[self.state.style] = value + 1
            case "fftype" | "ffres" | "ffdefres":
                self.box[word] = value

    def _character(self, word: str, number: int | None) -> bool:
        """Take in a property of characters; answers whether it is one."""
        state, on = self.state, number != 0
        match word:
            case "plain":
                keep = {"place": state.place, "depth": state.depth, "level": state.level, "listed": state.listed,
                        "skip": state.skip, "style": state.style, "shaded": state.shaded}  # fmt: skip
                self.state = _State(font=self.tables.default_font, **keep)  # type: ignore[arg-type]
            case "f":
                state.font = number or 0
            case "fs":
                state.size = 24 if number is None else number
            case "cf":
                state.colour = number or 0
            case "cb" | "highlight" | "chcbpat":
                state.ground = number or 0
            case "v":
                state.hidden = on
            case "deleted" | "mvf":
                state.deleted = on
            case "revised" | "mvt":
                state.inserted = on
            case "strike" | "striked":
                state.struck = on
            case "b":
                state.bold = on
            case "super":
                state.raised = on
            case "nosupersub" | "sub":
                state.raised = False
            case "uc":
                state.skip = max(0, number or 0)
            case _:
                return False
        return True

    def _paragraph(self, word: str, number: int | None) -> bool:
        """Take in a property or the end of a paragraph; answers whether it is one."""
        state = self.state
        match word:
            case "par" | "sect":
                if state.deleted:
                    self.counts["deletions"] += 1
                else:
                    self.story.end_paragraph(state.level, state.depth, listed=state.listed)
                if word == "sect" and self.story is self.body:
                    self.builder.break_page(soft=True)
            case "pard":
                state.depth, state.level, state.listed, state.shaded = 0, 0, False, False
            case "s":
                state.level = self.tables.levels.get(number or 0, 0)
            case "outlinelevel":
                state.level = (number or 0) + 1 if 0 <= (number or 0) < 9 else 0
            case "pagebb" if self.story is self.body and not state.depth:
                self.story.text = "\v" + self.story.text
            case "ls" | "pntext" | "listtext":
                state.listed = True
                for outer, _ in self.stack[-1:] if word != "ls" else ():
                    outer.listed = True
            case "cbpat":
                state.shaded = bool(number) and number not in self.tables.whites
            case "ansicpg":
                self.tables.code_page = {65001: "utf-8", 0: "cp1252"}.get(number or 0, f"cp{number}")
            case "mac":
                self.tables.code_page = "mac_roman"
            case "deff":
                self.tables.default_font = state.font = number or 0
            case "chftn":
                # the mark of a note, which the note itself repeats
                pass
            case _:
                return False
        return True

    def _table(self, word: str, number: int | None) -> None:
        story, state = self.story, self.state
        match word:
            case "trowd":
                story.define_row()
            case "trhdr":
                story.header_row = True
            case "clvmrg" | "clmrg":
                story.merge(beside=word == "clmrg")
            case "clcbpat" | "clcbpatraw":
                story.shaded = story.shaded or (bool(number) and number not in self.tables.whites)
            case "cellx":
                story.formats.append(replace(story.next_cell, edge=number or 0))
                story.next_cell = CellFormat()
            case "intbl":
                state.depth = max(state.depth, 1)
            case "itap":
                state.depth = min(number if number is not None else 1, 50)
            case "cell" | "nestcell":
                story.end_cell(2 if word == "nestcell" else 1)
            case "row":
                story.end_row()
            case "nestrow":
                story.end_nested_row()

    # text

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self.starred = True
        elif sign in "\r\n":
            self._word(Token(word="par"))
        elif sign in SIGNS:
            self._say(SIGNS[sign])

    def _bytes(self, data: bytes) -> None:
        if self.to_skip:
            dropped = min(self.to_skip, len(data))
            self.to_skip -= dropped
            data = data[dropped:]
        self.starred = False
        self.pending += data

    def _flush(self) -> None:
        """Decode the bytes that have come together: a Korean character is two of them."""
        if self.pending:
            data, self.pending = self.pending, b""
            self._say(self._decoded(data))

    def _decoded(self, data: bytes) -> str:
        page = self.tables.fonts.get(self.state.font) or self.tables.code_page
        if page == "symbol":
            return in_font(self.tables.names.get(self.state.font, "Symbol"), data.decode("latin-1"))
        try:
            return data.decode(page, "replace")
        except LookupError:
            return data.decode("cp1252", "replace")

    def _unicode(self, number: int) -> None:
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
        self._say(character)

    def _say(self, text: str) -> None:
        state = self.state
        match state.place:
            case "silent" | "info" | "row":
                return
            case "title" | "author":
                self.entry.append(text)
            case "fonttbl" | "stylesheet" | "colortbl":
                self._defined(text)
            case "fldinst":
                return
            case _:
                self._visible(text)

    def _visible(self, text: str) -> None:
        state, last = self.state, self.last
        self.last = replace(state)
        if not text.strip():
            if not self._muted():
                self.story.text += text
            return
        if state.deleted:
            self.counts["deletions"] += not last.deleted
        elif state.struck:
            self.counts["struck"] += not last.struck
        elif self._muted():
            self.builder.hidden += len(text.strip())
        else:
            self.counts["insertions"] += state.inserted and not last.inserted
            self.story.bold = self.story.bold and state.bold
            self.story.text += superscript(text) if state.raised else text

    def _muted(self) -> bool:
        state = self.state
        if state.deleted or state.struck or state.hidden or state.size <= 2:
            return True
        plain = not state.shaded and not self.story.shaded and (not state.ground or state.ground in self.tables.whites)
        return state.colour in self.tables.whites and plain

    def _defined(self, text: str) -> None:
        tables, place = self.tables, self.state.place
        for piece in re.findall(r"[^;]+|;", text):
            if place == "colortbl" and piece == ";":
                if min(tables.colour) >= 0xF7:
                    tables.whites.add(tables.n_colours)
                tables.n_colours, tables.colour = tables.n_colours + 1, [0, 0, 0]
            elif piece != ";" and place == "fonttbl":
                tables.names[self.state.font] = tables.names.get(self.state.font, "") + piece
            elif piece != ";" and place == "stylesheet":
                heading = _HEADING.match(piece.strip())
                if heading:
                    tables.levels.setdefault(self.state.style, int(heading[1]))

    def _form_field(self) -> None:
        box, self.box = self.box, {}
        if box.get("fftype") == 1:
            result = box.get("ffres", 25)
            self._say("☒" if (box.get("ffdefres", 0) if result == 25 else result) else "☐")
