"""The grammar of HL7 v2: messages, segments, fields, repetitions, components and their escapes."""

from __future__ import annotations

import re

from casefolio.ingest.loaders.clinical.facts import full_name
from casefolio.ingest.loaders.shared.charsets import decode_as

_CHARSETS = {"UNICODE UTF-8": "utf-8", "UTF-8": "utf-8", "UNICODE UTF-16": "utf-16", "ASCII": "cp1252",
             "8859/1": "cp1252", "8859/2": "iso8859-2", "8859/5": "iso8859-5", "8859/7": "iso8859-7",
             "8859/9": "iso8859-9", "8859/15": "iso8859-15", "KS X 1001": "cp949", "KSC5601": "cp949",
             "EUC-KR": "cp949", "GB 18030-2000": "gb18030", "BIG-5": "big5", "ISO IR192": "utf-8",
             "ISO IR149": "cp949", "WINDOWS-1252": "cp1252", "UNICODE": "utf-8"}  # fmt: skip
_LINE_COMMANDS = (".br", ".ce", ".sp")


class Segment:
    """One segment. Fields are counted as the standard counts them: MSH-1 is the separator itself."""

    def __init__(self, line: str, marks: str, charset: str) -> None:
        self.name = line[:3].upper()
        self._marks, self._charset = marks, charset
        fields = line.split(marks[0])
        self._fields = [fields[0], marks[0], *fields[1:]] if self.name == "MSH" else fields

    def raw(self, number: int) -> str:
        """A field as it stands in the message; empty where there is none, or where it says so (`""`)."""
        field = self._fields[number] if number < len(self._fields) else ""
        return "" if field == '""' else field

    def text(self, number: int) -> str:
        """A field with its escapes decoded; separators of components are kept as they are."""
        return self.decoded(self.raw(number))

    def repeats(self, number: int) -> list[list[str]]:
        """Repetitions of a field, each a list of components with their escapes decoded."""
        raw = self.raw(number)
        if not raw:
            return []
        return [[self.decoded(c) for c in repeat.split(self._marks[1])] for repeat in raw.split(self._marks[2])]

    def component(self, number: int, place: int) -> str:
        """Component of the first repetition, from 0."""
        first = (self.repeats(number) or [[]])[0]
        return first[place].strip() if place < len(first) else ""

    def coded(self, number: int) -> str:
        """What a coded field says in words: its text, else its alternative text, else its code."""
        said = []
        for parts in self.repeats(number):
            whole = [*parts, "", "", "", "", "", "", "", "", ""]
            said.append(whole[1] or whole[8] or whole[4] or whole[0])
        return ", ".join(filter(None, (one.strip() for one in said)))

    def person(self, number: int, repeat: int = 0, skip: int = 0) -> str:
        """A name in reading order; `skip` is 1 where an identifier stands before the family name."""
        repeats = self.repeats(number)
        if repeat >= len(repeats):
            return ""
        parts = [*repeats[repeat][skip:], "", "", "", "", ""]
        family = parts[0].split(self._marks[4])[0] if len(self._marks) > 4 else parts[0]
        name = full_name(family, parts[1], parts[2], parts[4], parts[3])
        return name or (repeats[repeat][0] if skip else "")

    def value(self, number: int) -> str:
        """The value of a result: numbers as they stand, coded ones in words, `>^100` as `>100`."""
        kind = self.text(2).upper()
        if kind == "SN":
            return "; ".join("".join(parts) for parts in self.repeats(number))
        if kind in ("CE", "CWE", "CNE", "CF"):
            return self.coded(number)
        if kind == "XCN":
            return self.person(number, skip=1)
        return ", ".join(" ".join(filter(None, parts)) for parts in self.repeats(number))

    def lines(self, number: int) -> list[str]:
        """Lines of a text field: its repetitions, and what its commands break."""
        raw = self.raw(number)
        if not raw:
            return []
        joined = "\n".join(self.decoded(repeat) for repeat in raw.split(self._marks[2]))
        return joined.split("\n")

    def decoded(self, text: str) -> str:
        """`text` with escape sequences replaced by what they stand for."""
        mark = self._marks[3] if len(self._marks) > 3 else ""
        if not mark or mark not in text:
            return text
        quoted = re.escape(mark)
        # only what the standard defines: a stray mark (a Windows path) must not swallow the text up to the next one
        known = r"[FSRETHN]|X[0-9A-Fa-f]+|\.[a-z]{2}[+-]?\d*|[CMZ][0-9A-Fa-f]+"
        return re.sub(f"{quoted}({known}){quoted}", self._escape, text)

    def _escape(self, match: re.Match[str]) -> str:
        code = match[1]
        single = dict(zip("FSRET", self._marks[:5].ljust(5), strict=True))
        if code in single:
            return single[code]
        if code in ("H", "N"):
            return ""
        if code[0] == "X" and re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", code[1:]):
            return bytes.fromhex(code[1:]).decode(self._charset, "replace").replace("\r\n", "\n").replace("\r", "\n")
        command = re.fullmatch(r"\.([a-z]{2})([+-]?\d*)", code)
        if command:
            repeat = int(command[2]) if command[1] == "sp" and command[2].isdigit() else 1
            return "\n" * min(repeat, 50) if f".{command[1]}" in _LINE_COMMANDS else ""
        if code[0] in "CMZ" and re.fullmatch(r"[0-9A-Fa-f]*", code[1:]):
            return "\ufffd" if code[0] != "Z" else ""
        return match[0]  # an odd number of hexadecimal digits


def messages(data: bytes) -> list[list[Segment]]:
    """Messages of a file: each begins with MSH; frames of the transport and batch headers are left out."""
    text, charset = _decoded(data)
    lines = [line.strip("\x0b\x1c\ufeff ") for line in re.split(r"[\r\n\x1c\x0b]+", text)]
    found: list[list[list[str]]] = []
    marks = "|"
    for line in filter(None, lines):
        if line.startswith("MSH") and len(line) > 8:
            marks = line[3]
            found.append([])
        if not found or line[:3] in ("FHS", "BHS", "BTS", "FTS"):
            continue
        if line[3:4] in ("", marks) and re.match(r"[A-Z][A-Z0-9]{2}", line):
            found[-1].append([line])
        else:
            # a sender that broke a line inside a field
            found[-1][-1].append(line)
    return [_message(parts, charset) for parts in found]


def _message(parts: list[list[str]], charset: str) -> list[Segment]:
    head = parts[0][0]
    ends = head.find(head[3], 4)
    marks = (head[3] + head[4 : ends if ends > 4 else 8]).ljust(5, "&")
    return [Segment("\n".join(lines), marks, charset) for lines in parts]


def _decoded(data: bytes) -> tuple[str, str]:
    """Text and code page: as MSH-18 says where that works, else UTF-8, else as it looks."""
    head = re.search(rb"MSH(.)([^\r\n]*)", data)
    declared = ""
    if head:
        fields = head[2].split(head[1])
        declared = fields[16].decode("ascii", "replace").split("~")[0].strip().upper() if len(fields) > 16 else ""
    decoded = decode_as(data, _CHARSETS.get(declared, ""))
    return decoded.text, decoded.encoding
