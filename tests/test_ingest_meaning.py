"""Assertions of clauses and spans, and how they bear odd texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefolio.ingest.document import Span
from casefolio.ingest.meaning import annotate, cues
from casefolio.ingest.meaning.assertion import Assertion
from casefolio.ingest.meaning.tongue import rule_language

DATA = Path(__file__).parent / "data"


def _of(text: str, words: str, language: str | None = None, kind: str = "") -> Assertion:
    start = text.index(words)
    return annotate(text, language, [Span(start, start + len(words))], kind)[0]


def _f1(name: str, field: str, value: object) -> float:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    wanted, got = [], []
    for case in map(json.loads, lines):
        found = annotate(case["text"], case["language"], [Span(case["start"], case["end"])])[0]
        wanted.append(case[field] == value)
        got.append(getattr(found, field) == value)
    return 2 * sum(w and g for w, g in zip(wanted, got, strict=True)) / (sum(wanted) + sum(got))


@pytest.mark.parametrize("language", ["de", "ko"])
@pytest.mark.parametrize(
    ("field", "value", "least"),
    [
        ("negated", True, 0.95),
        ("temporality", "historical", 0.8),
        ("experiencer", "family", 0.9),
        ("certainty", "possible", 0.85),
    ],
)
def test_sets_written_before_the_rules(language: str, field: str, value: object, least: float) -> None:
    assert _f1(f"assertions_{language}.jsonl", field, value) >= least


def test_one_assertion_for_each_span_in_order() -> None:
    text = "No fever. Cough since Monday. No rash."
    spans = [Span(33, 37), Span(3, 8), Span(10, 15)]
    found = annotate(text, "en", spans)
    assert [a.span for a in found] == spans
    assert [a.negated for a in found] == [True, True, False]


def test_clauses_of_a_text_with_all_that_is_in_them() -> None:
    found = annotate("No fracture of the left wrist, but severe pain in the right hip. Her mother had gout.", "en")
    assert [a.negated for a in found] == [True, False, False]
    assert [a.side for a in found] == ["left", "right", ""]
    assert [a.severity for a in found] == ["", "severe", ""]
    assert [a.experiencer for a in found] == ["patient", "patient", "family"]


def test_a_negation_inside_the_span_is_part_of_it() -> None:
    assert not _of("Skin without lesion.", "without lesion", "en").negated
    assert _of("Skin without lesion.", "lesion", "en").negated


def test_the_nearest_side_wins() -> None:
    text = "Left arm pain and right leg weakness."
    assert _of(text, "pain", "en").side == "left"
    assert _of(text, "weakness", "en").side == "right"


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [("family_history", "experiencer", "family"), ("past_history", "temporality", "historical")],
)
def test_the_section_sets_what_the_sentence_leaves_open(kind: str, field: str, value: str) -> None:
    assert getattr(_of("Gout, asthma.", "asthma", "en", kind), field) == value


def test_a_heading_reaches_to_the_next_heading() -> None:
    text = "FAMILY HISTORY: Gout. Stroke.\n\nPHYSICAL EXAMINATION: Rash on the arm."
    assert _of(text, "Stroke", "en").experiencer == "family"
    assert _of(text, "Rash", "en").experiencer == "patient"


def test_conditions_have_their_span() -> None:
    text = "The Tenant shall pay the rent unless the flat is unfit."
    found = _of(text, "rent", "en")
    assert found.modality == "must"
    assert [s.of(text) for s in found.conditions] == ["unless the flat is unfit"]
    text = "Falls Mängel vorliegen, darf der Käufer den Preis mindern."
    assert [s.of(text) for s in _of(text, "Preis", "de").conditions] == ["Falls Mängel vorliegen"]
    text = "임차인이 차임을 연체한 경우 임대인은 계약을 해지할 수 있다."
    assert [s.of(text) for s in _of(text, "계약", "ko").conditions] == ["임차인이 차임을 연체한 경우"]


def test_cues_in_order_with_their_words() -> None:
    text = "Kein Erguss links; Z. n. Sturz."
    assert [(c.kind, c.value, c.span.of(text)) for c in cues(text, "de")] == [
        ("negated", "yes", "Kein"),
        ("side", "left", "links"),
        ("temporality", "historical", "Z. n."),
    ]


def test_english_within_korean() -> None:
    assert _of("흉부 CT: no evidence of pneumonia, 객혈 없음", "pneumonia").negated
    assert _of("흉부 CT: no evidence of pneumonia, 객혈 없음", "객혈").negated


@pytest.mark.parametrize(
    ("text", "language"),
    [("kein Fieber", "de"), ("no fever", "en"), ("발열 없음, CT 시행", "ko"), ("Übelkeit", "de"), ("", "en")],
)
def test_language_of_rules(text: str, language: str) -> None:
    assert rule_language(text, None) == language
    assert rule_language(text, "fr") == "fr"


def test_no_rules_for_a_language_affirm_all() -> None:
    (found,) = annotate("Pas de fièvre, no fever", "es")
    assert found == Assertion(Span(0, 23))


def test_a_span_beyond_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond a text of 3"):
        annotate("abc", "en", [Span(1, 9)])


ODD = [
    "",
    " \n\f\t",
    "🙂🩺 no 🫀 pain 🙂",
    "İİİ no İnfection left",
    "발열없음no fever통증(-)왼쪽",
    "لا توجد حمى ولا سعال",
    "没有发热。无咳嗽。",
    "no" * 10,
    "\u0000\ufeff no fever",
    "e\u0301 no\u0301 fever",
]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("language", ["en", "de", "ko", "fr", None])
def test_odd_texts(text: str, language: str | None) -> None:
    for found in annotate(text, language):
        assert 0 <= found.span.start < found.span.end <= len(text)
    for cue in cues(text, language):
        assert cue.span.of(text).strip()


_PIECES = st.sampled_from(
    ["no ", "kein ", "없음", "left", ", ", ". ", "\n", "\n\n", "HISTORY: ", "if ", "다만, ", "must not ", "가", "(-)",
     "ist ", "schließt ", "aus", "2015", "'", "🙂", "but ", "않", "may "]
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(_PIECES, max_size=40), st.sampled_from(["en", "de", "ko"]))
def test_spans_are_true_whatever_the_text(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    found = annotate(text, language)
    assert all(a.span.end <= b.span.start for a, b in pairwise(found))
    assert annotate(text, language) == found
    for assertion in found:
        assert all(c.span.end <= len(text) and c.span.of(text) for c in assertion.cues)
        assert all(s.end <= len(text) for s in assertion.conditions)


@pytest.mark.parametrize(
    "unit",
    [
        "word ",
        "no ",
        "x",
        "left right no may if but ",
        "schließt ist hat kann ",
        "HISTORY: ",
        "없음",
        "발열은 없고 우측 통증이 있으면 ",
        "if ",
        "\n",
        "(((",
        "no. 4 ",
        "kann-",
        "hat a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a ",
        "AA-BB/",
        "A ",
        "1.",
    ],
)
def test_time_grows_with_the_text_and_not_with_its_square(unit: str, linear_time: Callable[..., None]) -> None:
    language = "ko" if unit > "가" else "de" if unit[:3] in ("sch", "kan", "hat") else "en"
    linear_time(lambda size: annotate((unit * (size // len(unit) + 1))[:size], language), 10_000, 80_000)


def test_many_spans_cost_what_they_are(linear_time: Callable[..., None]) -> None:
    def work(pieces: int) -> None:
        text = "no left if may but " * pieces
        spans = [Span(i, i + 3) for i in range(0, len(text) - 3, 19)]
        assert len(annotate(text, "en", spans)) == len(spans)

    linear_time(work, 500, 4_000)


def test_a_condition_is_a_wall() -> None:
    (whole,) = annotate("If no fever occurs, the nurse may give aspirin.", "en")
    assert (whole.negated, whole.modality) == (False, "may")
    text = "If no fever occurs, the nurse may give aspirin."
    assert not _of(text, "aspirin", "en").negated
    assert _of(text, "fever", "en").negated
    assert _of(text, "fever", "en").modality == ""
    text = "The Employee may, if the Company agrees, disclose the data."
    assert _of(text, "data", "en").certainty == "certain"
    assert [s.of(text) for s in _of(text, "data", "en").conditions] == ["if the Company agrees"]


def test_a_megabyte_in_one_line(linear_time: Callable[..., None]) -> None:
    line = "The left lung shows no infiltrate and the patient may leave if stable "
    linear_time(lambda lines: annotate(line * lines, "en"), 1_500, 15_000)
