"""Tables and columns on PDF pages: rows on one line, columns' names, reading order."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from casefolio.ingest.layout import Word, blocks_of, lines_of
from casefolio.ingest.loaders.pdf.loader import read_pdf
from casefolio.ingest.loaders.shared.source import Reading, Source

KOREAN_FONT = "HYSMyeongJo-Medium"
TABLES = {
    "en": (
        ["Drug", "Dose", "Schedule", "Reason"],
        ["Metoprolol", "50 mg", "1-0-1", "hypertension"],
        ["Apixaban", "5 mg", "1-0-1", "atrial fibrillation, to be taken with plenty of water and never doubled"],
        ["Pantoprazole", "40 mg", "1-0-0", "stomach"],
    ),
    "de": (
        ["Wirkstoff", "Dosis", "Einnahme", "Grund"],
        ["Ramipril", "5 mg", "1-0-0", "Bluthochdruck"],
        ["Metformin", "500 mg", "1-0-1", "Diabetes mellitus, Einnahme zum Essen, bei Kontrastmittelgabe pausieren"],
        ["Torasemid", "10 mg", "1-0-0", "Ödeme"],
    ),
    "ko": (
        ["약품", "용량", "용법", "사유"],
        ["와파린", "5 mg", "1일 1회", "심방세동"],
        ["메트포르민", "500 mg", "1일 2회", "당뇨병, 식사와 함께 복용하고 조영제 투여 시에는 중단할 것"],
        ["라미프릴", "5 mg", "1일 1회", "고혈압"],
    ),
}


def _built(*flowables: object) -> Reading:
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=(460, 500)).build(list(flowables))
    return read_pdf(Source("a.pdf", out.getvalue(), ocr=False))


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize("language", ["en", "de", "ko"])
def test_a_row_of_a_medication_table_is_one_line_with_its_columns(language: str, ruled: bool) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(KOREAN_FONT))
    korean = language == "ko"
    style = ParagraphStyle("cell", fontName=KOREAN_FONT if korean else "Helvetica", wordWrap="CJK" if korean else None)
    rows = TABLES[language]
    cells = [[Paragraph(cell, style) for cell in row] for row in rows]
    grid = [("GRID", (0, 0), (-1, -1), 0.5, black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    style_of_table = TableStyle(grid if ruled else [("VALIGN", (0, 0), (-1, -1), "TOP")])
    table = Table(cells, colWidths=[90, 60, 60, 120], style=style_of_table)
    reading = _built(Paragraph("Medikation / Medication / 처방", style), table, Paragraph("ENDE", style))
    header, *body = rows
    assert [row.columns for row in reading.rows] == [tuple(header)] * 3
    for row, expected in zip(reading.rows, body, strict=True):
        line = row.span.of(reading.text)
        assert "\n" not in line
        assert line.split("\t")[:3] == expected[:3]
        assert "".join(line.split("\t")[3].split()) == "".join(expected[3].split())


def test_laboratory_values_keep_their_units_and_empty_cells_their_place() -> None:
    rows = [["Parameter", "Value", "Unit", "Reference"], ["Haemoglobin", "9.8", "g/dl", "12.0-16.0"]]
    rows += [["Potassium", "", "mmol/l", "3.5-5.1"], ["CRP", "84", "mg/l", "below 5"]]
    reading = _built(Table(rows))
    assert [row.span.of(reading.text) for row in reading.rows] == ["\t".join(row) for row in rows[1:]]
    assert {row.columns for row in reading.rows} == {tuple(rows[0])}


def test_a_heading_between_two_tables_parts_them() -> None:
    plan = [["Drug", "Dose", "Morning", "Evening"], ["Atenolol", "50 mg", "1", "0"], ["Simvastatin", "20 mg", "0", "1"]]
    needed = [["Drug", "Dose", "At most", "Reason"], ["Paracetamol", "500 mg", "three a day", "pain"]]
    needed.append(["Metamizole", "500 mg", "two a day", "fever"])
    wide, narrow = [120, 60, 60, 60], [90, 70, 100, 60]
    reading = _built(Table(plan, colWidths=wide), Paragraph("As needed"), Table(needed, colWidths=narrow))
    assert [row.span.of(reading.text) for row in reading.rows] == ["\t".join(r) for r in (*plan[1:], *needed[1:])]
    assert [row.columns for row in reading.rows] == [tuple(plan[0])] * 2 + [tuple(needed[0])] * 2
    assert "\nAs needed\n" in reading.text


def _columns(across: bool) -> tuple[Reading, list[str], list[str]]:
    words = "the parties agree that every notice shall be given in writing and that no waiver shall be implied by delay"
    left = [f"L{i} {words[i * 2 : i * 2 + 34]}" for i in range(20)]
    right = [f"R{i} {words[i * 3 : i * 3 + 34]}" for i in range(20)]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(460, 500))
    canvas.setFont("Courier", 9)
    order = [(c, i) for i in range(20) for c in (0, 1)] if across else [(c, i) for c in (0, 1) for i in range(20)]
    for column, i in order:
        canvas.drawString(20 + column * 230, 460 - 12 * i, (left, right)[column][i])
    canvas.save()
    return read_pdf(Source("a.pdf", out.getvalue(), ocr=False)), left, right


@pytest.mark.parametrize("across", [True, False])
def test_columns_of_prose_are_read_one_after_the_other(across: bool) -> None:
    reading, left, right = _columns(across)
    expected = [" ".join(line.split()) for line in (*left, *right)]
    assert [" ".join(line.split()) for line in reading.text.split("\n")] == expected
    assert reading.rows == ()


def test_numbered_clauses_are_no_table() -> None:
    rows = [[f"{n}.", Paragraph("The supplier shall deliver the goods in time and in full. " * 3)] for n in range(1, 6)]
    assert _built(Table(rows, colWidths=[30, 300])).rows == ()


def test_justified_prose_is_no_table() -> None:
    sentence = "Every notice shall be given in writing and shall be deemed received. "
    assert _built(Paragraph(sentence * 30, ParagraphStyle("block", alignment=4))).rows == ()


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 500), st.integers(1, 60)), max_size=40))
def test_every_word_stands_on_one_line_and_in_one_segment(places: list[tuple[int, int, int]]) -> None:
    words = [Word("w", x, y, x + width, y + 10, order) for order, (x, y, width) in enumerate(places)]
    lines = lines_of(words)
    assert sorted(w.order for line in lines for w in line.words) == list(range(len(words)))
    assert all([w for s in line.segments for w in s] == line.words for line in lines)
    for block in blocks_of(lines):
        for line in block.lines:
            assert sorted(w.order for cell in block.cells(line) for w in cell) == sorted(w.order for w in line.words)
