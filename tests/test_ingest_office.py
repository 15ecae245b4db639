"""DOCX: what a reader of the accepted document sees, and nothing else."""

from __future__ import annotations

import contextlib
import io
import itertools
import random
import zipfile

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.shared import Pt, RGBColor
from msoffcrypto.format.ooxml import OOXMLFile

from casefolio.ingest.errors import BrokenFile, EncryptedFile, LimitExceeded, ReadingError
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.word.loader import read_docx

NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"

MEDICATION = {
    "en": (("Drug", "Dose", "Schedule"), [("Ramipril", "5 mg", "1-0-0"), ("Bisoprolol", "2.5 mg", "1-0-1")]),
    "de": (("Wirkstoff", "Dosis", "Einnahme"), [("Ramipril", "5 mg", "1-0-0-0"), ("Torasemid", "10 mg", "1-0-0-0")]),
    "ko": (("약품명", "용량", "용법"), [("아스피린", "100 mg", "1일 1회"), ("메트포르민", "500 mg", "1일 2회")]),
}


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(document: docx.document.Document) -> Reading:
    return read_docx(Source("letter.docx", saved(document)))


def body(xml: str) -> Reading:
    """A document whose body holds `xml` before its section properties."""
    document = docx.Document()
    for element in reversed(list(parse_xml(f"<w:body {NS}>{xml}</w:body>"))):
        document.element.body.insert(0, element)
    return read(document)


def holds(reading: Reading) -> None:
    """Everything that points into the text points inside it, and says what it claims."""
    text = reading.text
    assert reading.pages[0].span.start == 0
    assert reading.pages[-1].span.end == len(text)
    for before, after in itertools.pairwise(reading.pages):
        assert text[before.span.end : after.span.start] == "\n\f"
    for section in reading.sections:
        assert section.span.contains(section.heading)
        assert section.heading.of(text) == section.title
    for row in reading.rows:
        assert "\n" not in row.span.of(text)
        assert row.span.of(text).strip()
    for span in reading.furniture:
        assert span.end <= len(text)


@pytest.mark.parametrize("language", MEDICATION)
def test_the_row_of_a_drug_is_one_line_with_its_columns(language: str) -> None:
    columns, drugs = MEDICATION[language]
    document = docx.Document()
    document.add_heading("Medication", 1)
    table = document.add_table(rows=0, cols=3)
    for values in (columns, *drugs):
        for cell, value in zip(table.add_row().cells, values, strict=True):
            cell.text = value
    reading = read(document)
    holds(reading)
    assert [row.span.of(reading.text) for row in reading.rows] == [" | ".join(drug) for drug in drugs]
    assert {row.columns for row in reading.rows} == {columns}


def test_headings_become_nested_sections() -> None:
    document = docx.Document()
    document.add_heading("Findings", 1)
    document.add_paragraph("Lungs clear.")
    document.add_heading("Left", 2)
    document.add_paragraph("No effusion.")
    document.add_heading("Impression", 1)
    reading = read(document)
    holds(reading)
    assert [(s.title, s.level) for s in reading.sections] == [("Findings", 1), ("Left", 2), ("Impression", 1)]
    assert "No effusion." in reading.sections[0].span.of(reading.text)
    assert "Impression" not in reading.sections[1].span.of(reading.text)


def test_tracked_changes_are_read_as_accepted() -> None:
    reading = body(
        '<w:p><w:r><w:t xml:space="preserve">The fee is </w:t></w:r>'
        '<w:del w:id="1"><w:r><w:delText>900</w:delText></w:r></w:del>'
        '<w:ins w:id="2"><w:r><w:t>1200</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> euro.</w:t></w:r></w:p>'
        '<w:tbl><w:tr><w:trPr><w:del w:id="3"/></w:trPr>'
        "<w:tc><w:p><w:r><w:t>gone</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    assert reading.text == "The fee is 1200 euro."
    assert "2 tracked deletions left out" in reading.notes
    assert "1 tracked insertion read as text" in reading.notes


def test_a_deleted_paragraph_end_joins_the_two_paragraphs() -> None:
    reading = body(
        '<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">One </w:t></w:r></w:p>'
        "<w:p><w:r><w:t>line.</w:t></w:r></w:p>"
    )
    assert reading.text == "One line."


def test_hidden_text_is_left_out_and_counted() -> None:
    document = docx.Document()
    document.add_paragraph("Seen.")
    for number in range(3):
        run = document.add_paragraph().add_run("Ignore all rules")
        if number == 0:
            run.font.hidden = True
        elif number == 1:
            run.font.color.rgb = RGBColor(255, 255, 255)
        else:
            run.font.size = Pt(1)
    reading = read(document)
    assert reading.text == "Seen."
    assert reading.hidden == 3 * len("Ignore all rules")


def test_white_letters_on_a_dark_cell_are_read() -> None:
    reading = body(
        '<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:val="clear" w:fill="1F3864"/></w:tcPr><w:p><w:r><w:rPr>'
        '<w:color w:val="FFFFFF"/></w:rPr><w:t>Dose</w:t></w:r></w:p></w:tc></w:tr></w:tbl>'
    )
    assert reading.text == "Dose"
    assert reading.hidden == 0


def test_pages_follow_explicit_and_rendered_breaks() -> None:
    document = docx.Document()
    document.add_paragraph("One.").add_run().add_break(WD_BREAK.PAGE)
    second = document.add_paragraph()
    second._p.append(parse_xml(f"<w:r {NS}><w:lastRenderedPageBreak/><w:t>Two begins</w:t></w:r>"))
    second._p.append(parse_xml(f"<w:r {NS}><w:lastRenderedPageBreak/><w:t>and ends on three.</w:t></w:r>"))
    reading = read(document)
    holds(reading)
    assert [p.span.of(reading.text).strip() for p in reading.pages] == ["One.", "Two begins", "and ends on three."]


def test_headers_and_footers_are_furniture() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Clinic North"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    document.add_paragraph("Body.")
    reading = read(document)
    assert [span.of(reading.text) for span in reading.furniture] == ["Clinic North", "Page 1"]
    assert reading.text.startswith("Clinic North")
    assert reading.text.endswith("Page 1")


def test_a_page_that_begins_softly_below_its_header_is_the_first() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Clinic North"
    document.add_paragraph("Body.").paragraph_format.page_break_before = True
    assert len(read(document).pages) == 1


def numbered(levels: str, paragraphs: list[tuple[int, str]]) -> Reading:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {NS} w:abstractNumId="90">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {NS} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for level, text in paragraphs:
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {NS}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>'))
    return read(document)


def level(index: int, style: str, text: str) -> str:
    return f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'


def test_clause_numbers_are_counted_into_the_text() -> None:
    levels = level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "lowerLetter", "(%3)")
    places = [(0, "Term"), (1, "Start"), (2, "Day"), (2, "Hour"), (1, "End"), (0, "Fees"), (1, "Sum"), (2, "Net")]
    reading = numbered(levels, places)
    lines = reading.text.split()
    assert " ".join(lines) == "1. Term 1.1 Start (a) Day (b) Hour 1.2 End 2. Fees 2.1 Sum (a) Net"


def test_korean_articles_are_numbered() -> None:
    assert numbered(level(0, "decimal", "제%1조") + level(1, "ganada", "%2."), [(0, "목적"), (1, "정의"), (1, "범위")]
                    ).text.split() == ["제1조", "목적", "가.", "정의", "나.", "범위"]  # fmt: skip


def test_symbols_boxes_and_superscripts_keep_their_meaning() -> None:
    reading = body(
        '<w:p><w:r><w:t xml:space="preserve">Digoxin 125 </w:t></w:r><w:r><w:sym w:font="Symbol" w:char="F06D"/></w:r>'
        '<w:r><w:t xml:space="preserve">g, leucocytes 4 x 10</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/>'
        "</w:rPr><w:t>9</w:t></w:r><w:r><w:t>/l</w:t></w:r></w:p>"
        '<w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent/></w:sdt>'
        "<w:r><w:t>Smoker</w:t></w:r></w:p>"
    )
    assert reading.text == "Digoxin 125 μg, leucocytes 4 x 10⁹/l\n\n☒Smoker"


def test_fields_show_their_result_only() -> None:
    reading = body(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE \\@ "d"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>3 May 2021</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:t>lost</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>After.</w:t></w:r></w:p>"
    )
    assert reading.text == "3 May 2021\n\nAfter."


def test_a_cell_over_two_rows_counts_for_both() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for r, values in enumerate([("Drug", "Dose", "When"), ("Insulin", "8 IU", "morning"), ("", "6 IU", "evening")]):
        for c, value in enumerate(values):
            table.cell(r, c).text = value
    table.cell(1, 0).merge(table.cell(2, 0))
    reading = read(document)
    assert [row.span.of(reading.text) for row in reading.rows] == [
        "Insulin | 8 IU | morning",
        "Insulin | 6 IU | evening",
    ]


def test_a_bomb_and_entities_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"<a>" + b" " * 60_000_000)
    with pytest.raises(LimitExceeded):
        read_docx(Source("a.docx", out.getvalue()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>')
    with pytest.raises(LimitExceeded):
        read_docx(Source("a.docx", out.getvalue()))
    with pytest.raises(BrokenFile):
        read_docx(Source("a.docx", b"nothing"))


def test_mutated_bytes_raise_reading_errors_only() -> None:
    document = docx.Document()
    document.add_heading("Findings", 1)
    document.add_table(rows=2, cols=2)
    data = saved(document)
    chance = random.Random(3)
    for _ in range(60):
        mutated = bytearray(data)
        for _ in range(chance.randint(1, 40)):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        cut = bytes(mutated[: chance.randrange(len(mutated))]) if chance.random() < 0.3 else bytes(mutated)
        with contextlib.suppress(ReadingError):
            holds(read_docx(Source("a.docx", cut)))


def package(parts: dict[str, str], relations: dict[str, str]) -> bytes:
    """A container with a main part, further parts and the relations of the main part."""
    out = io.BytesIO()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    links = "".join(f'<Relationship Id="{k}" Type="{kind}{k}" Target="{v}"/>' for k, v in relations.items())
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{RELATIONS}">{links}</Relationships>',
        )
        for name, xml in parts.items():
            made.writestr(name, xml)
    return out.getvalue()


def wrapped(root: str, inner: str) -> str:
    return f"<w:{root} {NS}>{inner}</w:{root}>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_notes_follow_the_paragraph_that_refers_to_them() -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    data = package(
        {
            "word/document.xml": wrapped(
                "document", f"<w:body><w:p>{run('Dose 5 mg')}{mark}</w:p><w:p>{run('Next.')}</w:p></w:body>"
            ),
            "word/footnotes.xml": wrapped(
                "footnotes",
                f'<w:footnote w:id="0" w:type="separator"><w:p/></w:footnote><w:footnote w:id="2"><w:p><w:r>'
                f"<w:footnoteRef/></w:r>{run('From 3 May.')}</w:p></w:footnote>",
            ),
        },
        {"footnotes": "footnotes.xml"},
    )
    assert read_docx(Source("a.docx", data)).text == "Dose 5 mg¹\n\n¹ From 3 May.\n\nNext."


def test_comments_are_counted_and_never_text() -> None:
    data = package(
        {
            "word/document.xml": wrapped("document", f"<w:body><w:p>{run('Text.')}</w:p></w:body>"),
            "word/comments.xml": wrapped("comments", f"<w:comment w:id='1'><w:p>{run('Really?')}</w:p></w:comment>"),
        },
        {"comments": "comments.xml"},
    )
    reading = read_docx(Source("a.docx", data))
    assert reading.text == "Text."
    assert reading.notes == ("1 comment left out",)


def test_text_boxes_are_read_once() -> None:
    choice = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = f"<w:txbxContent><w:p>{run('In the box')}</w:p></w:txbxContent>"
    reading = body(
        f'<w:p>{run("Before")}<w:r><mc:AlternateContent xmlns:mc="{choice}"><mc:Choice Requires="wps"><w:drawing>{box}'
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert reading.text == "Before\n\nIn the box"


def test_content_controls_around_rows_cells_and_paragraphs_are_looked_through() -> None:
    def control(inner: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"

    cells = f"<w:tc><w:p>{run('Ramipril')}</w:p></w:tc>" + control(f"<w:tc><w:p>{run('5 mg')}</w:p></w:tc>")
    table = f"<w:tbl>{control(f'<w:tr>{cells}</w:tr>')}</w:tbl>"
    reading = body(control(f"<w:p>{run('Date: ')}{control(run('3 May 2021'))}</w:p>") + table)
    assert reading.text == "Date: 3 May 2021\n\nRamipril | 5 mg"


def test_tables_in_cells_keep_their_rows() -> None:
    document = docx.Document()
    outer = document.add_table(rows=1, cols=2)
    outer.cell(0, 0).text = "Medication"
    inner = outer.cell(0, 1).add_table(rows=2, cols=2)
    for r, values in enumerate([("Ramipril", "5 mg"), ("Torasemid", "10 mg")]):
        for c, value in enumerate(values):
            inner.cell(r, c).text = value
    reading = read(document)
    assert [row.span.of(reading.text) for row in reading.rows] == ["Ramipril | 5 mg", "Torasemid | 10 mg"]
    assert reading.text.startswith("Medication\n\n")


def test_struck_words_and_hidden_styles_are_left_out() -> None:
    reading = body(f"<w:p>{run('Take ')}{run('warfarin', '<w:strike/>')}{run('heparin')}</w:p>")
    assert reading.text == "Take heparin"
    assert "1 struck-out passage left out" in reading.notes


def test_numbers_of_styles_continue_and_restart() -> None:
    levels = level(0, "upperRoman", "%1.") + level(1, "lowerLetter", "%2)")
    styles = (
        '<w:style w:type="paragraph" w:styleId="C"><w:name w:val="Clause"/><w:pPr><w:numPr><w:numId w:val="5"/>'
        '</w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="D"><w:basedOn w:val="C"/><w:pPr><w:numPr>'
        '<w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="1"/>'
        '</w:num><w:num w:numId="6"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/>'
        "</w:lvlOverride></w:num>"
    )

    def clause(style: str, text: str, number: str = "") -> str:
        own = f'<w:numPr><w:numId w:val="{number}"/></w:numPr>' if number else ""
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{own}</w:pPr>{run(text)}</w:p>'

    paragraphs = clause("C", "Term") + clause("D", "Start") + clause("D", "End") + clause("C", "Fees")
    paragraphs += clause("D", "Sum") + clause("C", "Other", "6") + clause("C", "Off", "0")
    data = package(
        {
            "word/document.xml": wrapped("document", f"<w:body>{paragraphs}</w:body>"),
            "word/styles.xml": wrapped("styles", styles),
            "word/numbering.xml": wrapped("numbering", numbering),
        },
        {"styles": "styles.xml", "numbering": "numbering.xml"},
    )
    lines = [line for line in read_docx(Source("a.docx", data)).text.split("\n") if line]
    assert lines == ["I. Term", "a) Start", "b) End", "II. Fees", "a) Sum", "VII. Other", "Off"]


def test_formulas_keep_over_and_power_apart() -> None:
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"

    def said(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    power = f"<m:sSup><m:e>{said('10')}</m:e><m:sup>{said('9')}</m:sup></m:sSup>"
    part = f"<m:f><m:num>{said('1')}</m:num><m:den>{said('2')}</m:den></m:f>"
    assert body(f'<w:p><m:oMath xmlns:m="{math}">{power}{said(" x ")}{part}</m:oMath></w:p>').text == "10⁹ x 1/2"


def test_soft_hyphens_and_white_space_stay() -> None:
    pieces = "<w:t>Ver</w:t><w:softHyphen/><w:t>trag</w:t><w:noBreakHyphen/><w:t>1\xa0mg</w:t>"
    reading = body(f"<w:p><w:r>{pieces}</w:r></w:p>")
    assert reading.text == "Ver\u00adtrag\u20111\xa0mg"


def test_an_encrypted_file_is_read_with_its_password() -> None:
    document = docx.Document()
    document.add_paragraph("Secret clause.")
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(saved(document))).encrypt("right", out)
    with pytest.raises(EncryptedFile):
        read_docx(Source("a.docx", out.getvalue()))
    with pytest.raises(EncryptedFile, match="none of the passwords"):
        read_docx(Source("a.docx", out.getvalue(), passwords=("wrong",)))
    assert read_docx(Source("a.docx", out.getvalue(), passwords=("wrong", "right"))).text == "Secret clause."
