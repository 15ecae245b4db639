"""Makes the PDF and DOCX files of `examples/casefile` from `examples/sources`.

    python examples/make_casefile.py [FOLDER]

Needs `reportlab`, `python-docx`, `pillow` and the Debian package `fonts-nanum` (SIL Open Font License; a subset is
embedded in the Korean PDF). The same versions of these give the same bytes: every date and identifier is fixed. A
source is plain text: `# title`, `## heading`, `| row | of a table |` (its first row names the columns), `---` a page,
`---image` a page that holds a picture of its text and no text layer; every other line is a paragraph.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.shared import Pt
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont
from reportlab.lib.colors import black, whitesmoke
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Image, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

HERE = Path(__file__).parent
NANUM = Path("/usr/share/fonts/truetype/nanum")
FIXED = datetime(2024, 3, 1, 9, 0, 0)
MARGIN = 62.0
DOTS_PER_INCH = 150

Block = tuple[str, list[str]]


def blocks(source: str) -> Iterator[Block]:
    """Kind and lines of each part: `title`, `heading`, `table`, `page`, `image`, `text`."""
    table: list[str] = []
    for line in source.splitlines():
        if line.startswith("|"):
            table.append(line)
            continue
        if table:
            yield "table", table
            table = []
        kind, _, rest = line.partition(" ")
        if kind in ("#", "##"):
            yield ("title" if kind == "#" else "heading"), [rest]
        elif line in ("---", "---image"):
            yield ("page" if line == "---" else "image"), []
        elif line:
            yield "text", [line]
    if table:
        yield "table", table


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def make_docx(source: str) -> bytes:
    document = Document()
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    title = ""
    for kind, lines in blocks(source):
        if kind == "table":
            rows = [cells(line) for line in lines]
            table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
            for row, texts in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        elif kind == "text":
            document.add_paragraph(lines[0])
        else:
            title = title or lines[0]
            document.add_heading(lines[0], 1 if kind == "title" else 2)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, "Casefolio examples", "Casefolio examples"
    properties.created = properties.modified = FIXED
    buffer = io.BytesIO()
    document.save(buffer)
    return _with_fixed_times(buffer.getvalue())


def _with_fixed_times(archive: bytes) -> bytes:
    """The same zip archive with the time of each member fixed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            member = zipfile.ZipInfo(name, FIXED.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            new.writestr(member, old.read(name))
    return buffer.getvalue()


def make_pdf(source: str) -> bytes:
    regular, bold = _fonts(source)
    text, _, scan = source.partition("---image\n")
    title = next(lines[0] for kind, lines in blocks(source) if kind == "title")
    flow: list[Flowable] = []
    for kind, lines in blocks(text):
        flow.extend(_flowables(kind, lines, regular, bold))
    if scan:
        flow += [PageBreak(), _scanned(scan)]
    buffer = io.BytesIO()
    template = _Template(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        author="Casefolio examples",
        invariant=1,
    )
    template.footer = (title, regular, bool(scan))
    template.build(flow)
    return buffer.getvalue()


class _Template(SimpleDocTemplate):
    """Pages with a running footer; a scanned page has none, since it is to have no text layer."""

    footer: tuple[str, str, bool]

    def afterPage(self) -> None:
        title, font, scan = self.footer
        if not scan or self.page == 1:
            self.canv.setFont(font, 8)
            self.canv.drawString(MARGIN, 30, title)
            self.canv.drawRightString(A4[0] - MARGIN, 30, f"{self.page}")


def _fonts(source: str) -> tuple[str, str]:
    if not re.search("[가-힣]", source):
        return "Times-Roman", "Times-Bold"
    if not NANUM.is_dir():
        raise SystemExit("fonts for Korean are missing: apt-get install fonts-nanum")
    for name, file in (("Nanum", "NanumGothic.ttf"), ("Nanum-Bold", "NanumGothicBold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(NANUM / file)))
    return "Nanum", "Nanum-Bold"


def _flowables(kind: str, lines: list[str], regular: str, bold: str) -> Iterator[Flowable]:
    body = ParagraphStyle("body", fontName=regular, fontSize=10.5, leading=14, spaceAfter=5)
    if kind == "page":
        yield PageBreak()
    elif kind == "table":
        yield Spacer(1, 3)
        yield _table([cells(line) for line in lines], body, bold)
        yield Spacer(1, 8)
    elif kind == "title":
        large = ParagraphStyle("title", body, fontName=bold, fontSize=15, leading=20, spaceAfter=8)
        yield Paragraph(escape(lines[0]), large)
    elif kind == "heading":
        yield Paragraph(
            escape(lines[0]),
            ParagraphStyle("heading", body, fontName=bold, fontSize=11.5, leading=15, spaceBefore=6, keepWithNext=1),
        )
    else:
        yield Paragraph(escape(lines[0]), body)


def _table(rows: list[list[str]], body: ParagraphStyle, bold: str) -> Table:
    plain = ParagraphStyle("cell", body, fontSize=9.5, leading=12, spaceAfter=0)
    head = ParagraphStyle("head", plain, fontName=bold)
    styled = [[Paragraph(escape(cell), head if at == 0 else plain) for cell in row] for at, row in enumerate(rows)]
    width = (A4[0] - 2 * MARGIN) / sum(weights := _widths(rows))
    return Table(
        styled,
        colWidths=[weight * width for weight in weights],
        style=TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, black),
                ("BACKGROUND", (0, 0), (-1, 0), whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        ),
    )


def _widths(rows: list[list[str]]) -> list[float]:
    return [min(max(len(cell) for cell in column), 30) + 4.0 for column in zip(*rows, strict=True)]


def _scanned(source: str) -> Image:
    """A page as a picture, slightly grey, as a copier makes it."""
    size = tuple(int(side / 72 * DOTS_PER_INCH) for side in A4)
    page = Picture.new("L", (size[0], size[1]), 244)
    draw = ImageDraw.Draw(page)
    top = 150.0
    for kind, lines in blocks(source):
        large = {"title": 40, "heading": 30}.get(kind, 25)
        font = ImageFont.truetype(str(NANUM / "NanumGothic.ttf"), large)
        for line in _wrapped(lines[0], font, size[0] - 300):
            draw.text((150, top), line, fill=35, font=font)
            top += large * 1.5
        top += 12
    buffer = io.BytesIO()
    page.save(buffer, "PNG", optimize=True)
    buffer.seek(0)
    width, height = A4[0] - 2 * MARGIN - 12, A4[1] - 2 * MARGIN - 12
    return Image(buffer, width, height, kind="proportional")


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and font.getlength(f"{line} {word}") > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


MAKERS = {".pdf": make_pdf, ".docx": make_docx}


def main(folder: Path) -> None:
    for path in sorted((HERE / "sources").rglob("*.md")):
        target = folder / path.relative_to(HERE / "sources").with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(MAKERS[target.suffix](path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "casefile")
