from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.answer import Answer
from casefolio.eval.assertions import AssertionTask, flag_everything, read_assertion_set
from casefolio.eval.baseline import WordOverlap
from casefolio.eval.faults import Faults
from casefolio.eval.grounding import Detection, GroundingTask, lexical_gate, read_grounding_set
from casefolio.eval.grounding import flag_everything as flag_response
from casefolio.eval.measures.assertions import score_assertions
from casefolio.eval.measures.detectors import auc, balanced_accuracy, best_threshold, cross_fitted, score_grounding
from casefolio.eval.measures.pairs import score_pairs
from casefolio.eval.measures.twins import score_twins
from casefolio.eval.pairs import PairTask, read_pair_set
from casefolio.eval.sets import load_sets
from casefolio.eval.statistics import kappa_of
from casefolio.eval.system import Configuration
from casefolio.eval.twins import TwinTask
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Span
from casefolio.ingest.errors import SetError


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def test_auc_by_hand() -> None:
    scores, positive = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])
    # pairs: .9 beats both, .4 ties once and beats once
    assert auc(scores, positive) == pytest.approx((2 + 0.5 + 1) / 4)
    assert math.isnan(auc(scores, np.array([True] * 4)))


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.booleans()), min_size=2, max_size=30))
def test_auc_counts_pairs(pairs: list[tuple[float, bool]]) -> None:
    positive = [s for s, p in pairs if p]
    negative = [s for s, p in pairs if not p]
    got = auc(np.array([s for s, _ in pairs]), np.array([p for _, p in pairs]))
    if not positive or not negative:
        assert math.isnan(got)
    else:
        won = sum((a > b) + 0.5 * (a == b) for a in positive for b in negative)
        assert got == pytest.approx(won / len(positive) / len(negative))


def test_balanced_accuracy_and_kappa_by_hand() -> None:
    assert balanced_accuracy(np.array([3.0, 2.0, 1.0, 6.0])) == pytest.approx((3 / 4 + 6 / 8) / 2)
    # 20 agree on yes, 15 on no, 5 and 10 differ: observed .7, chance .5
    assert kappa_of(np.array([20.0, 5.0, 10.0, 15.0])) == pytest.approx(0.4)
    assert math.isnan(float(kappa_of(np.array([4.0, 0.0, 0.0, 0.0]))))


def test_the_best_threshold_by_hand() -> None:
    doubt, positive = np.array([0.9, 0.8, 0.3, 0.1]), np.array([True, False, True, False])
    # from .9: F1 2/3; from .8: 2/4; from .3: 4/5
    assert best_threshold(doubt, positive) == 0.3


def test_a_cross_fitted_threshold_never_sees_its_own_group() -> None:
    groups = [f"q{i}" for i in range(40)]
    doubt = np.array([i / 40 for i in range(40)])
    flags = cross_fitted(doubt, doubt >= 0.5, groups)
    assert np.mean(flags == (doubt >= 0.5)) > 0.9
    # labels flipped in one group change nothing in how that group is flagged
    labels = doubt >= 0.5
    labels[7] = True
    assert cross_fitted(doubt, labels, groups)[7] == flags[7]


ROWS: list[dict[str, object]] = [
    {"id": "1", "question": "q1", "contexts": ["Lactate was 4 mmol/l."], "response": "Lactate was 4. It rose to 9.",
     "labels": [{"start": 15, "end": 28}]},
    {"id": "2", "question": "q2", "contexts": ["He takes warfarin."], "response": "He takes warfarin.", "labels": []},
    {"id": "3", "question": "q3", "contexts": ["She has gout."], "response": "She has gout.", "labels": []},
]  # fmt: skip


def test_scores_of_a_detector_by_hand(tmp_path: Path) -> None:
    found = load_sets([write(tmp_path / "grounding.jsonl", ROWS)])[0]

    def detector(response: str, contexts: object, question: str, language: str | None) -> Detection:
        if response.startswith("Lactate"):
            return Detection(0.2, (Span(10, 28),))
        return Detection(0.4 if "gout" in response else 0.9, ())

    task = GroundingTask(found, "mine", detector)  # type: ignore[arg-type]
    scores = score_grounding([task.produce(item).record for item in task.items()])
    assert scores.figures["response F1"].value == pytest.approx(2 / 3)  # 1 and 3 flagged, 1 is right
    assert scores.figures["AUC"].value == 1.0
    assert scores.figures["balanced accuracy"].value == pytest.approx((1 + 1 / 2) / 2)
    assert scores.figures["span F1"].value == pytest.approx(2 * 13 / (2 * 13 + 5))
    assert scores.figures["decision right"].value == pytest.approx(2 / 3)
    assert scores.worst[0].id == "3"


def test_flagging_everything_has_the_f1_of_the_base_rate() -> None:
    same = {"language": "en", "question": "", "response": "abc", "contexts": ["x"], "grounded": 0.0}
    same |= {"flagged": [[0, 3]]}
    records = [{**same, "id": str(i), "group": str(i), "labels": [[0, 3]] if i < 2 else []} for i in range(10)]
    scores = score_grounding(records)
    assert scores.figures["response F1"].value == pytest.approx(2 * 0.2 / 1.2)
    assert scores.figures["balanced accuracy"].value == 0.5
    assert flag_response("abc", [], "", None) == Detection(0.0, (Span(0, 3),))


def test_the_lexical_gate_doubts_words_that_stand_nowhere() -> None:
    found = lexical_gate("Lactate was normal. Troponin doubled overnight.", ["The lactate was normal."], "", None)
    assert found.grounded == 0.0
    assert [s.of("Lactate was normal. Troponin doubled overnight.").strip() for s in found.flagged] == [
        "Troponin doubled overnight."
    ]
    assert lexical_gate("", ["x"], "", None) == Detection(1.0, ())


def test_a_label_past_the_end_of_the_response_is_a_fault(tmp_path: Path) -> None:
    faults = Faults()
    rows = [{**ROWS[0], "labels": [{"start": 5, "end": 99}]}, {**ROWS[0], "contexts": []}]
    read_grounding_set(write(tmp_path / "g.jsonl", rows), "g", faults)
    said = [str(f).rpartition("g.jsonl:")[2] for f in faults.found]
    assert said[0] == "1: labels[0].end: 5-99 is no stretch of the response (28 characters)"
    assert {s.split(":")[1].strip() for s in said} == {"labels[0].end", "contexts", "id"}


MENTIONS: list[dict[str, object]] = [
    {"id": "1", "sentence": "No EDEMA.", "concept": "edema", "start": 3, "end": 8, "negated": True,
     "temporality": "recent", "experiencer": "patient"},
    {"id": "2", "sentence": "EDEMA.", "concept": "EDEMA", "start": 0, "end": 5, "negated": False,
     "temporality": "historical", "experiencer": "family member"},
    {"id": "3", "text": "Edema?", "concept": "edema", "start": 0, "end": 5, "negated": False},
]  # fmt: skip


def test_scores_of_an_annotator_by_hand(tmp_path: Path) -> None:
    faults = Faults()
    found = read_assertion_set(write(tmp_path / "assertions.jsonl", MENTIONS), "a", faults)
    assert faults.found == []

    def annotator(text: str, span: Span, language: str | None) -> dict[str, bool]:
        return {"negated": text != "EDEMA.", "historical": text == "EDEMA.", "other person": False}

    task = AssertionTask(found, "mine", annotator)
    scores = score_assertions([task.produce(item).record for item in task.items()])
    assert scores.figures["negated F1"].value == pytest.approx(2 / 3)
    assert scores.figures["negated precision"].value == 0.5
    assert scores.figures["historical F1"].value == 1.0
    assert scores.figures["historical F1"].n == 2  # the third has no label of it
    assert scores.figures["other person F1"].value == 0.0
    assert scores.figures["all aspects right"].value == pytest.approx(1 / 3)
    assert flag_everything("", Span(0, 0), None)["negated"]


def test_a_concept_that_does_not_stand_there_is_a_fault(tmp_path: Path) -> None:
    faults = Faults()
    read_assertion_set(write(tmp_path / "a.jsonl", [{**MENTIONS[0], "start": 2}]), "a", faults)
    assert "concept: 'edema' is not what stands at 2-8" in str(faults.found[0])


PAIRS: list[dict[str, object]] = [
    {"id": "1", "quote": "left leg", "claim": "right leg", "label": "contradicted", "kind": "side", "language": "en"},
    {"id": "2", "quote": "5 mg", "claim": "50 mg", "label": "contradiction", "kind": "dose", "language": "en"},
    {"id": "3", "quote": "5 mg", "claim": "5mg", "label": "entailment", "kind": "dose", "language": "en"},
    {"id": "4", "quote": "gout", "claim": "gout", "label": "supported", "kind": "side", "language": "de"},
    {"id": "5", "quote": "gout", "claim": "fever", "label": "neutral", "language": "de"},
]  # fmt: skip


def test_scores_of_a_verifier_by_hand(tmp_path: Path) -> None:
    faults = Faults()
    found = read_pair_set(write(tmp_path / "twins.jsonl", PAIRS), "twins", faults)
    assert faults.found == []
    verdicts = {"right leg": "contradicted", "50 mg": "supported", "5mg": "contradicted", "gout": "supported"}
    task = PairTask(found, "mine", lambda claim, quote, language: (verdicts.get(claim, "unsupported"), 0.5))
    scores = score_pairs([task.produce(item).record for item in task.items()])
    assert scores.figures["contradictions found"].value == 1 / 2
    assert scores.figures["contradictions let through"].value == 1 / 2
    assert scores.figures["false alarms"].value == 1 / 2
    assert scores.figures["support found"].value == 1 / 2
    assert scores.figures["contradiction precision"].value == 1 / 2
    assert scores.figures["accuracy"].value == 3 / 5
    assert scores.breakdown["kind"]["dose"].value == 0.0
    assert scores.breakdown["language"]["de"].value == 1.0
    assert [w.id for w in scores.worst] == ["2", "3"]


def test_forms_of_sets_are_told_by_their_fields(tmp_path: Path) -> None:
    write(tmp_path / "one.jsonl", PAIRS)
    write(tmp_path / "two.jsonl", MENTIONS)
    folder = tmp_path.name
    assert [(s.name, type(s).__name__) for s in load_sets([tmp_path])] == [
        (f"{folder}-one", "PairSet"), (f"{folder}-two", "AssertionSet")
    ]  # fmt: skip


def test_faults_of_all_sets_are_named_at_once(tmp_path: Path) -> None:
    write(tmp_path / "one.jsonl", [{**PAIRS[0], "label": "maybe"}])
    write(tmp_path / "two.jsonl", [{**MENTIONS[0], "end": 77}])
    with pytest.raises(SetError) as caught:
        load_sets([tmp_path, tmp_path / "nowhere"])
    for part in ("one.jsonl:1: label: must be one of", "two.jsonl:1: end: 3-77 is no stretch", "nowhere: is missing"):
        assert part in str(caught.value)


TWINS: list[dict[str, object]] = [
    {"id": "1", "question": "Which femur is broken, left?", "right": "The left femur is broken.",
     "wrong": "The right femur is broken.", "kind": "side", "language": "en"},
    {"id": "2", "question": "Who takes 5 mg?", "right": "She takes 5 mg.", "wrong": "She takes 50 mg.", "kind": "dose"},
    {"id": "3", "question": "zzz", "right": "Fever.", "wrong": "No fever."},
]  # fmt: skip


def test_twins_are_ranked_by_the_system_in_their_own_scope(tmp_path: Path) -> None:
    found = load_sets([write(tmp_path / "twins.jsonl", TWINS)])[0]

    class FirstOfScope:
        """Holds every file; returns the one of the scope whose words the question shares, ties in order of the name."""

        def __init__(self, folder: Path) -> None:
            self.all = WordOverlap(folder)
            self.files = {p.name for p in folder.iterdir()}

        def search(self, question: str, k: int = 10, *, scope: str | None = None) -> list[Hit]:
            assert scope
            names = {part.removeprefix("/") for part in scope.split(",")}
            assert names <= self.files
            assert len(names) == 2
            return [h for h in self.all.search(question, 10) if h.document in names][:k]

        def ask(self, question: str, *, scope: str | None = None) -> Answer:
            raise NotImplementedError

    task = TwinTask(found, Configuration("words"), lambda c, folder, index: FirstOfScope(folder), tmp_path / "w")  # type: ignore[arg-type]
    task.prepare()
    records = [task.produce(item).record for item in task.items()]
    assert [r["first"] for r in records] == ["right", "right", "none"]
    scores = score_twins(records)
    assert scores.figures["right twin first"].value == pytest.approx(2 / 3)
    assert scores.breakdown["kind"]["side"].value == 1.0
    assert scores.worst[0].found[0].marks == ((0, 4),)  # "No f" against "F"


def test_twins_that_do_not_differ_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SetError, match=r"twins\.jsonl:1: wrong: is the same as right"):
        load_sets([write(tmp_path / "twins.jsonl", [{**TWINS[0], "wrong": TWINS[0]["right"]}])])
