"""The five families against references computed here: plain transformers, one text at a time, numpy for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from casefolio.indexes.encoders import Profile, built_in, load_encoder
from casefolio.indexes.encoders.checkpoint import open_checkpoint
from casefolio.indexes.encoders.load import RuntimeName
from casefolio.indexes.encoders.text_encoder import TextEncoder
from casefolio.indexes.encoders.tokens import TextTokenizer
from casefolio.indexes.encoders.torch_model import TorchModel

QUERY = "Has the patient pain in the left knee?"
TEXTS = (
    "the patient denies fever",
    "fracture",
    "Contract: dose of warfarin 5 shall be paid, 환자는 두통이 있다.",
    "a b c " * 9,
)
FAMILIES = ("mejurix", "korean-medical", "medembed-small", "miracle-german", "biolord-2023-s")
pytestmark = pytest.mark.usefixtures("own_cache")
RUNTIMES: tuple[RuntimeName, ...] = ("onnx", "torch")


@dataclass(frozen=True)
class Family:
    """A built-in profile moved to tiny checkpoints, and what its reference needs."""

    profile: Profile
    passages: Any
    queries: Any
    projection: tuple[Any, Any] | None = None


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory, write_tiny: Any, write_modules: Any) -> dict[str, Family]:
    import torch

    root = tmp_path_factory.mktemp("hub")
    tiny = {
        "mejurix": write_tiny("distilbert", root / "mejurix", 1),
        "korean-medical": write_tiny("bert", root / "context", 2),
        "medembed-small": write_tiny("bert", root / "medembed", 4),
        "miracle-german": write_tiny("xlm-roberta", root / "miracle", 5),
        "biolord-2023-s": write_tiny("mpnet", root / "biolord", 6),
    }
    question = write_tiny("bert", root / "question", 3, weights="bin")
    write_modules(root / "medembed", "cls", 32, normalize=True, window=128, prompts={})
    write_modules(root / "miracle", "mean", 32, normalize=True, window=128, prompts={})
    write_modules(root / "biolord", "mean", 32, normalize=False, window=384, prompts={})
    generator = torch.Generator().manual_seed(9)
    state = {
        "projection.weight": torch.randn(16, 32, generator=generator),
        "projection.bias": torch.randn(16, generator=generator),
        "entity_type_embedding.weight": torch.randn(10, 4, generator=generator),
    }
    torch.save(state, root / "mejurix" / "embedder_state.pt")
    found = {}
    for name, made in tiny.items():
        two = name == "korean-medical"
        profile = replace(
            built_in()[name],
            source=str(made.folder),
            query_source=str(question.folder) if two else "",
            dimension=16 if name == "mejurix" else 32,
            max_tokens=min(built_in()[name].max_tokens, 384 if name.startswith("biolord") else 128),
            vocabulary=made.tokenizer.get_vocab_size(),
        )
        head = (state["projection.weight"].numpy(), state["projection.bias"].numpy()) if name == "mejurix" else None
        found[name] = Family(profile, made, question if two else made, head)
    return found


def states(tiny: Any, text: str, title: str = "") -> Any:
    """Last layer of one text, alone and unpadded: (tokens, width)."""
    import torch

    tiny.tokenizer.no_truncation()
    tiny.tokenizer.no_padding()
    encoded = tiny.tokenizer.encode(title, text) if title else tiny.tokenizer.encode(text)
    feed = {
        "input_ids": torch.tensor([encoded.ids]),
        "attention_mask": torch.ones(1, len(encoded.ids), dtype=torch.long),
    }
    if "Bert" in type(tiny.model).__name__ and "Distil" not in type(tiny.model).__name__:
        feed["token_type_ids"] = torch.tensor([encoded.type_ids])
    with torch.no_grad():
        return tiny.model(**feed).last_hidden_state[0].numpy()


def unit(vector: Any) -> Any:
    return vector / np.linalg.norm(vector)


def reference(name: str, family: Family, text: str, side: str, title: str = "") -> Any:
    """The vector as the authors' training code makes it."""
    tiny = family.queries if side == "query" else family.passages
    if name == "miracle-german":
        return unit(states(tiny, f"{side}: {text}").mean(axis=0))
    if name == "biolord-2023-s":
        return unit(states(tiny, text).mean(axis=0))
    first = states(tiny, text, title)[0]
    if family.projection:
        first = family.projection[0] @ first + family.projection[1]
    return unit(first)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("name", FAMILIES)
def test_vectors_are_those_of_the_training_code(families: dict[str, Family], name: str, runtime: RuntimeName) -> None:
    family = families[name]
    encoder = load_encoder(family.profile, runtime=runtime)
    window = " ".join(["pain"] * encoder.max_tokens)
    texts = [*TEXTS, window, TEXTS[0]]
    passages = encoder.encode_passages(texts)
    queries = encoder.encode_queries([QUERY, *TEXTS])
    assert passages.shape == (len(texts), family.profile.dimension)
    for ours, text in zip(passages, texts, strict=True):
        assert ours @ reference(name, family, text, "passage") >= 0.99999
        assert ours @ encoder.encode_passages([text])[0] >= 0.999999
    for ours, text in zip(queries, [QUERY, *TEXTS], strict=True):
        assert ours @ reference(name, family, text, "query") >= 0.99999
    assert np.allclose(np.linalg.norm(np.concatenate([passages, queries]), axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_context_with_a_title_is_encoded_as_a_pair(families: dict[str, Family], runtime: RuntimeName) -> None:
    family = families["korean-medical"]
    encoder = load_encoder(family.profile, runtime=runtime)
    titles = ["두통", "", "the knee"]
    found = encoder.encode_passages(TEXTS[:3], titles=titles)
    for ours, text, title in zip(found, TEXTS[:3], titles, strict=True):
        assert ours @ reference("korean-medical", family, text, "passage", title) >= 0.99999
    assert found[0] @ encoder.encode_passages(TEXTS[:1])[0] < 0.99


def test_a_long_title_is_cut_and_leaves_the_text_its_window(families: dict[str, Family]) -> None:
    encoder = load_encoder(families["korean-medical"].profile)
    text = " ".join(["pain"] * encoder.max_tokens)
    cut = " ".join(["knee"] * encoder.profile.title_tokens)
    assert np.array_equal(
        encoder.encode_passages([text], titles=[f"{cut} knee"]), encoder.encode_passages([text], [cut])
    )


Careless = Callable[[Family, str], Any]
TRAPS: dict[str, tuple[str, str, Careless]] = {
    "pooler_output": ("korean-medical", "query", lambda f, t: unit(pooler_output(f.queries, t))),
    "one tower for both": ("korean-medical", "query", lambda f, t: unit(states(f.passages, t)[0])),
    "mean of a CLS model": ("korean-medical", "passage", lambda f, t: unit(states(f.passages, t).mean(axis=0))),
    "mean of MedEmbed": ("medembed-small", "passage", lambda f, t: unit(states(f.passages, t).mean(axis=0))),
    "BGE's instruction": ("medembed-small", "query", lambda f, t: unit(states(f.passages, INSTRUCTION + t)[0])),
    "no query prefix": ("miracle-german", "query", lambda f, t: unit(states(f.passages, t).mean(axis=0))),
    "no passage prefix": ("miracle-german", "passage", lambda f, t: unit(states(f.passages, t).mean(axis=0))),
    "prefixes swapped": (
        "miracle-german",
        "query",
        lambda f, t: unit(states(f.passages, "passage: " + t).mean(axis=0)),
    ),
    "CLS of BioLORD": ("biolord-2023-s", "passage", lambda f, t: unit(states(f.passages, t)[0])),
}
INSTRUCTION = "represent this sentence for searching relevant passages: "


def pooler_output(tiny: Any, text: str) -> Any:
    layer = tiny.model.pooler.dense
    return np.tanh(layer.weight.detach().numpy() @ states(tiny, text)[0] + layer.bias.detach().numpy())


@pytest.mark.parametrize("trap", TRAPS)
def test_a_careless_loader_would_be_seen(families: dict[str, Family], trap: str) -> None:
    name, side, careless = TRAPS[trap]
    family = families[name]
    encoder = load_encoder(family.profile)
    encode = encoder.encode_queries if side == "query" else encoder.encode_passages
    for text in TEXTS[:3]:
        ours = encode([text])[0]
        assert ours @ reference(name, family, text, side) >= 0.99999
        assert ours @ careless(family, text) < 0.9995


def test_biolord_has_length_one_though_its_repository_has_no_normalize_module(families: dict[str, Family]) -> None:
    family = families["biolord-2023-s"]
    raw = states(family.passages, TEXTS[0]).mean(axis=0)
    assert abs(np.linalg.norm(raw) - 1) > 0.05
    for profile in (family.profile, family.passages.folder):
        encoder = load_encoder(profile if isinstance(profile, Profile) else str(profile))
        assert np.linalg.norm(encoder.encode_passages(TEXTS[:1])[0]) == pytest.approx(1, abs=1e-5)


def test_mejurix_projects_and_does_not_stop_at_the_width_of_its_transformer(families: dict[str, Family]) -> None:
    family = families["mejurix"]
    assert load_encoder(family.profile).encode_passages(TEXTS).shape == (4, 16)
    plain = load_encoder(replace(family.profile, projection="", dimension=32)).encode_passages(TEXTS[:1])[0]
    assert plain @ unit(states(family.passages, TEXTS[0])[0]) >= 0.99999


def test_mejurix_is_found_in_the_layout_of_its_authors_package(families: dict[str, Family], tmp_path: Path) -> None:
    family = families["mejurix"]
    moved = tmp_path / "package"
    (moved / "bert_model").mkdir(parents=True)
    for file in family.passages.folder.iterdir():
        target = moved if file.name == "embedder_state.pt" else moved / "bert_model"
        (target / file.name).write_bytes(file.read_bytes())
    encoder = load_encoder(replace(family.profile, source=str(moved)))
    assert encoder.encode_queries([QUERY])[0] @ reference("mejurix", family, QUERY, "query") >= 0.99999


def test_e5_small_is_a_bert_with_the_tokenizer_of_another_family() -> None:
    profile = built_in()["multilingual-e5-small"]
    assert (profile.backbone, profile.specials) == ("bert", ("<s>", "</s>"))


@pytest.mark.parametrize("name", FAMILIES)
def test_eight_bits_are_close_and_do_not_depend_on_neighbours(families: dict[str, Family], name: str) -> None:
    family = families[name]
    told: list[str] = []
    encoder: TextEncoder = load_encoder(family.profile, int8=True, tell=told.append)
    found = encoder.encode_passages(TEXTS)
    assert any("cosine to fp32" in line for line in told)
    before = len(told)
    load_encoder(family.profile, int8=True, tell=told.append)
    assert len(told) == before
    for ours, text in zip(found, TEXTS, strict=True):
        assert 0.95 < ours @ reference(name, family, text, "passage") < 0.9999999
        assert np.array_equal(ours, encoder.encode_passages([text])[0])
    assert encoder.contract["int8"] is True


@pytest.mark.parametrize("name", FAMILIES)
def test_half_precision_as_on_a_gpu_is_near(families: dict[str, Family], name: str) -> None:
    import torch

    profile = families[name].profile
    folder = Path(profile.source)
    sequences = TextTokenizer(folder).encode([profile.passage_prefix + text for text in TEXTS])
    ids = np.zeros((len(TEXTS), max(map(len, sequences.ids))), dtype=np.int64)
    for row, one in zip(ids, sequences.ids, strict=True):
        row[: len(one)] = one
    lengths = torch.tensor([[len(one)] for one in sequences.ids])
    full, half = (
        TorchModel(open_checkpoint(folder, profile), profile.pooling, torch.device("cpu"), dtype)
        .pooled(torch.from_numpy(ids), lengths, lengths)
        .numpy()
        for dtype in (torch.float32, torch.float16)
    )
    assert half.dtype == np.float32
    assert all(unit(a) @ unit(b) >= 0.9999 for a, b in zip(full, half, strict=True))
