"""Patterns of paths as in `.gitignore`, matched in time linear in the path for each part of the pattern.

Turned into a regular expression, a pattern of forty stars would be tried for hours on one path. Here a star gives
back only to the last one before it, as no earlier one can help.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

_Part = TypeVar("_Part")
_Piece = TypeVar("_Piece")
_STAR, _ANY = "*", "?"
_LONGEST = 1_000  # characters of a pattern

Token = str | frozenset[tuple[str, str, bool]]  # a literal, `\\*` and `\\?` escaped as such, or a class of ranges


@dataclass(frozen=True, slots=True)
class Glob:
    """One pattern.

    Attributes:
        segments: parts between slashes; None for `**`.
        folder: whether it stands for folders only, and so for what lies in them.
        negative: whether it takes out again what an earlier one let in.
    """

    segments: tuple[tuple[Token, ...] | None, ...]
    folder: bool
    negative: bool

    def fits(self, path: Sequence[str]) -> bool:
        """Whether it stands for a path, or for a folder that the path lies in."""
        depths = range(1, len(path) + (0 if self.folder else 1))
        return any(_matches(self.segments, path[:depth], _fits_segment, None) for depth in depths)


def read_glob(pattern: str) -> Glob:
    """A pattern as in `.gitignore`.

    Raises:
        ValueError: where it is too long, empty, or ends in a lone backslash.
    """
    if len(pattern) > _LONGEST:
        raise ValueError(f"it has {len(pattern)} characters, and may have {_LONGEST}")
    negative = pattern.startswith("!")
    body = pattern[1:] if negative else pattern
    folder = body.endswith("/")
    body = body.removesuffix("/")
    anchored = "/" in body
    parts = [part for part in body.removeprefix("/").split("/") if part]
    if not parts:
        raise ValueError("it names nothing")
    segments: list[tuple[Token, ...] | None] = [None if part == "**" else tuple(_tokens(part)) for part in parts]
    if not anchored:
        segments.insert(0, None)
    if segments[-1] is None:  # `a/**` stands for what lies in `a`, not for `a`
        segments.append((_STAR,))
        folder = folder and set(parts) == {"**"}
    return Glob(tuple(segments), folder, negative)


def _tokens(part: str) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(part):
        char = part[at]
        if char == "\\":
            if at + 1 == len(part):
                raise ValueError("it ends in a backslash")
            out.append(f"\\{part[at + 1]}")
            at += 2
        elif char == "[" and (end := _class_end(part, at)) > 0:
            out.append(_class(part[at + 1 : end]))
            at = end + 1
        else:
            if not (char == _STAR and out and out[-1] == _STAR):
                out.append(char)
            at += 1
    return out


def _class_end(part: str, at: int) -> int:
    first = at + 1 + (part[at + 1 : at + 2] in ("!", "^"))
    return part.find("]", first + 1)  # a bracket that comes first is one of the class


def _class(body: str) -> frozenset[tuple[str, str, bool]]:
    """Ranges of characters, each with whether the class is of those outside of it."""
    outside = body[0] in "!^"
    body = body[1:] if outside else body
    ranges, at = [], 0
    while at < len(body):
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            ranges.append((body[at], body[at + 2], outside))
            at += 3
        else:
            ranges.append((body[at], body[at], outside))
            at += 1
    return frozenset(ranges)


def _fits_segment(tokens: tuple[Token, ...] | None, name: str) -> bool:
    return tokens is not None and _matches(tokens, name, _fits_char, _STAR)


def _fits_char(token: Token, char: str) -> bool:
    if isinstance(token, frozenset):
        inside = any(low <= char <= high for low, high, _ in token)
        return inside != next(iter(token))[2]
    return token == _ANY or (token[1:] if len(token) > 1 else token) == char


def _matches(
    pattern: Sequence[_Part], pieces: Sequence[_Piece], fits: Callable[[_Part, _Piece], bool], star: _Part | None
) -> bool:
    """Whether a pattern fits a sequence from end to end; `star` stands for any number of pieces."""
    at = read = 0
    back, resume = -1, 0
    while read < len(pieces):
        if at < len(pattern) and pattern[at] == star:
            back, resume = at, read
            at += 1
        elif at < len(pattern) and fits(pattern[at], pieces[read]):
            at += 1
            read += 1
        elif back >= 0:
            resume += 1
            at, read = back + 1, resume
        else:
            return False
    return all(part == star for part in pattern[at:])
