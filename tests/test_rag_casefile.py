"""Scripted models over the example casefile: what is true stands, what was flipped, invented or miscited falls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casefolio.answer import Answer
from casefolio.asking import ask
from casefolio.generators.scripted import Scripted
from casefolio.library import Library
from casefolio.prompts.prompt import Prompt

CASEFILE = Path(__file__).parent.parent / "examples" / "casefile"

# folder to ask, question, words of the passage to cite, a true sentence, and the same sentence made false
CASES = [
    ("harrison_margaret/**", "When was Margaret Harrison discharged?", "Discharged: 9 March 2024",
     "Margaret Harrison was discharged on 9 March 2024", "Margaret Harrison was discharged on 19 March 2024"),
    ("harrison_margaret/**", "Does Margaret Harrison have a pulmonary embolism?", "No pulmonary embolism",
     "There is no pulmonary embolism", "There is a pulmonary embolism"),
    ("harrison_margaret/**", "Where is the nodule of Margaret Harrison?", "nodule of 8 mm in the right upper lobe",
     "There is a solid nodule of 8 mm in the right upper lobe",
     "There is a solid nodule of 8 mm in the left upper lobe"),
    ("harrison_margaret/**", "How large is the nodule of Margaret Harrison?", "nodule of 8 mm in the right upper lobe",
     "The solid, well-defined nodule measures 8 mm", "The solid, well-defined nodule measures 18 mm"),
    ("harrison_margaret/**", "What did the mother of Margaret Harrison die of?", "Her mother died of a stroke",
     "Her mother died of a stroke at the age of 71", "Her brother died of a stroke at the age of 71"),
    ("harrison_margaret/**", "Has Margaret Harrison had a stroke?", "No previous stroke",
     "She had no previous stroke or transient ischaemic attack", "She had a previous stroke"),
    ("harrison_margaret/**", "Does Margaret Harrison have a disease of the valves?", "Preserved ejection fraction",
     "There is no valvular disease that would speak against a direct oral anticoagulant",
     "There is valvular disease that speaks against a direct oral anticoagulant"),
    ("harrison_thomas/**", "Which hip of Thomas Harrison was replaced?", "total replacement of the left hip",
     "On 13 May 2024 he had a cementless total replacement of the left hip",
     "On 13 May 2024 he had a cementless total replacement of the right hip"),
    ("harrison_thomas/**", "Did Thomas Harrison need a transfusion?", "no transfusion was needed",
     "No transfusion was needed", "A transfusion was needed"),
    ("norwood_agreement/**", "How can the Norwood agreement be terminated?", "one hundred and eighty days",
     "Either party may terminate this Agreement without cause by giving one hundred and eighty days' written notice",
     "Either party may terminate this Agreement without cause by giving thirty days' written notice"),
    ("norwood_agreement/**", "May the Provider of the Norwood agreement subcontract?", "may not subcontract",
     "The Provider may not subcontract the Services without the prior written consent of the Customer",
     "The Provider may subcontract the Services without the consent of the Customer"),
    ("norwood_agreement/**", "When must the Customer of the Norwood agreement pay?", "shall pay the Fees within thirty",
     "The Customer shall pay the Fees within thirty days of receipt of a proper invoice",
     "The Provider shall pay the Fees within thirty days of receipt of a proper invoice"),
    ("okafor_daniel/**", "What must Larkfield Logistics pay to Daniel Okafor?", "interim payment of 18,500 euros",
     "The defendant shall make an interim payment of 18,500 euros to the claimant",
     "The defendant shall make an interim payment of 185,000 euros to the claimant"),
    ("okafor_daniel/**", "What does Daniel Okafor have?", "posterior ligament complex intact",
     "The posterior ligament complex is intact", "The posterior ligament complex is torn"),
    ("okafor_daniel/**", "Which elbow did Daniel Okafor hurt?", "Contusion of the left elbow",
     "He had a contusion of the left elbow", "He had a contusion of the right elbow"),
    ("brandt_ingrid/**", "Welche Allergie hat Ingrid Brandt?", "Penicillinallergie (Exanthem",
     "Es besteht eine Penicillinallergie (Exanthem, 1983)", "Es besteht eine Penicillinallergie (Exanthem, 1993)"),
    ("brandt_ingrid/**", "Hat Ingrid Brandt Metastasen?", "Kein Anhalt für Metastasen",
     "Es gibt keinen Anhalt für Metastasen", "Es gibt Metastasen"),
    ("brandt_ingrid/**", "Wo hatte Ingrid Brandt ein Infiltrat?", "flächiges Infiltrat im rechten Unterlappen",
     "Im Röntgen Thorax zeigte sich ein flächiges Infiltrat im rechten Unterlappen",
     "Im Röntgen Thorax zeigte sich ein flächiges Infiltrat im linken Unterlappen"),
    ("weber_klinikum/**", "Wie hoch ist das Schmerzensgeld von Karin Weber?", "Schmerzensgeld in Höhe von 12.000 Euro",
     "Die Beklagte wird verurteilt, an die Klägerin ein Schmerzensgeld in Höhe von 12.000 Euro zu zahlen",
     "Die Klägerin wird verurteilt, an die Beklagte ein Schmerzensgeld in Höhe von 12.000 Euro zu zahlen"),
    ("kim_seoyeon/**", "김서연 환자의 퇴원일은 언제입니까?", "퇴원일: 2024년 2월 27일",
     "퇴원일은 2024년 2월 27일입니다", "퇴원일은 2024년 3월 27일입니다"),
    ("kim_seoyeon/**", "김서연 환자의 결절은 어디에 있습니까?", "우측 폐 하엽에 6 mm",
     "우측 폐 하엽에 6 mm 크기의 결절이 있습니다", "좌측 폐 하엽에 6 mm 크기의 결절이 있습니다"),
    ("hanbit_contract/**", "한빛 계약은 며칠 전에 해지를 통지해야 합니까?", "60일 전에 서면으로 통지",
     "갑 또는 을은 60일 전에 서면으로 통지하고 계약을 해지할 수 있습니다",
     "갑 또는 을은 90일 전에 서면으로 통지하고 계약을 해지할 수 있습니다"),
]  # fmt: skip
IDS = [f"{scope.split('/')[0]}-{n}" for n, (scope, *_) in enumerate(CASES)]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(CASEFILE, index=tmp_path_factory.mktemp("index")) as opened:
        opened.sync()
        yield opened


def said(library: Library, scope: str, question: str, words: str, sentence: str, wrong: bool = False) -> Answer:
    """The answer of a model that writes `sentence` and marks the source that holds `words` (or another one)."""

    def reply(prompt: Prompt) -> str:
        holding = [n for n, h in enumerate(prompt.hits, start=1) if words in " ".join(h.text.split())]
        assert holding, "retrieval missed the passage"
        number = holding[0] if not wrong else next(n for n in range(1, len(prompt.hits) + 1) if n not in holding)
        return f"{sentence} [{number}]."

    return ask(library, question, 40, scope, generator=Scripted(reply, window=60_000), prompt="full")


def models(answer: Answer) -> list[str]:
    """What the model is shown to have said."""
    return [c.text for c in answer.claims if c.written]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which anticoagulant was Margaret Harrison given?", ["Apixaban"]),
        ("Welche Antibiotika bekam Ingrid Brandt?", ["Ceftriaxon", "Clarithromycin"]),
        ("김서연 환자의 담낭 절제술을 집도한 의사는 누구입니까?", []),
    ],
)
def test_what_the_demo_asks_is_answered_or_met_with_silence(
    library: Library, question: str, expected: list[str]
) -> None:
    assert question in (CASEFILE.parent / "demo.sh").read_text("utf-8")
    answer = library.ask(question)
    assert answer.status == ("supported" if expected else "abstained")
    assert all(name in answer.text for name in expected)


# the reader doubts these true sentences (a word that stands elsewhere on the page, a part left out, an answer to a
# question as wide as "what does he have?"): known losses
LOST = ("okafor_daniel-13",)


@pytest.mark.parametrize(
    ("scope", "question", "words", "true", "false"),
    [pytest.param(*case, id=name) for name, case in zip(IDS, CASES, strict=True) if name not in LOST],
)
def test_a_true_sentence_stands(library: Library, scope: str, question: str, words: str, true: str, false: str) -> None:
    answer = said(library, scope, question, words, true)
    assert answer.status == "supported"
    assert models(answer) == [f"{true}."] or true in " ".join(answer.text.split())
    for citation in answer.citations:
        assert citation.span.of(library.document(citation.document).text) == citation.quote


@pytest.mark.parametrize(("scope", "question", "words", "true", "false"), CASES, ids=IDS)
def test_a_false_sentence_falls(library: Library, scope: str, question: str, words: str, true: str, false: str) -> None:
    answer = said(library, scope, question, words, false)
    assert models(answer) == []
    assert false not in answer.text


@pytest.mark.parametrize(("scope", "question", "words", "true", "false"), CASES[::4], ids=IDS[::4])
def test_a_miscited_sentence_stands(
    library: Library, scope: str, question: str, words: str, true: str, false: str
) -> None:
    answer = said(library, scope, question, words, true, wrong=True)
    assert models(answer) == [f"{true}."] or true in " ".join(answer.text.split())
    assert all(c.verdict and c.verdict.label == "supported" for c in answer.citations)
