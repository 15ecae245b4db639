"""Who is meant: names in small letters, given names alone, titles, Korean names, record numbers; and what is none."""

from __future__ import annotations

import numpy as np
import pytest

from casefolio.indexes.analyzers import plain, terms, words
from casefolio.indexes.persons import name_keys, names_in_documents, ordinary_words, several
from casefolio.indexes.reading_questions import Naming, identity_zone, long_zone
from casefolio.indexes.sparse import Sparse

ENGLISH = {
    ("Harold Brentwood", "4471902"): "Patient: Harold Brentwood. MRN 4471902. He takes apixaban. The rash has gone.",
    ("Joan Brentwood",): "Patient: Joan Brentwood. She had a biopsy. Apixaban was never given. Is the wound dry?",
    ("Mary Grant", "Age"): "Patient: Mary Grant. Age: 61. A grant was applied for; her age was noted. Dry wound.",
}
GERMAN = {
    ("König", "Befund"): "Herr König wurde untersucht. Der Befund: Hirnmetastasen links. Entlassung morgen geplant.",
    ("Vogelsang",): "Frau Vogelsang stellte sich vor. Die Wunde war reizlos. Kein Anhalt für Metastasen.",
}
KOREAN = {
    ("김서연",): "환자명: 김서연. 우측 폐 하엽에 결절이 있다. 알레르기는 없다.",
    ("박도윤",): "근로자 박도윤. 재택근무는 주 2일로 한다. 퇴직 후 비밀유지 기간은 3년이다.",
}


def naming(documents: dict[tuple[str, ...], str], language: str) -> Naming:
    texts, values = list(documents.values()), list(documents)
    rows = list(
        names_in_documents(
            [(language, names, text) for names, text in zip(values, texts, strict=True)],
            ordinary_words((language, text) for text in texts),
        )
    )
    pieces = [half for text in texts for half in (text[: len(text) // 2], text[len(text) // 2 :])]
    return Naming(
        Sparse.build(" ".join(terms(identity_zone(t, language), language)) for t in texts),
        Sparse.build(names for names, _ in rows),
        Sparse.build(" ".join(terms(p, language)) for p in pieces),
        np.repeat(np.arange(len(texts)), 2),
        lambda at: identity_zone(texts[at], language),
        lambda at: long_zone(texts[at]),
        [language] * len(texts),
        Sparse.build(proper for _, proper in rows),
    )


READERS = {"en": naming(ENGLISH, "en"), "de": naming(GERMAN, "de"), "ko": naming(KOREAN, "ko")}


@pytest.mark.parametrize(
    ("language", "question", "asked", "best"),
    [
        ("en", "is harold on blood thinners", "is on blood thinners", [0]),
        ("en", "biopsy JOAN", "biopsy", [1]),
        ("en", "what does mr brentwood take", "what does take", [0, 1]),
        ("en", "mary grant rash", "rash", [2]),
        ("en", "rash 4471902", "rash", [0]),
        ("de", "Hat Herr König Hirnmetastasen?", "Hat Hirnmetastasen?", [0]),
        ("de", "metastasen vogelsang", "metastasen", [1]),
        ("ko", "김서연은 알레르기가 있나요?", "알레르기가 있나요?", [0]),
        ("ko", "도윤 재택근무 되나요?", "재택근무 되나요?", [1]),
        ("ko", "박도윤 씨 비밀유지 기간", "비밀유지 기간", [1]),
    ],
)
def test_names_are_taken_out_and_say_whose_documents_are_meant(
    language: str, question: str, asked: str, best: list[int]
) -> None:
    named = READERS[language].read(question, language)
    assert named.asked == asked
    assert named.who is not None
    assert np.flatnonzero(named.who >= named.who.max()).tolist() == best


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "what age is recorded"),  # taken for a name by a rule, but written small in the folder
        ("en", "was a grant applied for"),
        ("de", "Was ist der Befund?"),  # stands after an article
        ("de", "Gibt es Hirnmetastasen?"),
        ("ko", "재택근무 되나요?"),
        ("ko", "비밀유지 기간은?"),
    ],
)
def test_nouns_are_no_names(language: str, question: str) -> None:
    named = READERS[language].read(question, language)
    assert (named.asked, named.who, named.names) == (question, None, ())


MIXED = {
    ("Jürgen Weber",): ("de", "Patient: Jürgen Weber. Er nimmt Apixaban. Die Wunde heilt."),
    ("Eve Whitby",): ("en", "Patient: Eve Whitby. The D-dimer was 4,120 ng/mL. Blood cultures were sterile."),
}


@pytest.mark.parametrize(
    ("question", "best"), [("which blood thinner does mr weber take", 0), ("Nimmt Whitby etwas?", 1)]
)
def test_a_name_is_known_in_a_question_of_another_language(question: str, best: int) -> None:
    texts = list(MIXED.values())
    profiles = [(language, names, text) for names, (language, text) in MIXED.items()]
    rows = list(names_in_documents(profiles, ordinary_words(texts)))
    reader = Naming(
        Sparse.build(" ".join(terms(text, language)) for language, text in texts),
        Sparse.build(names for names, _ in rows),
        Sparse.build(" ".join(terms(text, language)) for language, text in texts),
        np.arange(2),
        lambda at: texts[at][1],
        lambda at: texts[at][1],
        ["de", "en"],
        Sparse.build(proper for _, proper in rows),
    )
    named = reader.read(question, "en" if best == 0 else "de")
    assert named.who is not None
    assert named.who.argmax() == best
    assert "blood" not in " ".join(named.names)


@pytest.mark.parametrize(
    ("zone", "proper"),
    [
        ("1. Fees\n2.2 Invoices are payable. Payments bear interest", "fees"),
        ("He saw Harold Moss. Harold Moss was well.", "harold moss"),
    ],
)
def test_the_first_word_of_a_sentence_or_clause_is_no_name_for_standing_there(zone: str, proper: str) -> None:
    ((_, found),) = names_in_documents([("en", (), zone)], {"he"})
    assert found == " ".join(terms(proper))


@pytest.mark.parametrize("question", ["Is Harold on blood thinners?", "What does Mr Brentwood take for the rash?"])
def test_capitals_change_nothing(question: str) -> None:
    usual, small, large = (READERS["en"].read(q, "en") for q in (question, question.lower(), question.upper()))
    assert usual.terms == small.terms == large.terms
    assert np.array_equal(usual.who, small.who)
    assert np.array_equal(usual.evidence, large.evidence)


def test_a_given_name_of_three_korean_syllables_is_a_name_and_short_numbers_are_none() -> None:
    assert name_keys(["김서연"], "ko") == ["김서연", "서연"]
    assert name_keys(["10-11-23", "4471902"], "en") == ["4471902"]


def test_several_people_of_one_name_are_told_and_one_is_not() -> None:
    people = ["Harold PEMBERTON", "PEMBERTON, Harold James", "Pemberton", "Mrs Joan Pemberton", "Joan PEMBERTON DOB"]
    assert several(["pemberton"], people, "en") == ("Joan PEMBERTON DOB", "PEMBERTON, Harold James")
    assert several(["harold"], people, "en") == ()
    assert several(["Mr Pemberton"], people, "en") != ()
    assert several([], people, "en") == ()


@pytest.mark.parametrize(
    ("passage", "question", "language"),
    [
        ("50 µg", "50 μg", "en"),
        ("Mu\u0308ller, Größe", "Müller Grösse", "de"),
        ("\u1111\u1168\u1105\u1167\u11b7 치료", "폐렴 치료", "ko"),
        ("5 ㎎", "5 mg", "en"),
        ("half\u00adlife", "halflife", "en"),
    ],
)
def test_questions_are_cut_into_words_as_passages_are(passage: str, question: str, language: str) -> None:
    for one, other in ((passage, question), (question, passage)):
        asked = {term for word in words(plain(one), language) for term in word.terms}
        assert asked == set(terms(other, language))
