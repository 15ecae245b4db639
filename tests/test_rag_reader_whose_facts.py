"""Guards of whose fact it is: a relative's, another record's, or one that somebody only seeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span
from casefolio.ingest.identity import Field, Identity
from casefolio.reader.forms import form_of
from casefolio.reader.guards import without_relatives, without_what_is_sought
from casefolio.reader.namesakes import without_lines_of_others, without_the_other_sex
from casefolio.reader.numbers_borne import records_meant
from casefolio.reader.reading import Asked, Candidate


def hit(text: str, language: str, path: str = "a.txt") -> Hit:
    return Hit(Chunk(path, path, Span(0, len(text)), (1,), (), language), path, "0" * 64, text, 1.0, 1)


def lines(text: str, language: str, path: str = "a.txt") -> list[Candidate]:
    out, at, whole = [], 0, hit(text, language, path)
    for line in text.splitlines(keepends=True):
        span = Span(at, at + len(line.rstrip("\n")))
        at += len(line)
        out.append(Candidate(whole, span, span, "", 0.0, 0.0, 0.0))
    return out


def asked(question: str, language: str) -> Asked:
    return Asked(question, question, language)


@pytest.mark.parametrize(
    ("question", "language", "said", "kept"),
    [
        ("Does Anna Pell take metformin?", "en", "The wife takes metformin.", True),  # she may be the wife
        ("Does Mr Pell take metformin?", "en", "His wife takes metformin.", False),
        ("Nimmt Frau Pell Metformin?", "de", "Die Ehefrau nimmt Metformin.", True),
        ("Nimmt Frau Pell Marcumar?", "de", "Der Ehemann nimmt Marcumar.", False),
    ],
)
def test_of_a_couple_the_wife_may_be_the_patient(question: str, language: str, said: str, kept: bool) -> None:
    form = form_of(question, language)
    found = without_relatives(asked(question, language), form, lines(said, language), lambda _: True)
    assert bool(found) is kept


def test_a_question_about_the_donor_keeps_what_is_said_of_him() -> None:
    said = "The donor was CMV positive."
    form = form_of("was the donor CMV positive", "en")
    assert told(
        without_relatives(asked("was the donor CMV positive", "en"), form, lines(said, "en"), lambda _: True)
    ) == [said]


def patient(name: str) -> Identity:
    return Identity("letter", "", (Field("patient", name, Span(0, len(name))),))


def told(candidates: list[Candidate]) -> list[str]:
    return [c.text for c in candidates]


RELATIVES = [
    ("en", "is he on warfarin", "- Dad: warfarin, died of a stroke", "Warfarin was started in May."),
    ("en", "does she have diabetes", "Her mother had diabetes.", "Type 2 diabetes since 2011."),
    ("de", "hatte sie schon mal eine Thrombose", "Bruder mit Thrombose.", "Z. n. Thrombose 2011."),
    ("ko", "와파린 드세요?", "- 부: 와파린 복용하다 사망", "와파린 3mg 복용 중"),
    ("en", "does he take insulin", "His partner takes insulin.", "Insulin glargine 12 units at night."),
    ("en", "was she CMV positive", "The donor was CMV positive.", "CMV IgG negative before the transplant."),
    ("de", "nimmt er Marcumar", "Die Ehefrau nimmt Marcumar.", "Marcumar nach INR."),
    ("ko", "인슐린 맞으세요?", "아내는 인슐린을 사용 중이다.", "인슐린 12단위 취침 전"),
]


@pytest.mark.parametrize(("language", "question", "theirs", "own"), RELATIVES)
def test_what_a_relative_has_the_patient_has_not(language: str, question: str, theirs: str, own: str) -> None:
    both = lines(f"{theirs}\n{own}", language)
    form = form_of(question, language)
    assert told(without_relatives(asked(question, language), form, both, lambda _: True)) == [own]
    assert told(without_relatives(asked(question, language), form, both, lambda _: False)) == [theirs, own]


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("en", "what did her mother have", "Her mother had diabetes."),
        ("en", "any family history of diabetes", "Her mother had diabetes."),
        ("en", "who lives with her", "Her daughter lives with her."),
        ("de", "Hatte der Bruder eine Thrombose?", "Bruder mit Thrombose."),
        ("ko", "당뇨 가족력 있나요?", "어머니가 당뇨병을 앓음."),
    ],
)
def test_a_question_about_relatives_is_answered_by_them(language: str, question: str, answer: str) -> None:
    found = lines(answer, language)
    assert without_relatives(asked(question, language), form_of(question, language), found, lambda _: True) == found


SOUGHT = [
    ("en", "how much was she awarded", "The claimant seeks GBP 900 for the fence.", "The court orders GBP 400."),
    ("en", "is the notice valid", "Tenant's case: the notice is void.", "The notice was served in time."),
    ("de", "Was muss er laut Gericht zahlen?", "Die Klägerin verlangt 614 EUR.", "Er zahlt 200 EUR."),
    ("ko", "법원이 얼마를 인정했나요?", "원고의 주장: 손해는 900만 원이다.", "손해는 300만 원이다."),
]


@pytest.mark.parametrize(("language", "question", "sought", "decided"), SOUGHT)
def test_what_is_sought_was_not_decided(language: str, question: str, sought: str, decided: str) -> None:
    found = lines(f"{sought}\n{decided}", language)
    form = form_of(question, language)

    def passed(patient: bool) -> list[str]:
        kept = without_what_is_sought(asked(question, language), form, found, lambda _: not patient, lambda _: ())
        return told(kept)

    assert passed(False) == [decided]
    assert passed(True) == [sought, decided]


def test_a_question_for_what_is_sought_is_answered_by_it() -> None:
    found = lines("The claimant seeks GBP 900 for the fence.", "en")
    question = "how much does she claim"
    assert without_what_is_sought(asked(question, "en"), form_of(question, "en"), found, lambda _: True, lambda _: ())


def test_below_a_heading_of_what_is_sought_nothing_was_decided() -> None:
    found = lines("2. 위반행위 1일당 300만 원을 지급하라.", "ko")
    form = form_of("법원이 하루 얼마 내래요", "ko")
    question = asked("법원이 하루 얼마 내래요", "ko")
    assert without_what_is_sought(question, form, found, lambda _: True, lambda _: ("신 청 취 지",)) == []
    assert without_what_is_sought(question, form, found, lambda _: True, lambda _: ("주 문",)) == found


SHEET = {
    "en": (
        "Clinic list of 4 March 2024\n"
        "MRN 771204 Doe, Jane DOB 12/03/1951\nHb 9.8, iron given\n"
        "MRN 771240 Doe, Jane DOB 30/09/1987\nHb 11.2, tablets\n"
    ),
    "de": (
        "Befunde der Woche\nR-24/0311 Frau Rau *03.03.1948 MRT Knie\nMeniskusriss.\n"
        "R-24/0318 Frau Rau *15.07.1962 MRT LWS\nBandscheibenvorfall.\n"
    ),
    "ko": "주간 목록\n등록번호 00771204 홍나라\n골절 의심\n등록번호 00771240 홍나라\n정상 소견\n",
}


@pytest.mark.parametrize(
    ("language", "question", "kept", "left"),
    [
        ("en", "hb for mrn 771240", "Hb 11.2, tablets", "hb for"),
        ("en", "did jane doe born 1951 get iron", "Hb 9.8, iron given", "did jane doe get iron"),
        ("en", "iron for jane doe (dob 30/09/1987)", "Hb 11.2, tablets", "iron for jane doe ( )"),
        ("de", "was kam bei R-24/0311 raus", "Meniskusriss.", "was kam bei raus"),
        (
            "de",
            "Hat Frau Rau (geb. 15.7.1962) einen Vorfall?",
            "Bandscheibenvorfall.",
            "Hat Frau Rau ( ) einen Vorfall?",
        ),
        ("ko", "등록번호 00771240 소견", "정상 소견", "소견"),
    ],
)
def test_a_number_or_a_birthday_says_whose_lines_are_meant(language: str, question: str, kept: str, left: str) -> None:
    text = SHEET[language]
    records = records_meant(question, language, [hit(text, language)], lambda _: text)
    passed = told(records.of(lines(text, language)))
    bodies = [line for line in text.splitlines() if line in passed]
    others = {line for line in text.splitlines() if line.startswith(("Hb", "Menis", "Bandsch", "골절", "정상"))} - {
        kept
    }
    assert kept in bodies
    assert others.isdisjoint(passed)
    assert records.alone(asked(question, language)).bare == left


@pytest.mark.parametrize("question", ["hb for mrn 999999", "hb on 4 March 2024", "is HER2 positive", "rent in year 3"])
def test_a_number_that_no_paper_bears_holds_nothing_back(question: str) -> None:
    text = SHEET["en"]
    records = records_meant(question, "en", [hit(text, "en")], lambda _: text)
    assert told(records.of(lines(text, "en"))) == text.splitlines()
    assert records.alone(asked(question, "en")).bare == question


def test_a_paper_of_another_number_is_not_read() -> None:
    texts = {"a.txt": "등록번호 00771204 홍나라\n혈액형 B+", "b.txt": "등록번호 00771240 홍나라\n혈액형 AB+"}
    hits = [hit(text, "ko", path) for path, text in texts.items()]
    records = records_meant("00771240 혈액형", "ko", hits, texts.__getitem__)
    assert [h.document for h in records.papers(hits)] == ["b.txt"]


@pytest.mark.parametrize(
    ("language", "question", "name", "theirs", "kept"),
    [
        ("en", "is tom on an antidepressant", "tom", "kyle is on sertraline and low again,", "Sertraline, per Tom."),
        ("de", "nimmt Oskar ein Antidepressivum?", "Oskar", "Heidi hat Sertralin.", "Oskar hat Sertralin von Heidi."),
    ],
)
def test_what_somebody_else_is_on_says_nothing_of_the_one_asked_for(
    language: str, question: str, name: str, theirs: str, kept: str
) -> None:
    both = lines(f"{theirs}\n{kept}\nMark the site.", language)
    named = Asked(question, question.replace(name, ""), language, (name,))
    found = without_relatives(named, form_of(question, language), both, lambda _: True)
    assert told(found) == [kept, "Mark the site."]
    small = asked(question.lower(), language)  # no name is found in it
    assert told(without_relatives(small, form_of(question, language), both, lambda _: True))[0] == kept
    unnamed = asked(question.replace(name, "they"), language)
    assert told(without_relatives(unnamed, form_of(question, language), both, lambda _: True))[0] == theirs


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("Can the tenant keep a dog?", "The tenant may keep one dog if he asks for the landlord's consent."),
        ("Is notice needed for termination?", "Either party seeking termination must give three months' notice."),
        ("How much was awarded in costs?", "Costs: the claimant applied for costs and the court awards 350 euros."),
        ("What did the court award?", "Claimant's case: the court accepts it and awards 120 euros."),
        ("How much must she pay according to the court?", "She shall pay him, as sought, 900 euros."),
    ],
)
def test_a_clause_with_a_condition_and_a_ruling_are_not_only_sought(question: str, clause: str) -> None:
    found = lines(clause, "en")
    form = form_of(question, "en")
    assert without_what_is_sought(asked(question, "en"), form, found, lambda _: True, lambda _: ()) == found


def test_a_month_opens_no_sentence_about_somebody_else() -> None:
    found = lines("May is the month of his next visit.", "en")
    question = Asked("When is the next visit of Tom?", "When is the next visit of ?", "en", ("Tom",))
    assert without_relatives(question, form_of(question.question, "en"), found, lambda _: True) == found


def test_papers_of_the_same_patient_without_a_number_are_read_too() -> None:
    texts = {"a.txt": "Tom Baker MRN 448218\nHb 9", "b.txt": "Tom Baker\nCT: cavity", "c.txt": "Al Rowe MRN 448000\nCT"}
    hits = [hit(text, "en", path) for path, text in texts.items()]
    records = records_meant("CT of Tom Baker, MRN 448218", "en", hits, texts.__getitem__)
    assert [h.document for h in records.papers(hits, lambda a, b: {a, b} == {"a.txt", "b.txt"})] == ["a.txt", "b.txt"]
    assert [h.document for h in records.papers(hits)] == ["a.txt"]


@pytest.mark.parametrize("question", ["when were the 12500 euros paid", "when was the sum of 12500 paid"])
def test_a_sum_is_no_number_of_a_record(question: str) -> None:
    text = "Settlement of 12500 euros\nPaid: 12500 on 2 May"
    assert not records_meant(question, "en", [hit(text, "en")], lambda _: text).meant


@pytest.mark.parametrize("piece", [" ", "12345 ", "geb. 1.2.1990 ", "a"])
def test_numbers_of_a_long_paper_take_time_in_proportion(piece: str, linear_time: Callable[..., None]) -> None:
    def read(size: int) -> None:
        records_meant("mrn 448218", "en", [hit("x", "en")], lambda _: piece * (size // len(piece)))

    linear_time(read, 5_000, 40_000)


TITLED = [
    ("en", "is mr whitcombe on apixaban", "Mr Julian Whitcombe", "Margaret Whitcombe"),
    ("en", "Mrs Whitcombe's blood group", "Mrs M Whitcombe", "Julian Whitcombe"),
    ("de", "wie viel wiegt frau brandl", "Hedwig Brandl", "Hermann Brandl"),
    ("de", "nimmt herr brandl melperon", "Hermann Brandl", "Frau H. Brandl"),
]


@pytest.mark.parametrize(("language", "question", "meant", "other"), TITLED)
def test_a_title_tells_of_which_namesake_a_paper_is(language: str, question: str, meant: str, other: str) -> None:
    papers = {"a.txt": f"{meant}\nGruppe A, 70 kg", "b.txt": f"{other}\nGruppe B, 80 kg"}
    people = {path: patient(name) for path, name in zip(papers, (meant, other), strict=True)}
    found = [c for path, text in papers.items() for c in lines(text, language, path)[1:]]
    kept = without_the_other_sex(question, found, people, lambda path: papers[path])
    assert told(kept) == ["Gruppe A, 70 kg"]


def test_rows_of_one_sheet_are_told_apart_by_the_given_name_and_a_wife_is_heard_in_her_husbands_letter() -> None:
    rows = lines("Brandl, Hermann | Kalium | 4,7\nBrandl, Hedwig | Kalium | 4,1", "de", "labor.csv")
    people = {"a.txt": patient("Hermann Brandl")}
    kept = without_the_other_sex("kalium herr brandl", rows, people, lambda _: "")
    assert told(kept) == ["Brandl, Hermann | Kalium | 4,7"]
    letter = lines("Frau Brandl berichtet von Stürzen.\nEr nimmt Melperon.", "de")
    kept = without_the_other_sex("was berichtet frau brandl", letter, people, lambda _: "Hermann Brandl")
    assert told(kept) == ["Frau Brandl berichtet von Stürzen."]


@pytest.mark.parametrize("question", ["what does whitcombe take", "what does dr whitcombe take", "what does he take"])
def test_without_a_title_of_one_sex_nothing_is_held_back(question: str) -> None:
    found = lines("Margaret Whitcombe\nTakes amlodipine.", "en")
    people = {"a.txt": patient("Margaret Whitcombe")}
    assert without_the_other_sex(question, found, people, lambda _: "Margaret Whitcombe") == found


def test_a_double_name_and_a_doctor_say_nothing_of_the_patient() -> None:
    text = "Ward notes - Margaret Whitcombe\nOp note, Mr Douglas Pell\nDaughter (Ruth Whitcombe-Hale) informed."
    found = lines(text, "en")
    people = {"a.txt": Identity("radiology_report", "", (Field("patient", "Douglas Pell", Span(42, 54)),))}
    people |= {"b.txt": patient("Julian Whitcombe")}
    assert without_the_other_sex("hb mr whitcombe", found, people, lambda _: text) == []


@pytest.mark.parametrize(
    ("language", "question", "names", "text", "own"),
    [
        (
            "en",
            "does Paul Reed take digoxin",
            ("Paul Reed",),
            "Ann Hale: digoxin 0.1 mg.\nPaul Reed: ramipril 5 mg.",
            1,
        ),
        ("en", "Is Paul Reed allergic?", (), "Ann Hale | Allergic to latex\nPaul Reed | No allergies", 1),
        ("de", "Dosis Ramipril von Hans Bauer", ("Hans Bauer",), "Vogt, Gerda | Ramipril\nBauer, Hans | ASS", 1),
        ("ko", "김영수의 용량은?", ("김영수의",), "박민지 | 디곡신 | 0.1 mg\n김영수 | 디곡신 | 0.2 mg", 1),
    ],
)
def test_the_line_of_another_patient_says_nothing_of_the_one_asked_for(
    language: str, question: str, names: tuple[str, ...], text: str, own: int
) -> None:
    found = lines(text, language)
    people = {"b.txt": patient("박민지"), "c.txt": patient("김영수")} if language == "ko" else {}
    kept = without_lines_of_others(question, names, found, people, lambda _: text)
    assert told(kept) == [text.splitlines()[own]]


def test_what_stands_behind_a_name_in_its_line_is_of_that_one_too() -> None:
    text = "Ann Hale: digoxin 0.1 mg. Allergic to latex.\nBP 120/70"
    start = text.index("Allergic")
    span = Span(start, text.index("\n"))
    found = [replace(lines(text, "en")[0], span=span, highlight=span)]
    assert without_lines_of_others("is Paul Reed allergic", ("Paul Reed",), found, {}, lambda _: text) == []


def test_who_writes_in_a_paper_and_lines_without_a_name_stay() -> None:
    text = "Ann Hale: wound clean\nMedication: ramipril\n14:30 | digoxin"
    people = {"a.txt": patient("Paul Reed")}
    found = lines(text, "en")
    assert without_lines_of_others("Paul Reed's wound", ("Paul Reed",), found, people, lambda _: text) == found
    assert without_lines_of_others("digoxin", (), found, people, lambda _: text) == found
