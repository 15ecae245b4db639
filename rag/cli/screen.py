"""What reaches a terminal: text alone. Documents and the names of files come from others, and a terminal obeys.

Escape sequences write into the clipboard, retitle windows, erase lines; marks of direction turn a dose round. So every
control and format character is shown as a symbol, whatever prints it; JSON escapes them and so stays exact.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

_KEPT = frozenset("\n\t")
_ACTS = frozenset({"Cc", "Cf", "Zl", "Zp"})


class _Symbols(dict[int, str]):
    """Code point to what is shown for it, found out once."""

    def __missing__(self, code: int) -> str:
        self[code] = told = _symbol(chr(code)) if acts(chr(code)) else chr(code)
        return told


def acts(char: str) -> bool:
    """Whether a terminal may do something else with a character than show it."""
    return char not in _KEPT and unicodedata.category(char) in _ACTS


def _symbol(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)  # U+241B for the escape
    return "\u2421" if code == 0x7F else f"\u2039U+{code:04X}\u203a"


_SYMBOLS = _Symbols()


def shown(text: str) -> str:
    """A text with every character that acts shown as a symbol."""
    return text if text.isascii() and text.isprintable() else text.translate(_SYMBOLS)


class _Escapes(dict[int, str]):
    """Code point to what stands for it in JSON, found out once."""

    def __missing__(self, code: int) -> str:
        self[code] = told = json.dumps(chr(code))[1:-1] if acts(chr(code)) else chr(code)
        return told


_ESCAPES = _Escapes()


def escaped(line: str) -> str:
    """A line of JSON that means the same, with every character that acts escaped."""
    return line if line.isascii() and line.isprintable() else line.translate(_ESCAPES)


def on_one_line(text: str) -> str:
    """The same for what must not begin a line of its own, such as the name of a file."""
    return shown(text).replace("\n", "\u240a").replace("\t", "\u2409")


def put(text: str) -> None:
    """One line on stdout."""
    print(on_one_line(text))


class Screen:
    """A stream that shows what is written to it; what else is asked of it, the stream below answers."""

    def __init__(self, stream: TextIO) -> None:
        self.below = stream

    def write(self, text: str) -> int:
        """Write a text, shown."""
        return self.below.write(shown(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.below, name)


def below(stream: TextIO) -> TextIO:
    """The stream under a screen, for control sequences of our own."""
    return stream.below if isinstance(stream, Screen) else stream


@contextmanager
def screens() -> Iterator[None]:
    """Everything printed inside is shown."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(TextIO, Screen(s)) if s is not None else s for s in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
