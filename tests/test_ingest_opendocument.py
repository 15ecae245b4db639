"""OpenDocument text: accepted text, tables, lists with their numbers, notes."""

from __future__ import annotations

import io
import zipfile

import pytest

from casefolio.ingest.errors import BrokenFile, EncryptedFile
from casefolio.ingest.loaders.odf.loader import read_odt
from casefolio.ingest.loaders.shared.source import Reading, Source

_BASE = "urn:oasis:names:tc:opendocument:xmlns:"
NS = " ".join(
    f'xmlns:{short}="{_BASE}{name}:1.0"'
    for short, name in {"office": "office", "text": "text", "table": "table", "style": "style", "draw": "drawing",
                        "fo": "xsl-fo-compatible", "meta": "meta"}.items()
)  # fmt: skip


def packed(body: str, styles: str = "", manifest: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr(
            "content.xml",
            f"<office:document-content {NS}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
            f"<office:text>{body}</office:text></office:body></office:document-content>",
        )
        package.writestr(
            "styles.xml",
            f"<office:document-styles {NS}><office:master-styles><style:master-page style:name='Standard'>"
            "<style:header><text:p>Klinik Nord</text:p></style:header><style:footer><text:p>Seite 1</text:p>"
            "</style:footer>"
            "</style:master-page></office:master-styles></office:document-styles>",
        )
        package.writestr("META-INF/manifest.xml", manifest or "<manifest/>")
    return out.getvalue()


def read(body: str, styles: str = "") -> Reading:
    return read_odt(Source("a.odt", packed(body, styles)))


def body_of(reading: Reading) -> str:
    return reading.text.removeprefix("Klinik Nord").removesuffix("Seite 1").strip("\n")


def style(name: str, properties: str, family: str = "text") -> str:
    return f'<style:style style:name="{name}" style:family="{family}">{properties}</style:style>'


def table(*rows: str) -> str:
    return "<table:table>" + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows) + "</table:table>"


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_running_lines_are_furniture() -> None:
    reading = read("<text:p>Body.</text:p>")
    assert reading.text == "Klinik Nord\n\nBody.\n\nSeite 1"
    assert [span.of(reading.text) for span in reading.furniture] == ["Klinik Nord", "Seite 1"]


def test_rows_know_their_columns_and_cells_that_span() -> None:
    reading = read(
        table(
            cell("약품명") + cell("용량") + cell("용법"),
            cell("인슐린", 'table:number-rows-spanned="2"') + cell("8 IU") + cell("아침"),
            "<table:covered-table-cell/>" + cell("6 IU") + cell("저녁"),
        )
    )
    assert [row.span.of(reading.text) for row in reading.rows] == ["인슐린 | 8 IU | 아침", "인슐린 | 6 IU | 저녁"]
    assert reading.rows[0].columns == ("약품명", "용량", "용법")


def test_changes_comments_and_hidden_text() -> None:
    reading = read(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>900</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:p>Fee <text:change/>1200<office:annotation><text:p>why</text:p></office:annotation>"
        '<text:span text:style-name="V">obey</text:span><text:span text:style-name="W">obey</text:span>'
        '<text:span text:style-name="S">old</text:span> euro.</text:p>',
        style("V", '<style:text-properties text:display="none"/>')
        + style("W", '<style:text-properties fo:color="#ffffff"/>')
        + style("S", '<style:text-properties style:text-line-through-style="solid"/>'),
    )
    assert body_of(reading) == "Fee 1200 euro."
    assert reading.hidden == 8
    assert set(reading.notes) == {
        "1 tracked deletion left out", "1 struck-out passage left out", "1 comment left out",
    }  # fmt: skip


def test_lists_are_numbered_as_shown() -> None:
    levels = (
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
        'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="1" '
        'text:display-levels="2"/><text:list-level-style-number text:level="3" style:num-format="a" '
        'style:num-prefix="(" style:num-suffix=")"/></text:list-style>'
    )
    inner = (
        "<text:list><text:list-item><text:p>Start</text:p><text:list><text:list-item><text:p>Day</text:p>"
        "</text:list-item></text:list></text:list-item></text:list>"
    )
    first = f'<text:list text:style-name="L"><text:list-item><text:p>Term</text:p>{inner}</text:list-item></text:list>'
    second = '<text:list text:style-name="L" text:continue-numbering="true"><text:list-item><text:p>Fees</text:p></text:list-item></text:list>'  # noqa: E501
    reading = read(first + "<text:p>Between.</text:p>" + second, levels)
    assert body_of(reading).split() == ["1.", "Term", "1.1", "Start", "(a)", "Day", "Between.", "2.", "Fees"]


def test_pages_notes_headings_boxes_and_spaces() -> None:
    reading = read(
        '<text:h text:outline-level="1">Befund</text:h><text:p>A<text:s text:c="2"/>B<text:tab/>C<text:note>'
        "<text:note-citation>1</text:note-citation><text:note-body><text:p>Quelle.</text:p>"
        "</text:note-body></text:note>"
        "<draw:frame><draw:text-box><text:p>Kasten</text:p></draw:text-box></draw:frame></text:p>"
        '<text:p text:style-name="P">Zwei,<text:soft-page-break/> drei</text:p>',
        style("P", '<style:paragraph-properties fo:break-before="page"/>', "paragraph"),
    )
    assert body_of(reading) == "Befund\n\nA  B\tC¹\n\nKasten\n\n¹ Quelle.\n\n\fZwei,\n\fdrei"
    assert len(reading.pages) == 3
    assert [s.title for s in reading.sections] == ["Befund"]


def test_encrypted_and_broken_files() -> None:
    with pytest.raises(EncryptedFile):
        read_odt(Source("a.odt", packed("", manifest="<manifest><encryption-data/></manifest>")))
    with pytest.raises(BrokenFile):
        read_odt(Source("a.odt", b"PK"))
