"""Rules and reader together: rules may contradict, the reader may doubt, both must agree to support."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from casefolio.answer import Verdict
from casefolio.cli import verify as verb
from casefolio.ingest.meaning.finding import Finding
from casefolio.reader.model import Relation
from casefolio.verification import reading
from casefolio.verification.deciding import LABELS, Ruled, judged, measures, weighing
from casefolio.verification.model import Model
from casefolio.verification.reading import speaking_part
from casefolio.verifying import grounding, verify

SUPPORTS, CONTRADICTS, NEITHER = (0.96, 0.02, 0.02), (0.02, 0.96, 0.02), (0.02, 0.02, 0.96)


class Reader:
    """Says the same of every pair, and remembers what it was given."""

    def __init__(self, relation: Relation) -> None:
        self.relation, self.given = relation, list[tuple[str, str]]()

    def claims(self, judged: Sequence[tuple[str, str]]) -> list[Relation]:
        self.given += judged
        return [self.relation] * len(judged)


@pytest.fixture
def view(monkeypatch: pytest.MonkeyPatch) -> Reader:
    found = Reader(SUPPORTS)
    monkeypatch.setattr(reading, "reader", lambda: found)
    return found


def test_a_paraphrase_that_shares_no_word_is_supported_by_the_reader(view: Reader) -> None:
    claim, quote = "Her kidneys got worse.", "Creatinine climbed while renal output dwindled."
    assert verify(claim, quote, "en", read=False).label == "unsupported"
    assert verify(claim, quote, "en").label == "supported"


def test_a_rule_contradicts_whatever_the_reader_says(view: Reader) -> None:
    assert verify("Lisinopril 20 mg is taken.", "Lisinopril 4 mg is taken.", "en").label == "contradicted"
    assert view.given == []


@pytest.mark.parametrize(
    ("kind", "detail", "missing", "final"),
    [
        ("number", "", 0.2, True), ("number", "", 0.5, False), ("negation", "", 0.5, False), ("side", "", 1.0, True),
        ("dose", "", 0.5, True), ("dose", "of another", 0.5, False), ("time", "", 0.0, False),
    ],
)  # fmt: skip
def test_a_conflict_is_final_only_near_the_words_of_its_quote(
    kind: str, detail: str, missing: float, final: bool
) -> None:
    found = Finding(kind, "conflict", None, None, detail=detail)
    assert Ruled(Verdict("contradicted", 0.1, ()), (found,), missing).settled is final


def test_the_reader_doubts_what_covers_all_words(view: Reader) -> None:
    view.relation = NEITHER
    claim, quote = "The baker praised the florist.", "The florist praised the baker."
    assert verify(claim, quote, "en", read=False).label == "supported"
    assert verify(claim, quote, "en").label == "unsupported"


def test_no_reading_makes_up_for_a_number_that_is_not_there(view: Reader) -> None:
    assert verify("The lease runs for 7 years.", "The lease is a long one.", "en").label == "unsupported"


def test_the_reader_contradicts_in_other_words(view: Reader) -> None:
    view.relation = CONTRADICTS
    assert verify("He can walk by himself.", "He needs two people to get out of bed.", "en").label == "contradicted"


def test_a_sentence_of_the_quote_is_not_read_at_all(view: Reader) -> None:
    view.relation = CONTRADICTS
    assert verify("The lease is a long one.", "The lease is a long one.", "en").label == "supported"
    assert view.given == []


def test_a_note_in_its_own_words_needs_no_reading(view: Reader) -> None:
    view.relation = NEITHER
    assert (
        verify("There is no rash of the trunk.", "Clear lungs. No rash of the trunk. Well.", "en").label == "supported"
    )
    assert verify("There is no rash.", "No rash unless penicillin is given.", "en").label == "unsupported"
    assert verify("Es besteht keine Atemnot.", "Keine Atemnot. Kein Fieber.", "de").label == "supported"


@pytest.mark.parametrize(("relation", "label"), [(CONTRADICTS, "contradicted"), (NEITHER, "unsupported")])
def test_a_negation_alone_contradicts_where_the_reader_sees_one_too(
    view: Reader, relation: Relation, label: str
) -> None:
    view.relation = relation
    claim, quote = "There is a rash of the trunk.", "Clear lungs. No rash of the trunk."
    assert verify(claim, quote, "en").label == label
    assert verify(claim, quote, "en", read=False).label == "contradicted"


@pytest.mark.parametrize(
    ("language", "quote", "claim"),
    [
        ("en", "Mr Hale, formerly director of the company, signed.", "Mr Hale is director of the company."),
        ("de", "Die Kaution wird erstattet, es sei denn, die Schlüssel fehlen.",
         "Die Kaution wird erstattet, wenn die Schlüssel fehlen."),
        ("ko", "대금은 인도 후에 지급한다.", "대금은 인도 전에 지급한다."),
        ("ko", "아내가 천식으로 치료 중이다.", "남편이 천식으로 치료 중이다."),
    ],
)  # fmt: skip
def test_nothing_is_supported_to_which_a_rule_objects(view: Reader, language: str, quote: str, claim: str) -> None:
    assert verify(claim, quote, language).label != "supported"


@pytest.mark.parametrize(("against", "label"), [(0.5, "unsupported"), (0.97, "contradicted")])
def test_where_a_value_agrees_the_reader_must_be_surer_to_contradict(view: Reader, against: float, label: str) -> None:
    view.relation = ((1 - against) / 2, against, (1 - against) / 2)
    assert verify("Ramipril 5 mg helps her.", "Ramipril 5 mg did nothing for the lady.", "en").label == label


def test_of_a_long_quote_the_part_that_speaks_is_read() -> None:
    filler = "Nothing else of interest was noted on the ward that day. " * 40
    quote = f"{filler}The goats were vaccinated in autumn. {filler}"
    part = speaking_part("Goats got a vaccine in autumn.", quote, "en")
    assert "goats were vaccinated" in part
    assert len(part) <= 900


def test_without_weights_the_rules_decide_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reading, "reader", lambda: None)
    monkeypatch.setattr(verb, "reader", lambda: None)
    file = tmp_path / "pairs.jsonl"
    file.write_text(json.dumps({"id": 1, "claim": "No fever.", "quote": "She had no fever."}) + "\n", encoding="utf-8")
    verb.run(argparse.Namespace(file=str(file)))
    said = capsys.readouterr()
    assert "rules alone" in said.err
    assert json.loads(said.out)["verdict"] == verify("No fever.", "She had no fever.", read=False).label


def test_the_score_of_a_response_decides_at_one_half() -> None:
    model = Model(("x",), (1.0,), 0.0, 0.2)
    assert model.centred(0.2) == pytest.approx(0.5)
    assert model.centred(0.1) < 0.5 < model.centred(0.3)
    contexts = ["The kiln was lit on Monday and reached 900 degrees by noon."]
    for response in ("The kiln was lit on Monday.", "The kiln exploded in Naples after a bishop had cursed it twice."):
        found = grounding("", contexts, response, "en")
        assert found.grounded == (found.score > 0.5)
        assert all((c.label == "supported") == (c.score > 0.5) for c in found.claims)


@pytest.mark.parametrize(
    ("claim", "quote", "language", "label"),
    [
        ("Two toes are dead.", "Wet gangrene of the last toes.", "en", "supported"),
        ("12 toes are dead.", "Wet gangrene of the last toes.", "en", "unsupported"),
        ("Beide Brüder und zwei Schwestern leben.", "Alle Geschwister leben noch.", "de", "supported"),
        ("Am 4. Mai kam der Bote.", "Der Bote kam im Frühling.", "de", "unsupported"),
        ("두 가지 주사를 놓았다.", "파상풍과 독감 백신을 맞혔다.", "ko", "supported"),
        ("300만원을 깎아 주었다.", "냉장고가 낡아서 값을 내렸다.", "ko", "unsupported"),
    ],
)
def test_what_is_counted_in_words_may_be_read_and_what_stands_in_digits_must_stand_there(
    view: Reader, claim: str, quote: str, language: str, label: str
) -> None:
    view.relation = (0.99, 0.005, 0.005)
    assert verify(claim, quote, language).label == label


def test_the_model_weighs_what_is_measured_and_nothing_else() -> None:
    ruled = Ruled(Verdict("unsupported", 0.3), (), 0.5)
    model = weighing()
    assert set(model.weights) == set(model.bias) == set(LABELS)
    assert all(set(weights) == set(measures(ruled, NEITHER)) for weights in model.weights.values())
    assert sum(model.probabilities(measures(ruled, NEITHER))) == pytest.approx(1)


@pytest.mark.parametrize(("view_", "label"), [(SUPPORTS, LABELS[0]), (CONTRADICTS, LABELS[1]), (NEITHER, LABELS[2])])
def test_a_sure_reader_is_believed_where_no_rule_objects_and_the_score_agrees(view_: Relation, label: str) -> None:
    verdict = judged(Ruled(Verdict("unsupported", 0.3), (), 0.5), view_)
    assert verdict.label == label
    assert (verdict.score >= 0.5) == (label == "supported")
