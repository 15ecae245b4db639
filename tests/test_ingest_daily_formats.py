"""Formats of daily use: archives, presentations, HWP and HWPX, EPUB, cells as shown, xDT, XJustiz."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

from casefolio.ingest import limits
from casefolio.ingest.document import Document, Unread
from casefolio.ingest.errors import BrokenFile, EncryptedFile, LimitExceeded, UnknownType
from casefolio.ingest.loaders import detect, load
from casefolio.ingest.loaders.office.hwp import _said
from casefolio.ingest.loaders.office.number_formats import elapsed, formatted
from casefolio.ingest.loaders.office.workbook import read_xlsx
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.reading import read_file


def packed(files: dict[str, bytes | str], stored: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name in stored else None)
    return out.getvalue()


def read(data: bytes, name: str) -> Reading:
    return load(Source(name, data), detect(data, name))


def texts(folder: Path, name: str, data: bytes) -> dict[str, str]:
    (folder / name).write_bytes(data)
    return {d.path: d.text if isinstance(d, Document) else f"! {d.reason}" for d in read_file(folder, name)}


# -------------------------------------------------------------------------------------------------- archives


def test_each_member_of_an_archive_is_a_document(tmp_path: Path) -> None:
    data = packed({"letters/a.txt": "The standard of care.", "__MACOSX/._a.txt": "x", "b.csv": "Drug,Dose\nAspirin,1"})
    found = texts(tmp_path, "case.zip", data)
    assert found["case.zip"] == ""
    assert found["case.zip/letters_a.txt"] == "The standard of care."
    assert "Aspirin" in found["case.zip/b.csv"]
    assert len(found) == 3


def test_a_signed_container_is_an_archive_of_its_documents(tmp_path: Path) -> None:
    data = packed(
        {
            "mimetype": "application/vnd.etsi.asic-e+zip",
            "ruling.txt": "The claim is dismissed.",
            "META-INF/signatures0.xml": "<x/>",
        },
        ("mimetype",),
    )
    found = texts(tmp_path, "a.asice", data)
    assert found == {"a.asice": "", "a.asice/ruling.txt": "The claim is dismissed."}


def test_names_in_old_code_pages_are_read(tmp_path: Path) -> None:
    assert "old.zip/판결문.txt" in texts(tmp_path, "old.zip", _named_in_cp949())


def _named_in_cp949() -> bytes:
    """An archive as an old packer makes it: its one name in cp949, and no flag that would say so."""
    name = "판결문.txt".encode("cp949")
    plain = "a" * len(name)
    return packed({plain: "주문"}).replace(plain.encode(), name)


def test_7z_and_tar_are_read(tmp_path: Path) -> None:
    libarchive = pytest.importorskip("libarchive")
    for name, form in (("case.7z", "7zip"), ("case.tar", "ustar")):
        path = tmp_path / name
        with libarchive.file_writer(str(path), form) as archive:
            archive.add_file_from_memory("befund.txt", 15, b"Kalium 6.1 mmol")
        found = texts(tmp_path, name, path.read_bytes())
        assert found[f"{name}/befund.txt"] == "Kalium 6.1 mmol"


def test_a_bomb_is_refused_in_one_line(tmp_path: Path) -> None:
    found = texts(tmp_path, "bomb.zip", packed({"zeros.txt": b"\0" * (40 * 2**20)}))
    assert list(found) == ["bomb.zip"]
    assert "looks like a bomb" in found["bomb.zip"]


def test_archives_in_archives_end_at_the_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed({"deep.txt": "found"})
    for _ in range(limits.MAX_DEPTH + 2):
        data = packed({"inner.zip": data})
    found = texts(tmp_path, "nest.zip", data)
    assert any("nested deeper" in text for text in found.values())
    monkeypatch.setattr(limits, "MAX_UNPACKED", 100)
    wide = texts(tmp_path, "wide.zip", packed({f"{n}.txt": "x" * 60 for n in range(5)}))
    assert len(wide) == 3
    assert "within one file" in list(wide.values())[-1]


def test_too_many_members_and_encrypted_ones_are_refused() -> None:
    with pytest.raises(LimitExceeded, match="1001 files"):
        read(packed({f"{n}": b"" for n in range(1001)}), "many.zip")
    raw = bytearray(packed({"a.txt": "secret"}))
    raw[6] |= 1
    central = raw.index(b"PK\x01\x02")
    raw[central + 8] |= 1
    with pytest.raises(EncryptedFile):
        read(bytes(raw), "locked.zip")


# ------------------------------------------------------------------------------------------------- workbooks


def workbook(fill: object) -> Reading:
    book = openpyxl.Workbook()
    fill(book.active)  # type: ignore[operator]
    out = io.BytesIO()
    book.save(out)
    return read_xlsx(Source("a.xlsx", out.getvalue()))


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        (5.9, '0.0" mmol/L"', "5.9 mmol/L"),
        (0.125, "0%", "13%"),
        (0.125, "0.0%", "12.5%"),
        (250, '#,##0.00 "EUR"', "250.00 EUR"),
        (1250.5, "[$€-407] #,##0.00", "€ 1,250.50"),
        (-1250.5, "#,##0.00;(#,##0.00)", "(1,250.50)"),
        (-3.5, "0.0;[Red]0.0", "-3.5"),
        (-2, '0.00"°"', "-2.00°"),
        (7, "000", "007"),
        (0, '0;-0;"none"', "none"),
        (1234567.891, "#,##0", ["1,234,567", "891"][0].replace("567", "568")),
        (12, "0\\ \\m\\g", "12 mg"),
        (3, ";;;", ""),
        (1.5, "General", None),
        (1.5, "0.00E+00", None),
        (2.5, "# ?/?", None),
    ],
)
def test_numbers_are_what_a_workbook_shows(value: float, form: str, said: str | None) -> None:
    assert formatted(value, form) == said


@pytest.mark.parametrize(
    ("days", "form", "said"),
    [(1.1041666666667, "[h]:mm", "26:30"), (0.5, "[hh]:mm:ss", "12:00:00"), (0.0625, "[m]", "90"), (1.5, "h:mm", None)],
)
def test_durations_count_hours_beyond_a_day(days: float, form: str, said: str | None) -> None:
    assert elapsed(days, form) == said


def test_struck_and_white_cells_are_no_text_and_raised_digits_stay_raised() -> None:
    def fill(sheet: object) -> None:
        rows = [["Dose 10 mg", "secret", "seen on blue"], ["now 5 mg", "x", "y"]]
        for row in rows:
            sheet.append(row)  # type: ignore[attr-defined]
        sheet["A1"].font = Font(strike=True)  # type: ignore[index]
        sheet["B1"].font = Font(color="FFFFFFFF")  # type: ignore[index]
        sheet["C1"].font = Font(color="FFFFFFFF")  # type: ignore[index]
        sheet["C1"].fill = PatternFill("solid", fgColor="FF0000AA")  # type: ignore[index]
        up, struck = InlineFont(vertAlign="superscript"), InlineFont(strike=True)
        sheet["A4"] = CellRichText("12.4 x 10", TextBlock(up, "9"), "/L, ", TextBlock(struck, "high "), "normal")  # type: ignore[index]

    reading = workbook(fill)
    assert "Dose 10 mg" not in reading.text
    assert "secret" not in reading.text
    assert "seen on blue" in reading.text
    assert "12.4 x 10⁹/L, normal" in reading.text
    assert reading.hidden == len("secret")
    assert any("struck-out" in note for note in reading.notes)


def test_names_above_an_empty_row_are_those_of_the_columns() -> None:
    def fill(sheet: object) -> None:
        for row in (["Drug", "Dose in mg"], [], ["Ramipril", 5], ["Apixaban", 10]):
            sheet.append(row)  # type: ignore[attr-defined]

    assert [row.columns for row in workbook(fill).rows] == [("Drug", "Dose in mg")] * 2


def test_text_boxes_of_a_sheet_are_read() -> None:
    book = openpyxl.Workbook()
    book.active.append(["value", 1])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["xl/worksheets/_rels/sheet1.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" '
        b'Target="../drawings/drawing1.xml"/></Relationships>'
    )
    files["xl/drawings/drawing1.xml"] = (
        b'<d:wsDr xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
        b'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><d:twoCellAnchor><d:from><d:row>3</d:row>'
        b"</d:from><d:sp><d:txBody><a:p><a:r><a:t>Allergic to penicillin</a:t></a:r></a:p></d:txBody></d:sp>"
        b"</d:twoCellAnchor></d:wsDr>"
    )
    assert "Allergic to penicillin" in read_xlsx(Source("a.xlsx", packed(files))).text


_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"'
    for name, kind in (("o", "office"), ("t", "table"), ("x", "text"), ("d", "drawing"), ("p", "presentation"))
)


def _odf(media_type: str, body: str) -> bytes:
    content = f"<o:document-content {_ODF}><o:body>{body}</o:body></o:document-content>"
    return packed({"mimetype": media_type, "content.xml": content}, ("mimetype",))


def test_cells_of_ods_are_read_as_they_were_shown() -> None:
    def row(*cells: str, hidden: str = "") -> str:
        inside = "".join(f"<t:table-cell><x:p>{cell}</x:p></t:table-cell>" for cell in cells)
        return f"<t:table-row {hidden}>{inside}</t:table-row>"

    rows = row("Analyte", "Value") + row("Potassium", "6.5 mmol/l") + row("old", "1", hidden='t:visibility="collapse"')
    wide = '<t:table-cell t:number-columns-repeated="16000"/>'
    empty = f'<t:table-row t:number-rows-repeated="1048000">{wide}</t:table-row>'
    body = f'<t:table t:name="Labs">{rows}{empty}</t:table>'
    reading = read(_odf("application/vnd.oasis.opendocument.spreadsheet", body), "a.ods")
    assert reading.text == "Labs\n\nAnalyte | Value\nPotassium | 6.5 mmol/l"
    assert reading.rows[0].columns == ("Analyte", "Value")
    assert reading.hidden == len("old1")


def test_slides_of_odp_are_pages() -> None:
    body = "".join(
        f'<d:page><d:frame p:class="title"><d:text-box><x:p>{title}</x:p></d:text-box></d:frame><d:frame><d:text-box>'
        f"<x:p>{text}</x:p></d:text-box></d:frame></d:page>"
        for title, text in (("Case", "died of sepsis"), ("Course", "fever"))
    )
    reading = read(_odf("application/vnd.oasis.opendocument.presentation", body), "a.odp")
    assert [page.span.of(reading.text).split() for page in reading.pages] == [
        ["Case", "died", "of", "sepsis"],
        ["Course", "fever"],
    ]
    assert [section.title for section in reading.sections] == ["Case", "Course"]


def test_without_libreoffice_a_workbook_is_read_by_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("python_calamine")
    monkeypatch.setattr("shutil.which", lambda _: None)
    book = openpyxl.Workbook()
    for line in (["Drug", "Dose in mg"], ["Ramipril", 5]):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    reading = load(Source("a.xlsb", out.getvalue()), "application/vnd.ms-excel.sheet.binary.macroenabled.12")
    assert reading.rows[0].span.of(reading.text) == "Ramipril | 5"
    assert any("by its values" in note for note in reading.notes)


# ---------------------------------------------------------------------------------------------- presentations

_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_REL = f'<Relationship Id="{{}}" Type="{_OFFICE}/{{}}" Target="{{}}"/>'


def _slide(*shapes: str, show: str = "1") -> str:
    body = "".join(shapes)
    return f'<p:sld {_P} {_A} show="{show}"><p:cSld><p:spTree>{body}</p:spTree></p:cSld></p:sld>'


def _shape(text: str, kind: str = "", y: int = 0) -> str:
    place = f'<p:ph type="{kind}"/>' if kind else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="n"/><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="0" '
        f'y="{y}"/></a:xfrm></p:spPr><p:txBody>{text}</p:txBody></p:sp>'
    )


def _run(text: str, properties: str = "") -> str:
    return f"<a:p><a:r><a:rPr {properties}/><a:t>{text}</a:t></a:r></a:p>"


def presentation(*slides: str) -> bytes:
    files = {
        "_rels/.rels": _RELS.format(_REL.format("r1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {_P} {_R}><p:sldIdLst>"
        + "".join(f'<p:sldId id="{n}" r:id="r{n}"/>' for n in range(len(slides)))
        + "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": _RELS.format(
            "".join(_REL.format(f"r{n}", "slide", f"slides/slide{n}.xml") for n in range(len(slides)))
        ),
    }
    files |= {f"ppt/slides/slide{n}.xml": slide for n, slide in enumerate(slides)}
    return packed(files)


def test_slides_are_pages_and_what_is_hidden_or_struck_is_counted() -> None:
    first = _slide(_shape(_run("below"), y=900_000), _shape(_run("above") + _run("old", 'strike="sngStrike"')),
                   _shape(_run("Mortality conference"), "title", 500_000))  # fmt: skip
    table = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="2" name="t"/></p:nvGraphicFramePr><a:graphic><a:graphicData>'
        f"<a:tbl><a:tr><a:tc>{_run('Drug')}</a:tc><a:tc>{_run('mg')}</a:tc></a:tr><a:tr><a:tc>{_run('Aspirin')}</a:tc>"
        f"<a:tc>{_run('100')}</a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )
    reading = read(presentation(first, _slide(table), _slide(_shape(_run("not shown")), show="0")), "a.pptx")
    assert reading.title == "Mortality conference"
    assert reading.pages[0].span.of(reading.text).split() == ["Mortality", "conference", "above", "below"]
    assert reading.rows[0].columns == ("Drug", "mg")
    assert reading.rows[0].span.of(reading.text) == "Aspirin | 100"
    assert reading.hidden == len("not shown")
    assert set(reading.notes) == {"1 hidden slide left out", "1 struck-out passage left out"}


# ------------------------------------------------------------------------------------------------------ Korean

_HP = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section"'


def _hwpx(body: str, header: str = "") -> bytes:
    files = {"mimetype": "application/hwp+zip", "Contents/section0.xml": f"<hs:sec {_HP}>{body}</hs:sec>"}
    return packed(files | ({"Contents/header.xml": header} if header else {}), ("mimetype",))


def _p(text: str, style: str = "0") -> str:
    return f'<hp:p><hp:run charPrIDRef="{style}"><hp:t>{text}</hp:t></hp:run></hp:p>'


def test_hwpx_is_read_with_its_tables_and_without_what_is_struck_out() -> None:
    cells = "".join(f"<hp:tc><hp:subList>{_p(text)}</hp:subList></hp:tc>" for text in ("약품", "용량"))
    values = "".join(f"<hp:tc><hp:subList>{_p(text)}</hp:subList></hp:tc>" for text in ("아스피린", "100"))
    table = f"<hp:p><hp:run><hp:tbl><hp:tr>{cells}</hp:tr><hp:tr>{values}</hp:tr></hp:tbl></hp:run></hp:p>"
    header = '<hh:head xmlns:hh="x"><hh:charPr id="7"><hh:strikeout shape="SOLID"/></hh:charPr></hh:head>'
    body = _p("피고는 원고에게 금 27,500,000원을 지급하라.") + _p("금 30,000,000원", "7") + table
    reading = read(_hwpx(body, header), "a.hwpx")
    assert reading.text.startswith("피고는 원고에게 금 27,500,000원을 지급하라.")
    assert "30,000,000" not in reading.text
    assert reading.rows[-1].span.of(reading.text) == "아스피린 | 100"
    assert reading.rows[-1].columns == ("약품", "용량")


def _record(kind: int, level: int, data: bytes) -> bytes:
    return struct.pack("<I", kind | level << 10 | len(data) << 20) + data


def test_the_text_of_hwp_paragraphs_leaves_out_their_controls() -> None:
    control = struct.pack("<H", 11) + b"\0" * 12 + struct.pack("<H", 11)
    data = "주문".encode("utf-16-le") + control + "이유".encode("utf-16-le") + struct.pack("<H", 13)
    assert _said(data) == "주문이유"


def test_hwp_is_read_with_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = struct.pack("<I", 0) + struct.pack("<I", 0)

    def list_header(column: int, row: int) -> bytes:
        return _record(72, 2, cell + struct.pack("<HH", column, row) + b"\0" * 20)

    def text(said: str, level: int) -> bytes:
        return _record(67, level, said.encode("utf-16-le"))

    section = text("피고는 금 27,500,000원을 지급하라.", 1) + _record(71, 1, b" lbt" + b"\0" * 20)
    for row, words in enumerate((("약품", "용량"), ("아스피린", "100"))):
        for column, said in enumerate(words):
            section += list_header(column, row) + text(said, 3)
    section += text("끝", 1)
    packer = zlib.compressobj(wbits=-15)
    streams = {"FileHeader": b"HWP Document File".ljust(36, b"\0") + struct.pack("<I", 1),
               "BodyText/Section0": packer.compress(section) + packer.flush()}  # fmt: skip

    class Ole:
        def __enter__(self) -> Ole:
            return self

        def __exit__(self, *_: object) -> None: ...

        def openstream(self, name: str) -> io.BytesIO:
            return io.BytesIO(streams[name])

    monkeypatch.setattr("olefile.OleFileIO", lambda _: Ole())
    monkeypatch.setattr("casefolio.ingest.loaders.office.hwp.ole_streams", lambda _: tuple(streams))
    reading = load(Source("a.hwp", b"x"), "application/x-hwp")
    assert reading.text.split("\n\n") == ["피고는 금 27,500,000원을 지급하라.", "약품 | 용량\n아스피린 | 100", "끝"]
    streams["FileHeader"] = b"HWP Document File".ljust(36, b"\0") + struct.pack("<I", 3)
    with pytest.raises(EncryptedFile):
        load(Source("a.hwp", b"x"), "application/x-hwp")


# ------------------------------------------------------------------------------------------------- other kinds


def test_epub_chapters_are_pages_in_the_order_of_the_spine() -> None:
    data = packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="o/b.opf"/></rootfiles></container>',
            "o/b.opf": '<package><metadata><title>Commentary</title></metadata><manifest><item id="b" href="b.html"/>'
            '<item id="a" href="a.html"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
            "o/a.html": "<html><body><h1>First</h1><p>Of sale.</p></body></html>",
            "o/b.html": "<html><body><p>Of lease.</p></body></html>",
        },
        ("mimetype",),
    )
    reading = read(data, "a.epub")
    assert [page.span.of(reading.text).split("\n\n")[-1].strip() for page in reading.pages] == ["Of sale.", "Of lease."]
    assert reading.title == "Commentary"


def test_a_laboratory_record_says_each_test_on_one_line() -> None:
    fields = [("8000", "8202"), ("3101", "Sommer"), ("3103", "03041950"), ("8410", "K"), ("8411", "Kalium"),
              ("8420", "5,9"), ("8421", "mmol/l"), ("8422", "+"), ("8461", "3,5"), ("8462", "5,1"),
              ("8410", "NA"), ("8411", "Natrium"), ("8420", "140"), ("8421", "mmol/l"), ("9999", "unklar")]  # fmt: skip
    text = "".join(f"{len(value) + 9:03d}{number}{value}\r\n" for number, value in fields)
    reading = read(text.encode(), "a.ldt")
    assert reading.media_type == "application/xdt"
    lines = reading.text.split("\n")
    assert "Kalium: 5,9 mmol/l +; Normalwert: 3,5 - 5,1" in lines
    assert "Natrium: 140 mmol/l" in lines
    assert "Geburtsdatum: 03.04.1950" in lines
    assert "Feld 9999: unklar" in lines


def test_an_xjustiz_message_is_read_by_its_elements() -> None:
    data = (
        b'<nachricht.gds.uebermittlung xmlns="http://www.xjustiz.de"><grunddaten><beteiligter><vollerName>Nord GmbH'
        b"</vollerName><rollenbezeichnung><code>101</code></rollenbezeichnung></beteiligter><aktenzeichen>4 K 118/23"
        b"</aktenzeichen></grunddaten></nachricht.gds.uebermittlung>"
    )
    reading = read(data, "a.xml")
    assert reading.media_type == "application/xjustiz+xml"
    assert "Voller Name: Nord GmbH" in reading.text
    assert "Aktenzeichen: 4 K 118/23" in reading.text


@pytest.mark.parametrize(
    ("data", "name", "hint"),
    [
        (b"!BDN" + b"\0" * 60, "mails.pst", "export its mails"),
        (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d" + b"\0" * 60, "notes.one", "export its pages"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 60, "scan.heic", "export it as JPEG"),
        (packed({"Index/Document.iwa": b"x"}), "letter.pages", "export it from Pages"),
    ],
)
def test_what_is_known_and_not_read_names_the_way_out(data: bytes, name: str, hint: str) -> None:
    with pytest.raises(UnknownType, match="no loader") as error:
        read(data, name)
    assert hint in error.value.hint


@pytest.mark.parametrize("name", ["a.pptx", "a.hwpx", "a.epub", "a.zip", "a.7z", "a.hwp", "a.ldt", "a.p7m"])
def test_damage_ends_in_one_line(tmp_path: Path, name: str) -> None:
    starts = {"a.7z": b"7z\xbc\xaf\x27\x1c", "a.hwp": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.p7m": b"\x30\x82\x01"}
    (tmp_path / name).write_bytes(starts.get(name, b"PK\x03\x04") + bytes(range(200)))
    found = read_file(tmp_path, name)
    assert len(found) == 1
    assert isinstance(found[0], Unread)
    assert found[0].reason


def test_a_broken_presentation_is_named() -> None:
    with pytest.raises(BrokenFile):
        load(Source("a.pptx", packed({"ppt/x.xml": "<a/>"})), detect(packed({"ppt/x.xml": "<a/>"}), "a.pptx"))
