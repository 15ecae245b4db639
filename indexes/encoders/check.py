"""Is this encoder what its profile says? Loads it, encodes its card's own example, and says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from casefolio.indexes.encoders.load import find_profile, load_encoder
from casefolio.indexes.encoders.modules import read_modules
from casefolio.indexes.encoders.profile import Profile
from casefolio.indexes.encoders.sources import find_source
from casefolio.indexes.encoders.text_encoder import Contract
from casefolio.ingest.errors import EncoderError

_EXAMPLE = ("Which drug was given for the infection?", "The infection was treated with amoxicillin.")


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found.

    Attributes:
        encoder: as it was asked for.
        profile: None where none could be read.
        contract: empty where the encoder could not be loaded.
        example: question and passage that were encoded.
        cosine: of the two; None where nothing was encoded.
        problems: one sentence each; empty for an encoder that is sound.
        remarks: what differs from what the folder says of itself, and what to know.
    """

    encoder: str
    profile: Profile | None
    contract: Contract
    example: tuple[str, ...]
    cosine: float | None
    problems: tuple[str, ...]
    remarks: tuple[str, ...]


def check_encoder(name_or_path: str, tell: Callable[[str], None] | None = None, *, code: bool = False) -> CheckReport:
    """Loads and tries an encoder. Errors of ours become problems of the report."""
    profile: Profile | None = None
    try:
        profile = find_profile(name_or_path)
        encoder = load_encoder(profile, tell=tell, code=code)
        example = profile.example if len(profile.example) == 2 else _EXAMPLE
        vectors = np.concatenate([encoder.encode_queries(example[:1]), encoder.encode_passages(example[1:])])
    except EncoderError as error:
        return CheckReport(name_or_path, profile, {}, (), None, (str(error),), ())
    lengths = np.linalg.norm(vectors, axis=1)
    problems = []
    if vectors.shape != (2, profile.dimension) or not np.isfinite(vectors).all():
        problems.append(f"vectors of shape {vectors.shape}, or with values that are no numbers")
    if profile.normalize and not np.allclose(lengths, 1, atol=1e-4):
        problems.append(f"vectors of length {lengths[0]:.4f} and {lengths[1]:.4f}, not 1")
    cosine = float(vectors[0] @ vectors[1] / max(float(lengths[0] * lengths[1]), 1e-12))
    if cosine > 0.999999 and example[0] != example[1]:
        problems.append("two different texts have one vector: the weights cannot be right")
    remarks = tuple(r for r in (profile.note, *_own_words(profile)) if r)
    return CheckReport(name_or_path, profile, encoder.contract, example, cosine, tuple(problems), remarks)


def _own_words(profile: Profile) -> list[str]:
    """Where the folder's sentence-transformers modules say otherwise than the profile."""
    folder = find_source(profile.source)
    if folder is None or not (folder / "modules.json").is_file():
        return ["the folder has no modules.json: a loader that guesses would pool by the mean"] if folder else []
    try:
        own = read_modules(folder)
    except EncoderError as error:
        return [f"its modules cannot be read: {error}"]
    fields = ("pooling", "dimension", "max_tokens", "query_prefix", "passage_prefix", "similarity")
    return [
        f"modules.json says {field} {getattr(own, field)!r}, the profile {getattr(profile, field)!r}"
        for field in fields
        if getattr(own, field) != getattr(profile, field)
    ]
