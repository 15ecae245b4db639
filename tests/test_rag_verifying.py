"""Claims against quotes, responses against contexts; twins of our own in three languages."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefolio.cli import verify as verb
from casefolio.ingest.errors import UsageError
from casefolio.ingest.meaning.agreement import agreement
from casefolio.ingest.meaning.alignment import align
from casefolio.ingest.meaning.facts import profile
from casefolio.verification import reading
from casefolio.verification.wording import in_the_quotes_words
from casefolio.verifying import grounding, ruled_by, verify


@pytest.fixture(autouse=True)
def _rules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here are the rules and what is learned beside them; `test_rag_deciding.py` has the reader."""
    monkeypatch.setattr(reading, "reader", lambda: None)


TWINS = Path(__file__).parent / "twins"


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (TWINS / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("language", ["en", "de", "ko"])
@pytest.mark.parametrize("part", ["develop", "held"])
def test_twins_are_told_apart_and_paraphrases_let_through(part: str, language: str) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows(f"{part}.jsonl"):
        if row["language"] == language:
            counts[row["label"], verify(row["claim"], row["quote"], language).label] += 1
    contradictions = sum(n for (label, _), n in counts.items() if label == "contradiction")
    assert counts["contradiction", "contradicted"] >= 0.97 * contradictions
    assert counts["same", "contradicted"] <= 0.03 * contradictions


def test_the_sets_are_large_enough() -> None:
    labels = Counter(row["label"] for part in ("develop", "held") for row in rows(f"{part}.jsonl"))
    assert min(labels["contradiction"], labels["same"]) >= 400


@pytest.mark.parametrize("part", ["develop", "held"])
def test_the_right_twin_ranks_first(part: str) -> None:
    ranked = [
        agreement(r["question"], r["right"], r["language"]) > agreement(r["question"], r["wrong"], r["language"])
        for r in rows(f"ranking_{part}.jsonl")
    ]
    assert sum(ranked) >= 0.95 * len(ranked)


def test_pairs_written_by_hand() -> None:
    found = [(row["label"], verify(row["claim"], row["quote"], row["language"]).label) for row in rows("written.jsonl")]
    contradictions = [label for wanted, label in found if wanted == "contradiction"]
    assert contradictions.count("contradicted") >= 0.94 * len(contradictions)
    assert ("same", "contradicted") not in found


@pytest.mark.parametrize(
    ("claim", "quote", "language", "label"),
    [
        (
            "The Licensor is indemnified by the Licensee.",
            "The Licensee shall indemnify the Licensor.",
            "en",
            "supported",
        ),
        ("The Buyer pays the Seller.", "The Seller pays the Buyer.", "en", "contradicted"),
        ("Der Mieter zahlt dem Vermieter.", "Der Vermieter zahlt dem Mieter.", "de", "contradicted"),
        ("Dem Vermieter zahlt der Mieter.", "Der Mieter zahlt dem Vermieter.", "de", "supported"),
        ("매수인은 매도인에게 지급한다.", "매도인은 매수인에게 지급한다.", "ko", "contradicted"),
        ("매도인에게 매수인은 지급한다.", "매수인은 매도인에게 지급한다.", "ko", "supported"),
    ],
)
def test_who_does_it_to_whom(claim: str, quote: str, language: str, label: str) -> None:
    assert verify(claim, quote, language).label == label


def test_a_sentence_of_the_quote_is_supported_and_half_of_one_is_not() -> None:
    assert verify("The scan was normal.", "No fever. The scan was normal. Not treated.", "en").label == "supported"
    assert verify("Evidence of embolism.", "No evidence of embolism.", "en").label == "contradicted"


def test_the_reason_is_a_pair_of_spans() -> None:
    claim, quote = "Fracture of the left femur.", "X-ray: fracture of the right femur, bruise of the left hand."
    verdict = verify(claim, quote, "en")
    assert verdict.label == "contradicted"
    (reason,) = verdict.reasons
    assert reason.claim is not None
    assert reason.quote is not None
    assert (reason.kind, reason.claim.of(claim), reason.quote.of(quote)) == ("side", "left", "right")


@pytest.mark.parametrize(
    ("claim", "quote", "label"),
    [
        ("The left hand is bruised.", "Fracture of the right femur. The left hand is bruised.", "supported"),
        ("Metoprolol 50 mg daily.", "Ramipril 5 mg daily. Metoprolol 50 mg daily.", "supported"),
        ("Metoprolol 5 mg daily.", "Ramipril 5 mg daily. Metoprolol 50 mg daily.", "contradicted"),
        ("The contract was signed on 3 April 2021.", "The contract was signed in April 2021.", "supported"),
        ("He was born in Lisbon and plays chess.", "The lease ends in May.", "unsupported"),
    ],
)
def test_values_count_for_what_they_are_said_of(claim: str, quote: str, label: str) -> None:
    assert verify(claim, quote, "en").label == label


def test_a_claim_without_content_is_unsupported() -> None:
    assert verify("", "Something.").label == "unsupported"
    assert verify("It is.", "").label == "unsupported"


def test_a_response_is_judged_sentence_by_sentence() -> None:
    contexts = [
        "Ramipril 5 mg was started on 3 April 2021 because of hypertension.",
        "The patient lives with his sister in Ulm.",
    ]
    response = (
        "Ramipril 5 mg was started because of hypertension. Quantum computers were invented by Alice Moser in Toronto."
    )
    found = grounding("Why ramipril?", contexts, response, "en")
    assert [c.label for c in found.claims] == ["supported", "unsupported"]
    assert [c.span.of(response)[:7] for c in found.claims] == ["Ramipri", "Quantum"]
    assert found.claims[0].context == 0
    assert grounding("", contexts, contexts[0], "en").score > found.score


def test_another_amount_in_a_response_is_a_contradiction() -> None:
    found = grounding("", ["The rent is $900 per month."], "The rent is $950 per month.", "en")
    assert [c.label for c in found.claims] == ["contradicted"]
    assert found.score <= 0.4


def test_nothing_to_judge() -> None:
    assert grounding("", [], "", "en").claims == ()
    assert grounding("", [], "All of this is invented by somebody in Paris.", "en").score < 1.0


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_gets_a_verdict(claim: str, quote: str) -> None:
    verdict = verify(claim, quote)
    assert 0.0 <= verdict.score <= 1.0
    for reason in verdict.reasons:
        assert reason.claim is None or reason.claim.end <= len(claim)
        assert reason.quote is None or reason.quote.end <= len(quote)


@pytest.mark.parametrize("piece", ["a", "no 5 mg left ", "환자는 통증이 없음 ", "😀 ", "Section 4.2 3.4.2021 "])
def test_time_grows_with_a_line_and_not_with_its_square(piece: str, linear_time: Callable[..., None]) -> None:
    claim = "The patient has no pain in the left knee on 3.4.2021."
    linear_time(lambda size: verify(claim, piece * (size // len(piece)), "de"), 40_000, 400_000)


def test_lines_in_verdicts_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pairs.jsonl"
    pairs = [
        {"id": "a", "claim": "왼쪽 무릎 통증", "quote": "오른쪽 무릎 통증", "language": "ko"},
        {"id": 2, "contexts": ["The rent is 900 euros."], "response": "The rent is 900 euros."},
    ]
    file.write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in pairs), encoding="utf-8")
    assert verb.run(argparse.Namespace(file=str(file))) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["id"], first["verdict"], first["reasons"][0]["kind"]) == ("a", "contradicted", "side")
    assert second["id"] == 2
    assert set(second["claims"][0]) == {"start", "end", "verdict", "score", "context"}


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"claim": 1, "quote": "x"}'])
def test_a_faulty_line_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "faulty.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(UsageError, match="line 1"):
        verb.run(argparse.Namespace(file=str(file)))


@pytest.mark.parametrize(
    ("claim", "quote", "language", "kinds"),
    [
        # A value in another form is there.
        ("The water tablet is 40 mg.", "Furosemide is down to 40 again.", "en", []),
        ("The water tablet is 60 mg.", "Furosemide is down to 40 again.", "en", ["dose"]),
        ("The visit on 8 December was short.", "12/08 short visit.", "en", []),
        ("Das Kortison endet nach einem Monat.", "Das Kortison endet nach 4 Wochen.", "de", []),
        ("Das Kortison endet nach zwei Monaten.", "Das Kortison endet nach 4 Wochen.", "de", ["number"]),
        ("Kontrolle am 8. Dezember 2025.", "Kontrolle 08.12.", "de", []),
        ("12월 8일에 약을 마쳤다.", "12/08 약 종료", "ko", []),
        ("3월에 수술하였다.", "2025-03-11 수술하였다.", "ko", []),
        ("9월에 주사를 맞았다.", "9/5 주사 맞음", "ko", []),
        ("3월에 수술하였다.", "5월에 수술하였다.", "ko", ["date"]),
        ("이사회는 그 이유로 사정을 보았다.", "이사회는 이유와 사정을 보았다.", "ko", []),
    ],
)
def test_values_in_another_form_are_values(claim: str, quote: str, language: str, kinds: list[str]) -> None:
    found = align(profile(claim, language), profile(quote, language))
    values = {f.kind for f in found if f.status != "agree" and f.kind in ("number", "dose", "date")}
    assert sorted(values) == kinds


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("There is a pulmonary embolism.", "Pulmonary embolism?"),
        ("The patient has a fracture of the left wrist.", "Fracture of the left wrist?"),
        ("Es besteht eine Lungenembolie.", "Lungenembolie?"),
        ("Die Patientin hat eine Fraktur.", "Fraktur?"),
        ("폐색전증이 있다.", "폐색전증?"),
        ("골절이 있다.", "골절?"),
    ],
)
def test_what_a_page_only_asks_it_does_not_say(claim: str, quote: str) -> None:
    assert verify(claim, quote).label != "supported"
    assert verify(claim, quote, read=False).label != "supported"


@pytest.mark.parametrize(
    ("claim", "quote", "language", "right"),
    [
        # values that are of other values
        (
            "The dose was 5 mg on 10 May and 10 mg on 3 May.",
            "On 3 May the dose was 5 mg, on 10 May 10 mg.",
            "en",
            False,
        ),
        ("The dose was 10 mg on 10 May and 5 mg on 3 May.", "On 3 May the dose was 5 mg, on 10 May 10 mg.", "en", True),
        ("Links beträgt die Hörschwelle 20 dB.", "Das rechte Ohr hört 20 dB, das linke 55 dB.", "de", False),
        ("Links beträgt die Hörschwelle 55 dB.", "Das rechte Ohr hört 20 dB, das linke 55 dB.", "de", True),
        (
            "Am 1. April sind 700 EUR fällig, am 1. März 500 EUR.",
            "Die erste Rate von 500 EUR ist am 1. März fällig, die zweite von 700 EUR am 1. April.",
            "de",
            True,
        ),
        ("5월 10일에 5 mg을 투여하였다.", "5월 3일 5 mg, 5월 10일 10 mg을 투여하였다.", "ko", False),
        ("5월 10일에 10 mg을, 5월 3일에 5 mg을 투여하였다.", "5월 3일 5 mg, 5월 10일 10 mg을 투여하였다.", "ko", True),
        # numbers without their unit
        ("The CRP was 148 and the creatinine 12.", "Creatinine 148 µmol/L, CRP 12 mg/L.", "en", False),
        ("The CRP was 12 and the creatinine 148.", "Creatinine 148 µmol/L, CRP 12 mg/L.", "en", True),
        # how often, in a prescriber's letters
        (
            "She takes folic acid weekly and sertraline once daily.",
            "Sertraline 100 mg od, folic acid 5 mg weekly.",
            "en",
            True,
        ),
        ("She takes folic acid once daily.", "Sertraline 100 mg od, folic acid 5 mg weekly.", "en", False),
        # an amount, and the same an hour
        ("Der Stundensatz beträgt 95 Euro.", "Vergütung: 95 EUR je Stunde, Pauschale 120 EUR.", "de", True),
        ("Der Stundensatz beträgt 45 Euro.", "Der Stundensatz beträgt 95 EUR.", "de", False),
        ("The deposit is EUR 900.", "The fee is EUR 900/h and the deposit is EUR 2,700.", "en", False),
        ("시간당 9만 5천원, 교통비 3만원이다.", "교통비 30,000원, 보수 95,000원/시간", "ko", True),
        # what stands beyond a comma tells nothing of a value; a length in two units is one
        (
            "수술 시간은 2시간 40분이었고 출혈량은 350cc로 추정되었다.",
            "EBL 350cc, Op. time 2hr 40min, drain: JP 1 ea",
            "ko",
            True,
        ),
        ("Die OP dauerte 160 Minuten.", "OP-Dauer 2 Stunden 40 Minuten, Blutverlust 350 ml.", "de", True),
        ("The term is 18 months.", "The term is 1 year and 6 months.", "en", True),
        ("The term is 1 year and 6 months.", "The term is 18 months.", "en", True),
        ("The term is 6 months.", "The term is 1 year and 6 months.", "en", False),
        ("Die Laufzeit beträgt 18 Monate.", "Die Laufzeit beträgt ein Jahr und sechs Monate.", "de", True),
        ("The operation took 190 minutes.", "Operation time 2 hours 40 minutes, blood loss 350 ml.", "en", False),
        # from what to what
        ("The hearing moved from May 13 to May 20.", "Hearing moved from May 20 to MAY 13", "en", False),
        ("The hearing was brought forward from May 20 to May 13.", "Hearing moved from May 20 to MAY 13", "en", True),
        ("Die Gaube wird von West nach Ost verlegt.", "Gaube wandert von Ost nach WEST", "de", False),
        ("카르베딜롤은 3.125에서 6.25로 올렸다.", "카르베딜롤 6.25 로 시작했다가 3.125 로 내림.", "ko", False),
        ("카르베딜롤은 6.25에서 3.125로 내렸다.", "카르베딜롤 6.25 로 시작했다가 3.125 로 내림.", "ko", True),
        # who and to whom
        ("Mrs Quorn lent Mr Hartigal $12,000.", "Mr Hartigal lent Mrs Quorn $12,000.", "en", False),
        ("Mrs Quorn was lent $12,000 by Mr Hartigal.", "Mr Hartigal lent Mrs Quorn $12,000.", "en", True),
        (
            "Frau Tondern verkaufte den Anhänger an Herrn Wisselkamp.",
            "Herr Wisselkamp verkaufte den Anhänger an Frau Tondern.",
            "de",
            False,
        ),
        (
            "An Frau Tondern verkaufte Herr Wisselkamp den Anhänger.",
            "Herr Wisselkamp verkaufte den Anhänger an Frau Tondern.",
            "de",
            True,
        ),
        ("남소정은 표진규에게 천만 원을 빌려주었다.", "표진규는 남소정에게 천만 원을 빌려주었다.", "ko", False),
        ("남소정은 표진규에게서 천만 원을 빌렸다.", "표진규는 남소정에게 천만 원을 빌려주었다.", "ko", True),
        # both deny, in other words
        ("Die Hybridisierung zeigte keine Vermehrung des HER2-Gens.", "Somit HER2 nicht amplifiziert.", "de", True),
        ("정산에 다툼이 있다.", "정산에 다툼이 없다.", "ko", False),
        ("예약 변경을 음성 사서함에 남겼다.", "음성 사서함에 예약 변경을 요청함.", "ko", True),
    ],
)
def test_what_belongs_to_what(claim: str, quote: str, language: str, right: bool) -> None:
    found = align(profile(claim, language), profile(quote, language))
    assert all(f.status != "conflict" for f in found) is right


def test_a_line_is_no_sentence() -> None:
    wrapped = profile("Die Kündigungsfrist beträgt\ndrei Monate zum 1. Januar. Sie gilt.", "de")
    assert [w.sentence for w in wrapped.words] == [0] * (len(wrapped.words) - 2) + [1, 1]


@pytest.mark.parametrize(
    ("quote", "said", "exchanged", "language"),
    [
        ("Ramipril ↑ 5 → 10 mg. BP 158/94.", "Ramipril was raised from 5 to 10 mg.",
         "Ramipril was reduced from 10 to 5 mg.", "en"),
        ("Ramipril was raised from 5 mg to 10 mg.", "Ramipril was raised from 5 to 10 mg.",
         "Ramipril was raised from 2.5 to 10 mg.", "en"),
        ("Glargin 18 → 14 IE z. N.", "Glargin wurde von 18 auf 14 IE reduziert.",
         "Glargin wurde von 14 auf 18 IE erhöht.", "de"),
        ("씬지로이드 75→100 mcg로 증량.", "씬지로이드를 75에서 100 mcg로 증량하였다.",
         "씬지로이드를 100에서 75 mcg로 감량하였다.", "ko"),
        ("Clarithromycin 0.5 g 2x daily, 7 days", "Clarithromycin 500 mg twice a day for a week.",
         "Clarithromycin 500 mg three times a day for a week.", "en"),
        ("Die Probezeit beträgt sechs Monate. Es kann mit zweiwöchiger Frist gekündigt werden.",
         "Während der sechsmonatigen Probezeit beträgt die Kündigungsfrist zwei Wochen.",
         "Während der dreimonatigen Probezeit beträgt die Kündigungsfrist zwei Wochen.", "de"),
    ],
)  # fmt: skip
def test_a_change_from_one_value_to_another_is_two_values(quote, said, exchanged, language):
    assert verify(said, quote, language, read=False).label == "supported"
    assert verify(exchanged, quote, language, read=False).label == "contradicted"


@pytest.mark.parametrize(
    ("quote", "claim", "language"),
    [
        ("The dose ranges from 5 to 10 mg daily.", "The dose is 5-10 mg daily.", "en"),
        ("tablets of 5 and 10 mg", "tablets of 5-10 mg", "en"),
        ("용량은 5에서 10 mg이다.", "용량은 5~10 mg이다.", "ko"),
    ],
)
def test_a_range_is_said_by_both_its_ends(quote, claim, language):
    assert verify(claim, quote, language, read=False).label == "supported"
    assert verify(claim.replace("10", "15"), quote, language, read=False).label == "contradicted"


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "Sertraline was stopped in May after a year.", "The patient took sertraline in the past."),
        ("de", "Die Behandlung wurde von Ramipril auf Candesartan umgestellt.", "Der Patient nahm früher Ramipril."),
        ("ko", "로사르탄을 암로디핀으로 변경하였다.", "환자는 이전에 로사르탄을 복용하였다."),
    ],
)
def test_what_was_ended_was_so_before(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language, read=False).label != "contradicted"


@pytest.mark.parametrize(
    ("quote", "claim", "contradicted"),
    [
        ("로사르탄을 암로디핀으로 변경하였다.", "환자는 로사르탄을 복용하고 있다.", True),
        ("로사르탄을 50mg으로 변경하였다.", "환자는 로사르탄을 복용하고 있다.", False),
        ("로사르탄을 저녁으로 변경하였다.", "환자는 로사르탄을 복용하고 있다.", False),
    ],
)
def test_one_drug_changed_to_another_is_ended_in_korean_too(quote: str, claim: str, contradicted: bool) -> None:
    assert (verify(claim, quote, "ko").label == "contradicted") is contradicted


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "The biopsy was done without complications.", "There were no complications during the biopsy."),
        ("de", "Die Biopsie verlief ohne Komplikationen.", "Bei der Biopsie gab es keine Komplikationen."),
    ],
)
def test_without_complications_denies_them(language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language).label == "supported"


def test_another_name_in_its_place_is_never_supported() -> None:
    quote, claim = (
        "Im Abstrich wurde Klebsiella oxytoca nachgewiesen.",
        "Im Abstrich wurde Serratia marcescens nachgewiesen.",
    )
    assert verify(claim, quote, "de").label != "supported"


NOTATIONS = [
    (
        "en",
        "Levothyroxine 0.1 mg every morning.",
        "The patient takes levothyroxine 100 mcg every morning.",
        "100 mcg",
        "10 mcg",
    ),
    ("en", "Paracetamol 1 g qds", "Panadol 1 g is taken four times a day.", "four times a day", "twice a day"),
    ("en", "Review 6/52", "Review in six weeks.", "six weeks", "five weeks"),
    ("en", "Notice period: 14 days", "The notice period is a fortnight.", "a fortnight", "a month"),
    (
        "en",
        "50 % of the deposit is due",
        "Half of the deposit is due.",
        "Half of the deposit",
        "A third of the deposit",
    ),
    ("en", "Aspirin 8-hourly", "Aspirin is given every eight hours.", "every eight hours", "every hour"),
    ("en", "Catheter removed 14:20", "The catheter was removed at 2.20 pm.", "2.20 pm", "2.20 am"),
    ("de", "Der Herd in der Lunge misst 1,5 cm.", "Der Lungenherd ist 15 mm groß.", "15 mm", "25 mm"),
    ("de", "Termin: 9.30 Uhr", "Der Termin ist um halb zehn.", "halb zehn", "viertel nach zehn"),
    (
        "de",
        "Kaufpreis: 1.250.000,00 EUR",
        "Der Kaufpreis beträgt eineinviertel Millionen Euro.",
        "eineinviertel",
        "zweieinviertel",
    ),
    ("de", "Gabe 8-stündlich", "Die Gabe erfolgt alle acht Stunden.", "alle acht Stunden", "alle sechs Stunden"),
    ("ko", "매매대금은 금 42,000,000원으로 한다.", "매매대금은 4,200만 원이다.", "4,200만 원", "4,300만 원"),
    ("ko", "진료 09:30", "진료는 오전 9시 반이다.", "오전 9시 반", "오후 9시 반"),
    ("ko", "비용의 1/3을 부담한다", "비용의 3분의 1을 부담한다.", "3분의 1", "4분의 1"),
    ("ko", "나이 66세", "나이는 예순여섯 살이다.", "예순여섯 살", "마흔여섯 살"),
    ("ko", "Cefazolin 2g 투여", "세파졸린 2,000mg을 투여하였다.", "2,000mg", "1,000mg"),
    ("en", "Take half a tablet at night.", "0.5 tablets are taken at night.", "0.5 tablets", "1.5 tablets"),
    ("en", "Infused over 1.5 h", "It is infused over an hour and a half.", "an hour and a half", "half an hour"),
    ("de", "Infusion über 1,5 h", "Die Infusion läuft über anderthalb Stunden.", "anderthalb", "zweieinhalb"),
    ("de", "Aufnahme um 14 h", "Die Aufnahme war um 14 Uhr.", "14 Uhr", "16 Uhr"),
    ("ko", "저녁에 반 알 복용.", "저녁에 0.5정 복용.", "0.5정", "1.5정"),
    ("ko", "하루 한 알 반씩 복용.", "하루 1.5정 복용.", "1.5정", "1정"),
    ("ko", "헤파린 시간당 1000단위", "헤파린 1,000 단위/시간", "1,000 단위/시간", "100 단위/시간"),
    ("ko", "계약 기간은 1년 반이다.", "계약 기간은 18개월이다.", "18개월", "12개월"),
]


@pytest.mark.parametrize(("language", "quote", "claim", "said", "other"), NOTATIONS)
def test_a_value_in_another_notation_is_the_same_value_and_another_value_is_not(
    language: str, quote: str, claim: str, said: str, other: str
) -> None:
    assert verify(claim, quote, language).label == "supported"
    assert said in claim
    assert verify(claim.replace(said, other), quote, language).label != "supported"


def test_the_reader_sees_a_claim_in_its_quotes_words() -> None:
    mine = profile("Panadol 500 mg is taken four times a day.", "en")
    theirs = profile("Paracetamol 0.5 g qds", "en")
    assert in_the_quotes_words(mine, theirs, ruled_by(mine, theirs).findings) == "Paracetamol 0.5 g is taken qds."


def test_what_differs_stays_as_the_claim_says_it() -> None:
    mine, theirs = profile("Ibuprofen 400 mg twice a day.", "en"), profile("Paracetamol 0.5 g qds", "en")
    assert in_the_quotes_words(mine, theirs, ruled_by(mine, theirs).findings) == mine.text


@pytest.mark.parametrize(
    ("claim", "quote", "language"),
    [
        ("The interest rate rose by 5%.", "The interest rate rose by 5 percentage points.", "en"),
        ("The scale of the plan is 1:50.", "The scale of the plan is 13:50.", "en"),
        ("The infusion lasted half past two.", "The infusion lasted 2.30 hours.", "en"),
        ("Vision was 6/12 of the right eye.", "Vision was 3/6 of the right eye.", "en"),
        ("Page 3/12 of the report is missing.", "25% of the report is missing.", "en"),
        ("Power of the left leg was 80%.", "Power was 4/5 of the left leg.", "en"),
        ("Der Termin ist um acht Uhr.", "Der Termin ist um 20 Uhr.", "de"),
        ("He was discharged at half past one.", "He was discharged with blood pressure 130/80.", "en"),
        ("The term is 11 months.", "The term is one year.", "en"),
        ("The notice is 33 days.", "The notice is one month.", "en"),
        ("He takes 1 tablet of warfarin.", "He takes 1½ tablets of warfarin.", "en"),
    ],
)
def test_values_that_only_look_alike_support_nothing(claim: str, quote: str, language: str) -> None:
    assert verify(claim, quote, language).label != "supported"


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("He paid 3 monthly instalments of 400 euros.", "He paid three monthly instalments of 400 euros."),
        ("She had 6 weekly sessions of therapy.", "She had six weekly sessions of therapy."),
        ("She takes 1 in the morning.", "She takes one tablet in the morning."),
        ("Take two in the morning and one at night.", "Take two tablets in the morning and one tablet at night."),
        ("The term is 15 days.", "The term is half a month."),
    ],
)
def test_counts_beside_times_contradict_nothing(claim: str, quote: str) -> None:
    assert verify(claim, quote, "en").label != "contradicted"
