"""The text of a Word paragraph as a reader of the accepted document sees it.

Deletions, comments, field instructions and hidden runs are left out and counted; check boxes, symbols, note marks and
list numbers become characters. `\\f` in the answer is a page break that the author set, `\\v` one that Word rendered.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from casefolio.ingest.loaders.shared.symbols import in_font, superscript, symbol
from casefolio.ingest.loaders.word.styles import Styles, W, is_filled, is_on, is_white, val, whole

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
V = "{urn:schemas-microsoft-com:vml}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

_DELETED = {f"{W}del", f"{W}moveFrom"}
_INSERTED = {f"{W}ins", f"{W}moveTo"}
_SKIPPED = {f"{W}{name}" for name in ("rPr", "pPr", "instrText", "delText", "delInstrText", "sdtPr", "sdtEndPr", "rt")}
_PLAIN = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "\u2011", f"{W}softHyphen": "\u00ad",
          f"{W}lastRenderedPageBreak": "\v"}  # fmt: skip


@dataclass(slots=True)
class Counts:
    """What was left out or accepted, for the ledger."""

    deletions: int = 0
    insertions: int = 0
    hidden: int = 0
    struck: int = 0


@dataclass(slots=True)
class Inline:
    """Reads paragraphs of one story (body, a header, a note).

    Attributes:
        floats: text boxes met since the last paragraph was finished, to be read after it.
        diagrams: relationship ids of drawn diagrams met since then.
        notes: ids of foot- and endnotes met since then, as (kind, id).
        filled: whether something colours the background here, so that white letters can be read.
    """

    styles: Styles
    counts: Counts = field(default_factory=Counts)
    floats: list[etree._Element] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    marks: dict[tuple[str, str], str] = field(default_factory=dict)
    filled: bool = False
    bold: bool = False
    _fields: list[str] = field(default_factory=list)
    _style: str = ""
    _struck: bool = False
    _parts: list[str] = field(default_factory=list)

    def text(self, paragraph: etree._Element) -> str:
        """Text of one paragraph, its list number not included."""
        self._parts = []
        self._style = self.styles.paragraph_style(paragraph)
        filled = self.filled
        self.filled = filled or is_filled(paragraph.find(f"{W}pPr"))
        self.bold = False
        self._children(paragraph)
        self.filled = filled
        # An instruction that never ends would swallow the document: it ends with its paragraph.
        self._fields = [state for state in self._fields if state != "instruction"]
        return "".join(self._parts)

    def _children(self, element: etree._Element) -> None:
        for child in element:
            self._walk(child)

    def _walk(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _SKIPPED:
            return
        if tag in _DELETED:
            self.counts.deletions += 1
        elif tag == f"{W}r":
            self._run(element)
        elif tag == f"{MC}AlternateContent":
            self._children(alternative(element))
        elif tag == f"{W}txbxContent":
            self.floats.append(element)
        elif tag == f"{W}sdt":
            self._control(element)
        elif tag in (f"{M}f", f"{M}sSup", f"{M}rad", f"{M}d"):
            self._formula(element)
        elif tag == f"{M}t":
            self._parts.append(element.text or "")
        elif tag == f"{DGM}relIds":
            self.diagrams.append(str(element.get(f"{R}dm") or ""))
        else:
            if tag in _INSERTED:
                self.counts.insertions += 1
            self._children(element)

    def _control(self, control: etree._Element) -> None:
        before = len(self._parts)
        content = control.find(f"{W}sdtContent")
        if content is not None:
            self._children(content)
        box = control.find(f"{W}sdtPr/{W14}checkbox")
        if box is not None and not "".join(self._parts[before:]).strip():
            checked = box.find(f"{W14}checked")
            on = checked is not None and checked.get(f"{W14}val") in ("1", "true")
            self._parts.append("☒" if on else "☐")

    def _formula(self, element: etree._Element) -> None:
        """Keep apart what a formula sets apart by its place: 1 over 2 is not 12, ten to the ninth is not 109."""

        def part(name: str) -> str:
            before = len(self._parts)
            for child in element.findall(M + name):
                self._children(child)
            said = "".join(self._parts[before:])
            del self._parts[before:]
            return said

        if element.tag == f"{M}f":
            self._parts.append(f"{_bracketed(part('num'))}/{_bracketed(part('den'))}")
        elif element.tag == f"{M}sSup":
            base, raised = part("e"), part("sup")
            short = superscript(raised)
            self._parts.append(base + (short if short != raised else f"^{_bracketed(raised)}"))
        elif element.tag == f"{M}rad":
            self._parts.append(f"{superscript(part('deg'))}√{_bracketed(part('e'))}")
        else:
            self._parts.append(f"({part('e')})")

    def _run(self, run: etree._Element) -> None:
        before = len(self._parts)
        for child in run:
            self._piece(child, run)
        words = "".join(self._parts[before:])
        if not words.strip("\f\v\n\t "):
            return
        if self._is_hidden(run):
            self.counts.hidden += len(words.strip())
            self._parts[before:] = [c for c in words if c in "\f\v"]
            return
        if any(is_on(self.styles.run_property(run, self._style, name)) for name in ("strike", "dstrike")):
            self.counts.struck += not self._struck
            self._struck = True
            self._parts[before:] = [c for c in words if c in "\f\v"]
            return
        self._struck = False
        self.bold = self.bold or is_on(self.styles.run_property(run, self._style, "b"))
        align = self.styles.run_property(run, self._style, "vertAlign")
        if val(align) == "superscript":
            self._parts[before:] = [superscript(words)]

    def _piece(self, child: etree._Element, run: etree._Element) -> None:
        tag = child.tag
        if tag == f"{W}fldChar":
            self._field(child)
        elif self._fields and self._fields[-1] == "instruction":
            return
        elif tag == f"{W}t":
            font = val(run.find(f"{W}rPr/{W}rFonts"), "ascii")
            self._parts.append(in_font(font, child.text or ""))
        elif tag in _PLAIN:
            self._parts.append(_PLAIN[tag])
        elif tag == f"{W}br":
            self._parts.append("\f" if val(child, "type") == "page" else "\n")
        elif tag == f"{W}sym":
            self._parts.append(symbol(val(child, "font"), int(val(child, "char") or "FFFD", 16)))
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            self._note(child)
        else:
            self._walk(child)

    def _note(self, reference: etree._Element) -> None:
        key = ("footnote" if reference.tag == f"{W}footnoteReference" else "endnote", val(reference, "id"))
        self.notes.append(key)
        mark = self.marks.setdefault(key, superscript(str(len(self.marks) + 1)))
        if val(reference, "customMarkFollows").lower() not in ("1", "true", "on"):
            self._parts.append(mark)

    def _field(self, mark: etree._Element) -> None:
        kind = val(mark, "fldCharType")
        if kind == "begin":
            self._fields.append("instruction")
            self._parts.append(_form_value(mark))
        elif kind == "separate" and self._fields:
            self._fields[-1] = "result"
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _is_hidden(self, run: etree._Element) -> bool:
        if is_on(self.styles.run_property(run, self._style, "vanish")):
            return True
        size = self.styles.run_property(run, self._style, "sz")
        if size is not None and whole(val(size), 24) <= 2:
            return True
        colour = self.styles.run_property(run, self._style, "color")
        return is_white(val(colour)) and not self.filled and not is_filled(run.find(f"{W}rPr"))


def alternative(choice: etree._Element) -> etree._Element:
    """The branch of alternative content that holds text; the two say the same, so only one is read."""
    branches = [child for child in choice if child.tag in (f"{MC}Choice", f"{MC}Fallback")]
    for branch in branches:
        if next(branch.iter(f"{W}t", f"{DGM}relIds"), None) is not None:
            return branch
    return branches[0] if branches else choice


def _bracketed(formula: str) -> str:
    return formula if len(formula) < 2 or formula.isalnum() else f"({formula})"


def _form_value(mark: etree._Element) -> str:
    """What an old form field shows that has no text as its result: a box, or the chosen entry of a list."""
    box, menu = mark.find(f"{W}ffData/{W}checkBox"), mark.find(f"{W}ffData/{W}ddList")
    if box is not None:
        checked = box.find(f"{W}checked")
        return "☒" if is_on(checked if checked is not None else box.find(f"{W}default")) else "☐"
    if menu is not None:
        entries = [val(entry) for entry in menu.findall(f"{W}listEntry")]
        chosen = whole(val(menu.find(f"{W}result")), 0)
        return entries[chosen] if 0 <= chosen < len(entries) else ""
    return ""
