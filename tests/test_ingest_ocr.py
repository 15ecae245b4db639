"""OCR: turned and skewed pages, languages, pictures, scans in PDFs; without Tesseract the pages are unread."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from casefolio.ingest import tesseract
from casefolio.ingest.loaders.image import read_image
from casefolio.ingest.loaders.pdf.loader import read_pdf
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.ocr import skew
from casefolio.ingest.ocr_text import join_words
from casefolio.ingest.tesseract import Word

LINES = [
    "The patient was admitted with acute chest pain.",
    "There was no evidence of a pulmonary embolism.",
    "She was discharged on apixaban in good condition.",
    "A follow up visit was agreed for the next week.",
    "Her general practitioner was informed by letter.",
    "No further imaging of the left lung is required.",
]

needs_tesseract = pytest.mark.skipif(not tesseract.installed(), reason="Tesseract is not installed")


def _picture(lines: list[str] = LINES, angle: float = 0.0, cells: Sequence[tuple[str, ...]] = ()) -> Image.Image:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(420, 280))
    canvas.setFont("Helvetica", 12)
    for number, line in enumerate(lines):
        canvas.drawString(50, 230 - 26 * number, line)
    for number, row in enumerate(cells):
        for column, cell in enumerate(row):
            canvas.drawString(50 + 110 * column, 230 - 26 * number, cell)
    canvas.showPage()
    canvas.save()
    with pdfium.PdfDocument(out.getvalue()) as document:
        image: Image.Image = document[0].render(scale=3.6, grayscale=True).to_pil()
    return image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def _encoded(*images: Image.Image, format: str = "PNG") -> bytes:
    out = io.BytesIO()
    options = {"save_all": True, "append_images": images[1:]} if format == "TIFF" else {}
    images[0].save(out, format, **options)
    return out.getvalue()


def _scan(image: Image.Image, stamp: str = "", unseen: str = "") -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 400))
    canvas.drawImage(ImageReader(image), 0, 0, 600, 400)
    if stamp:
        canvas.drawString(20, 10, stamp)
    if unseen:
        canvas.drawString(56, 330, unseen, mode=3)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _read_pdf(data: bytes, ocr: bool = True) -> Reading:
    return read_pdf(Source("a.pdf", data, ocr=ocr))


@needs_tesseract
@pytest.mark.parametrize("angle", [0, 90, 180, 270, 4])
def test_a_picture_is_read_in_every_position(angle: float) -> None:
    reading = read_image(Source("a.png", _encoded(_picture(angle=angle))))
    text = " ".join(reading.text.split())
    assert sum(line in text for line in LINES) >= 5
    (page,) = reading.pages
    assert page.source == "ocr"
    assert page.confidence is not None
    assert page.confidence > 70


@needs_tesseract
def test_every_frame_of_a_tiff_is_a_page() -> None:
    first, second = _picture(LINES[:3]), _picture(LINES[3:])
    reading = read_image(Source("a.tif", _encoded(first, second, format="TIFF")))
    assert reading.media_type == "image/tiff"
    assert [page.number for page in reading.pages] == [1, 2]
    assert LINES[0] in reading.pages[0].span.of(reading.text)
    assert LINES[5] in reading.pages[1].span.of(reading.text)


@needs_tesseract
def test_an_empty_picture_invents_no_words() -> None:
    reading = read_image(Source("a.png", _encoded(_picture([]))))
    assert reading.text == ""
    assert reading.pages[0].source == "ocr"
    assert "no words found" in reading.pages[0].reason


@needs_tesseract
def test_rows_of_a_scanned_table_keep_together() -> None:
    rows = [("Drug", "Dose", "Schedule"), ("Metoprolol", "50 mg", "daily"), ("Apixaban", "5 mg", "twice"),
            ("Ramipril", "10 mg", "daily"), ("Torasemide", "20 mg", "weekly")]  # fmt: skip
    reading = read_image(Source("a.png", _encoded(_picture([], cells=rows))))
    assert [row.span.of(reading.text) for row in reading.rows] == ["\t".join(row) for row in rows[1:]]
    assert {row.columns for row in reading.rows} == {rows[0]}


def test_syllables_of_one_korean_word_are_joined_and_words_kept_apart() -> None:
    boxes = [("저", 0, 20), ("희", 22, 42), ("는", 44, 64), ("환자", 80, 120), ("CT", 123, 143)]
    words = [Word(text, left, 0, right, 20, 90.0, 1, (1, 1, 1)) for text, left, right in boxes]
    assert join_words(words) == "저희는 환자 CT"


@needs_tesseract
def test_a_scanned_page_is_read_also_under_a_stamp() -> None:
    reading = _read_pdf(_scan(_picture(), stamp="RECEIVED 12 MARCH"))
    assert reading.pages[0].source == "ocr"
    assert LINES[1] in reading.text


@needs_tesseract
@pytest.mark.skipif("deu" not in tesseract.installed(), reason="Tesseract has no German")
def test_the_language_of_a_scan_is_found_out() -> None:
    lines = [
        "Die Patientin klagte über Übelkeit und Müdigkeit.",
        "Größere Gefäße waren unauffällig, kein Ödem.",
        "Für die nächsten Wochen wird Schonung empfohlen.",
        "Wir bitten um Überprüfung der Nierenwerte.",
    ]
    text = read_image(Source("a.png", _encoded(_picture(lines)))).text
    assert "Übelkeit" in text
    assert "Größere Gefäße" in text


def test_without_ocr_a_scan_is_unread_and_its_stamp_is_kept() -> None:
    reading = _read_pdf(_scan(_picture(), stamp="RECEIVED 12 MARCH"), ocr=False)
    (page,) = reading.pages
    assert page.source == "unread"
    assert "OCR is switched off" in page.reason
    assert reading.text == "RECEIVED 12 MARCH"


def test_words_without_ink_above_a_scan_are_its_text() -> None:
    reading = _read_pdf(_scan(_picture(), unseen=LINES[0]), ocr=False)
    assert reading.text == LINES[0]
    assert reading.pages[0].source == "text"
    assert reading.hidden == 0


def test_a_missing_tesseract_is_named_with_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    tesseract.installed.cache_clear()
    try:
        reading = _read_pdf(_scan(_picture()))
    finally:
        tesseract.installed.cache_clear()
    assert reading.pages[0].source == "unread"
    assert "tesseract-ocr-kor" in reading.pages[0].reason


@pytest.mark.parametrize("angle", [-6.0, -1.5, 0.0, 2.0, 7.0])
def test_skew_is_measured(angle: float) -> None:
    assert skew(_picture(angle=angle)) == pytest.approx(-angle, abs=0.6)


def test_the_readme_names_the_packages_of_every_language() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    (line,) = re.findall(r"(?m)^ *apt install (tesseract-ocr[^#]*)", readme)
    assert set(line.split()) == set(tesseract.PACKAGES.split())
