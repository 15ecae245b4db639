"""RTF: text with its code pages, tables, notes and text boxes; what is deleted or hidden is left out and counted."""

from __future__ import annotations

from dataclasses import replace

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.detecting import RTF
from casefolio.ingest.loaders.rtf.characters import Scribe
from casefolio.ingest.loaders.rtf.control_words import CHARACTERS, SIGNS, SILENT, Token, tokens
from casefolio.ingest.loaders.rtf.state import State
from casefolio.ingest.loaders.rtf.story import Story
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.shared.symbols import superscript

_HEADERS = {"header", "headerl", "headerr"}
_FOOTERS = {"footer", "footerl", "footerr"}
_STARRED = {"shpinst", "shppict", "nesttableprops", "fldinst", "formfield", "pntext", "listtext", "annotation",
            "shptxt"}  # fmt: skip


@guarded("RTF file")
def read_rtf(source: Source) -> Reading:
    """Read an RTF file.

    Raises:
        ReadingError: where it is none, or nests deeper than anybody writes.
    """
    if not source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise BrokenFile("no RTF file")
    return _Reader().read(source.data)


class _Reader(Scribe):
    """Walks the groups and words of one file."""

    def read(self, data: bytes) -> Reading:
        """Walk all tokens; a brace that is missing at the end ends the text all the same."""
        for token in tokens(data):
            if token.data:
                self.take(token.data)
                continue
            self.flush()
            if token.brace:
                self.to_skip = 0
                self._open() if token.brace == "{" else self._close()
            elif self.to_skip and token.word != "u":
                self.to_skip -= 1
            elif token.word:
                self._word(token)
            else:
                self._sign(token.sign)
        self.flush()
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
        return self.builder.reading(RTF)

    # groups

    def _open(self) -> None:
        if len(self.stack) > limits.MAX_GROUPS:
            raise LimitExceeded(f"groups nested more than {limits.MAX_GROUPS} deep")
        self.stack.append((replace(self.state), self.story))
        self.starred = False

    def _close(self) -> None:
        if not self.stack:
            return
        before, story = self.stack.pop()
        place, inner = self.state.place, self.story
        if place in ("title", "author") and before.place != place:
            value = one_line("".join(self.entry))
            self.entry.clear()
            if place == "title":
                self.builder.title = value
            self.builder.metadata.append((place, value))
        # paragraph properties outlive a group, character properties do not
        self.state, self.story = before, story
        if place == "fldinst" and before.place != "fldinst":
            self._form_field()
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
                self.builder.begin_body()
        elif place == "footnote":
            self.story.after.append(f"{superscript(str(self.marks))} {text.lstrip()}")
        else:
            self.story.after.append(text)
        self.running.add(text if place != "footnote" else "")

    def _destination(self, word: str) -> bool:
        """Whether a word opens a group whose content is no running text here; if so the group is prepared."""
        if word in _HEADERS or word in _FOOTERS or word in ("headerf", "footerf", "footnote", "shptxt"):
            if word == "footnote" and not (self.state.deleted or self.state.hidden):
                self.marks += 1
                self.say(superscript(str(self.marks)))
            self.story = Story(Builder(), running=True)
            self.state = replace(State(font=self.tables.default_font), place=word, hidden=self.state.hidden)
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
        if word == "upr":
            self.state.place = f"upr {self.state.place}"
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
            self.unicode(number or 0)
        elif word == "ud" and state.place.startswith("upr "):
            # the same text in Unicode, for which the one in bytes was passed over
            state.place = state.place.removeprefix("upr ")
        elif state.place == "silent" or self._destination(word):
            return
        elif starred and word not in _STARRED:
            state.place = "silent"
        elif word in CHARACTERS:
            self.say(CHARACTERS[word])
        elif state.place in ("fonttbl", "colortbl", "stylesheet", "fldinst"):
            self._define(word, number or 0)
        elif not state.character(word, number, self.tables.default_font) and not self._paragraph(word, number):
            self.story.word(word, number, state, self.tables)

    def _define(self, word: str, number: int) -> None:
        if word in ("fftype", "ffres", "ffdefres"):
            self.box[word] = number
        elif self.state.place != "fldinst":
            self.tables.define(word, number, self.state)

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
                state.paragraph()
            case "s":
                state.level = self.tables.levels.get(number or 0, 0)
            case "outlinelevel":
                state.level = (number or 0) + 1 if 0 <= (number or 0) < 9 else 0
            case "pagebb" if self.story is self.body and not state.depth:
                self.story.parts.insert(0, "\v")
            case "ls" | "pntext" | "listtext":
                state.listed = True
                for outer, _ in self.stack[-1:] if word != "ls" else ():
                    outer.listed = True
            case "cbpat":
                state.shaded = self.tables.is_coloured(number)
            case "ansicpg":
                self.tables.code_page = {65001: "utf-8", 0: "cp1252"}.get(number or 0, f"cp{number}")
            case "mac":
                self.tables.code_page = "mac_roman"
            case "deff":
                self.tables.default_font = state.font = number or 0
            case _:
                return False
        return True

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self.starred = True
        elif sign in "\r\n":
            self._word(Token(word="par"))
        elif sign in SIGNS:
            self.say(SIGNS[sign])

    def _form_field(self) -> None:
        box, self.box = self.box, {}
        if box.get("fftype") == 1:
            result = box.get("ffres", 25)
            self.say("☒" if (box.get("ffdefres", 0) if result == 25 else result) else "☐")
