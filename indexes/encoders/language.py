"""A plain warning where documents are in a language that an encoder never learned."""

from __future__ import annotations

from collections.abc import Mapping

from casefolio.indexes.encoders.profile import Profile, built_in
from casefolio.ingest.languages import name_of

# An encoder outside its language loses to plain word search; a few foreign passages are no reason to choose another.
_TOLERATED = 0.1
# What is named instead, the most fitting first: for one language its own, for several one that learned many.
_INSTEAD = ("minilm", "miracle-german", "korean-medical", "multilingual-e5-small")


def language_warning(profile: Profile, languages: Mapping[str, float]) -> str | None:
    """One sentence, or None where the encoder fits.

    Args:
        profile: of the encoder.
        languages: ISO 639-1 code of each language to its share or number of passages; `und` counts for nothing.
    """
    known = {code: float(share) for code, share in languages.items() if code != "und" and share > 0}
    total = sum(known.values())
    if not total or "*" in profile.languages:
        return None
    foreign = {code: share / total for code, share in known.items() if code not in profile.languages}
    if sum(foreign.values()) <= _TOLERATED:
        return None
    largest = sorted(foreign.items(), key=lambda item: -item[1])
    told = ", ".join(f"{share:.0%} {name_of(code)}" for code, share in largest)
    own = ", ".join(name_of(code) for code in profile.languages)
    return f"{told} of the passages, but {profile.name} was trained on {own}: {_instead(known, total)} fits"


def _instead(known: Mapping[str, float], total: float) -> str:
    needed = {code for code, share in known.items() if share / total > _TOLERATED}
    for name in _INSTEAD:
        languages = built_in()[name].languages
        if "*" in languages or needed <= set(languages):
            return name
    return _INSTEAD[-1]
