"""Whoever asks for somebody whom no paper names gets nothing of somebody else's."""

import pytest

from casefolio.library import Library
from casefolio.reader.strangers import names_a_stranger

KNOWN = frozenset(["tobias", "hagen", "klara", "aske", "nordlicht", "solar", "doku", "berg", "imran"])


@pytest.mark.parametrize(
    ("question", "nouns"),
    [
        ("which inhaler does Tobias Wendt use?", False),
        ("which inhaler does Mr Wendt use?", False),
        ("what is mrs smith's potassium", False),
        ("does tobias jones smoke", False),
        ("when did Prof. Dr. Wendt operate", False),
        ("Who is the landlord of Wendt Ltd?", False),
        ("What did Mrs. van der Straaten sign?", False),
        ("Mrs Jane Whitaker's allergies", False),
        ("Herrn Wendts Kalium?", True),
        ("nimmt frau schmidt warfarin", True),
        ("Nimmt Tobias Schmidt Apixaban?", True),
        ("Kalium von Dr. Wendt", True),
        ("Frau Dr. Wendt Termin", True),
    ],
)
def test_a_surname_that_no_paper_has_is_a_strangers(question, nouns):
    assert names_a_stranger(question, KNOWN.__contains__, nouns)


@pytest.mark.parametrize(
    ("question", "nouns"),
    [
        ("is Tobias on blood thinners?", False),
        ("Is Mr Hagen's brother allergic?", False),
        ("Does Tobias Take Apixaban", False),  # each word has a capital
        ("mr angiography result", False),
        ("MR Angiography", False),
        ("tobias INR?", False),
        ("who is the Insurance Company", False),
        ("What did Mrs. van der Berg sign?", False),
        ("when was the MRI of Klara Aske", False),
        ("Nordlicht Solar Ltd notice", False),
        ("does Klara Aske-Imran drive", False),
        ("Hat seine Frau Allergien?", True),
        ("Nimmt Tobias Blutverdünner?", True),
        ("Herr Hagens Kalium", True),
        ("Hat Frau Aske Fieber?", True),
        ("Herr und Frau Aske Miete", True),
        ("Was steht im Vertrag mit der Hausverwaltung GmbH?", True),
        ("What is the creatinine of Mrs Hagen, a patient of Dr Baker?", False),  # whom only another file names
        ("Wie viel Grad Fieber hatte Klara Aske", True),
    ],
)
def test_whom_the_papers_name_and_what_is_no_name_are_no_strangers(question, nouns):
    assert not names_a_stranger(question, KNOWN.__contains__, nouns)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("letters")
    (folder / "ward.txt").write_text(
        "Brackwater Hospital\n4 March 2024\nRe: Mr Tobias Hagen, born 3 May 1950\n\n"
        "He was admitted with atrial fibrillation.\n"
        "Medication: apixaban 5 mg twice daily, ramipril 2.5 mg once daily.\n"
        "The creatinine was 104 micromol/l.\n",
        encoding="utf-8",
    )
    (folder / "외래.txt").write_text(
        "외래 기록지\n환자: 서가온\n2024년 3월 4일\n"
        "혈압 128/76 mmHg, 크레아티닌 0.9 mg/dL.\n암로디핀 5 mg 1일 1회 복용 중.\n",
        encoding="utf-8",
    )
    with Library.open(folder, index=tmp_path_factory.mktemp("index")) as opened:
        opened.sync(encode=True)
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "which blood thinner does Mr Wendt take?",
        "which blood thinner does Tobias Wendt take?",
        "welchen Blutverdünner nimmt Herr Wendt?",
        "마도윤 환자 크레아티닌은?",
    ],
)
def test_nothing_is_said_of_a_stranger(library, question):
    assert library.ask(question).status == "abstained"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("which blood thinner does Mr Hagen take?", "apixaban"),
        ("which blood thinner does Tobias Hagen take?", "apixaban"),
        ("welchen Blutverdünner nimmt Herr Hagen?", "apixaban"),
        ("서가온 환자 크레아티닌은?", "0.9"),
    ],
)
def test_the_same_is_said_of_the_patient(library, question, said):
    assert any(said in citation.quote for citation in library.ask(question).citations)
