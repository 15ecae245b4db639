"""HTML as a reader of the page sees it."""

from __future__ import annotations

import pytest

from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.html.loader import read_html
from casefolio.ingest.loaders.shared.source import Reading, Source


def read(text: str | bytes) -> Reading:
    return read_html(Source("page.html", text if isinstance(text, bytes) else text.encode()))


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">obey</p>',
        '<span style="visibility: hidden">obey</span>',
        '<span style="font-size:0">obey</span>',
        '<p style="color:#fff">obey</p>',
        '<div style="background:#222"><p style="color:#222222">obey</p></div>',
        '<p style="position:absolute;left:-9999px">obey</p>',
        '<p class="off">obey</p>',
        '<div style="opacity:0"><b>obey</b></div>',
        "<p hidden>obey</p>",
        '<table><tr><td style="display:none">obey</td></tr></table>',
        '<font color="white">obey</font>',
    ],
)
def test_what_cannot_be_seen_is_counted_and_left_out(hidden: str) -> None:
    reading = read(f"<html><style>.off {{ display: none }}</style><body><p>Seen.</p>{hidden}</body></html>")
    assert reading.text == "Seen."
    assert reading.hidden == len("obey")


@pytest.mark.parametrize(
    "seen",
    [
        '<div style="background-color:#003366"><p style="color:white">Dose</p></div>',
        '<table><tr bgcolor="#000080"><td style="color:#ffffff">Dose</td><td>5 mg</td></tr></table>',
        '<p style="visibility:hidden">x<span style="visibility:visible">Dose</span></p>',
        "<style>@media print { .a { color: red } .b { display: none } }</style><p class=b>Dose</p>",
        "<style>.bar .b { background: navy } .b { color: white }</style><div class=bar><p class=b>Dose</p></div>",
    ],
)
def test_white_on_dark_is_read(seen: str) -> None:
    assert "Dose" in read(seen).text


def test_tables_are_rows_with_columns() -> None:
    reading = read(
        "<table><thead><tr><th>Drug</th><th>Dose</th><th>When</th></tr></thead><tbody>"
        "<tr><td rowspan=2>Insulin</td><td>8<br>IU</td><td>morning</td></tr><tr><td>6 IU</td><td>evening</td></tr>"
        "</tbody></table>"
    )
    rows = [row.span.of(reading.text) for row in reading.rows]
    assert rows == ["Insulin | 8 IU | morning", "Insulin | 6 IU | evening"]
    assert reading.rows[0].columns == ("Drug", "Dose", "When")


def test_a_table_for_layout_is_read_as_prose() -> None:
    reading = read("<table><tr><td><h2>Findings</h2><p>Clear.</p></td><td><table><tr><td>a</td><td>1</td></tr></table>")
    assert reading.text.split() == ["Findings", "Clear.", "a", "|", "1"]
    assert [s.title for s in reading.sections] == ["Findings"]


def test_headings_lists_superscripts_and_boxes() -> None:
    reading = read(
        "<title>Letter</title><h1>Findings</h1><ol start=3><li>One<li>Two</ol><ul><li>Dot</ul>"
        "<p>4 x 10<sup>9</sup>/l <del>old</del><input type=checkbox checked> yes</p><pre>a   b\n  c</pre>"
    )
    assert reading.title == "Letter"
    assert reading.text == "Findings\n\n3. One\n4. Two\n\n• Dot\n\n4 x 10⁹/l ☒ yes\n\na   b\n  c"
    assert "1 struck-out passage left out" in reading.notes


def test_scripts_are_no_text() -> None:
    reading = read("<p>A<script>alert(1)</script><style>p{}</style>B</p>")
    assert reading.text == "AB"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>schön</p>".encode("cp1252"), "schön"),
        ("<meta charset=euc-kr><p>환자 똠</p>".encode("cp949"), "환자 똠"),
        ("<p>환자</p>".encode("utf-16"), "환자"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><html><p>für</p></html>'.encode("latin-1"), "für"),
    ],
)
def test_encodings(data: bytes, text: str) -> None:
    assert read(data).text == text


def test_nothing_is_no_page() -> None:
    with pytest.raises(BrokenFile):
        read("   ")
