from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefolio.ingest.document import PAGE_BREAK, Document, Page, Section, Span
from casefolio.ingest.reading import read_file
from casefolio.ingest.sections import find_sections

CASEFILE = Path(__file__).parent.parent / "examples" / "casefile"


def outline(text: str, language: str) -> list[tuple[int, str, str]]:
    return [(s.level, s.title, s.kind) for s in find_sections(text, language)]


def kinds(path: str) -> list[str]:
    document = read_file(CASEFILE, path, ocr=False)[0]
    assert isinstance(document, Document)
    found = find_sections(document.text, document.language, document.pages, document.sections)
    return [section.kind for section in found if section.kind]


LETTERS = {
    "harrison_margaret/discharge_letter.pdf": """title diagnosis complaint past_history family_history allergies
        examination investigations investigations course medication plan""",
    "okafor_daniel/discharge_letter.txt": """title diagnosis complaint past_history investigations course
        medication plan""",
    "brandt_ingrid/entlassungsbrief.docx": """title diagnosis history past_history family_history allergies findings
        investigations course medication plan""",
    "kim_seoyeon/discharge_summary.pdf": """title complaint history past_history family_history allergies diagnosis
        investigations course medication plan""",
    "harrison_margaret/ct_chest_report.txt": "examination indication technique comparison findings impression",
    "brandt_ingrid/roentgen_thorax.txt": "indication findings impression",
    "kim_seoyeon/chest_ct_report.txt": "investigations indication technique findings impression",
    "weber_klinikum/urteil.txt": "order order facts reasons remedy",
    "okafor_daniel/court_order.docx": "order facts reasons order remedy",
    "hanbit_contract/service_contract.docx": """services term payment services confidentiality termination liability
        governing_law""",
}


@pytest.mark.parametrize("path", LETTERS)
def test_sections_of_the_casefile(path: str) -> None:
    assert kinds(path) == LETTERS[path].split()


def test_a_contract_with_articles_sections_and_schedules() -> None:
    text = """SUPPLY AGREEMENT

This agreement is made between NORTHGATE MILLS LIMITED and Ms. Jane Poole.

ARTICLE I
DEFINITIONS

Section 1.1 Goods. "Goods" means flour and bran.
Section 1.2 Price. "Price" means the price in Schedule A.

ARTICLE II. TERM AND TERMINATION

Section 2.1 Term. This agreement runs for two years.
Section 2.2 Termination for Convenience. Either party may terminate it under
Section 1.2 of this Agreement or as follows:
(a) by letter; or
(b) by telegram.

Schedule A: Prices

1. Flour costs ten crowns.
2. Bran costs four crowns.
"""
    assert outline(text, "en") == [
        (1, "SUPPLY AGREEMENT", ""),
        (1, "ARTICLE I DEFINITIONS", "definitions"),
        (2, "Section 1.1 Goods", ""),
        (2, "Section 1.2 Price", "payment"),
        (1, "ARTICLE II. TERM AND TERMINATION", "termination"),
        (2, "Section 2.1 Term", "term"),
        (2, "Section 2.2 Termination for Convenience", "termination"),
        (1, "Schedule A: Prices", "payment"),
        (2, "1.", ""),
        (2, "2.", ""),
    ]


def test_numbered_clauses_nest_and_numbers_in_prose_do_not() -> None:
    text = """1. Services
1.1 The Provider shall clean the offices on each of the
12 floors of the building and remove
3. waste from the yard.
1.2 Materials. The Provider brings its own materials.
1.2.1 Brooms are replaced yearly.
2. LIMITATION OF LIABILITY. In no event is the Provider liable for more than
5.5 million crowns.
3. Governing Law
The law of Ruritania governs this contract.
"""
    assert outline(text, "en") == [
        (1, "1. Services", "services"),
        (2, "1.1", ""),
        (2, "1.2 Materials", ""),
        (3, "1.2.1", ""),
        (1, "2. LIMITATION OF LIABILITY", "liability"),
        (1, "3. Governing Law", "governing_law"),
    ]


def test_german_contract_and_statute() -> None:
    text = """Mietvertrag

§ 1 Mietsache
Vermietet wird die Wohnung im zweiten Stock. Die Pflichten aus
§ 5 Abs. 2 bleiben unberührt.

§ 2 Mietzeit
(1) Das Mietverhältnis beginnt am 1. Mai 2024.
(2) Es läuft auf unbestimmte Zeit.

§ 3 Haftung
Der Vermieter haftet nach
§ 536a BGB.

Anlage 1: Übergabeprotokoll
Zählerstand 1204.
"""
    assert outline(text, "de")[-4:] == [
        (1, "§ 1 Mietsache", "services"),
        (1, "§ 2 Mietzeit", "term"),
        (1, "§ 3 Haftung", "liability"),
        (1, "Anlage 1: Übergabeprotokoll", ""),
    ]


def test_korean_statute() -> None:
    text = """제1장 총칙
제1조(목적) 이 규정은 기록의 보존에 필요한 사항을 정한다.
제2조(정의) 이 규정에서 사용하는 용어의 뜻은 다음과 같다. 다만,
제5조 제2항의 경우에는 그러하지 아니하다.
제2장 보존
제3조(보존기간) ① 기록은 10년간 보존한다.
② 제1항에도 불구하고 영상은 5년간 보존한다.
제3조의2(폐기) 보존기간이 지난 기록은 폐기한다.
부칙
이 규정은 공포한 날부터 시행한다.
"""
    assert outline(text, "ko") == [
        (1, "제1장 총칙", "general"),
        (2, "제1조(목적)", "services"),
        (2, "제2조(정의)", "definitions"),
        (1, "제2장 보존", ""),
        (2, "제3조(보존기간)", "term"),
        (2, "제3조의2(폐기)", ""),
        (1, "부칙", "final"),
    ]


@pytest.mark.parametrize(
    ("language", "text", "heading", "kind"),
    [
        ("en", "IMPRESSION: 1. No embolism. 2. Nodule.", "IMPRESSION:", "impression"),
        ("de", "Befund: Kein Erguss links.", "Befund:", "findings"),
        ("de", "Aktuelle Anamnese: seit zwei Tagen Fieber.", "Aktuelle Anamnese:", "history"),
        ("de", "D I A G N O S E N\nPneumonie rechts.", "D I A G N O S E N", "diagnosis"),
        ("ko", "판독 소견: 결절이 있다.", "판독 소견:", "findings"),
        ("ko", "[퇴원 처방]\n아스피린 100 mg", "[퇴원 처방]", "medication"),
        ("ko", "■ 가족력\n없음", "■ 가족력", "family_history"),
        ("en", "## Plan\nRest.", "## Plan", "plan"),
    ],
)
def test_headings_with_their_text_on_the_line_and_decorated_ones(
    language: str, text: str, heading: str, kind: str
) -> None:
    (section,) = find_sections(text, language)
    assert section.kind == kind
    assert section.heading.of(text) == heading
    assert section.span.of(text) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "Dear Dr. Moss,\n\nthank you for seeing him. The\nfindings were good and\nthe plan is clear.",
        ),
        ("en", "Diagnoses\n1. Asthma\n2. Gout\n3. Hypertension, treated with ramipril"),
        ("en", "Patient: Jane Poole\nDate: 3 May 2024\nTelephone: 0123 456"),
        ("en", "Mill Hospital\nDepartment of Surgery\n1 High Street\n\nWe saw your patient today."),
        ("de", "Die Patientin nimmt\n5 mg Ramipril ein und wurde\nam 3. Mai entlassen."),
        ("ko", "환자는 입원하였다. 검사\n결과는 정상이었다."),
        ("en", "1. Term ........ 2\n2. Fees ........ 3\n3. Liability ..... 9"),
    ],
)
def test_what_is_no_heading(language: str, text: str) -> None:
    assert [s.title for s in find_sections(text, language)] in ([], ["Diagnoses"])


def test_running_headers_are_no_headings() -> None:
    pages = [
        f"ACME REPORT FORM\n\nParagraph {i} says what was seen on that day, in the words of the ward." for i in range(4)
    ]
    text = PAGE_BREAK.join(pages)
    starts = [sum(len(p) + 2 for p in pages[:i]) for i in range(4)]
    made = tuple(Page(i + 1, Span(at, at + len(p))) for i, (at, p) in enumerate(zip(starts, pages, strict=True)))
    assert find_sections(text, "en", made) == ()


def test_sections_that_the_format_names_are_kept() -> None:
    text = "Discharge\nMedication\nAspirin.\nAllergies: none."
    given = (Section("Medication", 1, Span(10, len(text)), Span(10, 20)),)
    found = find_sections(text, "en", (), given)
    assert [(s.title, s.level, s.kind) for s in found] == [
        ("Medication", 1, "medication"),
        ("Allergies", 2, "allergies"),
    ]


lines = st.sampled_from(
    ["1. Term", "1.1 The fee is due.", "2. Fees", "(a) Pay. All of it", "ARTICLE II", "DEFINITIONS", "#", "1", "",
     "§ 3 Haftung", "Befund:", "Plan: rest", "제3조(목적) 이", "진단", "II. Gründe", "A. Scope", "on", "\f"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(lines, max_size=40).map("\n".join), st.sampled_from(["en", "de", "ko", "und"]))
def test_sections_nest_and_point_into_the_text(text: str, language: str) -> None:
    found = find_sections(text, language)
    open_ones: list[Section] = []
    for section in found:
        assert section.span.contains(section.heading)
        assert section.span.start == section.heading.start < section.heading.end
        assert section.title
        assert section.span.end <= len(text)
        del open_ones[section.level - 1 :]
        assert len(open_ones) == section.level - 1
        assert all(parent.span.contains(section.span) for parent in open_ones)
        open_ones.append(section)
    assert [s.span.start for s in found] == sorted({s.span.start for s in found})


@pytest.mark.parametrize(
    "piece", ["1. Term\nWe pay.\n", "A ", "   ", "AB ", "제1조 ", "\n", "- - ", "Befund: ", "1.1 ", "....", "(a) B. "]
)
def test_time_is_linear(piece: str, linear_time: Callable[..., None]) -> None:
    linear_time(lambda size: find_sections(piece * (size // len(piece)), "ko"), 25_000, 200_000)
