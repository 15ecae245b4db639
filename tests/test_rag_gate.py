"""What a model says is shown only if its page says so: perfect, invented, wrongly marked, contradicted."""

from __future__ import annotations

import pytest

from indexes.hit import Hit
from ingest.document import Chunk, Span
from ingest.sentences import sentence_spans
from rag.answer import Answer, UnreadPages
from rag.answering import answer_from_hits
from rag.generators.scripted import Scripted

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


def written(question: str, said: str, *names: str, language: str = "en", unsupported: str = "drop") -> Answer:
    answer = answer_from_hits(
        question, hits_of(*names), language=language, generator=Scripted(said), unsupported=unsupported  # type: ignore[arg-type]
    )
    for citation in answer.citations:
        assert citation.span.of(DOCUMENTS[citation.document][0]) == citation.quote
    for claim in answer.claims:
        assert claim.span.of(answer.text) == claim.text
    return answer


TRUE = [
    ("en", "letter", "When was Owen Marlowe admitted?", "Mr. Marlowe was admitted on 12 March 2022 [1]."),
    ("en", "letter", "When was Owen Marlowe discharged?", "Owen Marlowe was discharged on 19 March 2022 [1]."),
    ("en", "letter", "Does Owen Marlowe have pneumonia?", "The chest X-ray shows no pneumonia [1]."),
    ("en", "letter", "Which side is the fracture of Owen Marlowe on?", "There is a fracture of the left radius [1]."),
    ("en", "letter", "What does Owen Marlowe take?", "Apixaban 5 mg twice daily is continued [1]."),
    ("en", "letter", "Is there cancer in the family of Owen Marlowe?", "His mother had breast cancer [1]."),
    ("en", "contract", "Which law governs the agreement?", "This Agreement is governed by the laws of Ireland [1]."),
    ("en", "contract", "How can it be terminated?", "The Customer may terminate with ninety days' written notice [1]."),
    ("en", "contract", "What is the cap?", "The liability of the Supplier is limited to 50,000 euros [1]."),
    ("de", "brief", "Wann wurde Jens Kolbe aufgenommen?", "Herr Kolbe wurde am 4.2.2021 aufgenommen [1]."),
    ("de", "brief", "Hat Jens Kolbe eine Embolie?", "Es besteht kein Hinweis auf eine Lungenembolie [1]."),
    ("de", "brief", "Was nimmt Jens Kolbe?", "Clopidogrel 75 mg einmal täglich wird weitergegeben [1]."),
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
    answer = written(question, said, name, language=language)
    assert answer.status == "supported", answer.notes
    (claim,) = answer.claims
    assert claim.flags == ()
    assert claim.text == said.replace(" [1]", "")


@pytest.mark.parametrize(("language", "name", "kind", "said"), FALSE)
def test_false_claims_fall(language: str, name: str, kind: str, said: str) -> None:
    answer = written("What is said?", said, name, language=language)
    assert answer.status == "abstained", kind
    assert answer.claims == ()
    assert said.split("[")[0].strip() not in answer.text


@pytest.mark.parametrize(("language", "name", "kind", "said"), FALSE[:6])
def test_flagged_claims_are_marked_in_the_text(language: str, name: str, kind: str, said: str) -> None:
    answer = written("What is said?", said, name, language=language, unsupported="flag")
    (claim,) = answer.claims
    assert claim.flags
    assert f"{claim.text} (" in answer.text
    assert answer.status == "abstained"


def test_keep_shows_everything() -> None:
    answer = written("What is said?", FALSE[0][3], "letter", unsupported="keep")
    assert answer.claims[0].text in answer.text
    assert "(" not in answer.text


def test_only_the_false_sentence_falls_and_it_is_said() -> None:
    said = "Mr. Marlowe was admitted on 12 March 2022 [1]. There is a fracture of the right radius [1]."
    answer = written("What happened to Owen Marlowe?", said, "letter")
    assert [c.text for c in answer.claims] == ["Mr. Marlowe was admitted on 12 March 2022."]
    assert any("1 sentences" in note for note in answer.notes)


def test_a_fact_of_another_patient_falls() -> None:
    said = "Owen Marlowe was discharged on 9 January 2022 [2]."
    answer = written("When was Owen Marlowe discharged?", said, "letter", "other")
    assert answer.status == "abstained"


def test_a_wrongly_cited_claim_falls() -> None:
    said = "Mr. Marlowe was discharged on 19 March 2022 [2]."
    assert written("When was Owen Marlowe discharged?", said, "letter", "other").status == "abstained"


def test_a_mark_that_names_no_source_is_said() -> None:
    said = "Mr. Marlowe was admitted on 12 March 2022 [1, 9]."
    answer = written("When was Owen Marlowe admitted?", said, "letter")
    assert answer.status == "supported"
    assert any("[9]" in note for note in answer.notes)
    assert "9]" not in answer.text


def test_an_altered_quotation_is_marked() -> None:
    said = 'The letter says "Apixaban 5 mg twice daily is carried on" and continues apixaban 5 mg twice daily [1].'
    answer = written("What does Owen Marlowe take?", said, "letter", unsupported="flag")
    assert "altered" in answer.claims[0].flags
    assert "letter)" in answer.text


@pytest.mark.parametrize("said", ["", "NOT_IN_SOURCES", "NOT_IN_SOURCES.", "   \n", "[1]"])
def test_saying_nothing_is_an_abstention(said: str) -> None:
    answer = written("What is the blood group of Owen Marlowe?", said, "letter")
    assert (answer.status, answer.claims) == ("abstained", ())
    assert "NOT_IN_SOURCES" not in answer.text
    assert any("letter" in note for note in answer.notes)


def test_unread_pages_change_the_status() -> None:
    unread = (UnreadPages("scan.pdf", (2,), "no text layer"),)
    answer = answer_from_hits(
        "Blood group?", hits_of("letter"), language="en", generator=Scripted("NOT_IN_SOURCES"), unread=unread
    )
    assert answer.status == "unread"


def test_a_list_stays_a_list_and_its_lead_with_it() -> None:
    said = "Owen Marlowe takes:\n- Apixaban 5 mg twice daily [1]\n- Amiodarone 200 mg once daily [1]"
    answer = written("What does Owen Marlowe take?", said, "letter")
    assert answer.text == "Owen Marlowe takes:\n- Apixaban 5 mg twice daily [1]"


def test_passages_that_do_not_fit_are_named() -> None:
    said, question = "Mr. Marlowe was admitted on 12 March 2022 [1].", "When was Owen Marlowe admitted?"
    first = Scripted(said)
    answer_from_hits(question, hits_of("letter"), language="en", generator=first)
    room = first.history[0].n_tokens + first.limits.output_tokens
    writer = Scripted(said, window=room + 50)
    answer = answer_from_hits(
        question, hits_of("letter", "contract"), language="en", generator=writer
    )
    assert any("contract" in note and "left out" in note for note in answer.notes)
    assert "Brightwater" not in writer.history[0].user
