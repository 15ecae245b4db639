"""An answer kept in a file: what was tampered with, in it or in the documents, is found; what was not, stands."""

from __future__ import annotations

import re

import pytest

from casefolio import Library
from casefolio.keeping import keep
from casefolio.keeping.checking import check
from casefolio.keeping.page import sealed

NOTE = (
    "Discharge letter\nPatient: Anna Velden\n\nAnna Velden was given apixaban 5 mg twice daily for stroke prevention.\n"
)
OTHER = "Plan\nPatient: Anna Velden\n\nThe next appointment is on 4 May 2024. <script>alert(1)</script>\n"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    base = tmp_path_factory.mktemp("kept")
    folder = base / "files"
    folder.mkdir()
    (folder / "letter.txt").write_text(NOTE)
    (folder / "plan.txt").write_text(OTHER)
    with Library.open(folder, index=base / "index") as library:
        library.sync()
        answer = library.ask("Which anticoagulant was Anna Velden given?")
        assert answer.citations
        keep(library, answer, None, base / "answer.html")
    return (base / "answer.html").read_text("utf-8")


@pytest.fixture
def case(tmp_path, kept):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "letter.txt").write_text(NOTE)
    (folder / "plan.txt").write_text(OTHER)
    return tmp_path / "answer.html", folder, kept


def test_what_nobody_touched_stands(case):
    file, folder, html = case
    file.write_text(html, "utf-8")
    found = check(file, folder)
    assert (found.faults, found.standing) == ((), found.quotes)
    assert found.quotes >= 1
    assert "alert" not in html.split('id="record"')[0] or "<script>alert" not in html


@pytest.mark.parametrize(
    ("letter", "question", "language", "said"),
    [
        (
            "Entlassungsbrief\nPatient: Jens Kolbe\n\nHerr Kolbe erhält Clopidogrel 75 mg täglich.\n",
            "Wie hoch ist die Blutgruppe von Jens Kolbe?",
            "de",
            ["vom Gelesenen nicht beantwortet", "Am nächsten, aber keine Antwort", "Was gelesen wurde", ", Seite 1"],
        ),
        (
            "퇴원요약\n환자: 김도윤\n\n김도윤 환자에게 트라마돌 50 mg을 처방하였다.\n",
            "김도윤 환자의 혈액형은 무엇인가요?",
            "ko",
            ["읽은 내용으로는 답할 수 없음", "가장 가깝지만 답은 아님", "읽은 파일", "1쪽"],
        ),
    ],
)
def test_its_own_words_are_in_the_language_of_the_question(letter, question, language, said, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "brief.txt").write_text(letter)
    with Library.open(folder, index=tmp_path / "index") as library:
        library.sync()
        answer = library.ask(question)
        assert (answer.language, answer.as_json()["language"]) == (language, language)
        keep(library, answer, None, tmp_path / "answer.html")
    html = (tmp_path / "answer.html").read_text("utf-8")
    shown = re.sub(r"<script.*?</script>|<style>.*?</style>", "", html, flags=re.DOTALL)
    assert f'<html lang="{language}">' in shown
    assert [words for words in said if words not in shown] == []
    assert re.search(r"\b(page|read|unread|characters|abstained|answer)\b", re.sub("<[^>]*>", "", shown)) is None


def test_an_abstention_shows_the_nearest_quotes_as_no_answer(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "letter.txt").write_text(NOTE)
    with Library.open(folder, index=tmp_path / "index") as library:
        library.sync()
        answer = library.ask("What is the blood group of Anna Velden?")
        assert not answer.citations
        assert answer.nearest
        keep(library, answer, None, tmp_path / "answer.html")
    shown = (tmp_path / "answer.html").read_text("utf-8").split('id="record"')[0]
    assert "<h2>Nearest, but not an answer</h2>" in shown
    assert answer.nearest[0].quote in shown
    assert check(tmp_path / "answer.html", folder).faults == ()


IN_FILE = {
    "the quote in the record": (
        '"quote": "Anna Velden was given apixaban 5',
        '"quote": "Anna Velden was given apixaban 9',
    ),
    "the quote as shown": ("<mark>Anna Velden was given apixaban 5", "<mark>Anna Velden was given apixaban 9"),
    "the page": ('"page": 1', '"page": 2'),
    "the span": ('"start": 39', '"start": 38'),
    "the hash of the document": ('"sha256": "', '"sha256": "0'),
    "the ledger": ('"unread": []', '"unread": null'),
    "a ledger without its document": ('"path": "letter.txt"', '"path": "another.txt"'),
}


@pytest.mark.parametrize("what", IN_FILE)
@pytest.mark.parametrize("resealed", [False, True])
def test_tampering_with_the_file_is_found(case, what, resealed):
    file, folder, html = case
    before, after = IN_FILE[what]
    assert before in html
    edited = html.replace(before, after)
    if resealed:
        if what == "the quote as shown":
            pytest.skip("who can seal on this machine can show what he likes beside a true record")
        edited = sealed(re.sub(r"<!-- casefolio .*-->\n\Z", "", edited))
    file.write_text(edited, "utf-8")
    assert check(file, folder).faults


def test_tampering_with_the_documents_is_found(case):
    file, folder, html = case
    file.write_text(html, "utf-8")
    (folder / "letter.txt").write_text(NOTE.replace("5 mg", "9 mg"))
    found = check(file, folder)
    assert found.faults
    assert found.standing < found.quotes
    (folder / "letter.txt").unlink()
    assert any("gone" in fault for fault in check(file, folder).faults)
    (folder / "letter.txt").write_text(NOTE)
    (folder / "plan.txt").write_text("Something else.")
    assert check(file, folder).faults == ("plan.txt was changed",)
