"""RTF: code pages, tables, and what a reader of the accepted document sees."""

from __future__ import annotations

import pytest

from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.rtf.loader import read_rtf
from casefolio.ingest.loaders.shared.source import Reading, Source

FONTS = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset129 Batang;}{\f2\fcharset2 Symbol;}}"
COLOURS = r"{\colortbl;\red255\green255\blue255;\red0\green0\blue128;}"


def read(body: str | bytes) -> Reading:
    raw = body if isinstance(body, bytes) else body.encode("latin-1")
    return read_rtf(Source("a.rtf", rb"{\rtf1\ansi\ansicpg1252\deff0" + (FONTS + COLOURS).encode() + raw + b"}"))


def row(*cells: str, head: str = r"\trowd\cellx1000\cellx2000\cellx3000") -> str:
    return head + "".join(rf"\pard\intbl {cell}\cell" for cell in cells) + r"\row "


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (rb"sch\'f6n", "schön"),
        (rb"\f1\'c8\'af\'c0\'da", "환자"),
        (b"{\\f1 \xc8\xaf\xc0\xda} ok", "환자 ok"),
        (rb"\u54872?\u51088?", "환자"),
        (rb"\uc2\u8805\'3e\'3d5", "≥5"),
        (rb"\uc0\u8805 5", "≥5"),
        (rb"\u-10179?\u-8704?", "😀"),
        (rb"125 {\f2 m}g", "125 μg"),
        (rb"a\~b\_c\-d\{e\}\\", "a\xa0b‑c\xadd{e}\\"),
        (rb"10{\super 9}/l", "10⁹/l"),
        (rb"\ldblquote x\rdblquote\endash y", "“x”–y"),
        (rb"{\upr{A?}{\*\ud{A\u8805}}}", "A≥"),
        (b"5\r\n mg", "5 mg"),
    ],
)
def test_characters(raw: bytes, text: str) -> None:
    assert read(raw).text == text


def test_rows_of_tables_know_their_columns() -> None:
    reading = read(
        row("Wirkstoff", "Dosis", "Einnahme")
        + row("Insulin", "8 IE", "morgens", head=r"\trowd\clvmgf\cellx1000\cellx2000\cellx3000")
        + row("", "6 IE", "abends", head=r"\trowd\clvmrg\cellx1000\cellx2000\cellx3000")
        + r"\pard Ende."
    )
    assert [r.span.of(reading.text) for r in reading.rows] == ["Insulin | 8 IE | morgens", "Insulin | 6 IE | abends"]
    assert reading.rows[0].columns == ("Wirkstoff", "Dosis", "Einnahme")
    assert reading.text.endswith("abends\n\nEnde.")


def test_deleted_hidden_struck_and_white_text_is_left_out() -> None:
    reading = read(
        r"Fee {\deleted 900}{\revised 1200}{\v obey}{\cf1 obey}{\fs2 obey}{\strike old} euro.{\*\annotation note}"
        r" {\cf1\highlight2 seen}"
    )
    assert reading.text.split() == ["Fee", "1200", "euro.", "seen"]
    assert reading.hidden == 12
    assert set(reading.notes) == {
        "1 tracked deletion left out", "1 tracked insertion read as text", "1 struck-out passage left out",
        "1 comment left out",
    }  # fmt: skip


def test_headings_pages_notes_fields_and_furniture() -> None:
    reading = read(
        r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}}{\header Klinik Nord\par}{\footer Seite 1\par}"
        r"\pard\s1 Befund\par\pard Text{\footnote Quelle.}\par\page Zwei {\field{\*\fldinst DATE}{\fldrslt 3.5.2021}}"
        r"{\field{\*\fldinst FORMCHECKBOX{\*\formfield{\fftype1\ffres1}}}{\fldrslt}}\par"
    )
    assert reading.text == "Klinik Nord\n\nBefund\n\nText¹\n\n¹ Quelle.\n\n\fZwei 3.5.2021☒\n\nSeite 1"
    assert [s.title for s in reading.sections] == ["Befund"]
    assert [span.of(reading.text) for span in reading.furniture] == ["Klinik Nord", "Seite 1"]
    assert len(reading.pages) == 2


def test_list_numbers_stay_in_front_of_their_clause() -> None:
    assert read(r"\pard{\listtext\pard\plain 1.1\tab}\ls1 Term\par").text == "1.1 Term"


def test_a_cell_that_never_ends_is_not_lost() -> None:
    assert "lost?" in read(r"\trowd\cellx1000\cellx2000\pard\intbl a\cell lost?").text


def test_no_rtf_and_groups_without_end() -> None:
    with pytest.raises(BrokenFile):
        read_rtf(Source("a.rtf", b"text"))
    with pytest.raises(LimitExceeded):
        read("{" * 5000)
