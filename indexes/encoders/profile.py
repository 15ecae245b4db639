"""Profiles: how each encoder was trained, and so how it has to be used. One frozen value per encoder."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from casefolio.ingest.errors import EncoderError

Pooling = Literal["cls", "mean"]
Similarity = Literal["cosine", "dot"]
Backbone = Literal["bert", "distilbert", "xlm-roberta", "mpnet", "other"]

_BUILT_IN = Path(__file__).with_name("profiles.toml")


@dataclass(frozen=True, slots=True)
class Profile:
    """How one encoder is loaded and used.

    Attributes:
        name: what the user types.
        source: weights that encode passages: a folder, `package:NAME/FOLDER`, or a hub name `owner/model`.
        query_source: weights that encode questions, where they are others (two towers); empty where they are the same.
        backbone: architecture of the checkpoint, whatever its `config.json` says; `other` is left to transformers.
        dimension: width of a vector, after the projection.
        pooling: `cls` takes the last layer's first token, `mean` the mean of all tokens.
        projection: linear head in the source folder, empty where there is none: a torch file with `projection.weight`,
            or the folder of a sentence-transformers Dense module.
        normalize: whether vectors are brought to length 1.
        query_prefix: set before a question.
        passage_prefix: set before a passage.
        max_tokens: window in tokens, special tokens included.
        pairs: whether a passage with a title is encoded as the pair (title, text).
        title_tokens: tokens kept free for the title of a pair.
        similarity: how two vectors are compared.
        languages: ISO 639-1 codes; `*` for many.
        licence: SPDX name, or where to look.
        note: one sentence a user should know.
        specials: tokens around a text; those of the backbone where empty.
        vocabulary: rows of the word embedding, 0 where it is not checked.
        parameters: millions of parameters, 0 where unknown.
        unused: patterns of tensors that the checkpoint may hold and the encoder does not use.
        trust_remote_code: whether it needs Python code from the source; that runs only where the user allows it at each
            call.
        sha256: hash that the weights file must have, where the source is one file; its embeddings stay in it.
        words: built-in profile whose file holds the embeddings of words and the tokenizer, where the source has none.
        example: a question and a passage that answers it, from the model's card.
    """

    name: str
    source: str
    backbone: Backbone
    dimension: int
    pooling: Pooling
    max_tokens: int
    query_source: str = ""
    projection: str = ""
    normalize: bool = True
    query_prefix: str = ""
    passage_prefix: str = ""
    pairs: bool = False
    title_tokens: int = 0
    similarity: Similarity = "cosine"
    languages: tuple[str, ...] = ("*",)
    licence: str = ""
    note: str = ""
    specials: tuple[str, ...] = ()
    vocabulary: int = 0
    parameters: int = 0
    unused: tuple[str, ...] = ()
    trust_remote_code: bool = False
    sha256: str = ""
    words: str = ""
    example: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field, allowed in (("pooling", Pooling), ("similarity", Similarity), ("backbone", Backbone)):
            if getattr(self, field) not in get_args(allowed):
                choices = ", ".join(get_args(allowed))
                raise EncoderError(f"profile {self.name}: {field} is {getattr(self, field)!r}", f"one of {choices}")
        if self.dimension < 1 or self.max_tokens < 8:
            raise EncoderError(
                f"profile {self.name}: dimension {self.dimension} and max_tokens {self.max_tokens} make no encoder",
                "dimension is at least 1, max_tokens at least 8",
            )


@cache
def built_in() -> dict[str, Profile]:
    """All built-in profiles by name, in the order of the data file."""
    table = tomllib.loads(_BUILT_IN.read_text(encoding="utf-8"))
    return {name: make_profile({"name": name, **entry}, _BUILT_IN.name) for name, entry in table.items()}


def read_profile(path: Path) -> Profile:
    """Profile of a user's own encoder, from a TOML file.

    The file holds the fields of `Profile`. `based_on = "NAME"` starts from a built-in one, so that a copy of its
    weights on disk needs two lines. A relative `source` is looked for beside the file first.

    Raises:
        EncoderError: the file cannot be read, a field is unknown, missing, or of the wrong type.
    """
    try:
        entry = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise EncoderError(f"profile {path}: {error}".replace("\n", " ")) from None
    for key in ("source", "query_source"):
        source = entry.get(key, "")
        for folder in (path.parent / source, Path(source)) if isinstance(source, str) and source else ():
            if folder.is_dir():
                entry[key] = str(folder.resolve())
                break
    base = entry.pop("based_on", None)
    if base is None:
        return make_profile({"name": path.stem, **entry}, str(path))
    if base not in built_in():
        raise EncoderError(f"profile {path}: based_on names no built-in profile: {base}", "see rag encoders list")
    _check(entry, str(path))
    # Two towers that were moved have moved together; one folder given alone would leave the other on the hub.
    return replace(built_in()[base], **{"name": path.stem, **_tuples(entry)})


def make_profile(entry: dict[str, Any], where: str) -> Profile:
    """A profile from a table of its fields.

    Raises:
        EncoderError: a field is unknown, missing, or of the wrong type.
    """
    _check(entry, where)
    missing = [f.name for f in fields(Profile) if f.default is MISSING and f.name not in entry]
    if missing:
        raise EncoderError(f"profile {where}: {', '.join(missing)} missing")
    return Profile(**_tuples(entry))


def _check(entry: dict[str, Any], where: str) -> None:
    kinds = {f.name: str(f.type) for f in fields(Profile)}
    for key, value in entry.items():
        if key not in kinds:
            raise EncoderError(f"profile {where}: unknown field {key}", f"known: {', '.join(kinds)}")
        expected = {"int": int, "bool": bool}.get(kinds[key], list if kinds[key].startswith("tuple") else str)
        if type(value) is not expected:
            raise EncoderError(f"profile {where}: {key} must be {expected.__name__}, not {type(value).__name__}")


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(cast("list[str]", v)) if isinstance(v, list) else v for k, v in entry.items()}
