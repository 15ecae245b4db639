"""The contract: each field stands for something that changes a vector or a comparison, and none is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from casefolio.indexes.encoders import Profile, load_encoder
from casefolio.indexes.encoders.text_encoder import TextEncoder
from casefolio.ingest.errors import EncoderError

pytestmark = pytest.mark.usefixtures("own_cache")
TEXT, TITLE = "the patient has pain in the left knee", "knee fracture of the left patient"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, write_tiny: Any) -> Profile:
    import torch

    root = tmp_path_factory.mktemp("contract")
    for seed, name in enumerate(("passages", "queries", "other")):
        tiny = write_tiny("bert", root / name, seed)
        generator = torch.Generator().manual_seed(0)
        weight, bias = torch.randn(16, 32, generator=generator), torch.randn(16, generator=generator)
        for file, factor in (("head.pt", 1), ("head2.pt", 2)):
            torch.save({"projection.weight": weight, "projection.bias": factor * bias}, tiny.folder / file)
    return Profile(
        name="base",
        source=str(root / "passages"),
        query_source=str(root / "queries"),
        backbone="bert",
        dimension=16,
        pooling="cls",
        projection="head.pt",
        max_tokens=64,
        pairs=True,
        title_tokens=4,
    )


def other_tokenizer(profile: Profile, side: str) -> Profile:
    """The profile on a copy of one tower whose tokenizer does not lowercase."""
    old = Path(getattr(profile, side))
    new = old.with_name(f"{old.name}-cased")
    new.mkdir(exist_ok=True)
    for file in old.iterdir():
        data = file.read_bytes()
        if file.name == "tokenizer.json":
            assert b'"lowercase": true' in data
            data = data.replace(b'"lowercase": true', b'"lowercase": false')
        (new / file.name).write_bytes(data)
    return replace(profile, **{side: str(new)})


def sibling(profile: Profile, side: str) -> Profile:
    return replace(profile, **{side: str(Path(getattr(profile, side)).with_name("other"))})


def linked(profile: Profile) -> Profile:
    """Both towers with the other head."""
    return replace(profile, projection="head2.pt")


MUTATIONS: dict[str, Callable[[Profile], Profile]] = {
    "weights": lambda p: sibling(p, "source"),
    "query_weights": lambda p: sibling(p, "query_source"),
    "tokenizer": lambda p: other_tokenizer(p, "source"),
    "query_tokenizer": lambda p: other_tokenizer(p, "query_source"),
    "pooling": lambda p: replace(p, pooling="mean"),
    "projection": linked,
    "query_projection": linked,
    "normalize": lambda p: replace(p, normalize=False),
    "similarity": lambda p: replace(p, similarity="dot"),
    "query_prefix": lambda p: replace(p, query_prefix="query: "),
    "passage_prefix": lambda p: replace(p, passage_prefix="passage: "),
    "pairs": lambda p: replace(p, pairs=False),
    "title_tokens": lambda p: replace(p, title_tokens=1),
    "max_tokens": lambda p: replace(p, max_tokens=32),
    "dimension": lambda p: replace(p, projection="", dimension=32),
    "int8": lambda p: p,
}


def vectors(encoder: TextEncoder) -> tuple[Any, ...]:
    long_question = " ".join(["knee pain", *["fever fracture"] * 15, "warfarin"])
    return (
        encoder.encode_queries([TEXT.title()]),
        encoder.encode_queries([long_question]),
        encoder.encode_passages([TEXT.title()], titles=[TITLE]),
    )


def test_every_field_has_a_mutation(base: Profile) -> None:
    assert set(load_encoder(base).contract) == set(MUTATIONS)


@pytest.mark.parametrize("field", MUTATIONS)
def test_a_change_shows_in_the_contract_and_in_the_vectors(base: Profile, field: str) -> None:
    before = load_encoder(base)
    after = load_encoder(MUTATIONS[field](base), int8=field == "int8")
    assert before.contract[field] != after.contract[field]
    if field == "similarity":
        return  # the same vectors, compared in another way: the contract alone tells
    same = [
        a.shape == b.shape and np.allclose(a, b, atol=1e-6)
        for a, b in zip(vectors(before), vectors(after), strict=True)
    ]
    assert not all(same)


def test_what_changes_no_vector_is_not_in_the_contract(base: Profile, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    for file in Path(base.source).iterdir():
        (moved / file.name).write_bytes(file.read_bytes())
    same = replace(base, name="other", source=str(moved), licence="MIT", note="x", languages=("en",), parameters=1)
    assert load_encoder(same).contract == load_encoder(base).contract
    for runtime in ("onnx", "torch"):
        assert load_encoder(base, runtime=runtime).contract == load_encoder(base).contract


def test_every_field_of_a_profile_is_in_the_contract_or_changes_no_vector() -> None:
    # What names, describes, finds or checks an encoder; the sources are there by their hashes,
    # and the table that `words` names with them.
    outside = {"name", "source", "query_source", "backbone", "languages", "licence", "note", "example", "parameters"}
    outside |= {"vocabulary", "specials", "unused", "trust_remote_code", "sha256", "words"}
    inside = set(MUTATIONS) | {"projection"}
    assert {field.name for field in fields(Profile)} - outside <= inside


def test_weights_edited_in_place_are_another_contract(tmp_path: Path, write_tiny: Any) -> None:
    from safetensors.numpy import load_file, save_file

    tiny = write_tiny("bert", tmp_path / "bert")
    profile = Profile(name="own", source=str(tiny.folder), backbone="bert", dimension=32, pooling="cls", max_tokens=64)
    before = load_encoder(profile)
    state = load_file(tiny.folder / "model.safetensors")
    state["embeddings.LayerNorm.bias"] = state["embeddings.LayerNorm.bias"] + 1
    save_file(state, tiny.folder / "model.safetensors")
    after = load_encoder(profile)
    assert before.contract["weights"] != after.contract["weights"]
    assert not np.allclose(before.encode_queries([TEXT]), after.encode_queries([TEXT]))


def test_a_damaged_conversion_says_what_to_remove(tmp_path: Path, write_tiny: Any, own_cache: Path) -> None:
    tiny = write_tiny("bert", tmp_path / "bert", 77)
    profile = Profile(name="own", source=str(tiny.folder), backbone="bert", dimension=32, pooling="mean", max_tokens=64)
    before = set((own_cache / "onnx").glob("*")) if (own_cache / "onnx").is_dir() else set()
    load_encoder(profile).encode_queries(["pain"])
    (made,) = set((own_cache / "onnx").glob("*")) - before
    (made / "model.onnx").write_bytes(b"nonsense")
    with pytest.raises(EncoderError, match=r"model.onnx cannot be loaded.*remove"):
        load_encoder(profile).encode_queries(["pain"])


def test_a_cache_that_cannot_be_written_is_one_line(
    tmp_path: Path, write_tiny: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = write_tiny("bert", tmp_path / "bert")
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CASEFOLIO_CACHE", str(tmp_path / "file"))
    profile = Profile(name="own", source=str(tiny.folder), backbone="bert", dimension=32, pooling="mean", max_tokens=64)
    with pytest.raises(EncoderError, match="cannot write the cache"):
        load_encoder(profile)
