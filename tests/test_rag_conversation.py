"""Follow-ups become questions that stand alone, by rules or by a model that may not invent."""

from __future__ import annotations

import pytest

from casefolio.answer import Answer, Citation, Claim
from casefolio.conversation import _drugs, standalone
from casefolio.generators.scripted import Scripted
from casefolio.ingest.document import Span
from casefolio.ingest.errors import GeneratorError

ASKED = "Which anticoagulant was Owen Marlowe discharged on?"
SAID = "“Apixaban 5 mg twice daily is continued.” [1]"


def an_answer(question: str = ASKED, text: str = SAID, document: str = "marlowe/letter.pdf") -> Answer:
    citation = Citation(document, "0" * 64, 1, Span(0, 5), "Apixa")
    return Answer(question, "supported", text, (Claim("Apixa", Span(0, 5), (citation,)),), (citation,), ())


@pytest.mark.parametrize("question", ["and the dose?", "What is the dose?", "And how often does he take it?"])
def test_a_dose_is_asked_of_the_last_drug_and_person(question: str) -> None:
    found = standalone(question, [an_answer()])
    assert found.rewritten
    assert "Apixaban" in found.question
    assert "Owen Marlowe" in found.question
    assert found.documents == ("marlowe/letter.pdf",)


def test_pronouns_get_their_person() -> None:
    assert "Owen Marlowe" in standalone("When was he admitted?", [an_answer()]).question


def test_another_person_gets_the_last_question() -> None:
    assert standalone("and Peter Quill?", [an_answer()]).question == ASKED.replace("Owen Marlowe", "Peter Quill")


def test_another_drug_takes_the_place_of_the_last() -> None:
    told = [("What is the dose of rivaroxaban?", "“Rivaroxaban 15 mg twice daily; salbutamol as required.” [1]")]
    assert standalone("and salbutamol?", told).question == "Salbutamol (dose)?"


def test_german_and_korean() -> None:
    german = [("Welches Antibiotikum erhielt Frau Ingrid Brandt?", "„Ceftriaxon 2 g i.v. einmal täglich“ [1]")]
    found = standalone("Und wie hoch war die Dosis?", german).question
    assert "Ceftriaxon" in found
    assert "Brandt" in found
    korean = [("김도윤 환자에게 처방된 약은 무엇인가요?", "“트라마돌 50mg 1일 2회” [1]")]
    assert "김도윤" in standalone("그럼 용량은 얼마인가요?", korean).question


@pytest.mark.parametrize(
    "question",
    [
        "Which law governs the agreement between Brightwater Ltd. and Tolland Freight plc?",
        "What is the monthly fee?",
        "When was Peter Quill admitted?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    found = standalone(question, [an_answer()])
    assert (found.question, found.rewritten) == (question, False)


def test_without_history_nothing_changes() -> None:
    assert standalone("and the dose?", []).question == "and the dose?"


def test_where_rules_are_sure_no_model_is_asked() -> None:
    writer = Scripted()
    assert "Apixaban" in standalone("and the dose?", [an_answer()], writer).question
    assert writer.history == []


TWO = [("Which drugs did Owen Marlowe get?", "“Apixaban 5 mg twice daily; bisoprolol 2.5 mg once daily.” [1]")]


def test_where_two_could_be_meant_a_model_may_say_which() -> None:
    writer = Scripted("What is the dose of bisoprolol for Owen Marlowe?")
    found = standalone("and the dose?", TWO, writer)
    assert found.question == "What is the dose of bisoprolol for Owen Marlowe?"
    assert "Apixaban" in writer.history[0].user


def test_the_drug_that_was_marked_is_meant_whatever_else_was_quoted() -> None:
    quote = "Discharge medication: bisoprolol 2.5 mg once daily; apixaban 5 mg twice daily."
    at = quote.index("apixaban")
    citation = Citation("letter.txt", "0" * 64, 1, Span(10, 10 + len(quote)), quote, None, Span(10 + at, 18 + at))
    claim = Claim(quote, Span(1, 1 + len(quote)), (citation,))
    answer = Answer(ASKED, "supported", f"“{quote}” [1]", (claim,), (citation,), ())
    found = standalone("and the dose?", [answer]).question
    assert "apixaban" in found
    assert "bisoprolol" not in found


def test_a_question_that_asks_by_itself_gets_the_person_alone() -> None:
    found = standalone("And why not warfarin?", [("How often does Owen Marlowe take apixaban?", "“Twice daily.” [1]")])
    assert found.question == "Why not warfarin (Owen Marlowe)?"


@pytest.mark.parametrize(
    "said",
    ["What is the dose of warfarin for Peter Quill?", "", "What is the dose of 7 drugs?", "x" * 900],
)
def test_a_model_that_invents_names_or_numbers_is_not_believed(said: str) -> None:
    found = standalone("and the dose?", TWO, Scripted(said)).question
    assert "Quill" not in found
    assert "7" not in found
    assert "Owen Marlowe" in found


def test_a_model_that_fails_leaves_it_to_the_rules() -> None:
    found = standalone("and the dose?", TWO, Scripted(GeneratorError("gone")))
    assert "Apixaban" in found.question


@pytest.mark.parametrize("dose", ["5 mg", "200 mcg", "1 g", "10 ml", "4000 I.E.", "5 Milligramm", "5 ㎎"])
def test_words_before_a_dose_are_a_drug(dose: str) -> None:
    assert _drugs(f"Then Xyntavorin {dose} was given.", "en") == ["Xyntavorin"]


def test_of_two_words_before_a_dose_the_known_one_is_the_drug() -> None:
    assert _drugs("Salbutamol inhaler 100 micrograms as required", "en") == ["Salbutamol"]


@pytest.mark.parametrize("amount", ["70 kg", "5 gates", "20 units", "3 liters"])
def test_words_before_another_amount_are_none(amount: str) -> None:
    assert _drugs(f"They delivered {amount}.", "en") == []
