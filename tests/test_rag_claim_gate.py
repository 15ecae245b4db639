"""What a model says is shown only if its page says so: perfect, invented, wrongly marked, contradicted."""

from __future__ import annotations

import pytest

from casefolio.answer import Answer, UnreadPages
from casefolio.answering import answer_from_hits
from casefolio.citing import drafts
from casefolio.claim_gate import Judged, judge
from casefolio.generators.scripted import Scripted
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span
from casefolio.ingest.sentences import sentence_spans
from casefolio.names_in_questions import analyse

LETTER = """St. Anselm Hospital, Department of Cardiology
Re: Mr. Owen Marlowe, born 4 May 1951
Mr. Marlowe was admitted on 12 March 2022 with atrial fibrillation.
He was discharged on 19 March 2022.
The chest X-ray shows no pneumonia.
There is a fracture of the left radius.
His mother had breast cancer.
Apixaban 5 mg twice daily is continued.
Signed: Dr. Helen Ashby
"""
OTHER = """St. Anselm Hospital, Department of Surgery
Re: Mr. Peter Quill, born 8 June 1966
Mr. Quill was admitted on 2 January 2022 with appendicitis.
He was discharged on 9 January 2022.
"""
CONTRACT = """Services Agreement between Brightwater Ltd. and Tolland Freight plc.
The Supplier shall deliver the reports by the fifth day of each month.
The Customer may terminate this Agreement with ninety days' written notice.
This Agreement shall be governed by the laws of Ireland.
The liability of the Supplier is limited to 50,000 euros.
"""
BRIEF = """Klinikum Birkenfeld
Betrifft: Herrn Jens Kolbe, geb. am 3.9.1962
Herr Kolbe wurde am 4.2.2021 aufgenommen.
Es besteht kein Hinweis auf eine Lungenembolie.
Clopidogrel 75 mg einmal täglich wird weitergegeben.
"""
KOREAN = """한빛병원 정형외과
환자 성명: 김도윤
퇴원일은 2023년 4월 14일이다.
좌측 무릎에 골절이 있다.
트라마돌 50mg을 1일 2회 복용한다.
"""
DOCUMENTS = {"letter": (LETTER, "en"), "other": (OTHER, "en"), "contract": (CONTRACT, "en"), "brief": (BRIEF, "de"),
             "korean": (KOREAN, "ko")}  # fmt: skip
PEOPLE = ("Owen Marlowe", "Peter Quill", "Jens Kolbe", "김도윤")


def hits_of(*names: str) -> list[Hit]:
    """One hit for each document, all of its text."""
    hits = []
    for rank, name in enumerate(names, start=1):
        text, language = DOCUMENTS[name]
        spans = sentence_spans(text, language)
        span = Span(spans[0].start, spans[-1].end)
        chunk = Chunk(f"{name}:{span}", name, span, (1,), (), language)
        hits.append(Hit(chunk, name, "0" * 64, span.of(text), 1.0 / rank, rank))
    return hits


def asked(question: str, *names: str, language: str, **wishes: object) -> Answer:
    """The answer from whole documents to a question whose people are known, as retrieval tells them."""
    people = [name for name in PEOPLE if name in question]
    bare = " ".join(question.replace(people[0], "").split()) if people else ""
    known = {"language": language, "names": people, "bare": bare}
    return answer_from_hits(question, hits_of(*names), **known, **wishes)  # type: ignore[arg-type]


def written(question: str, said: str, *names: str, language: str = "en", unsupported: str = "drop") -> Answer:
    answer = asked(question, *names, language=language, generator=Scripted(said), unsupported=unsupported)
    for citation in answer.citations:
        assert citation.span.of(DOCUMENTS[citation.document][0]) == citation.quote
    for claim in answer.claims:
        assert claim.span.of(answer.text) == claim.text
    return answer


def models(answer: Answer) -> list[str]:
    """What the model is shown to have said."""
    return [c.text for c in answer.claims if c.written]


def judged(said: str, *names: str, language: str = "en", asked: str = "") -> Judged:
    """One sentence before the gate, without what the reader chose."""
    hits = hits_of(*names)
    (draft,) = drafts(said, len(hits), language)
    people = analyse(asked, language).names
    return judge(draft, hits, language, about=lambda path: DOCUMENTS[path][0], names=people)


TRUE = [
    ("en", "letter", "When was Owen Marlowe admitted?", "Mr. Marlowe was admitted on 12 March 2022 [1]."),
    ("en", "letter", "When was Owen Marlowe discharged?", "Owen Marlowe was discharged on 19 March 2022 [1]."),
    ("en", "letter", "Does Owen Marlowe have pneumonia?", "The chest X-ray shows no pneumonia [1]."),
    ("en", "letter", "Which side is the fracture of Owen Marlowe on?", "There is a fracture of the left radius [1]."),
    ("en", "letter", "What medication does Owen Marlowe take?", "Apixaban 5 mg twice daily is continued [1]."),
    ("en", "letter", "Is there cancer in the family of Owen Marlowe?", "His mother had breast cancer [1]."),
    ("en", "contract", "Which law governs the agreement?", "This Agreement is governed by the laws of Ireland [1]."),
    ("en", "contract", "How can it be terminated?", "The Customer may terminate with ninety days' written notice [1]."),
    ("en", "contract", "What is the cap?", "The liability of the Supplier is limited to 50,000 euros [1]."),
    ("de", "brief", "Wann wurde Jens Kolbe aufgenommen?", "Herr Kolbe wurde am 4.2.2021 aufgenommen [1]."),
    ("de", "brief", "Hat Jens Kolbe eine Embolie?", "Es besteht kein Hinweis auf eine Lungenembolie [1]."),
    (
        "de",
        "brief",
        "Welche Dosis Clopidogrel nimmt Jens Kolbe?",
        "Clopidogrel 75 mg einmal täglich wird weitergegeben [1].",
    ),
    ("ko", "korean", "김도윤 환자의 퇴원일은 언제입니까?", "퇴원일은 2023년 4월 14일입니다 [1]."),
    ("ko", "korean", "김도윤 환자의 골절 부위는 어디입니까?", "좌측 무릎에 골절이 있습니다 [1]."),
    ("ko", "korean", "김도윤 환자가 복용하는 약은 무엇입니까?", "트라마돌 50mg을 1일 2회 복용합니다 [1]."),
]
FALSE = [
    ("en", "letter", "date", "Mr. Marlowe was admitted on 13 March 2022 [1]."),
    ("en", "letter", "date", "Owen Marlowe was discharged on 19 April 2022 [1]."),
    ("en", "letter", "negation", "The chest X-ray shows pneumonia [1]."),
    ("en", "letter", "side", "There is a fracture of the right radius [1]."),
    ("en", "letter", "dose", "Apixaban 2.5 mg twice daily is continued [1]."),
    ("en", "letter", "dose", "Apixaban 5 mg once daily is continued [1]."),
    ("en", "letter", "person", "The patient had breast cancer [1]."),
    ("en", "letter", "invented", "He was treated with amiodarone [1]."),
    ("en", "letter", "invented", "He plays the violin in an orchestra."),
    ("en", "letter", "invented", "Mr. Marlowe has a history of alcohol abuse [1]."),
    ("en", "contract", "party", "The Supplier may terminate this Agreement with ninety days' written notice [1]."),
    ("en", "contract", "modality", "The Supplier may deliver the reports by the fifth day of each month [1]."),
    ("en", "contract", "place", "This Agreement shall be governed by the laws of Scotland [1]."),
    ("en", "contract", "number", "The liability of the Supplier is limited to 500,000 euros [1]."),
    ("en", "contract", "duration", "The Customer may terminate this Agreement with sixty days' written notice [1]."),
    ("en", "contract", "invented", "The Supplier must carry liability insurance [1]."),
    ("de", "brief", "date", "Herr Kolbe wurde am 14.2.2021 aufgenommen [1]."),
    ("de", "brief", "negation", "Es besteht eine Lungenembolie [1]."),
    ("de", "brief", "dose", "Clopidogrel 150 mg einmal täglich wird weitergegeben [1]."),
    ("de", "brief", "invented", "Herr Kolbe erhielt eine Bluttransfusion [1]."),
    ("ko", "korean", "date", "퇴원일은 2023년 4월 24일입니다 [1]."),
    ("ko", "korean", "side", "우측 무릎에 골절이 있습니다 [1]."),
    ("ko", "korean", "dose", "트라마돌 100mg을 1일 2회 복용합니다 [1]."),
    ("ko", "korean", "invented", "환자는 당뇨병 수술을 받았습니다 [1]."),
]


@pytest.mark.parametrize(("language", "name", "question", "said"), TRUE)
def test_true_claims_stand(language: str, name: str, question: str, said: str) -> None:
    found = judged(said, name, language=language, asked=question)
    assert (found.flags, found.draft.text) == ((), said.replace(" [1]", ""))
    answer = written(question, said, name, language=language)
    assert answer.status == "supported"
    assert said.replace(" [1]", "").rstrip(".") in answer.text


@pytest.mark.parametrize(("language", "name", "kind", "said"), FALSE)
def test_false_claims_fall(language: str, name: str, kind: str, said: str) -> None:
    assert not judged(said, name, language=language).stands, kind


ASKED = {
    "en": "When was Owen Marlowe admitted?",
    "de": "Welche Dosis Clopidogrel nimmt Jens Kolbe?",
    "ko": "트라마돌의 용량은 얼마입니까?",
}


@pytest.mark.parametrize(("language", "name", "kind", "said"), [f for f in FALSE if f[1] != "contract"])
def test_what_falls_leaves_the_quotes(language: str, name: str, kind: str, said: str) -> None:
    answer = written(ASKED[language], said, name, language=language)
    alone = asked(ASKED[language], name, language=language)
    assert (answer.status, answer.text, models(answer)) == ("supported", alone.text, [])
    assert answer.citations == alone.citations
    assert len(answer.notes) == len(alone.notes) + 1


@pytest.mark.parametrize("said", [f[3] for f in FALSE[:6]])
def test_flagged_claims_are_marked_in_the_text(said: str) -> None:
    answer = written(ASKED["en"], said, "letter", unsupported="flag")
    (claim,) = [c for c in answer.claims if c.written]
    assert claim.flags
    assert f"{claim.text} (not confirmed by the pages found)" in answer.text


def test_keep_shows_everything() -> None:
    answer = written(ASKED["en"], FALSE[0][3], "letter", unsupported="keep")
    assert models(answer)[0] in answer.text
    assert "(" not in answer.text


@pytest.mark.parametrize("unsupported", ["flag", "keep"])
def test_nothing_is_said_against_what_is_shown(unsupported: str) -> None:
    """Neither that the page says otherwise, which may be wrong, nor that the pages do not answer."""
    question, said = "What is the height of Owen Marlowe?", "Owen Marlowe is 1.80 m tall. Owen Marlowe is tall."
    answer = answer_from_hits(
        question,
        hits_of("letter"),
        language="en",
        generator=Scripted(said),
        unsupported=unsupported,
        threshold=0.99,  # type: ignore[arg-type]
    )
    assert "1.80 m" in answer.text
    assert "otherwise" not in answer.text
    assert "do not answer" not in answer.text
    assert answer.status == "abstained"
    assert any("not confirmed" in note for note in answer.notes)


def test_only_the_false_sentence_falls_and_it_is_said() -> None:
    said = "Owen Marlowe was admitted on 12 March 2022 [1]. There is a fracture of the right radius [1]."
    answer = written(ASKED["en"], said, "letter")
    assert models(answer) == ["Owen Marlowe was admitted on 12 March 2022."]
    assert any("1 sentences" in note for note in answer.notes)


def test_a_fact_of_another_patient_falls() -> None:
    said = "Owen Marlowe was discharged on 9 January 2022 [2]."
    answer = written("When was Owen Marlowe discharged?", said, "letter", "other")
    assert "9 January" not in answer.text


@pytest.mark.parametrize("mark", [" [2]", " [9]", " [1, 9]", "", " (Source 2)", " [2][9]"])
def test_a_wrong_number_never_costs_a_right_sentence(mark: str) -> None:
    said = f"Owen Marlowe was discharged from hospital on 19 March 2022{mark}."
    answer = written("When was Owen Marlowe discharged?", said, "letter", "other")
    assert models(answer) == ["Owen Marlowe was discharged from hospital on 19 March 2022."]
    (claim,) = [c for c in answer.claims if c.written]
    assert {c.document for c in claim.citations} == {"letter"}
    assert "9]" not in answer.text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("**Answer:** Owen Marlowe was admitted on 12 March 2022. [1]", "Owen Marlowe was admitted on 12 March 2022."),
        ("According to source 2, he was admitted on 12 March 2022.", "He was admitted on 12 March 2022."),
        ("Sure! Admitted on **12 March 2022** (Source 1).\n\nI hope this helps!", "Admitted on 12 March 2022."),
        ("Source: 1\nHe was admitted on 12 March 2022", "He was admitted on 12 March 2022"),
    ],
)
def test_a_right_sentence_never_falls_for_its_form(raw: str, shown: str) -> None:
    answer = written(ASKED["en"], raw, "letter", "other")
    assert models(answer) == [shown]
    assert not any("left out" in note for note in answer.notes)


FRAGMENTS = [
    ("en", "letter", "When was Owen Marlowe admitted?", "12 March 2022", "19 March 2022"),
    ("en", "letter", "What dose of apixaban does Owen Marlowe take?", "5 mg", "2.5 mg"),
    ("en", "letter", "What medication does Owen Marlowe take?", "Apixaban", "Warfarin"),
    ("en", "contract", "What is the liability of the Supplier limited to?", "50,000 euros", "ninety days"),
    ("en", "contract", "Which law governs the agreement?", "The laws of Ireland", "The laws of Scotland"),
    ("de", "brief", "Wann wurde Jens Kolbe aufgenommen?", "Am 4. Februar 2021", "3.9.1962"),
    ("de", "brief", "Welche Dosis Clopidogrel nimmt Jens Kolbe?", "75 mg", "150 mg"),
    ("ko", "korean", "김도윤 환자의 퇴원일은 언제입니까?", "2023년 4월 14일", "2023년 4월 24일"),
    ("ko", "korean", "트라마돌의 용량은 얼마입니까?", "50mg", "100mg"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "name", "question", "right", "wrong"), FRAGMENTS)
def test_a_fragment_is_judged_as_the_answer_to_its_question(
    language: str, name: str, question: str, right: str, wrong: str
) -> None:
    assert models(written(question, f"{right}.", name, language=language)) == [f"{right}."]
    assert models(written(question, f"{wrong}.", name, language=language)) == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("No, the X-ray of the chest shows no pneumonia.", ["No, the X-ray of the chest shows no pneumonia."]),
        ("Yes, the X-ray of the chest shows no pneumonia.", ["The X-ray of the chest shows no pneumonia."]),
        ("Yes. [1]", []),
        ("Yes, he has pneumonia.", []),
    ],
)
def test_yes_and_no_are_claims(said: str, shown: list[str]) -> None:
    answer = written("Does Owen Marlowe have pneumonia?", said, "letter")
    assert models(answer) == shown
    assert answer.text.startswith("No.")


def test_what_the_quotes_say_already_is_not_said_twice() -> None:
    answer = written("Does Owen Marlowe have pneumonia?", "No. The chest X-ray shows no pneumonia. [1]", "letter")
    assert models(answer) == []
    assert any("words of the quotes" in note for note in answer.notes)


def test_an_altered_quotation_is_marked() -> None:
    said = 'The letter says "Apixaban 5 mg twice daily is carried on" and continues apixaban 5 mg twice daily [1].'
    answer = written("What medication does Owen Marlowe take?", said, "letter", unsupported="flag")
    assert "altered" in answer.claims[-1].flags
    assert "letter)" in answer.text


@pytest.mark.parametrize("said", ["", "NOT_IN_SOURCES", "NOT_IN_SOURCES.", "   \n", "[1]"])
def test_saying_nothing_leaves_the_quotes_with_a_note(said: str) -> None:
    answer = written(ASKED["en"], said, "letter")
    assert (answer.status, models(answer)) == ("supported", [])
    assert "12 March 2022" in answer.text
    assert "NOT_IN_SOURCES" not in answer.text
    assert any("model" in note for note in answer.notes)


@pytest.mark.parametrize("said", ["NOT_IN_SOURCES", "Owen Marlowe has blood group A.", ""])
def test_where_nothing_answers_it_is_said(said: str) -> None:
    answer = written("What is the blood group of Owen Marlowe?", said, "letter")
    assert (answer.status, answer.claims) == ("abstained", ())
    assert any("letter" in note for note in answer.notes)


def test_a_sure_reader_does_not_tempt_a_model_to_abstain() -> None:
    sure, unsure = Scripted(""), Scripted("")
    answer_from_hits(ASKED["en"], hits_of("letter"), language="en", generator=sure)
    answer_from_hits(ASKED["en"], hits_of("letter"), language="en", generator=unsure, threshold=1.0)
    assert "NOT_IN_SOURCES" not in sure.history[0].system
    assert "NOT_IN_SOURCES" in unsure.history[0].system


def test_unread_pages_change_the_status() -> None:
    unread = (UnreadPages("scan.pdf", (2,), "no text layer"),)
    answer = answer_from_hits(
        "Blood group?", hits_of("letter"), language="en", generator=Scripted("NOT_IN_SOURCES"), unread=unread
    )
    assert answer.status == "unread"


def test_a_list_stays_a_list_and_its_lead_with_it() -> None:
    said = "Owen Marlowe takes:\n- Apixaban 5 mg twice daily, continued [1]\n- Amiodarone 200 mg once daily [1]"
    answer = written("What medication does Owen Marlowe take?", said, "letter")
    assert answer.text.endswith("Owen Marlowe takes:\n- Apixaban 5 mg twice daily, continued [1]")


def test_the_prompt_holds_the_sentences_that_were_chosen_and_no_more() -> None:
    writer = Scripted("")
    answer_from_hits(ASKED["en"], hits_of("letter", "contract"), language="en", generator=writer)
    (prompt,) = writer.history
    assert "12 March 2022" in prompt.user
    assert "breast cancer" not in prompt.user
    assert "Brightwater" not in prompt.user
    assert prompt.user.endswith(ASKED["en"])


def test_a_large_profile_shows_whole_passages() -> None:
    writer = Scripted("")
    answer_from_hits(ASKED["en"], hits_of("letter", "contract"), language="en", generator=writer, prompt="full")
    assert "breast cancer" in writer.history[0].user
    assert "Brightwater" in writer.history[0].user
    assert "NOT_IN_SOURCES" not in writer.history[0].system


def test_passages_that_do_not_fit_are_named() -> None:
    first = Scripted("")
    answer_from_hits(ASKED["en"], hits_of("letter"), language="en", generator=first, prompt="full")
    room = first.history[0].n_tokens + first.limits.output_tokens
    writer = Scripted("", window=room + 50)
    answer = answer_from_hits(
        ASKED["en"], hits_of("letter", "contract"), language="en", generator=writer, prompt="full"
    )
    assert any("contract" in note and "left out" in note for note in answer.notes)
    assert "Brightwater" not in writer.history[0].user
