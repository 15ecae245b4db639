"""Where the value of a form field belongs in the text of its page: at its label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casefolio.ingest.loaders.pdf.annotations import EMPTY, TICKED, FieldValue
from casefolio.ingest.loaders.pdf.glyphs import Glyphs
from casefolio.ingest.loaders.pdf.page_view import Box

_ABOVE = 2.0  # of a label's height: how far above a field its label may stand


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    box: Box


def put_fields(glyphs: Glyphs, fields: Sequence[FieldValue]) -> None:
    """Put values into the text of a page: behind what stands left of them, else before what stands right, else below
    the label above. A value without any label beside it follows at the end, under the name that the form has for it.
    """
    if not fields:
        return
    words = [_Word(start, end, glyphs.loose_box(start, end)) for start, end in glyphs.words()]
    put: list[tuple[int, str, Box]] = []
    for value in fields:
        put.append(_placed(value, words, len(glyphs.text), fields))
    glyphs.put_in(put)


def _placed(
    value: FieldValue, words: Sequence[_Word], length: int, fields: Sequence[FieldValue]
) -> tuple[int, str, Box]:
    """Before which character a value is put, as what, and its box."""
    box = value.box
    level = [word for word in words if _same_line(word.box, box)]
    left = [word for word in level if (word.box[0] + word.box[2]) / 2 <= box[0] + 1]
    right = [word for word in level if (word.box[0] + word.box[2]) / 2 >= box[2] - 1]
    is_box = value.text in (TICKED, EMPTY)
    before, after = max(left, key=lambda w: w.box[2], default=None), min(right, key=lambda w: w.box[0], default=None)
    if before is not None and not _another_between(value, before, fields):
        return before.end, f" {value.text}", box
    if after is not None and is_box:
        return after.start, f"{value.text} ", box
    if before is not None:
        return before.end, f" {value.text}", box
    above = [w for w in words if w.box[3] <= box[1] + 3 and w.box[0] < box[2] and w.box[2] > box[0]]
    label = max(above, key=lambda w: (w.box[3], w.box[2]), default=None)
    if label is not None and box[1] - label.box[3] < _ABOVE * (label.box[3] - label.box[1]):
        last = max((w for w in above if _same_line(w.box, label.box)), key=lambda w: w.end)
        return last.end, f"\r\n{value.text}", box
    said = f"{value.name}: {value.text}" if value.name else value.text
    return length, f"\r\n{said}", box


def _same_line(word: Box, box: Box) -> bool:
    middle = (word[1] + word[3]) / 2
    return box[1] - 1 <= middle <= box[3] + 1 and (box[3] - box[1] < 4 * (word[3] - word[1]) or middle < box[1] + 20)


def _another_between(value: FieldValue, before: _Word, fields: Sequence[FieldValue]) -> bool:
    """Whether another field stands between a field and the word left of it, so that the word is that one's label."""
    left, right = before.box[2], value.box[0]
    level = [other.box for other in fields if other is not value and _same_line(other.box, value.box)]
    return any(left - 1 <= box[0] and box[2] <= right + 1 for box in level)
