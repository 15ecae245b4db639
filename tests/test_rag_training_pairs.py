"""Pairs: read with their faults, made by rule, pseudonymised, mined, split, audited, asked for by a model."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from casefolio.generators.scripted import Scripted
from casefolio.ingest.document import Document
from casefolio.ingest.reading import read_file
from casefolio.training.audit_page import page
from casefolio.training.auditing import audit
from casefolio.training.batching import epoch_batches, make_batch
from casefolio.training.errors import TrainingError
from casefolio.training.making import _AMOUNT, pairs_by_rule, passages_of
from casefolio.training.mining import mine_bm25
from casefolio.training.pairs import Pair, read_pairs, write_pairs
from casefolio.training.ranking import measure, measure_all, set_of_pairs
from casefolio.training.recipes import recipe
from casefolio.training.shifting import shifted
from casefolio.training.splitting import split
from casefolio.training.surrogates import Surrogates, patterns

LETTER = """Klinikum Nordhafen, Abteilung für Innere Medizin

Entlassungsbrief

Wir berichten über Frau Erika Sommerfeld, geb. am 03.04.1950, wohnhaft Lindenallee 14, 29411 Moorkirchen.
Stationäre Aufnahme am 12.05.2024, Entlassung am 17.05.2024. Fallnummer: 48213377, Tel. 04711/556 77 80.

Diagnose
Paroxysmales Vorhofflimmern mit tachykarder Überleitung.

Anamnese
Frau Sommerfeld bemerkte am 11. Mai 2024 erstmals Herzrasen nach dem Treppensteigen.

Medikation
Apixaban 5 mg morgens und abends, Bisoprolol 2,5 mg morgens.

Mit freundlichen Grüßen
Prof. Dr. med. Otto Winterhalter
"""
OTHER = LETTER.replace("Erika Sommerfeld", "Bruno Kestner").replace("Sommerfeld", "Kestner").replace("Frau", "Herrn")


def spans(text):
    return [m.span() for m in re.finditer(r"\w+|[^\w\s]", text)]


def documents(tmp_path, **texts):
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    found = [read_file(tmp_path, f"{name}.txt")[0] for name in texts]
    assert all(isinstance(d, Document) for d in found)
    return found


def test_faulty_rows_are_named_by_line_and_field(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text('{"query": "a", "positive": "b"}\n{"positive": ["b"]}\n\n{"query": "a", "positive": [3]}\nno\n')
    with pytest.raises(TrainingError) as caught:
        read_pairs(path)
    told = str(caught.value)
    assert "line 2: query is missing" in told
    assert "line 4: positive is" in told
    assert "line 5: no JSON" in told
    assert "line 1:" not in told


def test_rows_of_other_sets_are_read_and_written_back(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text(
        '{"query": "a", "pos": ["b", "c"], "neg": ["d"]}\n'
        '{"question": "e", "positive": [{"title": "t", "text": "f"}], "hard_neg": [{"text": "g"}], "answer_idx": [1]}\n'
    )
    pairs = read_pairs(path)
    assert pairs == [Pair("a", ("b", "c"), ("d",)), Pair("e", ("f",), ("g",))]
    write_pairs(tmp_path / "q.jsonl", pairs)
    assert read_pairs(tmp_path / "q.jsonl") == pairs
    (tmp_path / "t.tsv").write_text("Herz\theart\tC1\nLeber\tliver\tC2\n", encoding="utf-8")
    assert read_pairs(tmp_path / "t.tsv")[1] == Pair("Leber", ("liver",), label="C2")


def test_rules_ask_for_what_stands_there_and_name_whose_it_is(tmp_path):
    passages = passages_of(documents(tmp_path, brief=LETTER), spans, 60)
    pairs = pairs_by_rule(passages, 30, 0)
    assert pairs == pairs_by_rule(passages, 30, 0)
    kinds = {p.template.split(".")[1] for p in pairs}
    assert {"field_physician", "field_born", "heading", "kind/medication", "keywords", "when", "amount"} <= kinds
    assert {p.group for p in pairs} == {"erika sommerfeld"}
    for pair in pairs:
        assert pair.query.strip()
        if pair.template.split(".")[1] in ("field_born", "field_physician", "label"):
            assert pair.answer.split()[0] in pair.positive[0]
    physician = next(p for p in pairs if "field_physician" in p.template)
    assert physician.answer == "Otto Winterhalter"
    assert "sommerfeld" in physician.query.lower()


def test_pseudonymised_pairs_hold_nobody(tmp_path):
    found = documents(tmp_path, a=LETTER, b=OTHER)
    pairs = pairs_by_rule(passages_of(found, spans, 60), 30, 0)
    new = [Surrogates(found, "secret").pair(p) for p in pairs]
    told = json.dumps(
        [[p.query, p.positive, p.answer, p.passage, p.group, p.document] for p in new], ensure_ascii=False
    )
    for secret in (
        "Sommerfeld",
        "Erika",
        "Kestner",
        "Bruno",
        "Winterhalter",
        "Otto",
        "48213377",
        "556 77 80",
        "Lindenallee",
    ):
        assert secret.lower() not in told.lower(), secret
    for day in ("03.04.1950", "12.05.2024", "11. Mai 2024", "29411 Moorkirchen"):
        assert day not in told
    assert "Apixaban 5 mg" in told
    assert "2,5 mg" in told
    by_person = {}
    for old, pair in zip(pairs, new, strict=True):
        by_person.setdefault(old.group, set()).add(pair.group)
    assert all(len(groups) == 1 for groups in by_person.values())
    assert len(set.union(*by_person.values())) == 2
    again = [Surrogates(found, "secret").pair(p) for p in pairs]
    assert again == new
    assert [Surrogates(found, "other").pair(p) for p in pairs] != new


def test_who_signs_is_found_without_a_title():
    from casefolio.training.surrogates import _person_patterns

    for rule in _person_patterns():
        text = rule.example.replace("<<", "").replace(">>", "")
        assert [m["value"] for m in rule.pattern.finditer(text)] == [re.search("<<(.*)>>", rule.example)[1]]


def test_the_town_behind_a_code_is_replaced_with_it():
    text = "DE 80331 München"
    for rule in patterns():
        text = rule.pattern.sub("*", text)
    assert text == "DE *"


@pytest.mark.parametrize("rule", patterns(), ids=lambda r: f"{r.kind}-{r.example[:18]}")
def test_each_pattern_finds_its_example_and_no_more(rule):
    text = rule.example.replace("<<", "").replace(">>", "")
    wanted = re.search("<<(.*)>>", rule.example)[1]
    assert [m[0] for m in rule.pattern.finditer(text)] == [wanted]


@pytest.mark.parametrize(
    ("text", "moved", "language"),
    [
        ("am 3.4.2021 und 28.02.24", "am 4.4.2021 und 29.02.24", "de"),
        ("on 2021-12-31 and 02/28/2023", "on 2022-01-01 and 03/01/2023", "en"),
        ("31 March 2021; April 30, 2021", "1 April 2021; May 1, 2021", "en"),
        ("3. April 2021", "4. April 2021", "de"),
        ("2021년 4월 30일, 5월 1일", "2021년 5월 1일, 5월 2일", "ko"),
        (
            "im Jahr 2021, Ziffer 4.2.1, 5 mg, 12:30 Uhr, 37.5",
            "im Jahr 2021, Ziffer 4.2.1, 5 mg, 12:30 Uhr, 37.5",
            "de",
        ),
    ],
)
def test_dates_move_and_keep_their_form(text, moved, language):
    assert shifted(text, 1, language) == moved


def test_no_batch_holds_two_rows_of_one_passage_and_answers_are_no_negatives():
    pairs = [Pair(f"q{i}", (f"p{i % 5}",), document="d", answer="5 mg" if i == 0 else "") for i in range(20)]
    for batch in epoch_batches(pairs, 4, 0, 0):
        assert len({pairs[i].positive for i in batch}) == 4
    assert epoch_batches(pairs, 4, 0, 0) == epoch_batches(pairs, 4, 0, 0) != epoch_batches(pairs, 4, 0, 1)
    rows = [
        Pair("dose", ("takes 5 mg",), document="d", answer="5 mg"),
        Pair("other", ("again 5 mg",), document="d"),
        Pair("third", ("again 5 mg of another",), document="e"),
    ]
    allowed = make_batch(rows, recipe("miracle"), 0, 0).allowed
    assert allowed.tolist() == [[True, False, True], [True, True, True], [True, True, True]]


def test_mined_negatives_share_words_and_do_not_answer():
    pairs = [
        Pair("dose of warfarin", ("Warfarin 5 mg daily.",), document="a", answer="5 mg"),
        Pair("warfarin stopped", ("Warfarin was stopped, the dose had been low.",), document="b"),
        Pair("dose again", ("The dose of warfarin stays 5 mg.",), document="a", answer="stays"),
        Pair("the lease", ("The tenant pays rent.",), document="c"),
    ]
    mined = mine_bm25(pairs, 1)
    assert mined[0].negative == ("Warfarin was stopped, the dose had been low.",)
    assert all(not set(p.negative) & set(p.positive) for p in mined)


def test_a_split_leaks_neither_people_nor_wordings():
    pairs = [Pair(f"q{i}{t}", (f"p{i}",), group=f"g{i % 10}", template=f"t{t}") for i in range(40) for t in range(8)]
    train, dev = split(pairs)
    assert train
    assert dev
    assert not {p.group for p in train} & {p.group for p in dev}
    assert not {p.template for p in train} & {p.template for p in dev}


def test_figures_of_rankings_are_those_of_the_formulas():
    found = measure(frozenset({1, 4}), [1, 0, 4, 2, 3])
    assert found["mAP@100"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["nDCG@10"] == pytest.approx((1 + 0.5) / (1 + 1 / 1.584962500721156))
    assert (found["recall@1"], found["recall@5"]) == (0.5, 1.0)


def test_patient_centred_looks_among_ones_own_passages():
    import numpy as np

    pairs = [Pair("q", ("mine",), group="a"), Pair("r", ("also mine",), group="a"), Pair("s", ("theirs",), group="b")]
    data = set_of_pairs(pairs)
    passages = np.array([[0.5, 0], [0, 1], [1, 0]], np.float32)
    found = measure_all(data, np.array([[1, 0], [0, 1], [1, 0]], np.float32), passages)
    assert found["cross-patient"][0]["mAP@100"] == 0.5
    assert found["patient-centred"][0]["mAP@100"] == 1.0


def sound():
    drugs = ["apixaban", "ramipril", "metformin", "digoxin", "torasemid", "insulin"]
    return [
        Pair(
            f"dose of {drug} for patient {who}",
            (f"{who} takes {drug} {i + 2}5 mg each morning since the operation.",),
            (f"{who} was seen by the cardiologist about walking distance {i}.",),
            group=who.lower(), document=who, answer=f"{drug} {i + 2}5 mg", language="en",
        )
        for i, (drug, who) in enumerate(zip(drugs, ["Abel", "Birk", "Corvin", "Dahl", "Engel", "Falk"], strict=True))
    ]  # fmt: skip


def test_the_audit_finds_planted_faults_and_spares_sound_pairs():
    pairs = sound()
    assert not audit(pairs).findings
    planted = [
        *pairs,
        replace(pairs[0], query="Dose of apixaban for patient Abel?"),
        replace(pairs[1], answer="ramipril 95 mg"),
        replace(pairs[2], query="what does the patient take each morning since the operation", group="x", document="x"),
        replace(
            pairs[3],
            query="dose of digoxin, Dahl",
            negative=("Since the operation Dahl takes digoxin 55 mg each morning.",),
        ),
    ]
    found = audit(planted)
    assert {(f.pair, f.kind) for f in found.findings} == {
        (6, "duplicate"), (7, "duplicate"), (7, "unsupported"), (8, "nameless"), (9, "false negative"),
    }  # fmt: skip
    clean = found.clean()
    assert len(clean) == 7
    assert clean[-1].negative == ()
    assert found.shares()["duplicate"] == pytest.approx(0.2)
    shown = page(found)
    assert "says what pair 1 says" in shown
    assert "<script" not in page(audit([*pairs, replace(pairs[0], query="<script>alert(1)</script>", positive=("x",))]))


def test_the_readers_word_counts_where_it_is_sure():
    pairs = sound()
    logits = {pairs[0].positive[0]: -4.0, pairs[1].negative[0]: 5.0, pairs[2].positive[0]: -1.0}
    found = audit(pairs, lambda asked: [logits.get(text, 0.0) for _, text in asked])
    assert [(f.pair, f.kind, f.negative) for f in found.findings] == [(0, "unsupported", -1), (1, "false negative", 0)]


def test_a_model_asks_and_only_what_the_passage_holds_is_kept(tmp_path):
    from casefolio.training.asking_model import pairs_by_model

    passages = passages_of(documents(tmp_path, brief=LETTER), spans, 400)
    replies = '{"type": "natural", "question": "Welches Mittel?", "answer": "Apixaban 5 mg"}\n' \
        '{"type": "natural", "question": "Seit wann?", "answer": "seit 1999"}\nSicher, gern!\n'  # fmt: skip
    model = Scripted(*[replies] * len(passages))
    told = []
    pairs = pairs_by_model(passages, model, told.append)
    assert {p.answer for p in pairs} == {"Apixaban 5 mg"}
    assert "lines dropped" in told[-1]
    assert "Apixaban" in model.history[0].user + model.history[-1].user


@pytest.mark.parametrize(
    ("sentence", "is_one"),
    [("She takes 5 mg.", True), ("Die Kaution beträgt 900 €.", True), ("보증금은 500원이다.", True),
     ("within 14 days", True), ("in 3 Monaten", True), ("5 gesunde Kinder", False), ("room 12 daylight", False)],
)  # fmt: skip
def test_an_amount_is_a_number_with_a_unit_of_the_tables(sentence, is_one):
    assert (_AMOUNT.search(sentence) is not None) == is_one
