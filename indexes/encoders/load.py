"""From a name to an encoder: profile, source, checks, runtime, contract."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from indexes.encoders.architectures import ARCHITECTURES
from indexes.encoders.cache import file_hash
from indexes.encoders.checkpoint import weight_files
from indexes.encoders.head import Head
from indexes.encoders.onnx_runtime import OnnxRuntime, convert
from indexes.encoders.profile import Profile, built_in, read_profile
from indexes.encoders.sources import resolve
from indexes.encoders.text_encoder import Contract, TextEncoder, Tower
from indexes.encoders.tokens import TextTokenizer
from ingest.errors import EncoderError

RuntimeName = Literal["auto", "onnx", "torch"]
_LOG = logging.getLogger("casefolio.encoders")


def find_profile(name_or_path: str) -> Profile:
    """The profile that a name, a TOML file or a folder stands for.

    Raises:
        EncoderError: it stands for none.
    """
    if name_or_path in built_in():
        return built_in()[name_or_path]
    path = Path(name_or_path).expanduser()
    if path.suffix == ".toml":
        return read_profile(path)
    raise EncoderError(f"no encoder {name_or_path}", "see rag encoders list")


def load_encoder(
    encoder: str | Profile,
    *,
    runtime: RuntimeName = "auto",
    int8: bool = False,
    tell: Callable[[str], None] | None = None,
) -> TextEncoder:
    """Loads an encoder as it was trained, or says why not.

    The model itself is read when the first text is encoded; all checks come before.

    Args:
        encoder: a built-in name, a TOML profile's path, a sentence-transformers folder, or a profile.
        runtime: `onnx` (CPU), `torch` (GPU where there is one), or `auto`: onnx where it knows the architecture.
        int8: weights in 8 bits; faster, and not the same vectors, so a contract of its own.
        tell: is told in one line what takes long (a conversion); logged at level INFO by default.

    Raises:
        EncoderError: unknown name, missing or damaged files, or a checkpoint that is not what its profile says.
    """
    profile = encoder if isinstance(encoder, Profile) else find_profile(encoder)
    if int8 or runtime == "torch":
        raise EncoderError("only ONNX Runtime in fp32 is built so far")
    say = tell or _LOG.info
    passages = _tower(resolve(profile.source), profile, say)
    queries = _tower(resolve(profile.query_source), profile, say) if profile.query_source else passages
    return TextEncoder(profile, passages[0], queries[0], _contract(profile, passages, queries, int8))


_Loaded = tuple[Tower, str]


def _tower(folder: Path, profile: Profile, tell: Callable[[str], None]) -> _Loaded:
    tokenizer = TextTokenizer(folder)
    _check_tokenizer(tokenizer, profile, folder)
    weights = weights_hash(folder)
    model = convert(folder, profile, weights, tell)
    return Tower(tokenizer, OnnxRuntime(model), Head(unit=profile.normalize)), weights


def weights_hash(folder: Path) -> str:
    """One hash of all weight files and of the configuration, whatever folder they lie in."""
    files = [*weight_files(folder), folder / "config.json"]
    if not files[-1].is_file():
        raise EncoderError(f"{folder}: config.json is missing", "this folder is not a complete model")
    return hashlib.sha256(" ".join(file_hash(file) for file in files).encode()).hexdigest()


def _check_tokenizer(tokenizer: TextTokenizer, profile: Profile, folder: Path) -> None:
    architecture = ARCHITECTURES.get(profile.backbone)
    around = tuple(tokenizer.words([*tokenizer.begin, *tokenizer.end]))
    if architecture and around != architecture.specials:
        raise EncoderError(
            f"{folder}: the tokenizer sets {' '.join(around) or 'nothing'} around a text, "
            f"{profile.backbone} needs {' '.join(architecture.specials)}"
        )
    if profile.vocabulary and tokenizer.size > profile.vocabulary:
        raise EncoderError(f"{folder}: the tokenizer has {tokenizer.size} tokens, {profile.name} {profile.vocabulary}")


def _contract(profile: Profile, passages: _Loaded, queries: _Loaded, int8: bool) -> Contract:
    return {
        "encoder": profile.name,
        "weights": passages[1],
        "query_weights": queries[1],
        "tokenizer": passages[0].tokenizer.sha256,
        "query_tokenizer": queries[0].tokenizer.sha256,
        "pooling": profile.pooling,
        "projection": passages[0].head.sha256,
        "normalize": profile.normalize,
        "similarity": profile.similarity,
        "query_prefix": profile.query_prefix,
        "passage_prefix": profile.passage_prefix,
        "pairs": profile.pairs,
        "title_tokens": profile.title_tokens,
        "max_tokens": profile.max_tokens,
        "dimension": profile.dimension,
        "int8": int8,
    }
