"""Boxes of a form: "Advance directive: [ ] yes [x] no" says no, and with both boxes empty it says nothing."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from casefolio.ingest.data import alternation
from casefolio.ingest.languages import all_of

_TICKED = r"\[[xX✓✔✗✘]\]|\([xX✓✔✗✘]\)|[☒☑✓✔■●◉]"
_EMPTY = r"\[[ _\u00a0]*\]|\([ _\u00a0]+\)|[☐□▢❏❑○◯]"
# Before one word alone they mark an item of a list: "● no fracture", "(x) no assignment".
_BULLETS = re.compile(r"[■●◉□○◯]|\(.*\)")


def boxes(quote: str) -> list[tuple[bool, str]]:
    """Whether each box beside a yes or a no is ticked, and that word; in order, empty where it is not sure whose it is.

    A box stands before its word in all of a line, or behind it in all of it.
    """
    found = _found(quote)
    is_box = [m["said"] is None for m in found]
    if len(found) < 2 or len(found) % 2 or any(a == b for a, b in pairwise(is_box)):
        return []
    pairs = zip(found[::2], found[1::2], strict=True)
    ordered = (pair if is_box[0] else pair[::-1] for pair in pairs)
    return [(box["ticked"] is not None, said["said"].lower()) for box, said in ordered]


def has_boxes(quote: str) -> bool:
    """Whether a quote has a box and a yes or a no: only the box tells which of them is meant."""
    return len({m["said"] is None for m in _found(quote)}) > 1


def ticked(quote: str) -> bool | None:
    """What the one ticked box says; None where none or several are ticked."""
    said = {word in _yes() for is_ticked, word in boxes(quote) if is_ticked}
    return said == {True} if len(said) == 1 else None


def _found(quote: str) -> list[re.Match[str]]:
    found = list(_parts().finditer(quote))
    marks = [m[0] for m in found if m["said"] is None]
    return [] if len(marks) == 1 and _BULLETS.fullmatch(marks[0]) else found


@cache
def _yes() -> frozenset[str]:
    return frozenset(all_of("questions", "yes"))


@cache
def _parts() -> re.Pattern[str]:
    said = alternation([*_yes(), *all_of("questions", "no")])
    return re.compile(rf"(?i)(?P<ticked>{_TICKED})|{_EMPTY}|(?<!\w)(?P<said>{said})(?!\w)")
