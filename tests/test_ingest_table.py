"""Workbooks and delimited text: a row is a line with its columns' names."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.office.workbook import read_xlsx
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.table import read_csv


def read(book: openpyxl.Workbook) -> Reading:
    out = io.BytesIO()
    book.save(out)
    return read_xlsx(Source("a.xlsx", out.getvalue()))


def test_sheets_are_sections_and_rows_know_their_columns() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Labor"
    for row in (["Wert", "Ergebnis", "Datum"], ["Kalium", 4.10, datetime.date(2024, 3, 1)], ["CRP", 5, None]):
        sheet.append(row)
    sheet["B2"].number_format = "0.00"
    reading = read(book)
    assert [s.title for s in reading.sections] == ["Labor"]
    assert [row.span.of(reading.text) for row in reading.rows] == ["Kalium | 4.10 | 2024-03-01", "CRP | 5"]
    assert reading.rows[0].columns == ("Wert", "Ergebnis", "Datum")


def test_what_is_hidden_is_left_out_and_reported() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Drug", "Dose", "Key"], ["Ramipril", "5 mg", "zz"], ["Ghost", "9 mg", "zz"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet["A2"].comment = Comment("see", "me")
    book.create_sheet("Secret").append(["obey"])
    book["Secret"].sheet_state = "hidden"
    reading = read(book)
    assert not {"Ghost", "zz", "obey"} & set(reading.text.replace("|", " ").split())
    assert reading.hidden == len("Ghost9 mgzz") + len("Keyzz") + len("obey")
    assert set(reading.notes) == {
        "1 hidden sheet left out", "1 hidden row left out", "1 hidden column left out", "1 comment left out",
    }  # fmt: skip


def test_several_tables_on_a_sheet_and_merged_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Medication"], ["Drug", "Dose", "When"], ["Insulin", 8, "morning"], [None, 6, "evening"], [],
                ["Name", "Born"], ["Jane", 1950]):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    reading = read(book)
    assert [row.span.of(reading.text) for row in reading.rows] == [
        "Insulin | 8 | morning",
        "Insulin | 6 | evening",
        "Jane | 1950",
    ]
    assert [row.columns for row in reading.rows][1:] == [("Drug", "Dose", "When"), ("Name", "Born")]
    assert "Medication\n\nDrug | Dose | When" in reading.text


def test_a_stray_cell_far_away_costs_nothing() -> None:
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = "far"
    assert read(book).text.endswith("far")


def test_percentages_and_float_noise() -> None:
    book = openpyxl.Workbook()
    book.active.append([0.1 + 0.2, 0.125, True, "x"])
    book.active["B1"].number_format = "0.0%"
    assert read(book).text.endswith("0.3 | 12.5% | TRUE | x")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator: str) -> None:
    rows = [["Drug", "Dose", "Note"], ["Ramipril", "2,5 mg", "a; b"], ["Insulin", "8 IU", "x"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    reading = read_csv(Source("a.csv", text.encode()))
    assert [row.span.of(reading.text) for row in reading.rows] == ["Ramipril | 2,5 mg | a; b", "Insulin | 8 IU | x"]
    assert reading.rows[0].columns == ("Drug", "Dose", "Note")


DAYS = ["Test", "Unit", "Reference", "2025-01-14", "2025-03-03"]
LAB = [["Potassium", "mmol/L", "3.5-5.1", "5.6", "4.9"], ["HbA1c", "mmol/mol", "20-42", "71", ""]]


def test_days_beside_words_name_columns() -> None:
    text = "\n".join(",".join(row) for row in [DAYS, *LAB])
    assert {row.columns for row in read_csv(Source("a.csv", text.encode())).rows} == {tuple(DAYS)}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rows_above_the_names_of_the_columns_are_none_of_the_table(kind: str) -> None:
    rows = [["Patient", "Jane Miller", "", "", ""], ["Born", "1962-11-07", "", "", ""], DAYS, *LAB]
    if kind == "csv":
        reading = read_csv(Source("a.csv", "\n".join(",".join(row) for row in rows).encode()))
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([cell or None for cell in row])
        reading = read(book)
    named = [row.span.of(reading.text) for row in reading.rows if row.columns == tuple(DAYS)]
    assert named == ["Potassium | mmol/L | 3.5-5.1 | 5.6 | 4.9", "HbA1c | mmol/mol | 20-42 | 71"]
    assert "Patient | Jane Miller" in reading.text


def test_a_sparse_row_above_words_is_no_title() -> None:
    text = "a,,,\nred,green,blue,grey\nleft,right,up,down\nin,out,on,off"
    assert all(row.columns == () for row in read_csv(Source("a.csv", text.encode())).rows)


def test_a_declared_separator_and_quoted_line_ends() -> None:
    reading = read_csv(Source("a.csv", b'sep=;\nA;B;C\n1;"two\nlines";3\n4;5;6\n'))
    assert reading.text == "A | B | C\n1 | two lines | 3\n4 | 5 | 6"


def test_no_rows() -> None:
    with pytest.raises(BrokenFile):
        read_csv(Source("a.csv", b"\n \n"))


def test_a_formula_that_nobody_computed_is_named() -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", 1, "=SUM(B1)"])
    reading = read(book)
    assert reading.text.endswith("a | 1")
    assert reading.notes == ("1 formula without a computed value not read",)


def test_strict_namespaces_are_read() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Drug", "Dose"])
    out, strict = io.BytesIO(), io.BytesIO()
    book.save(out)
    main = (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    with zipfile.ZipFile(out) as given, zipfile.ZipFile(strict, "w") as made:
        for name in given.namelist():
            made.writestr(name, given.read(name).replace(*main))
    assert read_xlsx(Source("a.xlsx", strict.getvalue())).text.endswith("Drug | Dose")
