"""PDF: what a reader sees and what not: struck and covered words, raised digits, forms, tables over pages, pictures."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdf
import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject
from reportlab.lib.colors import Color, black, white
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from casefolio.ingest import tesseract
from casefolio.ingest.document import PARTLY
from casefolio.ingest.garbage import is_garbage
from casefolio.ingest.loaders.pdf.loader import read_pdf
from casefolio.ingest.loaders.shared.source import Reading, Source

Draw = Callable[[Canvas], None]
ocr_needed = pytest.mark.skipif("eng" not in tesseract.installed(), reason="needs Tesseract")


def _pdf(*pages: Draw) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 500))
    for draw in pages:
        canvas.setFont("Helvetica", 12)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _read(data: bytes, *, ocr: bool = False) -> Reading:
    return read_pdf(Source("a.pdf", data, ocr=ocr))


# ------------------------------------------------------------------------------------------------ struck out


def _price(canvas: Canvas) -> None:
    canvas.drawString(40, 440, "The price is 450,000 euros.")
    canvas.drawString(40, 420, "The price is 380,000 euros.")


def _line(canvas: Canvas) -> None:
    _price(canvas)
    width = canvas.stringWidth("The price is 450,000 euros.", "Helvetica", 12)
    canvas.setLineWidth(0.8)
    canvas.line(39, 444, 41 + width, 444)


def _thin_box(canvas: Canvas) -> None:
    _price(canvas)
    width = canvas.stringWidth("The price is 450,000 euros.", "Helvetica", 12)
    canvas.rect(39, 443.5, width + 2, 0.8, fill=1, stroke=0)


@pytest.mark.parametrize("draw", [_line, _thin_box])
def test_words_with_a_line_through_them_are_left_out_and_counted(draw: Draw) -> None:
    reading = _read(_pdf(draw))
    assert "450,000" not in reading.text
    assert "380,000" in reading.text
    assert "5 words struck out left out" in reading.notes


def test_a_line_under_words_strikes_nothing() -> None:
    def draw(canvas: Canvas) -> None:
        _price(canvas)
        canvas.line(40, 438, 200, 438)
        canvas.line(40, 452, 200, 452)

    reading = _read(_pdf(draw))
    assert "450,000" in reading.text
    assert reading.notes == ()


def test_lines_of_a_drawing_strike_and_cover_nothing() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.line(20, 444, 300, 444)  # of a box on which the words stand
        _price(canvas)
        canvas.line(30, 410, 300, 460)  # an arrow across

    reading = _read(_pdf(draw))
    assert "450,000" in reading.text
    assert "380,000" in reading.text
    assert reading.notes == ()


def test_an_annotation_strikes_words_out() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(_pdf(_price)))
    box = [40, 437, 230, 452]
    quad = [box[0], box[3], box[2], box[3], box[0], box[1], box[2], box[1]]
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/StrikeOut"),
            NameObject("/Rect"): ArrayObject(map(FloatObject, box)),
            NameObject("/QuadPoints"): ArrayObject(map(FloatObject, quad)),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    out = io.BytesIO()
    writer.write(out)
    text = _read(out.getvalue()).text
    assert "450,000" not in text
    assert "380,000" in text


# --------------------------------------------------------------------------------------------------- covered


def _informant(canvas: Canvas) -> None:
    canvas.drawString(40, 440, "The informant is Adele Vansittart of Quarry Lane.")


def _box(fill: Color) -> Draw:
    def draw(canvas: Canvas) -> None:
        _informant(canvas)
        left = 40 + canvas.stringWidth("The informant is ", "Helvetica", 12)
        canvas.setFillColor(fill)
        canvas.rect(left - 1, 435, canvas.stringWidth("Adele Vansittart", "Helvetica", 12) + 2, 16, fill=1, stroke=0)

    return draw


def _thick_line(canvas: Canvas) -> None:
    _informant(canvas)
    left = 40 + canvas.stringWidth("The informant is ", "Helvetica", 12)
    canvas.setLineWidth(16)
    canvas.line(left - 1, 443, left + canvas.stringWidth("Adele Vansittart", "Helvetica", 12) + 1, 443)


def _picture_over(canvas: Canvas) -> None:
    _informant(canvas)
    left = 40 + canvas.stringWidth("The informant is ", "Helvetica", 12)
    canvas.drawImage(ImageReader(Image.new("RGB", (90, 16), "black")), left - 1, 435, 94, 17)


@pytest.mark.parametrize("draw", [_box(black), _box(white), _thick_line, _picture_over])
def test_words_under_something_are_left_out_and_counted(draw: Draw) -> None:
    reading = _read(_pdf(draw))
    assert reading.text == "The informant is of Quarry Lane."
    assert "2 words under a box or picture left out: a reader cannot see them" in reading.notes
    assert reading.hidden == len("AdeleVansittart")


def test_a_shaded_ground_and_a_marker_hide_nothing() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(Color(0.9, 0.9, 0.2))
        canvas.rect(38, 435, 200, 16, fill=1, stroke=0)
        canvas.setFillColor(black)
        _informant(canvas)
        canvas.setFillColor(Color(1, 1, 0, alpha=0.4))
        canvas.rect(38, 435, 200, 16, fill=1, stroke=0)

    reading = _read(_pdf(draw))
    assert "Adele Vansittart" in reading.text
    assert reading.notes == ()


# --------------------------------------------------------------------------------------------------- numbers


def _raised(canvas: Canvas, x: float, parts: list[tuple[str, bool]]) -> None:
    for text, up in parts:
        canvas.setFont("Helvetica", 7 if up else 12)
        canvas.drawString(x, 444 if up else 440, text)
        x += canvas.stringWidth(text, "Helvetica", 7 if up else 12)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([("Leukocytes 12.4 x 10", False), ("9", True), ("/L low", False)], "Leukocytes 12.4 x 10⁹/L low"),
        ([("previous value 250", False), ("1", True), (" was wrong", False)], "previous value 250¹ was wrong"),
        ([("bacteria 10", False), ("5", True), (" CFU", False)], "bacteria 10⁵ CFU"),
        ([("concentration 10", False), ("-3", True), (" mol", False)], "concentration 10⁻³ mol"),
        ([("plain 10", False), ("9 mg", False)], "plain 109 mg"),
    ],
)
def test_raised_digits_stay_raised(parts: list[tuple[str, bool]], said: str) -> None:
    assert _read(_pdf(lambda canvas: _raised(canvas, 40, parts))).text == said


def test_digits_that_character_spacing_parts_are_numbers_apart() -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(40, 440)
        text.textOut("Pain on 1 May: ")
        text.setCharSpace(60)
        text.textOut("903")
        canvas.drawText(text)

    assert "9 0 3" in _read(_pdf(draw)).text


# ----------------------------------------------------------------------------------------------------- forms


def _form(canvas: Canvas) -> None:
    form = canvas.acroForm
    canvas.drawString(40, 440, "Name of patient")
    form.textfield(name="name", x=200, y=435, width=150, height=18, value="Lucinda Okonjo")
    canvas.drawString(40, 400, "I consent to the transfusion")
    form.checkbox(name="transfusion", x=220, y=396, size=16, checked=True)
    canvas.drawString(70, 360, "I consent to photographs")
    form.checkbox(name="photographs", x=40, y=356, size=16, checked=False)


def test_fields_stand_at_their_labels_with_ticked_and_empty_boxes() -> None:
    lines = _read(_pdf(_form)).text.split("\n")
    assert lines == ["Name of patient Lucinda Okonjo", "I consent to the transfusion ☒", "☐ I consent to photographs"]


def test_a_field_without_an_appearance_is_read_from_its_value() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(_pdf(_form)))
    for reference in writer.pages[0]["/Annots"]:
        annotation = reference.get_object()
        if annotation["/T"] == "name":
            del annotation["/AP"]
    out = io.BytesIO()
    writer.write(out)
    assert "Name of patient Lucinda Okonjo" in _read(out.getvalue()).text


def test_an_xfa_form_is_read_from_its_xml() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(_pdf(lambda canvas: canvas.drawString(40, 440, "Please wait..."))))
    xml = (
        b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template><subform><field name="f1"><caption><value>'
        b"<text>Injury</text></value></caption></field></subform></template><xfa:datasets "
        b'xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form><f1>fracture of the left femur</f1>'
        b"<empty/></form></xfa:data></xfa:datasets></xdp:xdp>"
    )
    stream = pypdf.generic.StreamObject()
    stream._data = xml
    form = DictionaryObject({NameObject("/Fields"): ArrayObject(), NameObject("/XFA"): writer._add_object(stream)})
    writer._root_object[NameObject("/AcroForm")] = form
    writer._root_object[NameObject("/NeedsRendering")] = pypdf.generic.BooleanObject(True)
    out = io.BytesIO()
    writer.write(out)
    assert _read(out.getvalue()).text == "Injury: fracture of the left femur"


# ---------------------------------------------------------------------------------------------------- tables


def _table(rows: list[tuple[str, str, str]]) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        for number, row in enumerate(rows):
            y = 460 - 16 * number
            for x, cell in zip((40, 110, 200), row, strict=True):
                canvas.drawString(x + 3, y, cell)
            for x in (40, 110, 200, 300):
                canvas.line(x, y - 5, x, y + 11)
            canvas.line(40, y - 5, 300, y - 5)
            canvas.line(40, y + 11, 300, y + 11)

    return draw


def test_a_table_over_a_page_keeps_the_names_of_its_columns() -> None:
    head = ("Date", "Creatinine in mg/dl", "Potassium")
    rows = [(f"2024-01-{day:02d}", f"1.{day:02d}", f"4.{day % 10}") for day in range(1, 21)]
    reading = _read(_pdf(_table([head, *rows[:10]]), _table(rows[10:])))
    assert "Date\tCreatinine in mg/dl\tPotassium" in reading.text
    assert {row.columns for row in reading.rows} == {head}
    assert len(reading.rows) == 20


# ----------------------------------------------------------------------------------------------- court papers


def test_numbers_of_lines_are_no_text() -> None:
    def draw(canvas: Canvas) -> None:
        for line in range(1, 29):
            canvas.drawRightString(30, 490 - 17 * line, str(line))
            if line % 9:
                canvas.drawString(50, 490 - 17 * line, f"Plaintiff alleges fact {'abcdefghi'[line % 9]} of the case.")

    reading = _read(_pdf(draw))
    assert "27" not in reading.text.split()
    assert reading.text.count("Plaintiff alleges") == 25
    assert "the numbers of lines on 1 page left out" in reading.notes


def test_a_numbered_table_keeps_its_numbers() -> None:
    rows = [("No.", "Exhibit", "Date"), *[(str(n), f"Letter {n}", "2024") for n in range(1, 26)]]
    text = _read(_pdf(_table(rows))).text
    assert "17\tLetter 17" in text


def test_a_filing_stamp_is_furniture() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(40, 480, "Case 3:21-cv-00999 Document 12-3 Filed 08/01/21 Page 1 of 1")
        canvas.drawString(40, 440, "The motion is denied.")

    reading = _read(_pdf(draw))
    assert [span.of(reading.text)[:12] for span in reading.furniture] == ["Case 3:21-cv"]


@pytest.mark.parametrize("shift", [1, 3, 13, 22])
def test_a_text_layer_of_shifted_letters_is_garbage(shift: int) -> None:
    plain = (
        "this is an appeal from the judgment of the district court which dismissed the complaint of the plaintiff for "
        "want of prosecution and the plaintiff argues that the court abused its discretion in this matter"
    )
    shifted = "".join(chr((ord(c) - 97 + shift) % 26 + 97) if c.isalpha() else c for c in plain)
    assert is_garbage(shifted)
    assert not is_garbage(plain)


# -------------------------------------------------------------------------------------------------- pictures


def _written(lines: list[str], size: tuple[int, int]) -> Image.Image:
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(34)
    for number, line in enumerate(lines):
        draw.text((20, 20 + 56 * number), line, fill=0, font=font)
    return image


def _with_picture(canvas: Canvas) -> None:
    canvas.drawString(40, 470, "St. Brigid General Hospital, Department of Internal Medicine, Harbour Road")
    canvas.drawString(40, 450, "The course was discussed in detail with the patient and her family today.")
    picture = _written(["Potassium 6.8 mmol/l", "Apixaban 10 mg twice daily"], (900, 160))
    canvas.drawImage(ImageReader(picture), 40, 350, 300, 53)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(40, 300, "Further treatment by the family doctor was agreed upon.")


@ocr_needed
def test_a_picture_beside_text_is_read_and_joined_at_its_place() -> None:
    reading = _read(_pdf(_with_picture), ocr=True)
    at = [reading.text.index(words) for words in ("discussed in detail", "6.8 mmol", "Apixaban 10 mg", "family doctor")]
    assert at == sorted(at)
    assert reading.pages[0].source == "text"
    assert "picture" in reading.pages[0].reason


def test_without_ocr_such_a_page_is_partly_read() -> None:
    page = _read(_pdf(_with_picture)).pages[0]
    assert page.source == "text"
    assert page.lacks_text
    assert page.reason == f"{PARTLY}: a picture beside the text was not read (OCR is switched off)"


def test_a_rule_or_a_flat_picture_is_no_text() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(40, 470, "St. Brigid General Hospital, Department of Internal Medicine, Harbour Road")
        canvas.drawImage(ImageReader(Image.new("RGB", (200, 60), (20, 60, 140))), 40, 380, 200, 60)

    assert not _read(_pdf(draw)).pages[0].lacks_text


def test_a_file_pinned_to_a_page_is_an_attachment() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(_pdf(_price)))
    stream = pypdf.generic.StreamObject()
    stream._data = b"the expert opinion"
    spec = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Filespec"),
            NameObject("/F"): pypdf.generic.TextStringObject("opinion.txt"),
            NameObject("/UF"): pypdf.generic.TextStringObject("opinion.txt"),
            NameObject("/EF"): DictionaryObject({NameObject("/F"): writer._add_object(stream)}),
        }
    )
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/FileAttachment"),
            NameObject("/Rect"): ArrayObject(map(FloatObject, (10, 10, 30, 30))),
            NameObject("/FS"): writer._add_object(spec),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    out = io.BytesIO()
    writer.write(out)
    assert _read(out.getvalue()).attachments == (("opinion.txt", b"the expert opinion"),)
