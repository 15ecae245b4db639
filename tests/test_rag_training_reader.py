"""The reader's training on one small layer: rows, stretches, losses, a kill in the middle, the 8-bit file."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from casefolio.ingest.document import Span
from casefolio.reader.framing import BEGIN, END, question_frame
from casefolio.training.corpus import case_folders, find_quote, read_case_folder
from casefolio.training.errors import TrainingError
from casefolio.training.naming_people import with_person
from casefolio.training.reader_examples import collate, make_example
from casefolio.training.reader_rows import Row, read_rows, rows_of_folder

pytestmark = pytest.mark.usefixtures("own_cache")

NOTE = """Ward note

Harold Pemberton, bed 4. Apixaban 2.5 mg was stopped on 3 May because of bleeding.

Plan
Restart after review by Dr. Okoye. Weight 71 kg.
"""


def words(text):
    """One token a word, as a tokenizer of the family would: ids from 10 up."""
    found, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        found.append((10 + sum(map(ord, word)) % 900, (at, at + len(word))))
        at += len(word)
    return [i for i, _ in found], [o for _, o in found]


@pytest.fixture
def case(tmp_path):
    folder = tmp_path / "part" / "pemberton"
    folder.mkdir(parents=True)
    (folder / "note.txt").write_text(NOTE, encoding="utf-8")
    (folder / "labs.csv").write_text("Test,3 May,4 May\nCreatinine,88,91\n", encoding="utf-8")
    (folder / "questions.tsv").write_text(
        "f1.1\tdose\tHow much apixaban did he get?\tnote.txt|2.5 mg\t2.5 mg\n"
        "# a comment\n"
        "f1.2\tnone-other-person\tapixaban of Joan\t- note.txt|Apixaban 2.5 mg\t-\n"
        "f2.1\tvalue\tcreatinine 4 May\tlabs.csv|{Creatinine,88,}91\t91\n",
        encoding="utf-8",
    )
    (folder / "claims.tsv").write_text("contradicts\tnote.txt|Apixaban 2.5 mg was stopped\tHe takes apixaban.\n")
    return folder


def test_every_folder_of_the_corpus_in_the_box_holds_its_quotes():
    folders = case_folders(Path(__file__).parents[1] / "examples" / "corpus")
    assert folders
    for folder in folders:
        read = read_case_folder(folder)  # raises, naming the line, where a document does not hold a quote
        assert read.questions or read.claims


def test_every_line_of_the_excerpts_in_the_box_is_sound():
    files = sorted((Path(__file__).parents[1] / "examples" / "excerpts").glob("*.jsonl"))
    rows = [row for file in files for row in read_rows(file)]  # raises, naming the line, where one is not
    assert {row.language for row in rows} == {"en", "de", "ko"}
    for of_claims in (True, False):
        some = [row for row in rows if (row.label >= 0) == of_claims]
        assert any(row.held for row in some)
        assert any(not row.held for row in some)
    papers = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    held = {paper["passage"] for paper in papers if paper.get("held")}
    assert not held & {paper["passage"] for paper in papers if not paper.get("held")}


def test_a_case_folder_gives_rows_whose_answers_stand_where_they_say(case):
    read = read_case_folder(case)
    rows = rows_of_folder(read, lambda text: words(text)[1], 0)
    gold = {(r.asked, r.passage[a.start : a.end]) for r in rows for a in r.answers}
    assert {("How much apixaban did he get?", "2.5 mg"), ("creatinine 4 May", "91")} <= gold
    missed = [r for r in rows if r.asked == "apixaban of Joan"]
    assert missed
    assert not any(r.answers for r in missed)
    assert any("Apixaban 2.5 mg" in r.passage for r in missed)
    claims = [r for r in rows if r.label >= 0]
    assert claims[0].label == 1
    assert claims[0].passage == "Apixaban 2.5 mg was stopped"
    assert all("pemberton" in r.header.lower() for r in rows if r.label < 0)


def test_faults_of_a_case_folder_are_named_by_line(case):
    (case / "questions.tsv").write_text("f1\tdose\tq\tnote.txt|7.5 mg\ta\nf2\tdose\tq\nf3\tdose\tq\tgone.txt|x\ta\n")
    with pytest.raises(TrainingError) as caught:
        read_case_folder(case)
    told = str(caught.value)
    assert "questions.tsv line 1: note.txt does not hold the quote" in told
    assert "line 2: 3 fields, wanted 5" in told
    assert "line 3: there is no document gone.txt" in told


def test_quotes_are_found_over_line_ends_and_behind_what_precedes_them():
    text = "Day 1: 5 mg\nDay 2: 5 mg\nno known\ndrug allergy"
    assert find_quote(text, "{Day 2: }5 mg") == Span(19, 23)
    assert find_quote(text, "no known\\ndrug allergy").of(text) == "no known\ndrug allergy"
    assert find_quote(text, "no known drug allergy").of(text) == "no known\ndrug allergy"
    assert find_quote(text, "6 mg") is None


def test_rows_of_a_file_are_checked(tmp_path):
    path = tmp_path / "rows.jsonl"
    good = {"question": "q", "passage": "takes 5 mg", "answers": [{"text": "5 mg"}]}
    path.write_text(
        "\n".join(
            [
                json.dumps(good),
                json.dumps(good | {"answers": [{"start": 8, "end": 30}]}),
                '{"claim": "c", "passage": "p"}',
            ]
        )
    )
    with pytest.raises(TrainingError) as caught:
        read_rows(path)
    assert "line 2: an answer does not stand in the passage" in str(caught.value)
    assert "line 3: label is None" in str(caught.value)
    path.write_text(json.dumps(good))
    assert read_rows(path)[0].answers == (Span(6, 10),)


def test_a_line_may_hold_all_that_is_asked_and_claimed_of_a_passage(tmp_path):
    line = {
        "passage": "Born 3 May 1950. Apixaban was stopped.",
        "header": "Letter",
        "language": "en",
        "asked": [
            {"questions": ["date of birth", "when was he born"], "answers": [{"text": "3 May 1950"}]},
            {"questions": ["who is the GP"], "answers": []},
        ],
        "claims": [
            {"claim": "He takes apixaban.", "label": "contradicts", "quote": "Apixaban was stopped."},
            {"claim": "He was born in May.", "label": "supports"},
        ],
    }
    path = tmp_path / "excerpts.jsonl"
    path.write_text(json.dumps(line) + "\n")
    rows = read_rows(path)
    asked = [(r.asked, [r.passage[a.start : a.end] for a in r.answers], r.header) for r in rows if r.label < 0]
    assert asked == [
        ("date of birth", ["3 May 1950"], "Letter"),
        ("when was he born", ["3 May 1950"], "Letter"),
        ("who is the GP", [], "Letter"),
    ]
    claimed = [(r.asked, r.passage, r.label) for r in rows if r.label >= 0]
    assert claimed == [
        ("He takes apixaban.", "Apixaban was stopped.", 1),
        ("He was born in May.", line["passage"], 0),
    ]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"asked": [{"questions": [], "answers": []}]}, "questions is missing"),
        ({"asked": {"questions": ["q"]}}, "asked is no list of objects"),
        ({"asked": [{"questions": ["q"]}]}, "answers is no list"),
        (
            {"asked": [{"questions": ["q"], "answers": [], "near": [{"start": 9, "end": 99}]}]},
            "an answer does not stand",
        ),
        (
            {"claims": [{"claim": "c", "label": "supports", "quote": "other"}]},
            "a quote does not stand in the passage",
        ),
        ({"claims": [{"claim": "c", "label": "supports", "quote": ""}]}, "a quote does not stand in the passage"),
        ({"claims": [{"claim": "c", "label": "true"}]}, "label is 'true'"),
        ({"asked": []}, "asked or claims must hold something"),
        ({"question": "q", "answers": [], "claims": [{"claim": "c", "label": "supports"}]}, "asked or claims must"),
    ],
)
def test_faults_of_such_a_line_are_named(tmp_path, part, said):
    path = tmp_path / "excerpts.jsonl"
    path.write_text(json.dumps({"passage": "Born 3 May 1950."} | part) + "\n")
    with pytest.raises(TrainingError, match=f"line 1: {said}"):
        read_rows(path)


def test_a_stretch_of_a_long_passage_keeps_its_answer_in_place():
    passage = " ".join(f"word{i}" for i in range(900))
    start = passage.index("word700")
    row = Row("which", passage, "letter · Ada", (Span(start, start + 15),))
    tokenize = words
    for seed in range(20):
        example = make_example(row, tokenize, np.random.default_rng(seed), training=True)
        if example.answers:
            (begin, end), frame = example.gold[0], example.frame
            assert frame.ids[begin] == words("word700")[0][0]
            assert frame.ids[end] == words("word701")[0][0]
    judged = make_example(row, tokenize, np.random.default_rng(0), training=False)
    assert judged.answers == 1
    assert judged == make_example(row, tokenize, np.random.default_rng(9), training=False)


def test_of_a_paper_whole_lines_are_read_around_an_answer_or_clear_of_all(monkeypatch):
    monkeypatch.setattr("casefolio.training.reader_examples._CUT", 1.0)
    lines = [f"line{k} " + " ".join(f"word{k}x{i}" for i in range(12)) for k in range(12)]
    passage = "\n".join(lines)
    start = passage.index("word5x3")
    row = Row("which", passage, "letter · Ada", (Span(start, start + 15),), paper=True)
    met = {0: 0, 1: 0}
    for seed in range(300):
        example = make_example(row, words, np.random.default_rng(seed), training=True)
        frame, found = example.frame, example.gold
        met[example.answers] += 1
        if found:
            assert frame.ids[found[0][0]] == words("word5x3")[0][0]
            assert frame.ids[found[0][1]] == words("word5x4")[0][0]
        if len(frame.offsets) < len(words(passage)[0]):
            assert frame.ids[frame.start] in [words(f"line{k}")[0][0] for k in range(12)]
            assert len(frame.offsets) <= 169
    assert met[0] > 60
    assert met[1] > 150
    judged = make_example(row, words, np.random.default_rng(0), training=False)
    assert len(judged.frame.offsets) == len(words(passage)[0])


def test_of_a_paper_that_only_looks_as_if_it_answered_that_part_is_read(monkeypatch, tmp_path):
    monkeypatch.setattr("casefolio.training.reader_examples._CUT", 1.0)
    passage = "\n".join(f"line{k} " + " ".join(f"word{k}x{i}" for i in range(12)) for k in range(12))
    start = passage.index("word7x3")
    path = tmp_path / "near.jsonl"
    asked = {"questions": ["who"], "answers": [], "near": [{"start": start, "end": start + 7}]}
    path.write_text(json.dumps({"passage": passage, "asked": [asked]}) + "\n", encoding="utf-8")
    (row,) = read_rows(path)
    for seed in range(40):
        example = make_example(row, words, np.random.default_rng(seed), training=True)
        assert example.answers == 0
        assert words("word7x3")[0][0] in example.frame.ids


@pytest.mark.parametrize(
    "passage",
    [
        "Yours sincerely,\nDr. Amara Nwosu",
        "Mit freundlichen Grüßen. Dr. Öhler",
        "감사합니다.\n의사 남궁현",
        "one line alone",
        "\n\n",
    ],
)
def test_a_paper_without_an_answer_is_cut_too(passage):
    row = Row("any allergies", passage, paper=True)
    for seed in range(20):
        example = make_example(row, words, np.random.default_rng(seed), training=True)
        assert example.answers == 0
        assert not example.gold


def test_an_answer_over_two_lines_stays_whole():
    passage = "Allergies: none that\nhe knows of.\nYours sincerely"
    row = Row("any allergies", passage, "", (Span(11, 32),), paper=True)
    for seed in range(60):
        example = make_example(row, words, np.random.default_rng(seed), training=True)
        if example.answers:
            (begin, end), frame = example.gold[0], example.frame
            assert frame.ids[begin] == words("none")[0][0]
            assert frame.ids[end] == words("of.")[0][0]


def test_the_frame_is_the_one_that_is_read_in_answering():
    row = Row("which dose", "takes 5 mg daily", "letter · Ada", (Span(6, 10),))
    example = make_example(row, words, np.random.default_rng(0), training=False)
    assert example.frame == question_frame("which dose", "letter · Ada", "takes 5 mg daily", words)
    assert example.frame.ids[0] == BEGIN
    assert example.frame.ids[-1] == END
    data = collate([example])
    assert np.flatnonzero(data.begins[0]).tolist() == [example.frame.start + 1]
    assert np.flatnonzero(data.ends[0]).tolist() == [example.frame.start + 2]


def test_a_question_about_another_person_is_not_answered():
    row = Row("what is the dose", "takes 5 mg daily", answers=(Span(6, 10),), language="en", named=True)
    met = {True: 0, False: 0}
    for seed in range(300):
        new = with_person(row, np.random.default_rng(seed))
        assert new.header
        names = [w for w in new.header.replace(",", "").split() if w[0].isupper()]
        met[bool(new.answers)] += 1
        if not new.answers:
            assert new.asked != row.asked
            assert names
    assert met[False] > 40
    assert met[True] > 150


torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def small_base(tmp_path_factory):
    """Two layers, of which the lower one may be held, over the shared table of words."""
    import transformers
    from safetensors.torch import save_file

    place = tmp_path_factory.mktemp("base")
    config = transformers.BertConfig(
        vocab_size=4, hidden_size=384, num_hidden_layers=2, num_attention_heads=6, intermediate_size=64,
        max_position_embeddings=512, layer_norm_eps=1e-12,
    )  # fmt: skip
    torch.manual_seed(0)
    model = transformers.BertModel(config, add_pooling_layer=False)
    left_out = ("embeddings.word_embeddings.weight", "embeddings.position_ids")
    save_file({n: t for n, t in model.state_dict().items() if n not in left_out}, place / "model.safetensors")
    (place / "config.json").write_text(config.to_json_string())
    (place / "profile.toml").write_text(
        'name = "small"\nsource = "."\nbackbone = "bert"\ndimension = 384\npooling = "mean"\nmax_tokens = 512\n'
        'specials = ["<s>", "</s>"]\nvocabulary = 250037\nwords = "multilingual-e5-small"\n'
    )
    return place


def rows_to_learn():
    drugs = ["apixaban", "ramipril", "metformin", "digoxin"]
    rows = []
    for i in range(48):
        drug, dose = drugs[i % 4], f"{i % 7 + 1} mg"
        passage = f"At the visit {drug} {dose} was given once."
        at = passage.index(dose)
        rows.append(Row(f"dose of {drug}", passage, answers=(Span(at, at + len(dose)),), source="toy", held=i >= 40))
        rows.append(Row(f"dose of {drugs[(i + 1) % 4]}", passage, source="toy", held=i >= 40))
        rows.append(Row(f"{drug} was given", passage, label=0, source="claims", held=i >= 40))
        rows.append(Row(f"{drug} was not given", passage, label=1, source="claims", held=i >= 40))
    return rows


def test_the_span_loss_is_the_log_of_the_share_of_right_places():
    from casefolio.training.reader_model import Logits, reader_loss

    row = Row("q", "a b a", answers=(Span(0, 1), Span(4, 5)))
    data = collate([make_example(row, words, np.random.default_rng(0), training=False)])
    longest = data.passage.shape[1]
    logits = np.random.default_rng(1).normal(size=(1, longest, 2))
    told = 0.0
    for k, right in ((0, data.begins), (1, data.ends)):
        e = np.exp(logits[0, :, k]) * data.passage[0]
        told -= math.log(e[right[0]].sum() / e.sum()) / 2
    found = Logits(torch.tensor(logits), torch.zeros(1, dtype=torch.float64), torch.zeros(1, 3))
    loss, heads = reader_loss(found, data, "cpu")
    assert heads["span"] == pytest.approx(told, abs=1e-5)
    assert heads["answers"] == pytest.approx(math.log(2), abs=1e-5)
    assert float(loss) == pytest.approx(told + math.log(2), abs=1e-5)


@pytest.mark.whole
def test_a_reader_learns_resumes_and_its_file_says_the_same(small_base, tmp_path):
    from safetensors.torch import load_file

    from casefolio.indexes.encoders.table import open_table
    from casefolio.reader.model import ReaderModel
    from casefolio.training.reader import Plan, train_reader
    from casefolio.training.reader_run import run_reader

    rows, plan = rows_to_learn(), Plan(steps=100, batch=16, rate=1e-3)
    report = run_reader(rows, str(small_base), plan, tmp_path / "whole", lambda _: None)
    assert report["held"]["toy"]["span"] > 0.9
    assert report["held"]["toy"]["answerable AUC"] > 0.8
    assert report["file_agrees"]["spans"] >= 0.95
    model = ReaderModel(tmp_path / "whole" / "reader.onnx", open_table())
    passage = "At the visit ramipril 3 mg was given once."
    out = model.questions([("dose of ramipril", "", passage)])[0]
    assert passage[out.offsets[int(out.begin.argmax())][0] :].startswith("3")
    with pytest.raises(TrainingError, match="holds a reader already"):
        run_reader(rows, str(small_base), plan, tmp_path / "whole", print)

    from casefolio.training.base import open_base
    from casefolio.training.recipes import recipe

    base, table = open_base(str(small_base), recipe("miracle")), open_table()

    def tokenize(text):
        encoding = table.tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def train(out, stop):
        cut = Plan(steps=12, batch=16, rate=1e-3, stop_after=stop)
        return train_reader(rows, base, tokenize, cut, out, lambda _: None)

    undisturbed = train(tmp_path / "a", 0)
    assert train(tmp_path / "b", 5) is None
    resumed = train(tmp_path / "b", 0)
    for name, tensor in undisturbed.tensors().items():
        assert torch.equal(tensor, resumed.tensors()[name]), name

    second = run_reader(
        rows, str(tmp_path / "whole"), Plan(steps=1, batch=16, rate=1e-6), tmp_path / "two", lambda _: None
    )
    assert second["held"]["toy"]["span"] > 0.9

    judged = run_reader(
        rows,
        str(tmp_path / "whole"),
        Plan(steps=60, batch=16, rate=1e-3, judge=True),
        tmp_path / "judge",
        lambda _: None,
    )
    assert judged["held"]["claims"]["relation"] > 0.9
    assert judged["file_agrees"]["relations"] >= 0.95
    before, after = (load_file(tmp_path / name / "reader.safetensors") for name in ("whole", "judge"))
    kept = {name for name in before if torch.equal(before[name], after[name])}
    assert {"span.weight", "rel.weight", "bert.embeddings.LayerNorm.weight"} <= kept
    assert "nli.weight" not in kept

    def stage(out, start, **parts):
        plan = Plan(steps=12, batch=16, rate=1e-3, upper=True, **parts)
        return train_reader(rows, base, tokenize, plan, tmp_path / out, lambda _: None, start)

    began = {name: tensor.float() for name, tensor in before.items()}
    whole = stage("upper", before).tensors()
    kept = {name for name in whole if torch.equal(whole[name], began[name])}
    lower = {name for name in whole if name.startswith(("bert.embeddings.", "bert.encoder.layer.0."))}
    assert {"bert.encoder.layer.0.attention.self.query.weight", "bert.embeddings.LayerNorm.weight"} <= lower <= kept
    assert not {"bert.encoder.layer.1.attention.self.query.weight", "span.weight", "rel.weight"} & kept

    mixture = stage("part", before, share=0.25).tensors()
    for name, tensor in mixture.items():
        torch.testing.assert_close(tensor, began[name] + 0.25 * (whole[name] - began[name]))
    assert stage("cut", before, share=0.25, stop_after=5) is None
    with pytest.raises(TrainingError, match="another"):
        stage("cut", after, share=0.25)
    resumed = stage("cut", before, share=0.25).tensors()
    assert all(torch.equal(tensor, resumed[name]) for name, tensor in mixture.items())
    with pytest.raises(TrainingError, match=r"a share of 1\.5"):
        stage("more", before, share=1.5)
    with pytest.raises(TrainingError, match="needs an earlier stage"):
        stage("none", None, share=0.5)
