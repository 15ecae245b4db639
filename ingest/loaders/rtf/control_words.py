"""The vocabulary of RTF 1.9: tokens, characters that are words, code pages, and groups that hold no text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?\x20?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z'])"
    r"|(?P<brace>[{}])|[\r\n\x00]+|(?P<text>[^\\{}\r\n\x00]+)|\\'?",
    re.DOTALL,
)
CHARACTERS = {
    "tab": "\t", "line": "\n", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "endash": "–", "emdash": "—", "enspace": " ", "emspace": " ", "qmspace": " ", "zwj": "\u200d", "zwnj": "\u200c",
    "page": "\f", "softpage": "\v", "softline": "",
}  # fmt: skip
SIGNS = {"~": "\xa0", "_": "\u2011", "-": "\xad", "{": "{", "}": "}", "\\": "\\", "\n": "\n", "\r": "\n", "\t": "\t"}
CODE_PAGES = {0: "", 1: "", 2: "symbol", 77: "mac_roman", 78: "shift_jis", 79: "cp949", 80: "gbk", 81: "big5",
              128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254",
              163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
              254: "cp437", 255: "cp850"}  # fmt: skip
# Groups whose text a reader does not see, or sees elsewhere.
SILENT = frozenset((Path(__file__).parent / "rtf_silent.txt").read_text(encoding="ascii").split())


@dataclass(frozen=True, slots=True)
class Token:
    """One token; exactly one of the fields says what it is.

    Attributes:
        word: a control word, `number` its parameter.
        byte: a byte written in hexadecimal, or bytes as they stand.
        sign: a control symbol (`~`, `*`).
        brace: `{` or `}`.
    """

    word: str = ""
    number: int | None = None
    data: bytes = b""
    sign: str = ""
    brace: str = ""


def tokens(data: bytes) -> Iterator[Token]:
    """Tokens of an RTF file; what `\\bin` announces is skipped."""
    text = data.decode("latin-1")
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            at += 1
            continue
        at = match.end()
        if match["word"]:
            number = int(match["number"]) if match["number"] else None
            if match["word"] == "bin" and number and number > 0:
                at += number
            yield Token(word=match["word"], number=number)
        elif match["hex"]:
            yield Token(data=bytes.fromhex(match["hex"]))
        elif match["sign"]:
            yield Token(sign=match["sign"])
        elif match["brace"]:
            yield Token(brace=match["brace"])
        elif match["text"]:
            yield Token(data=match["text"].encode("latin-1"))
