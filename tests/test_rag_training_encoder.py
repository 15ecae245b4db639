"""Training of a tiny checkpoint: the gradient of a cached batch, every recipe, a kill in the middle, the folder."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from casefolio.training.errors import TrainingError
from casefolio.training.pairs import Pair
from casefolio.training.recipes import recipe, recipes

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("own_cache")]

THINGS = ["knee", "fever", "warfarin", "contract", "fracture", "pain", "dose", "patient"]
LETTERS = "abcdefgh"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, write_tiny, write_modules):
    from safetensors.torch import load_file, save_file

    place = tmp_path_factory.mktemp("base") / "bert"
    tiny = write_tiny("bert", place)
    # drawn as for layers of hundreds, weights of layers of 32 pass nothing on, and the first token would learn late
    state = load_file(place / "model.safetensors")
    save_file(
        {n: t * 4 if ".layer." in n and t.ndim == 2 else t for n, t in state.items()}, place / "model.safetensors"
    )
    prompts = {"query": "query: ", "passage": "passage: "}
    write_modules(tiny.folder, "mean", 32, normalize=True, window=64, prompts=prompts)
    return place


def toy(n=8, seed=0):
    """A word asks for another word that nothing but training can know of; wrong passages hold a third one."""
    rng = np.random.default_rng(seed)
    pairs = []
    for i in range(n):
        told, wrong = LETTERS[i * 3 % 8], LETTERS[(i * 3 + 1 + int(rng.integers(7))) % 8]
        positive, negative = f"{told} {i // 8 or told}", f"{wrong} {wrong} {i}"
        asked = f"{THINGS[i % 8]} {i // 8 or THINGS[i % 8]}"
        pairs.append(Pair(asked, (positive,), (negative,), label=str(i), group=f"g{i % 6}", document=f"d{i}"))
    return pairs


def small(name, **changes):
    ways = {
        "batch": 16,
        "mini_batch": 16,
        "epochs": 60,
        "rate": 5e-3,
        "merge": False,
        "dropout": 0.0,
        "keep": "last",
        "miner": "",
    }
    return recipe(name, **ways | changes)


def figure(run, base, chosen, pairs):
    from casefolio.training.base import Reading
    from casefolio.training.encoder import evaluate
    from casefolio.training.ranking import mean, set_of_pairs

    return mean(evaluate(run, set_of_pairs(pairs), Reading(base, chosen))["cross-patient"])


def test_a_batch_cut_in_pieces_has_the_gradient_of_the_whole(folder):
    from casefolio.training.base import Reading, open_base
    from casefolio.training.batching import make_batch
    from casefolio.training.steps import backward, sides_and_loss
    from casefolio.training.tower import Tower

    chosen = small("miracle")
    base = open_base(str(folder), chosen)
    reading = Reading(base, chosen)
    batch = make_batch(toy(12), chosen, 0, 0)
    found = {}
    for mini in (12, 5, 1):
        tower = Tower(base.passages, "mean", "cpu", dropout=0.0)
        sides, loss_of = sides_and_loss(batch, chosen, reading, (tower, tower))
        loss = backward(sides, loss_of, mini, 7)
        grads = {n: p.grad.numpy() for n, p in tower.model.named_parameters() if p.grad is not None}
        found[mini] = loss, grads
    for mini in (5, 1):
        assert found[mini][0] == pytest.approx(found[12][0], abs=1e-5)
        for name, grad in found[12][1].items():
            assert np.allclose(found[mini][1][name], grad, atol=1e-5), name


@pytest.mark.parametrize("name", list(recipes()))
def test_every_recipe_beats_its_base_on_a_toy_task(folder, tmp_path, name):
    from casefolio.training.base import open_base
    from casefolio.training.encoder import Run, Settings, train_encoder
    from casefolio.training.tower import Tower

    chosen = small(name, negatives=1 if recipes()[name].negatives else 0)
    base = open_base(str(folder), chosen)
    pairs = toy()
    start = Tower(base.passages, base.profile.pooling, "cpu")
    before = figure(Run(start, start, 0), base, chosen, pairs)
    run = train_encoder(pairs, [], base, chosen, tmp_path / "out", Settings(seed=1), lambda _: None)
    assert run is not None
    assert (run.queries is not run.passages) == (chosen.towers == 2)
    assert figure(run, base, chosen, pairs) > before + 0.1


def test_killed_and_resumed_ends_as_if_undisturbed(folder, tmp_path):
    from casefolio.training.base import open_base
    from casefolio.training.encoder import Settings, train_encoder

    chosen = small("miracle", epochs=2, mini_batch=8, dropout=0.1)
    base, pairs = open_base(str(folder), chosen), toy(64)

    def train(out, stop):
        return train_encoder(pairs, [], base, chosen, out, Settings(seed=3, stop_after=stop), lambda _: None)

    whole = train(tmp_path / "whole", 0)
    assert train(tmp_path / "cut", 2) is None
    assert train(tmp_path / "cut", 1) is None
    resumed = train(tmp_path / "cut", 0)
    for name, tensor in whole.passages.tensors().items():
        assert torch.equal(tensor, resumed.passages.tensors()[name]), name
    other = train_encoder(pairs, [], base, chosen, tmp_path / "o", Settings(seed=4), lambda _: None)
    assert any(not torch.equal(t, other.passages.tensors()[n]) for n, t in whole.passages.tensors().items())


def test_another_training_is_not_gone_on_with(folder, tmp_path):
    from casefolio.training.base import open_base
    from casefolio.training.encoder import Settings, train_encoder

    chosen = small("miracle", epochs=2)
    base = open_base(str(folder), chosen)
    assert train_encoder(toy(64), [], base, chosen, tmp_path, Settings(stop_after=1), print) is None
    with pytest.raises(TrainingError, match="other data, another recipe"):
        train_encoder(toy(64, seed=5), [], base, chosen, tmp_path, Settings(), print)


@pytest.mark.parametrize("name", ["medembed", "dpr-ko"])
def test_the_result_is_an_encoder_of_the_house(folder, tmp_path, name):
    from casefolio.indexes.encoders import load_encoder
    from casefolio.training.base import Reading, open_base
    from casefolio.training.encoder import Settings
    from casefolio.training.encoder_run import run_encoder

    chosen = replace(small(name, epochs=2, negatives=1), merge=name == "medembed", miner="bm25", mined=2)
    out = tmp_path / "tuned"
    figures = run_encoder(toy(64), [], str(folder), chosen, out, Settings(), lambda _: None)
    assert figures["cross-patient"]["mAP@100"][0] > 0
    report = json.loads((out / "training.json").read_text("utf-8"))
    assert report["recipe"]["name"] == name
    assert len(report["data"]) == 64
    assert ("share" in report) == chosen.merge
    encoder = load_encoder(str(out))
    assert encoder.name == "tuned"
    assert encoder.profile.query_source.endswith("queries") == (name == "dpr-ko")
    assert encoder.contract["weights"] != load_encoder(str(folder)).contract["weights"]
    chosen_again = small("miracle")
    base = open_base(str(out), chosen_again)
    from casefolio.training.encoder import encode
    from casefolio.training.tower import Tower

    tower = Tower(base.passages, encoder.profile.pooling, "cpu")
    text = "warfarin dose in left knee"
    ours = encode(tower, Reading(base, chosen_again).passages([text]))
    assert float((ours @ encoder.encode_passages([text]).T).item()) == pytest.approx(1.0, abs=1e-5)
    assert not (out / ".training").exists()
    with pytest.raises(TrainingError, match="holds an encoder already"):
        run_encoder(toy(64), [], str(folder), chosen, out, Settings(), lambda _: None)


def test_what_cannot_be_trained_is_said_in_one_line(folder, tmp_path):
    from casefolio.training.encoder import Settings
    from casefolio.training.encoder_run import run_encoder

    with pytest.raises(TrainingError, match="5 pairs are too few"):
        run_encoder(toy(5), toy(5), str(folder), small("miracle"), tmp_path / "a", Settings(), print)
    bare = [replace(p, negative=()) for p in toy()]
    with pytest.raises(TrainingError, match="have no negative"):
        run_encoder(bare, bare, str(folder), small("triplet"), tmp_path / "b", Settings(), print)
    one = [replace(p, group="same", document="") for p in toy()]
    with pytest.raises(TrainingError, match="cannot be split"):
        run_encoder(one, [], str(folder), small("miracle"), tmp_path / "c", Settings(), print)
