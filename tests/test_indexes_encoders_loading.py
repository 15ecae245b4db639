"""What must not load: each careless checkpoint, profile or source is refused in one line that says what is wrong."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from casefolio.indexes.encoders import Profile, built_in, find_profile, load_encoder
from casefolio.indexes.encoders.check import check_encoder
from casefolio.indexes.encoders.tokens import TextTokenizer
from casefolio.ingest.errors import EncoderError

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def bert(tmp_path: Path, write_tiny: Any) -> Any:
    return write_tiny("bert", tmp_path / "bert")


def profile_of(tiny: Any, **changes: Any) -> Profile:
    start = Profile(name="own", source=str(tiny.folder), backbone="bert", dimension=32, pooling="cls", max_tokens=64)
    return replace(start, **changes)


def edit_tensors(folder: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    from safetensors.numpy import load_file, save_file

    state = load_file(folder / "model.safetensors")
    edit(state)
    save_file(state, folder / "model.safetensors")


def refused(profile: str | Profile, *words: str) -> None:
    with pytest.raises(EncoderError) as caught:
        load_encoder(profile)
    told = str(caught.value)
    assert "\n" not in told
    assert all(word in told for word in words), told


def test_a_missing_tensor_is_named(bert: Any) -> None:
    edit_tensors(bert.folder, lambda state: state.pop("encoder.layer.1.output.dense.bias"))
    refused(profile_of(bert), "1 missing (encoder.layer.1.output.dense.bias)")


def test_a_tensor_left_over_is_named(bert: Any) -> None:
    extra = np.zeros((2, 2), dtype=np.float32)
    edit_tensors(bert.folder, lambda state: state.update({"encoder.layer.2.output.dense.weight": extra}))
    refused(profile_of(bert), "1 left over (encoder.layer.2.output.dense.weight)")
    assert load_encoder(profile_of(bert, unused=("encoder.layer.2.*",))).encode_queries(["pain"]).shape == (1, 32)


def test_a_tensor_of_another_size_is_named(bert: Any) -> None:
    name = "encoder.layer.1.intermediate.dense.weight"
    edit_tensors(bert.folder, lambda state: state.update({name: state[name][:40]}))
    refused(profile_of(bert), f"{name} is 40 x 32, config.json makes it 48 x 32")


def test_a_pooler_may_be_absent_and_does_not_matter(bert: Any) -> None:
    with_pooler = load_encoder(profile_of(bert)).encode_queries(["pain"])
    edit_tensors(bert.folder, lambda state: [state.pop(n) for n in list(state) if n.startswith("pooler.")])
    assert np.array_equal(load_encoder(profile_of(bert)).encode_queries(["pain"]), with_pooler)


def test_names_may_carry_the_prefix_of_a_model_with_a_head(bert: Any) -> None:
    plain = load_encoder(profile_of(bert)).encode_queries(["pain"])

    def prefix(state: dict[str, Any]) -> None:
        for name in list(state):
            state[f"bert.{name}"] = state.pop(name)

    edit_tensors(bert.folder, prefix)
    assert np.array_equal(load_encoder(profile_of(bert)).encode_queries(["pain"]), plain)


@pytest.mark.parametrize("backbone", ["distilbert", "xlm-roberta", "mpnet"])
def test_a_checkpoint_of_another_architecture_is_refused(bert: Any, backbone: Any) -> None:
    refused(profile_of(bert, backbone=backbone, specials=("[CLS]", "[SEP]")), str(bert.folder))


def test_distilbert_under_a_bert_config_is_refused_as_bert(tmp_path: Path, write_tiny: Any) -> None:
    tiny = write_tiny("distilbert", tmp_path / "mejurix")
    assert json.loads((tiny.folder / "config.json").read_text())["architectures"] == ["BertModel"]
    refused(profile_of(tiny), "missing (", "left over (transformer.layer.0.")


def test_mejurix_without_its_projection_is_refused(tmp_path: Path, write_tiny: Any) -> None:
    tiny = write_tiny("distilbert", tmp_path / "mejurix")
    profile = replace(built_in()["mejurix"], source=str(tiny.folder), vocabulary=0)
    refused(profile, "needs its projection", "embedder_state.pt")


def test_a_projection_that_would_run_code_is_refused_and_does_not_run(tmp_path: Path, write_tiny: Any) -> None:
    tiny = write_tiny("distilbert", tmp_path / "mejurix")
    mark = tmp_path / "ran"
    (tiny.folder / "embedder_state.pt").write_bytes(pickle.dumps({"projection.weight": _Payload(mark)}))
    profile = replace(built_in()["mejurix"], source=str(tiny.folder), vocabulary=0)
    refused(profile, "embedder_state.pt cannot be loaded without running code")
    assert not mark.exists()


class _Payload:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def test_a_projection_of_another_dimension_prints_both_numbers(tmp_path: Path, write_tiny: Any) -> None:
    import torch

    tiny = write_tiny("distilbert", tmp_path / "mejurix")
    torch.save(
        {"projection.weight": torch.ones(8, 32), "projection.bias": torch.ones(8)}, tiny.folder / "embedder_state.pt"
    )
    refused(replace(built_in()["mejurix"], source=str(tiny.folder), vocabulary=0), "dimension is 8", "needs 256")


@pytest.mark.parametrize("kept", [0, 7, 100, 5000])
def test_a_truncated_safetensors_file_is_damaged(bert: Any, kept: int) -> None:
    whole = (bert.folder / "model.safetensors").read_bytes()
    (bert.folder / "model.safetensors").write_bytes(whole[:kept])
    refused(profile_of(bert), "model.safetensors is damaged")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dimension": 48}, ("dimension is 32", "needs 48")),
        ({"vocabulary": 9}, ("tokens, own 9",)),
        ({"vocabulary": 5000}, ("vocabulary is", "needs 5000")),
        ({"max_tokens": 161}, ("160 positions", "needs 161")),
        ({"specials": ("<s>", "</s>")}, ("[CLS] [SEP]", "<s> </s>")),
    ],
)
def test_sizes_and_special_tokens_are_held_against_the_profile(bert: Any, changes: Any, words: tuple[str, ...]) -> None:
    refused(profile_of(bert, **changes), *words)


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_named(bert: Any, file: str) -> None:
    (bert.folder / file).unlink()
    refused(profile_of(bert), str(bert.folder), file)


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json"])
def test_a_damaged_file_is_named(bert: Any, file: str) -> None:
    (bert.folder / file).write_text('{"a": ', encoding="utf-8")
    refused(profile_of(bert), file)


@pytest.mark.parametrize("name", ["/no/such/folder", "nonsense", "./nothing", "no.toml"])
def test_a_wrong_name_or_path_is_one_line(name: str) -> None:
    refused(name, name)


def test_a_hub_name_without_network_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    refused("medembed-small", "abhinand/MedEmbed-small-v0.1 is not in the local hub cache")
    refused("someone/some-model", "someone/some-model is not in the local hub cache")


def test_an_unreachable_hub_is_one_line(tmp_path: Path) -> None:
    code = (
        "from casefolio.indexes.encoders import load_encoder\n"
        "from casefolio.ingest.errors import EncoderError\n"
        "try: load_encoder('medembed-small')\n"
        "except EncoderError as error: print(error)"
    )
    root = str(Path(__file__).parents[1])
    environment = {"HF_HUB_CACHE": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9", "PYTHONPATH": root}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=600
    )
    assert done.stdout.startswith("abhinand/MedEmbed-small-v0.1 cannot be fetched from the hub: ")
    assert done.stdout.count("\n") == 1


def test_the_local_hub_cache_is_used_without_network(
    bert: Any, tmp_path: Path, write_modules: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_modules(bert.folder, "cls", 32, normalize=True, window=64, prompts={"query": "query: "})
    repository = tmp_path / "hub" / "models--someone--small"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    (repository / "snapshots").mkdir()
    bert.folder.rename(repository / "snapshots" / "abc")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    encoder = load_encoder("someone/small")
    assert (encoder.name, encoder.reference, encoder.profile.query_prefix) == (
        "someone/small",
        "someone/small",
        "query: ",
    )


def test_a_bin_file_gives_the_vectors_of_safetensors(tmp_path: Path, write_tiny: Any) -> None:
    vectors = [
        load_encoder(profile_of(write_tiny("bert", tmp_path / kind, weights=kind))).encode_queries(["the left knee"])
        for kind in ("safetensors", "bin")
    ]
    assert np.array_equal(*vectors)


def test_a_word_list_stands_in_for_a_tokenizer_file(bert: Any) -> None:
    texts = ["The left KNEE, 환자", "fever?"]
    before = load_encoder(profile_of(bert))
    vocabulary = bert.tokenizer.get_vocab()
    (bert.folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.__getitem__)), encoding="utf-8")
    (bert.folder / "tokenizer.json").unlink()
    settings = {"do_lower_case": True, "strip_accents": False}
    (bert.folder / "tokenizer_config.json").write_text(json.dumps(settings))
    lower = load_encoder(profile_of(bert))
    assert np.allclose(lower.encode_passages(texts), before.encode_passages(texts), atol=1e-6)
    (bert.folder / "tokenizer_config.json").write_text(json.dumps({**settings, "do_lower_case": False}))
    cased = load_encoder(profile_of(bert))
    assert cased.contract["tokenizer"] != lower.contract["tokenizer"]
    assert not np.allclose(lower.encode_passages(texts), cased.encode_passages(texts), atol=1e-3)


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
@pytest.mark.parametrize("text", ["the patient has pain, 환자 두통.\n", " fever ", "\n", "knee"])
def test_spans_are_as_many_as_the_tokens_of_a_passage(
    tmp_path: Path, write_tiny: Any, architecture: str, text: str
) -> None:
    tokenizer = TextTokenizer(write_tiny(architecture, tmp_path / "model").folder)
    for times in (1, 1000):
        spans = tokenizer.spans(text * times)
        assert len(spans) == len(tokenizer.encode([text * times]).ids[0]) - tokenizer.specials
        assert spans == sorted(spans)
        tokens = [(text * times)[a:b] for a, b in spans]
        assert all(token == token.lstrip() or not token.strip() for token in tokens)


def test_a_sentence_transformers_folder_says_how_it_is_used(bert: Any, write_modules: Any) -> None:
    prompts = {"query": "query: ", "document": "passage: "}
    write_modules(bert.folder, "mean", 32, normalize=False, window=96, prompts=prompts)
    profile = find_profile(str(bert.folder))
    assert (profile.backbone, profile.pooling, profile.dimension, profile.max_tokens) == ("bert", "mean", 32, 96)
    assert (profile.query_prefix, profile.passage_prefix, profile.normalize) == ("query: ", "passage: ", True)
    ours = load_encoder(str(bert.folder)).encode_passages(["the knee"])[0]
    same = load_encoder(profile_of(bert, pooling="mean", max_tokens=96)).encode_passages(["passage: the knee"])[0]
    assert np.allclose(ours, same, atol=1e-6)


def test_a_dense_module_projects(bert: Any, write_modules: Any) -> None:
    from safetensors.numpy import save_file

    write_modules(bert.folder, "mean", 32, normalize=False, window=96, prompts={})
    modules = json.loads((bert.folder / "modules.json").read_text())
    modules.append({"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"})
    (bert.folder / "modules.json").write_text(json.dumps(modules))
    (bert.folder / "2_Dense").mkdir()
    activation = "torch.nn.modules.activation.Tanh"
    settings = {"in_features": 32, "out_features": 8, "bias": True, "activation_function": activation}
    (bert.folder / "2_Dense" / "config.json").write_text(json.dumps(settings))
    noise = np.random.default_rng(1)
    weight, bias = noise.normal(size=(8, 32)).astype(np.float32), noise.normal(size=8).astype(np.float32)
    save_file({"linear.weight": weight, "linear.bias": bias}, bert.folder / "2_Dense" / "model.safetensors")
    mean = load_encoder(profile_of(bert, pooling="mean", normalize=False)).encode_passages(["the knee"])[0]
    wanted = np.tanh(weight @ mean + bias)
    ours = load_encoder(str(bert.folder)).encode_passages(["the knee"])[0]
    assert np.allclose(ours, wanted / np.linalg.norm(wanted), atol=1e-5)


def test_a_module_that_is_not_known_is_refused(bert: Any, write_modules: Any) -> None:
    write_modules(bert.folder, "mean", 32, normalize=False, window=96, prompts={})
    modules = (bert.folder / "modules.json").read_text().replace("models.Pooling", "models.WeightedLayerPooling")
    (bert.folder / "modules.json").write_text(modules)
    refused(str(bert.folder), "WeightedLayerPooling")


def test_a_folder_without_modules_asks_for_a_profile(bert: Any) -> None:
    refused(str(bert.folder), "no modules.json", "write a profile")


def test_a_profile_of_ones_own(bert: Any) -> None:
    file = bert.folder.parent / "mine.toml"
    file.write_text('based_on = "medembed-small"\nsource = "bert"\ndimension = 32\nvocabulary = 0\nmax_tokens = 64\n')
    encoder = load_encoder(str(file))
    assert (encoder.name, encoder.reference, encoder.profile.pooling) == ("mine", str(file), "cls")
    assert encoder.encode_queries(["pain"]).shape == (1, 32)
    full = 'source = "bert"\nbackbone = "bert"\ndimension = 32\npooling = "mean"\nmax_tokens = 64\n'
    file.write_text(full + 'query_prefix = "query: "\n')
    assert load_encoder(str(file)).profile.query_prefix == "query: "


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dimension = 3\n", "source, backbone, pooling, max_tokens missing"),
        ('based_on = "no-such"\n', "based_on names no built-in profile: no-such"),
        ('based_on = "minilm"\npoling = "cls"\n', "unknown field poling"),
        ('based_on = "minilm"\ndimension = "384"\n', "dimension must be int, not str"),
        ('based_on = "minilm"\npooling = "max"\n', "pooling is 'max'"),
        ("dimension = \n", "mine.toml"),
    ],
)
def test_a_faulty_profile_says_its_fault(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    refused(str(file), words)


def test_code_of_a_model_runs_only_if_the_user_says_so(bert: Any, write_modules: Any) -> None:
    mark = bert.folder / "ran"
    config = json.loads((bert.folder / "config.json").read_text())
    config |= {"model_type": "new", "auto_map": {"AutoConfig": "own_code.Own", "AutoModel": "own_code.Own"}}
    (bert.folder / "config.json").write_text(json.dumps(config))
    (bert.folder / "own_code.py").write_text(f"open({str(mark)!r}, 'w').close()\nraise ValueError('ran')\n")
    refused(profile_of(bert, backbone="other"), str(bert.folder))
    assert not mark.exists()
    needy = profile_of(bert, backbone="other", trust_remote_code=True)
    refused(needy, "--trust-remote-code")
    assert not mark.exists()
    with pytest.raises(EncoderError, match="ran"):
        load_encoder(needy, code=True)
    assert mark.exists()


def test_an_architecture_not_built_here_goes_through_transformers(bert: Any) -> None:
    ours = load_encoder(profile_of(bert)).encode_passages(["the left knee", "fever"])
    other = load_encoder(profile_of(bert, backbone="other")).encode_passages(["the left knee", "fever"])
    assert np.allclose(ours, other, atol=1e-5)
    edit_tensors(bert.folder, lambda state: state.pop("encoder.layer.1.output.dense.bias"))
    refused(profile_of(bert, backbone="other"), "missing (encoder.layer.1.output.dense.bias)")


def test_check_says_what_is_wrong_and_what_the_folder_says_otherwise(bert: Any, write_modules: Any) -> None:
    write_modules(bert.folder, "mean", 32, normalize=False, window=64, prompts={})
    file = bert.folder.parent / "mine.toml"
    file.write_text('source = "bert"\nbackbone = "bert"\ndimension = 32\npooling = "cls"\nmax_tokens = 64\n')
    report = check_encoder(str(file))
    assert report.problems == ()
    assert "modules.json says pooling 'mean', the profile 'cls'" in report.remarks
    assert report.contract["pooling"] == "cls"
    edit_tensors(bert.folder, lambda state: state.pop("embeddings.LayerNorm.bias"))
    assert "missing (embeddings.LayerNorm.bias)" in check_encoder(str(file)).problems[0]
