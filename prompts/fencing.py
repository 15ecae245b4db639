"""Untrusted text in a prompt: between lines that carry a random code, which no document can know beforehand."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

_LABEL_LENGTH = 160
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


_BYTES, _BYTES_SHORT = 8, 3
_SHORT = secrets.token_hex(_BYTES_SHORT)  # one for the process: a prompt that begins alike is read from a model's cache


def new_fence(texts: Iterable[str]) -> str:
    """A random code (64 bits, hexadecimal) that stands in none of `texts`."""
    return _absent("", texts, _BYTES)


def short_fence(texts: Iterable[str]) -> str:
    """A random code of six characters that stands in none of `texts`: the process's own, unless it does."""
    return _absent(_SHORT, texts, _BYTES_SHORT)


def _absent(fence: str, texts: Iterable[str], size: int) -> str:
    everything = "\n".join(texts).lower()
    while not fence or fence in everything:
        fence = secrets.token_hex(size)
    return fence


def label(text: str) -> str:
    """A file name, title or heading as one harmless line: no control characters, no line ends, cut when very long."""
    line = " ".join(_CONTROL.sub(" ", text).split()).replace("<<<", "‹‹‹").replace(">>>", "›››")
    return line if len(line) <= _LABEL_LENGTH else f"{line[: _LABEL_LENGTH - 1]}…"


def fenced(number: int, head: str, text: str, fence: str) -> str:
    """One source: a line that opens it, its text as it is, a line that closes it."""
    return f"<<<SOURCE {number} {fence}>>>\n{head}\n{text.strip()}\n<<<END {number} {fence}>>>"


def excerpted(number: int, head: str, text: str, fence: str) -> str:
    """One excerpt of a short prompt: a line with its number and place, its text as it is, a line that closes it."""
    return f"[{number}] {fence} {head}\n{text.strip()}\n{fence}"
