"""What a question asks for: a birth date, a governing law, a dose. One TOML file of concepts for each language."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "concepts"
LANGUAGES = ("en", "de", "ko")
_FLAGS = re.IGNORECASE | re.DOTALL


@dataclass(frozen=True, slots=True)
class Concept:
    """Something people ask for.

    Attributes:
        name: key of the TOML table.
        kind: type of answer (`date`, `person`, `money`, …), or empty.
        zone: part of a letter where it stands (`letterhead`, `address`, `opening`, `closing`), or empty.
        ask: patterns of questions.
        strong: patterns of sentences that state it; one is enough.
        cues: patterns that often stand in such sentences.
        contrary: patterns of sentences that say the opposite ("stopped"), unless the question asks for that.
        open: it gathers several things ("rent", "fee"; "mother", "sister"): its words do not stand for each other.
    """

    name: str
    kind: str
    zone: str
    ask: tuple[re.Pattern[str], ...]
    strong: tuple[re.Pattern[str], ...]
    cues: tuple[re.Pattern[str], ...]
    contrary: tuple[re.Pattern[str], ...] = ()
    open: bool = False


@lru_cache(maxsize=len(LANGUAGES))
def concepts(language: str) -> tuple[Concept, ...]:
    """All concepts of a language; English ones for a language without a file."""
    name = language if language in LANGUAGES else "en"
    tables = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))

    def patterns(table: dict[str, object], key: str) -> tuple[re.Pattern[str], ...]:
        found = table.get(key, [])
        assert isinstance(found, list)
        return tuple(re.compile(p, _FLAGS) for p in found)

    return tuple(
        Concept(
            name=key,
            kind=str(table.get("kind", "")),
            zone=str(table.get("zone", "")),
            ask=patterns(table, "ask"),
            strong=patterns(table, "strong"),
            cues=patterns(table, "cues"),
            contrary=patterns(table, "contrary"),
            open=bool(table.get("open", False)),
        )
        for key, table in tables.items()
    )


def asked(question: str, language: str, limit: int = 2) -> tuple[Concept, ...]:
    """The concepts that a question names, the one with the longest match first, at most `limit`."""
    found = []
    for order, concept in enumerate(concepts(language)):
        reach = [len(m.group()) for m in (p.search(question) for p in concept.ask) if m]
        if reach:
            found.append((-len(reach), -max(reach), order, concept))
    return tuple(c for *_, c in sorted(found, key=lambda row: row[:3])[:limit])


def in_language(found: tuple[Concept, ...], language: str) -> tuple[Concept, ...]:
    """The same concepts as a text in another language states them; a concept unknown there stays as it is."""
    if language not in LANGUAGES:
        return found
    there = _by_name(language)
    return tuple(there.get(c.name, c) for c in found)


@lru_cache(maxsize=len(LANGUAGES))
def _by_name(language: str) -> dict[str, Concept]:
    return {c.name: c for c in concepts(language)}
