"""The answer without a model: the right sentence, byte for byte, or none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from casefolio.answer import Answer, UnreadPages
from casefolio.answering import answer_from_hits
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span
from casefolio.ingest.sentences import sentence_spans
from casefolio.library import Library

LETTER = """St. Anselm Hospital
Department of Cardiology

Dear Dr. Whitfield,

Re: Mr. Owen Marlowe, born 4 May 1951

Mr. Marlowe was admitted on 12 March 2022 with atrial fibrillation. He was discharged on 19 March 2022.
His mother had breast cancer.
Discharge medication: apixaban 5 mg twice daily; bisoprolol 2.5 mg once daily.
No allergy is known.

Yours sincerely
Dr. Helen Ashby, Consultant
"""
OTHER = (
    LETTER.replace("Owen Marlowe", "Peter Quill")
    .replace("Marlowe", "Quill")
    .replace("12 March", "2 January")
    .replace("19 March", "9 January")
)
CONTRACT = """This Services Agreement is made between Brightwater Ltd. and Tolland Freight plc.
1. Fees. The Customer shall pay a monthly fee of EUR 4,200 within 30 days of invoice.
2. Term. This Agreement begins on 1 June 2020 and continues for a period of three years.
3. Governing law. This Agreement shall be governed by the laws of Ireland.
4. Assignment. Neither party may assign this Agreement without the prior written consent of the other.
"""
BRIEF = """Klinikum Birkenfeld
Klinik für Neurologie

Sehr geehrte Frau Kollegin Sommer,

wir berichten über Herrn Jens Kolbe, geb. am 3.9.1962,
der sich vom 4.2.2021 bis 11.2.2021 in unserer stationären Behandlung befand.
Diagnose: Hirninfarkt links.
Medikation: Clopidogrel 75 mg 1-0-0.

Mit freundlichen Grüßen
Dr. med. Tanja Wolff
Oberärztin
"""
KOREAN = """한빛병원 정형외과
환자 성명: 김도윤
생년월일: 1970년 5월 2일
입원일: 2023년 4월 3일
퇴원일: 2023년 4월 14일
진단명: 요추 3번 압박골절
처방: 트라마돌 50mg 1일 2회
담당의: 박서연
"""


def hits_of(documents: dict[str, str], language: str, size: int = 300) -> list[Hit]:
    """Passages of about `size` characters, ranked in the order given."""
    hits: list[Hit] = []
    for path, text in documents.items():
        spans = sentence_spans(text, language)
        at = 0
        while at < len(spans):
            last = at
            while last + 1 < len(spans) and spans[last + 1].end - spans[at].start <= size:
                last += 1
            span = Span(spans[at].start, spans[last].end)
            chunk = Chunk(f"{path}:{span}", path, span, (1,), (), language)
            hits.append(Hit(chunk, path, "0" * 64, span.of(text), 1.0, len(hits) + 1))
            at = last + 1
    return hits


def ask(question: str, language: str, **documents: str) -> Answer:
    answer = answer_from_hits(question, hits_of(documents, language), language=language)
    for citation in answer.citations:
        assert citation.span.of(documents[citation.document]) == citation.quote
    for claim in answer.claims:
        assert claim.span.of(answer.text) == claim.text
    return answer


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When was Owen Marlowe admitted?", "12 March 2022"),
        ("When was Mr. Marlowe discharged?", "19 March 2022"),
        ("What is Owen Marlowe's date of birth?", "4 May 1951"),
        ("Which anticoagulant was Owen Marlowe discharged on?", "apixaban"),
        ("Who is the treating doctor of Owen Marlowe?", "Helen Ashby"),
        ("Does Owen Marlowe have any allergies?", "allergy"),
    ],
)
def test_letter_in_english(question: str, expected: str) -> None:
    answer = ask(question, "en", letter=LETTER)
    assert answer.status == "supported"
    assert expected in answer.citations[0].quote


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which law governs the agreement between Brightwater Ltd. and Tolland Freight plc?", "Ireland"),
        ("How much is the monthly fee?", "4,200"),
        ("How long does the agreement last?", "three years"),
        ("Can the contract be assigned?", "Neither party may assign"),
    ],
)
def test_contract(question: str, expected: str) -> None:
    answer = ask(question, "en", contract=CONTRACT)
    assert expected in answer.text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Wann wurde Jens Kolbe aufgenommen?", "4.2.2021"),
        ("Wann ist Jens Kolbe geboren?", "3.9.1962"),
        ("Welche Medikamente nimmt Jens Kolbe?", "Clopidogrel"),
    ],
)
def test_letter_in_german(question: str, expected: str) -> None:
    assert expected in ask(question, "de", brief=BRIEF).text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("김도윤 환자의 퇴원일은 언제인가요?", "4월 14일"),
        ("김도윤 환자의 진단명은 무엇인가요?", "압박골절"),
        ("김도윤 환자에게 처방된 약물은 무엇인가요?", "트라마돌"),
        ("담당의는 누구인가요?", "박서연"),
    ],
)
def test_letter_in_korean(question: str, expected: str) -> None:
    assert expected in ask(question, "ko", record=KOREAN).text


@pytest.mark.parametrize(
    ("question", "letter", "language", "expected"),
    [
        ("Which hospital was Owen Marlowe treated in?", LETTER, "en", "St. Anselm Hospital"),
        ("In welcher Abteilung lag Jens Kolbe?", BRIEF, "de", "Klinik für Neurologie"),
    ],
)
def test_a_letters_head_is_among_the_nearest_though_not_sure_enough(
    question: str, letter: str, language: str, expected: str
) -> None:
    """Silent since the threshold is .50 (RESULTS): to be won back by a reader that is surer of heads."""
    hits = hits_of({"letter": letter}, language)
    answer = answer_from_hits(question, hits, language=language)
    assert expected in [c.quote for c in (*answer.citations, *answer.nearest)][:2]
    assert expected in answer_from_hits(question, hits, language=language, threshold=0.35).text


def test_question_in_german_about_an_english_letter() -> None:
    answer = answer_from_hits("Wann wurde Owen Marlowe aufgenommen?", hits_of({"letter": LETTER}, "en"), language="de")
    assert "12 March 2022" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "What is the blood group of Owen Marlowe?",
        "What is the telephone number of Owen Marlowe?",
        "Which health insurance company covers Owen Marlowe?",
        "Which cyclist won the race in Flanders?",
    ],
)
def test_abstains_where_nothing_answers(question: str) -> None:
    answer = ask(question, "en", letter=LETTER)
    assert (answer.status, answer.citations, answer.claims) == ("abstained", (), ())
    assert any("letter" in note for note in answer.notes)


def test_unread_pages_are_said_instead_of_absent() -> None:
    unread = (UnreadPages("scan.pdf", (2,), "no text layer"),)
    hits = hits_of({"letter": LETTER}, "en")
    answer = answer_from_hits("What is the blood group of Owen Marlowe?", hits, language="en", unread=unread)
    assert (answer.status, answer.unread) == ("unread", unread)


def test_the_other_patient_does_not_answer() -> None:
    """The other letter is ranked first and says the same things of somebody else."""
    answer = ask("When was Owen Marlowe admitted?", "en", quill=OTHER, marlowe=LETTER)
    assert {c.document for c in answer.citations} == {"marlowe"}
    assert "12 March" in answer.text


def test_no_hits_is_an_abstention() -> None:
    assert answer_from_hits("Anything?", [], language="en").status == "abstained"


def test_nothing_heavy_is_imported() -> None:
    heavy = ("torch", "transformers", "langchain", "langchain_core", "sklearn", "openai", "onnxruntime")
    code = f"import casefolio.answering, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


SENT = {
    "letter.txt": """ST BRIDE'S INFIRMARY, Calderwick
Department of Respiratory Medicine          Consultant: Dr Mona Ferris
Ref MF/kt                                                          9 May 2025

Dr J Oakes
Quay Surgery, Calderwick

Dear Dr Oakes

Re: Hazel Tunstall, DOB 14/02/1957, 3 Rope Walk, Calderwick

Thank you for referring this lady, who was an in-patient on Ward 11 from 28 April to 6 May 2025 with COPD.
She improved on doxycycline 100 mg once daily. She may drive.

Yours sincerely
Dr A Lindqvist
Specialist Registrar
""",
    "brief.txt": """Krankenhaus Maria Trost Ebersau
Abteilung für Gefäßchirurgie
                                                     Ebersau, 12.06.2025 / gö

Frau Dr. med. Ilka Brandhorst
Lindenweg 2, 37201 Ebersau

Betrifft: Dornbusch, Günther, geb. 03.11.1949

Sehr geehrte Frau Kollegin,

o. g. Patient befand sich vom 02.06. bis 11.06.2025 in unserer stationären Behandlung.
Clopidogrel 75 mg wurde neu angesetzt, ASS wurde beendet.

Mit kollegialen Grüßen
Prof. Dr. H. Eulenberg          Dr. S. Tamm
Chefarzt                        Assistenzärztin
""",
}


@pytest.mark.parametrize(
    ("question", "signer"),
    [
        ("who was the letter about Hazel Tunstall sent to", "Lindqvist"),
        ("An wen ging der Brief über Herrn Dornbusch?", "Tamm"),
        ("Wer ist der Empfänger des Briefs über Günther Dornbusch?", "Tamm"),
    ],
)
def test_who_signed_is_not_to_whom_it_went(tmp_path: Path, question: str, signer: str) -> None:
    for name, text in SENT.items():
        (tmp_path / name).write_text(text, "utf-8")
    with Library.open(tmp_path) as library:
        library.sync()
        answer = library.ask(question)
    assert all(signer not in c.quote for c in answer.citations)
