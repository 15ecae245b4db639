"""What lies on a PDF page as annotations: form fields and their values, words struck out, areas covered, files.

Fields are read from their values, not from the appearance that some program may have drawn: a form that says
`NeedAppearances` has none. They are taken off the page; the other notes that a reader sees are drawn into it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from casefolio.ingest.loaders.pdf.covers import Marks
from casefolio.ingest.loaders.pdf.page_view import Box, View

_MOST = 2_000  # annotations of a page that are looked at
_DRAWN = {
    *(raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_SQUARE),
    *(raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_POLYGON),
}
_BOXES = {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}
_TEXTS = {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
_UNSEEN_FLAGS = 2 | 32  # hidden, not shown on screen
_PASSWORD = 1 << 13
TICKED, EMPTY = "☒", "☐"


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of a form field: its text or its box, where it stands, and what the form calls it."""

    text: str
    box: Box
    name: str


@dataclass(slots=True)
class Annotations:
    """What the annotations of a page say."""

    fields: list[FieldValue] = field(default_factory=list)
    struck: list[Box] = field(default_factory=list)
    covered: list[Box] = field(default_factory=list)
    drawn: bool = False
    pinned: list[Any] = field(default_factory=list)  # handles of files that are pinned to the page

    @property
    def marks(self) -> Marks:
        """The boxes of words that are no text."""
        return Marks(tuple(self.struck), tuple(self.covered))


def taken_in(document: pdfium.PdfDocument, index: int) -> tuple[pdfium.PdfPage, Annotations]:
    """A page with the notes that a reader sees drawn into it, and what its annotations say besides."""
    page = document[index]
    count = min(raw.FPDFPage_GetAnnotCount(page.raw), _MOST)
    found = Annotations()
    if not count:
        return page, found
    view = View.of(page)
    form = document.formenv.raw if document.formenv else None
    for at in reversed(range(count)):
        with _annotation(page, at) as annotation:
            taken = annotation is not None and _take(annotation, form, view, found)
        if taken:
            raw.FPDFPage_RemoveAnnot(page.raw, at)
    found.fields.reverse()
    found.pinned.reverse()
    if not found.drawn:
        return page, found
    raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
    page.close()
    return document[index], found


@contextmanager
def _annotation(page: pdfium.PdfPage, index: int) -> Iterator[Any]:
    annotation = raw.FPDFPage_GetAnnot(page.raw, index)
    try:
        yield annotation or None
    finally:
        if annotation:
            raw.FPDFPage_CloseAnnot(annotation)


def _take(annotation: Any, form: Any, view: View, found: Annotations) -> bool:
    """Note what an annotation says; whether it is to be taken off the page."""
    kind = int(raw.FPDFAnnot_GetSubtype(annotation))
    if raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN_FLAGS:
        return bool(kind == raw.FPDF_ANNOT_WIDGET)
    if kind == raw.FPDF_ANNOT_STRIKEOUT:
        found.struck += _quads(annotation, view)
    elif kind == raw.FPDF_ANNOT_SQUARE and _is_filled_box(annotation):
        found.covered.append(_box(annotation, view))
    elif kind == raw.FPDF_ANNOT_WIDGET and form is not None:
        value = _field(annotation, form, view)
        if value is not None:
            found.fields.append(value)
            return True
    elif kind == raw.FPDF_ANNOT_FILEATTACHMENT and (handle := raw.FPDFAnnot_GetFileAttachment(annotation)):
        found.pinned.append(handle)
    found.drawn = found.drawn or kind in _DRAWN
    return False


def _field(annotation: Any, form: Any, view: View) -> FieldValue | None:
    """The value of a field, or None where what is drawn of it is all there is (buttons, signatures, empty fields)."""
    kind = int(raw.FPDFAnnot_GetFormFieldType(form, annotation))
    name = _said(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation) or _said(
        raw.FPDFAnnot_GetFormFieldName, form, annotation
    )
    if kind in _BOXES:
        ticked = raw.FPDFAnnot_IsChecked(form, annotation)
        return FieldValue(TICKED if ticked else EMPTY, _box(annotation, view), name)
    if kind not in _TEXTS:
        return None
    value = _said(raw.FPDFAnnot_GetFormFieldValue, form, annotation).strip()
    if not value:
        return None
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD and raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
        value = "•" * len(value)
    return FieldValue(value.replace("\r\n", "\n").replace("\r", "\n"), _box(annotation, view), name)


def _said(get: Callable[..., int], form: Any, annotation: Any) -> str:
    length = get(form, annotation, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    get(form, annotation, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw[:length].decode("utf-16-le", "replace").rstrip("\x00")


def _box(annotation: Any, view: View) -> Box:
    area = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, ctypes.byref(area))
    return view.box(area.left, area.bottom, area.right, area.top)


def _quads(annotation: Any, view: View) -> list[Box]:
    boxes = []
    for index in range(min(raw.FPDFAnnot_CountAttachmentPoints(annotation), 500)):
        quad = raw.FS_QUADPOINTSF()
        if raw.FPDFAnnot_GetAttachmentPoints(annotation, index, ctypes.byref(quad)):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            boxes.append(view.box(min(xs), min(ys), max(xs), max(ys)))
    return boxes


def _is_filled_box(annotation: Any) -> bool:
    """Whether a square without an appearance of its own is filled (one that has it is drawn into the page)."""
    parts = [ctypes.c_uint() for _ in range(4)]
    pointers = [ctypes.byref(part) for part in parts]
    filled = raw.FPDFAnnot_GetColor(annotation, raw.FPDFANNOT_COLORTYPE_InteriorColor, *pointers)
    return bool(filled) and parts[3].value >= 250 and raw.FPDFAnnot_HasKey(annotation, b"IC")
