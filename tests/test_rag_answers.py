"""What may not answer: another drug, another organ, another person of that name, a mere heading."""

from __future__ import annotations

import pytest

from casefolio.answer import Answer
from casefolio.answering import answer_from_hits
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Document, Page, Row, Section, Span

LETTER = """Harbour View Hospital
Department of Medicine

Dear Dr. Lowe,

Re: Mrs. Clara Benning, born 3 June 1949

Mrs. Benning was admitted on 2 May 2023 with pneumonia of the left lower lobe.
Her potassium was 3.1 mmol/l on admission. Echocardiography showed an LVEF of 48 %.
She had a fracture of the left wrist in 2011, which was treated in a cast.
Discharge medication: ramipril 5 mg once daily; torasemide 10 mg once daily.
She was discharged on 9 May 2023.

Yours sincerely
Dr. Paul Renfrew, Consultant
"""
NAMESAKE = (
    LETTER.replace("Clara", "Edwin").replace("Mrs.", "Mr.").replace("Her ", "His ").replace("She ", "He ")
    .replace("2 May", "7 August").replace("9 May", "15 August")
)  # fmt: skip
BRIEF = """Klinikum Seeblick
Klinik für Innere Medizin

Sehr geehrte Frau Kollegin Harms,

wir berichten über Herrn Uwe Thadden, geb. am 4.7.1955.

Allergien
Pollenallergie (Heuschnupfen).

Verlauf
Im Urin wuchs Escherichia coli. Das Kreatinin lag bei 1,9 mg/dl. Die Dosis von Bisoprolol beträgt 5 mg täglich.
Er ist bei der Krankenkasse Nordlicht versichert.

Mit freundlichen Grüßen
Dr. med. Imke Brand
Oberärztin
"""
RECORD = """푸른병원 내과
환자 성명: 박하늘
입원일: 2023년 5월 8일
담당의: 최도현

소견
좌측 신장에 9 mm 크기의 결석이 있다. 우측 신장에는 이상이 없다.
처방: 암로디핀 5mg 1일 1회
"""


def document(path: str, text: str, language: str, *titles: str) -> Document:
    sections, rows = [], []
    for title in titles:
        start = text.index(f"{title}\n")
        sections.append(Section(title, 1, Span(start, len(text)), Span(start, start + len(title))))
    header = next((line for line in text.splitlines() if " | " in line), "")
    at = 0
    for line in text.splitlines(keepends=True):
        if " | " in line and line.strip() != header:
            rows.append(Row(Span(at, at + len(line.rstrip("\n"))), tuple(header.split(" | "))))
        at += len(line)
    page = Page(1, Span(0, len(text)))
    return Document(path, path, "0" * 64, "text/plain", language, "", text, (page,), tuple(sections), (), tuple(rows))


def ask(question: str, language: str, *documents: Document) -> Answer:
    known = {d.path: d for d in documents}
    hits = [
        Hit(Chunk(d.path, d.path, Span(0, len(d.text)), (1,), (), d.language), d.path, d.sha256, d.text, 1.0, rank)
        for rank, d in enumerate(documents, start=1)
    ]
    return answer_from_hits(question, hits, language=language, whole=known.get)


ENGLISH = document("letter", LETTER, "en")
GERMAN = document("brief", BRIEF, "de", "Allergien", "Verlauf")
KOREAN = document("record", RECORD, "ko", "소견")
FILES = {"en": ENGLISH, "de": GERMAN, "ko": KOREAN}


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Which dose of warfarin does Clara Benning take?"),
        ("en", "What was the haemoglobin of Clara Benning on admission?"),
        ("en", "How was the fracture of Clara Benning's right wrist treated?"),
        ("en", "Who performed the gallbladder operation on Clara Benning?"),
        ("en", "On which date was Clara Benning's colonoscopy performed?"),
        ("de", "Welche Dosis Metformin nimmt Uwe Thadden?"),
        ("de", "Wie hoch war das Kalium von Uwe Thadden?"),
        ("de", "Welche Haftpflichtversicherung hat das Klinikum Seeblick?"),
        ("de", "An welchem Tag wurde Uwe Thadden intubiert?"),
        ("ko", "박하늘 환자의 입원 시 혈압은 얼마였습니까?"),
        ("ko", "박하늘 환자의 위 절제술을 집도한 의사는 누구입니까?"),
        ("ko", "박하늘 환자가 복용하는 와파린의 용량은 얼마입니까?"),
    ],
)
def test_what_speaks_of_something_else_does_not_answer(language: str, question: str) -> None:
    answer = ask(question, language, FILES[language])
    assert (answer.status, [c.quote for c in answer.citations]) == ("abstained", [])


@pytest.mark.parametrize(
    ("language", "question", "expected"),
    [
        ("en", "Which dose of ramipril does Clara Benning take?", "ramipril 5 mg"),
        ("en", "What was the potassium of Clara Benning?", "3.1 mmol/l"),
        ("en", "What was the left ventricular ejection fraction of Clara Benning?", "48 %"),
        ("en", "Which side was Clara Benning's wrist fracture on?", "left wrist"),
        ("de", "Was wuchs im Urin von Uwe Thadden?", "Escherichia coli"),
        ("de", "Welche Allergie hat Uwe Thadden?", "Pollenallergie"),
        ("de", "Wie hoch war das Kreatinin von Uwe Thadden?", "1,9 mg/dl"),
        ("ko", "박하늘 환자의 신장 결석은 어느 쪽에 있습니까?", "좌측 신장"),
    ],
)
def test_what_speaks_of_it_does(language: str, question: str, expected: str) -> None:
    answer = ask(question, language, FILES[language])
    assert answer.status == "supported"
    assert expected in answer.citations[0].quote


def test_a_namesake_does_not_answer() -> None:
    other = document("namesake", NAMESAKE, "en")
    answer = ask("When was Clara Benning discharged?", "en", other, ENGLISH)
    assert {c.document for c in answer.citations} == {"letter"}
    assert "9 May 2023" in answer.text


def test_a_namesake_alone_does_not_answer_either() -> None:
    other = document("namesake", NAMESAKE, "en")
    assert ask("When was Clara Benning discharged?", "en", other).status == "abstained"


def test_a_person_nobody_knows_is_not_answered_about() -> None:
    assert ask("홍길동 환자의 입원일은 언제입니까?", "ko", KOREAN).status == "abstained"


def test_a_heading_is_no_answer() -> None:
    text = BRIEF.replace("Pollenallergie (Heuschnupfen).\n", "")
    answer = ask("Welche Allergien hat Uwe Thadden?", "de", document("brief", text, "de", "Allergien", "Verlauf"))
    assert all(c.quote.strip() != "Allergien" for c in answer.citations)


def test_the_day_asked_for_chooses_the_row() -> None:
    text = "Datum | Wert | Ergebnis\n03.02.2022 | Kalium | 3,2\n05.02.2022 | Kalium | 4,1\n05.02.2022 | Natrium | 139\n"
    table = document("labor.csv", text, "de")
    assert "4,1" in ask("Wie hoch war das Kalium am 05.02.2022?", "de", table).citations[0].quote
    assert ask("Wie hoch war das Kalium am 09.02.2022?", "de", table).status == "abstained"


def test_names_of_columns_are_part_of_a_row() -> None:
    text = "Drug | Strength | Until\nEdoxaban | 60 mg | 4 April 2022\nBisoprolol | 5 mg | open\n"
    answer = ask("Until when must she take edoxaban?", "en", document("plan", text, "en"))
    assert "4 April 2022" in answer.citations[0].quote
    assert all("Bisoprolol" not in c.quote for c in answer.citations)
